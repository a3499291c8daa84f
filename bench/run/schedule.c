/*
 * schedule.c - runs the blocks of a plan that fit the budget and the caps
 */
#include "bench/run/schedule.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The share of pairs of workload and n that a look is assumed to leave unresolved, before the first
 * look.
 */
#define UNRESOLVED_AT_FIRST 0.5

/* Returns the costs of an earlier item with the same cells, which the two items share, or NULL. */
static struct cost *costs_before(const struct schedule *schedule, size_t item)
{
	for (size_t i = 0; i < item; i++)
		if (plan_same_cell(schedule->items[i].block, schedule->items[item].block))
			return schedule->items[i].costs;
	return NULL;
}

static int find_costs(struct schedule *schedule, struct schedule_item *item)
{
	const struct names *subjects = &item->block->group->subjects;
	int result = 0;

	item->costs = calloc(subjects->count + 1, sizeof(*item->costs));
	if (!item->costs)
		return -ENOMEM;
	for (size_t i = 0; i <= subjects->count && !result; i++)
		result = costs_find(&schedule->costs, item->block,
				    i < subjects->count ? subjects->name[i] : COSTS_TRACE,
				    &item->costs[i]);
	return result;
}

static int lay_out(struct schedule *schedule)
{
	int result = 0;

	schedule->items = calloc(schedule->plan.count + 1, sizeof(*schedule->items));
	if (!schedule->items)
		return -ENOMEM;
	for (size_t i = 0; i < schedule->plan.count && !result; i++) {
		struct schedule_item *item = &schedule->items[i];

		item->block = &schedule->plan.blocks[i];
		item->chance = UNRESOLVED_AT_FIRST;
		item->costs = costs_before(schedule, i);
		if (!item->costs)
			result = find_costs(schedule, item);
	}
	return result;
}

int schedule_make(struct schedule *schedule, const struct experiment *experiment, const char *costs)
{
	int result;

	*schedule = (struct schedule){
		.experiment = experiment,
		.budget = experiment->budget == TIMER_NEVER ? INFINITY : (double)experiment->budget,
		.unresolved = UNRESOLVED_AT_FIRST,
	};
	for (size_t i = 0; i < experiment->group_count; i++) {
		uint64_t cap = experiment->groups[i].cap;

		schedule->groups[i].cap = cap == TIMER_NEVER ? INFINITY : (double)cap;
	}
	result = costs_read(&schedule->costs, costs);
	if (!result)
		result = plan_make(&schedule->plan, experiment);
	if (!result)
		result = lay_out(schedule);
	if (result)
		schedule_free(schedule);
	return result;
}

void schedule_free(struct schedule *schedule)
{
	for (size_t i = 0; schedule->items && i < schedule->plan.count; i++)
		if (schedule->items[i].block && !costs_before(schedule, i))
			free(schedule->items[i].costs);
	free(schedule->items);
	schedule->items = NULL;
	plan_free(&schedule->plan);
	costs_free(&schedule->costs);
}

void schedule_recorded(struct schedule *schedule, size_t item)
{
	schedule->items[item].state = SCHEDULE_DONE;
}

void schedule_look_taken(struct schedule *schedule, unsigned look)
{
	if (schedule->looks_taken < look + 1)
		schedule->looks_taken = look + 1;
}

struct schedule_item *schedule_item(const struct schedule *schedule, const struct block *block)
{
	return &schedule->items[block - schedule->plan.blocks];
}

double schedule_expect(const struct schedule *schedule, const struct schedule_item *item)
{
	double ns = 0;

	for (size_t i = 0; i <= item->block->group->subjects.count; i++)
		ns += costs_expect(&schedule->costs, &item->costs[i]);
	return ns;
}

void schedule_learn(struct schedule *schedule, const struct block *block, size_t subject, double ns)
{
	const struct cost *cost = &schedule_item(schedule, block)->costs[subject];

	if (cost->first_ns <= 0)
		return; /* n is beyond the subject's limit, so the cell did not run */
	schedule->known += cost->first_ns;
	costs_learn(&schedule->costs, cost, ns);
}

void schedule_resolve(struct schedule *schedule, const struct block *block)
{
	for (size_t i = 0; i < schedule->plan.count; i++)
		if (schedule->items[i].state == SCHEDULE_WAITING &&
		    schedule->items[i].block->look > 0 &&
		    plan_same_cell(schedule->items[i].block, block))
			schedule->items[i].state = SCHEDULE_RESOLVED;
}

void schedule_foresee(struct schedule *schedule, const struct block *block, double chance)
{
	for (size_t i = 0; i < schedule->plan.count; i++)
		if (plan_same_cell(schedule->items[i].block, block))
			schedule->items[i].chance = chance;
}

static struct schedule_group *group_of(struct schedule_group *groups,
				       const struct schedule *schedule, const struct block *block)
{
	return &groups[block->group - schedule->experiment->groups];
}

/*
 * Judges an item that would begin at `elapsed` and take `ns`. Returns SCHEDULE_WAITING if it fits
 * the cap and the budget, or else the state of an item that does not. `any`: a block has run.
 */
static enum schedule_state judge(const struct schedule *schedule,
				 const struct schedule_group *group, double elapsed, double ns,
				 bool any)
{
	if (group->spent + ns > group->cap)
		return SCHEDULE_CAPPED;
	if (any && elapsed + ns > schedule->budget)
		return SCHEDULE_UNPAID;
	return SCHEDULE_WAITING;
}

