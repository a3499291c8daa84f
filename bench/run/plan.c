/*
 * plan.c - makes the blocks of an experiment and puts them in order
 */
#include "bench/run/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "bench/run/settings.h"

static int compare(double a, double b)
{
	return (a > b) - (a < b);
}

static int in_order(const void *a, const void *b)
{
	const struct block *left = a, *right = b;
	int order = compare(left->look, right->look);

	if (!order)
		order = compare((double)left->stage, (double)right->stage);
	if (!order)
		order = compare(left->replicate, right->replicate);
	if (!order)
		order = compare(left->place, right->place);
	/*
	 * Groups are in one array, so this order puts blocks of different groups with the same
	 * trace side by side.
	 */
	if (!order)
		order = (left->group > right->group) - (left->group < right->group);
	return order ? order : compare((double)left->dispatch, (double)right->dispatch);
}

/*
 * Returns the place of a workload and n in a round, from 0 to 1. The order is that of a Latin
 * square: first all workloads, each with a different n, then all workloads again, each with its
 * next n, and so on. Every round begins at another place, so that a budget does not cut off the
 * same blocks in each round.
 */
static double place_of(const struct group *group, size_t workload, size_t n, unsigned replicate)
{
	size_t width = group->workloads.count, counts = group->counts;
	size_t row = (n + counts - (workload + replicate) % counts) % counts;
	size_t column = (workload + replicate) % width;

	return ((double)(row * width + column) + 0.5) / (double)(width * counts);
}

static unsigned looks_before(const struct group *group, unsigned replicate)
{
	unsigned looks = 0;

	while (looks + 1 < group->look_count && replicate >= group->looks[looks])
		looks++;
	return looks;
}

static size_t dispatches(const struct group *group)
{
	size_t count = 0;

	for (size_t i = 0; i < DISPATCHES; i++)
		count += group->dispatch[i];
	return count;
}

static void add_group(struct plan *plan, const struct group *group, size_t stage, uint64_t seed)
{
	for (size_t w = 0; w < group->workloads.count; w++)
		for (size_t n = 0; n < group->counts; n++)
			for (unsigned replicate = 0; replicate < group->replicates; replicate++)
				for (int d = 0; d < DISPATCHES; d++) {
					if (!group->dispatch[d])
						continue;
					plan->blocks[plan->count++] = (struct block){
						.group = group,
						.workload = group->workloads.name[w],
						.choice = w,
						.n = group->n[n],
						.seed = seed + replicate,
						.replicate = replicate,
						.dispatch = (enum dispatch)d,
						.stage = stage,
						.look = looks_before(group, replicate),
						.place = place_of(group, w, n, replicate),
					};
				}
}

int plan_make(struct plan *plan, const struct experiment *experiment)
{
	size_t total = 0;

	*plan = (struct plan){ 0 };
	for (size_t i = 0; i < experiment->group_count; i++) {
		const struct group *group = &experiment->groups[i];

		total += group->workloads.count * group->counts * group->replicates *
			 dispatches(group);
	}
	plan->blocks = calloc(total ? total : 1, sizeof(*plan->blocks));
	if (!plan->blocks)
		return -ENOMEM;
	for (size_t i = 0; i < experiment->group_count; i++)
		add_group(plan, &experiment->groups[i],
			  experiment_stage(experiment, &experiment->groups[i]), experiment->seed);
	qsort(plan->blocks, plan->count, sizeof(*plan->blocks), in_order);
	return 0;
}

void plan_free(struct plan *plan)
{
	free(plan->blocks);
	*plan = (struct plan){ 0 };
}

bool plan_same_cell(const struct block *a, const struct block *b)
{
	return a->group == b->group && a->choice == b->choice && a->n == b->n &&
	       a->dispatch == b->dispatch;
}

void plan_key(const struct block *block, char *key, size_t size)
{
	const struct group *group = block->group;
	FILE *file = fmemopen(key, size, "w");

	*key = '\0';
	if (!file)
		return;
	fprintf(file, "%s/%s/%s/%s/n%" PRIu64 "/s%" PRIu64, group->label, group->cell.pass->name,
		dispatch_words[block->dispatch], block->workload, block->n, block->seed);
	settings_write_key(group, file);
	fclose(file);
	key[size - 1] = '\0';
}

void plan_shuffle(const struct block *block, size_t *order, size_t count)
{
	char key[PLAN_KEY];
	uint64_t state;

	plan_key(block, key, sizeof(key));
	state = XXH3_64bits(key, strlen(key));
	for (size_t i = 0; i < count; i++) {
		size_t other;

		/* Hashing the index is random enough for a few dozen draws. */
		other = XXH3_64bits_withSeed(&i, sizeof(i), state) % (i + 1);
		order[i] = order[other];
		order[other] = i;
	}
}