/* Returns the share of the current block that is still to be measured. */
static double share_left(const struct schedule *schedule, const struct schedule_item *item)
{
	double whole = 0;

	for (size_t i = 0; i <= item->block->group->subjects.count; i++)
		whole += item->costs[i].first_ns;
	return schedule->known < whole ? 1 - schedule->known / whole : 0;
}

/* Returns the time that an item is expected to take from now on, in ns. */
static double expect_rest(const struct schedule *schedule, const struct schedule_item *item)
{
	double ns = schedule_expect(schedule, item);

	if (schedule->in_block && item == &schedule->items[schedule->next])
		return ns * share_left(schedule, item);
	if (item->block->look <= schedule->looks_taken)
		return ns;
	for (unsigned look = schedule->looks_taken + 1; look < item->block->look; look++)
		ns *= schedule->unresolved;
	return ns * item->chance;
}

double schedule_expected_duration(const struct schedule *schedule, double now)
{
	struct schedule_group groups[EXPERIMENT_GROUPS];
	double elapsed = now - schedule->begun;
	bool any = schedule->any && !schedule->in_block;

	memcpy(groups, schedule->groups, sizeof(groups));
	for (size_t i = schedule->next; i < schedule->plan.count; i++) {
		const struct schedule_item *item = &schedule->items[i];
		struct schedule_group *group = group_of(groups, schedule, item->block);
		enum schedule_state verdict;
		double ns;

		if (item->state != SCHEDULE_WAITING)
			continue;
		ns = expect_rest(schedule, item);
		verdict = judge(schedule, group, elapsed, ns, any);
		if (verdict == SCHEDULE_UNPAID)
			break;
		if (verdict == SCHEDULE_CAPPED) {
			group->cap = 0;
			continue;
		}
		any = true;
		elapsed += ns;
		group->spent += ns;
	}
	return elapsed > schedule->budget && now - schedule->begun < schedule->budget
		       ? schedule->budget
		       : elapsed;
}

/* Takes the look before this block, if it has not been taken: asks the caller. */
static int take_looks(struct schedule *schedule, const struct block *block,
		      const struct schedule_caller *caller)
{
	size_t waiting = 0, resolved = 0;
	int result = 0;

	if (schedule->looks_taken >= block->look)
		return 0;
	schedule->looks_taken = block->look;
	result = caller->look(schedule, block->look - 1, caller->data);
	for (size_t i = 0; i < schedule->plan.count; i++) {
		const struct schedule_item *item = &schedule->items[i];

		if (item->block->look != block->look)
			continue;
		waiting += item->state == SCHEDULE_WAITING;
		resolved += item->state == SCHEDULE_RESOLVED;
	}
	schedule->unresolved = (double)waiting / (double)(waiting + resolved);
	for (size_t i = 0; i < schedule->plan.count; i++)
		schedule->items[i].chance = schedule->unresolved; /* for the next look */
	return result;
}

/*
 * Called before each block. If the block is the first of another stage, asks the caller which part
 * of the previous stage a look would resolve.
 */
static void peek(struct schedule *schedule, const struct block *block,
		 const struct schedule_caller *caller)
{
	const struct block *last = schedule->latest;

	if (caller->peek && last && !last->look && last->group->look_count > 1 &&
	    (block->look || block->stage != last->stage))
		caller->peek(schedule, last->stage, caller->data);
	schedule->latest = block;
}

static int run_item(struct schedule *schedule, struct schedule_item *item,
		    const struct schedule_caller *caller)
{
	double begun = caller->now(caller->data);
	int result;

	schedule->any = true;
	schedule->known = 0;
	schedule->in_block = true;
	result = caller->run(schedule, item->block, caller->data);
	schedule->in_block = false;
	if (result)
		return result;
	group_of(schedule->groups, schedule, item->block)->spent +=
		caller->now(caller->data) - begun;
	item->state = SCHEDULE_DONE;
	return 0;
}

static enum schedule_state judge_now(const struct schedule *schedule,
				     const struct schedule_item *item,
				     const struct schedule_caller *caller)
{
	const size_t group = (size_t)(item->block->group - schedule->experiment->groups);
	double elapsed = caller->now(caller->data) - schedule->begun;

	return judge(schedule, &schedule->groups[group], elapsed, schedule_expect(schedule, item),
		     schedule->any);
}

/* Runs one item, leaves it out, or skips it because a look has resolved it. */
static int take_item(struct schedule *schedule, struct schedule_item *item,
		     const struct schedule_caller *caller)
{
	enum schedule_state verdict = judge_now(schedule, item, caller);
	int result = 0;

	if (verdict == SCHEDULE_WAITING) {
		peek(schedule, item->block, caller);
		result = take_looks(schedule, item->block, caller);
		if (result || item->state != SCHEDULE_WAITING)
			return result;
		verdict = judge_now(schedule, item, caller); /* the look took time */
	}
	if (verdict == SCHEDULE_WAITING)
		return run_item(schedule, item, caller);
	if (verdict == SCHEDULE_CAPPED)
		group_of(schedule->groups, schedule, item->block)->cap = 0;
	item->state = verdict;
	return 0;
}

int schedule_run(struct schedule *schedule, const struct schedule_caller *caller)
{
	bool ended = false;
	int result = 0;

	schedule->begun = caller->now(caller->data);
	for (; schedule->next < schedule->plan.count; schedule->next++) {
		struct schedule_item *item = &schedule->items[schedule->next];

		if (item->state != SCHEDULE_WAITING)
			continue;
		if (ended) {
			item->state = SCHEDULE_UNPAID;
			continue;
		}
		result = take_item(schedule, item, caller);
		if (result)
			return result;
		ended = item->state == SCHEDULE_UNPAID;
	}
	return 0;
}
