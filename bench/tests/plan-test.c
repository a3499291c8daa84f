/*
 * plan-test.c - the schedule of a run, on simulated machines
 *
 * A block is all subjects of a group, once each, on one trace. A look is a point of a run at which
 * the results are judged. Time is simulated. A machine has a speed, a factor for slow memory, costs
 * of subjects and workloads that deviate from costs.tsv, and noise. So the course of a run is exact
 * and does not depend on the machine that runs the test. The test prints its seed, which its
 * argument may set.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/run/estimate.h"
#include "bench/run/progress.h"
#include "bench/run/schedule.h"
#include "bench/tests/run-test.h"
#include "bench/trace/random.h"

#define QUICK "bench/experiments/quick.ini"
#define COSTS "bench/experiments/costs.tsv"

#define SECOND 1e9

static uint64_t seed;

/*
 * A sample of the clock: the current time, the expected end, and the time that coming looks may
 * change.
 */
struct sight {
	double now, end, open;
};

struct machine {
	double speed;	 /* how many times slower than the machine of costs.tsv */
	double memory;	 /* further factor for the pass `memory` and for large n */
	double deviance; /* factor by which subjects and workloads deviate from costs.tsv */
	double resolves; /* share of cells that a look resolves */
	double now;
	struct costs truth; /* the true costs, which learning does not correct */
	unsigned looks;
	size_t blocks, sights;
	struct sight *seen;
};

/* Returns a number from 0 to 1 that depends only on the seed and the arguments. */
static double drawn(const char *what, const char *words, uint64_t number)
{
	uint64_t hash = seed ^ number * UINT64_C(0x9e3779b97f4a7c15);

	for (const char *at = what; *at; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
	for (const char *at = words; *at; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
	hash = (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	return (double)(hash >> 11) * 0x1p-53;
}

static double deviation(const struct machine *machine, const char *what, const char *words)
{
	return pow(machine->deviance, 2 * drawn(what, words, 0) - 1);
}

/* Returns the time that a cell takes on the machine, in ns. */
static double take(struct machine *machine, const struct block *block, const char *subject)
{
	struct cost cost;
	double ns;

	assert_int_equal(costs_find(&machine->truth, block, subject, &cost), 0);
	ns = cost.first_ns * machine->speed * deviation(machine, "subject", subject) *
	     deviation(machine, "workload", block->workload);
	if (block->n >= 1000000 || !strcmp(block->group->cell.pass->name, "memory"))
		ns *= machine->memory;
	return ns * (0.8 + 0.4 * drawn("noise", subject, ++machine->blocks));
}

static double now(void *data)
{
	return ((struct machine *)data)->now;
}

/* Returns the time, in ns, of the blocks that a coming look may or may not stop. */
static double undecided(const struct schedule *schedule)
{
	double ns = 0;

	for (size_t i = schedule->next; i < schedule->plan.count; i++) {
		const struct schedule_item *item = &schedule->items[i];
		unsigned look = schedule->looks_taken;

		if (item->state == SCHEDULE_WAITING && item->chance > 0 &&
		    (item->block->look > look + 1 ||
		     (item->block->look > look && item->chance < 1)))
			ns += schedule_expect(schedule, item);
	}
	return ns;
}

static void see(struct machine *machine, const struct schedule *schedule)
{
	machine->seen = realloc(machine->seen, (machine->sights + 1) * sizeof(*machine->seen));
	assert_non_null(machine->seen);
	machine->seen[machine->sights++] =
		(struct sight){ machine->now - schedule->begun,
				schedule_expected_duration(schedule, machine->now),
				undecided(schedule) };
}

/* Checks that all blocks of earlier stages were run or cut by a cap before this block. */
static void check_stage(const struct schedule *schedule, const struct block *block)
{
	for (size_t i = 0; i < schedule->plan.count; i++) {
		const struct schedule_item *item = &schedule->items[i];

		if (item->block->look > block->look ||
		    (item->block->look == block->look && item->block->stage >= block->stage))
			continue;
		assert_int_not_equal(item->state, SCHEDULE_WAITING);
		assert_int_not_equal(item->state, SCHEDULE_UNPAID);
	}
}

static int run_block(struct schedule *schedule, const struct block *block, void *data)
{
	struct machine *machine = data;
	const struct names *subjects = &block->group->subjects;
	double ns = take(machine, block, COSTS_TRACE);

	check_stage(schedule, block);
	machine->now += ns;
	schedule_learn(schedule, block, subjects->count, ns);
	for (size_t i = 0; i < subjects->count; i++) {
		ns = take(machine, block, subjects->name[i]);
		machine->now += ns;
		schedule_learn(schedule, block, i, ns);
		if (i == subjects->count / 2)
			see(machine, schedule);
	}
	return 0;
}

static bool will_resolve(const struct machine *machine, const struct block *block, unsigned number)
{
	uint64_t cell = (uint64_t)block->choice * 1000003 + block->n + number;

	return drawn("resolved", block->group->label, cell) < machine->resolves;
}

static int look(struct schedule *schedule, unsigned number, void *data)
{
	struct machine *machine = data;

	assert_int_equal(number, machine->looks);
	machine->looks++;
	machine->now += 2 * SECOND * machine->speed;
	for (size_t i = 0; i < schedule->plan.count; i++) {
		const struct block *block = schedule->items[i].block;

		if (will_resolve(machine, block, number))
			schedule_resolve(schedule, block);
	}
	return 0;
}

/* Reports to the schedule what the next look will find. */
static void peek(struct schedule *schedule, size_t stage, void *data)
{
	const struct machine *machine = data;
	const struct block *next = schedule->items[schedule->next].block;

	assert_true(next->stage != stage || next->look);
	for (size_t i = 0; i < schedule->plan.count; i++) {
		const struct block *block = schedule->items[i].block;

		if (block->stage <= stage)
			schedule_foresee(schedule, block,
					 will_resolve(machine, block, machine->looks) ? 0 : 1);
	}
}

static void experiment_of(struct experiment *experiment, const char *path)
{
	char error[NAMES_ERROR_SIZE];

	if (experiment_read(experiment, path, error))
		fail_msg("%s", error);
}

/* Runs the experiment on the machine. Returns the time that it took, in ns. */
static double simulate(struct machine *machine, struct schedule *schedule,
		       const struct experiment *experiment)
{
	const struct schedule_caller caller = { now, run_block, look, peek, machine };
	double begun = machine->now;

	assert_int_equal(costs_read(&machine->truth, COSTS), 0);
	assert_int_equal(schedule_make(schedule, experiment, COSTS), 0);
	assert_int_equal(schedule_run(schedule, &caller), 0);
	return machine->now - begun;
}

static void end(struct machine *machine, struct schedule *schedule)
{
	schedule_free(schedule);
	costs_free(&machine->truth);
	free(machine->seen);
	*machine = (struct machine){ 0 };
}

/* Returns whether all blocks of the first stage and the first look have been run. */
static bool core_complete(const struct schedule *schedule)
{
	for (size_t i = 0; i < schedule->plan.count; i++)
		if (!schedule->items[i].block->stage && !schedule->items[i].block->look &&
		    schedule->items[i].state != SCHEDULE_DONE)
			return false;
	return true;
}

/* Returns how many blocks of a group were run with a workload (SIZE_MAX: any) and an n (0: any). */
static size_t count_run(const struct schedule *schedule, const struct group *group, size_t choice,
			uint64_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < schedule->plan.count; i++) {
		const struct block *block = schedule->items[i].block;

		count += schedule->items[i].state == SCHEDULE_DONE && block->group == group &&
			 !block->look && (choice == SIZE_MAX || block->choice == choice) &&
			 (!n || block->n == n);
	}
	return count;
}

/*
 * Checks that the blocks that were left out are spread evenly: over cells, over workloads, over n.
 */
static void check_even(const struct schedule *schedule)
{
	for (size_t g = 0; g < schedule->experiment->group_count; g++) {
		const struct group *group = &schedule->experiment->groups[g];
		size_t all = count_run(schedule, group, SIZE_MAX, 0);
		size_t cells = group->workloads.count * group->counts;
		size_t of_workload = all / group->workloads.count, of_n = all / group->counts;

		for (size_t w = 0; w < group->workloads.count; w++) {
			assert_in_range(count_run(schedule, group, w, 0), of_workload,
					of_workload + 1);
			for (size_t i = 0; i < group->counts; i++)
				assert_in_range(count_run(schedule, group, w, group->n[i]),
						all / cells, all / cells + 1);
		}
		for (size_t i = 0; i < group->counts; i++)
			assert_in_range(count_run(schedule, group, SIZE_MAX, group->n[i]),
					of_n ? of_n - 1 : 0, of_n + 1);
	}
}

static void check_caps(const struct schedule *schedule)
{
	for (size_t g = 0; g < schedule->experiment->group_count; g++) {
		const struct group *group = &schedule->experiment->groups[g];

		/* a block that takes longer than expected is not cut short */
		if (group->cap != TIMER_NEVER)
			assert_true(schedule->groups[g].spent < 1.3 * (double)group->cap);
	}
}

/*
 * Checks the expected time left, from a quarter of the run on. It must be within 25 %, or within
 * the time of one block if that is more, because the last block either fits or not. In addition, it
 * may be wrong by half of the time that coming looks may change. In a run that uses up its budget,
 * looks do not change the time.
 */
static void check_sights(const struct machine *machine, double took, double block)
{
	for (size_t i = 0; i < machine->sights; i++) {
		const struct sight *sight = &machine->seen[i];
		double left = took - sight->now, expected = sight->end - sight->now;

		if (sight->now < took / 4)
			continue;
		if (fabs(expected - left) > fmax(0.25 * left, block) + 0.5 * sight->open)
			fail_msg("%.1f of %.1f s: %.1f s left, expected %.1f (seed %llu)",
				 sight->now / SECOND, took / SECOND, left / SECOND,
				 expected / SECOND, (unsigned long long)seed);
	}
}

static void check_never_beyond(const struct machine *machine, double budget)
{
	for (size_t i = 0; i < machine->sights; i++)
		assert_true(machine->seen[i].end <= budget || machine->seen[i].now >= budget);
}

/* Returns about the time of the longest block that was run or left out, as currently expected. */
static double longest(const struct schedule *schedule)
{
	double most = 0;

	for (size_t i = 0; i < schedule->plan.count; i++)
		if (schedule->items[i].state != SCHEDULE_RESOLVED)
			most = fmax(most, schedule_expect(schedule, &schedule->items[i]));
	return most;
}

static void quick_on(double speed, double memory)
{
	static struct experiment experiment;
	struct machine machine = {
		.speed = speed, .memory = memory, .deviance = 1.5, .resolves = 0.6
	};
	struct schedule schedule;
	double took, budget;

	experiment_of(&experiment, QUICK);
	budget = (double)experiment.budget;
	took = simulate(&machine, &schedule, &experiment);
	assert_true(core_complete(&schedule));
	assert_true(took <= 1.05 * budget);
	check_even(&schedule);
	check_caps(&schedule);
	check_never_beyond(&machine, budget);
	check_sights(&machine, took, longest(&schedule));
	end(&machine, &schedule);
	experiment_free(&experiment);
}

static void quick_on_the_reference(void **state)
{
	(void)state;
	quick_on(1, 1);
}

static void quick_on_a_machine_four_times_slower(void **state)
{
	(void)state;
	quick_on(4, 1);
}

static void quick_where_large_n_is_slower_still(void **state)
{
	(void)state;
	quick_on(4, 2.5);
}

static void quick_on_a_machine_ten_times_slower(void **state)
{
	(void)state;
	quick_on(10, 1);
}

static void quick_on_a_machine_four_times_faster(void **state)
{
	(void)state;
	quick_on(0.25, 1);
}

/* Makes an experiment of one group, without a budget, from keys and values. */
static void experiment_from(struct experiment *experiment, const char *const *settings)
{
	char error[NAMES_ERROR_SIZE];
	struct group *group;

	experiment_init(experiment, "test");
	group = experiment_add_group(experiment, "cost");
	for (; *settings; settings += 2)
		if (settings_read(group_settings, group, settings[0], settings[1], error))
			fail_msg("%s", error);
	if (experiment_complete(experiment, error))
		fail_msg("%s", error);
}

static const char *const looking[] = { "subjects",  "binary-heap quad-heap",
				       "workloads", "hold idle",
				       "n",	    "1e3 1e4 1e5",
				       "looks",	    "8 12 16",
				       NULL };

/* Resolved cells get no more blocks, and all others are run to the end. Each look is taken once. */
static void looks_stop_what_is_resolved(void **state)
{
	static struct experiment experiment;
	struct machine machine = { .speed = 1, .memory = 1, .deviance = 1, .resolves = 0.5 };
	struct schedule schedule;
	size_t counts[3] = { 0 };

	(void)state;
	experiment_from(&experiment, looking);
	simulate(&machine, &schedule, &experiment);
	assert_in_range(machine.looks, 1, 2);
	for (size_t i = 0; i < schedule.plan.count; i++) {
		const struct schedule_item *item = &schedule.items[i], *other = schedule.items;

		assert_true(item->state == SCHEDULE_DONE || item->state == SCHEDULE_RESOLVED);
		assert_true(item->block->look || item->state == SCHEDULE_DONE);
		counts[item->block->look]++;
		/* For each look, either all blocks of a cell are run, or none. */
		for (; other < schedule.items + schedule.plan.count; other++)
			if (other->block->look == item->block->look &&
			    plan_same_cell(other->block, item->block))
				assert_int_equal(other->state, item->state);
	}
	assert_int_equal(counts[0], 6 * 8);
	assert_int_equal(counts[1], 6 * 4);
	assert_int_equal(counts[2], 6 * 4);
	end(&machine, &schedule);
	experiment_free(&experiment);
}

static void a_resumed_run_takes_no_look_again(void **state)
{
	static struct experiment experiment;
	struct machine machine = { .speed = 1, .memory = 1, .deviance = 1, .looks = 1 };
	const struct schedule_caller caller = { now, run_block, look, peek, &machine };
	struct schedule schedule;
	size_t ran = 0, waited = 0;

	(void)state;
	experiment_from(&experiment, looking);
	assert_int_equal(costs_read(&machine.truth, COSTS), 0);
	assert_int_equal(schedule_make(&schedule, &experiment, COSTS), 0);
	for (size_t i = 0; i < schedule.plan.count; i++)
		if (!schedule.items[i].block->look)
			schedule_recorded(&schedule, i);
	schedule_resolve(&schedule, schedule.items[0].block);
	schedule_look_taken(&schedule, 0);
	for (size_t i = 0; i < schedule.plan.count; i++)
		waited += schedule.items[i].state == SCHEDULE_WAITING;
	assert_int_equal(schedule_run(&schedule, &caller), 0);
	assert_int_equal(machine.looks, 2);
	for (size_t i = 0; i < schedule.plan.count; i++)
		ran += schedule.items[i].block->look && schedule.items[i].state == SCHEDULE_DONE;
	assert_int_equal(waited, 5 * 8);
	assert_int_equal(ran, waited);
	end(&machine, &schedule);
	experiment_free(&experiment);
}

/* Without a budget and without looks, the expected time left must be as good. */
static void time_left_without_a_budget(void **state)
{
	static const char *const settings[] = {
		"subjects",   "binary-heap quad-heap interval-levels rbtree",
		"workloads",  "hold idle rpc burst",
		"n",	      "1e2..1e6",
		"replicates", "8",
		NULL
	};
	static struct experiment experiment;
	struct machine machine = { .speed = 4, .memory = 2, .deviance = 1.5 };
	struct schedule schedule;
	double took;

	(void)state;
	experiment_from(&experiment, settings);
	took = simulate(&machine, &schedule, &experiment);
	check_sights(&machine, took, longest(&schedule));
	end(&machine, &schedule);
	experiment_free(&experiment);
}

/* Without a file of costs, the schedule still learns the time left. */
static void time_left_without_a_file(void **state)
{
	static struct experiment experiment;
	struct machine machine = { .speed = 1, .memory = 1, .deviance = 1 };
	const struct schedule_caller caller = { now, run_block, look, peek, &machine };
	struct schedule schedule;

	(void)state;
	experiment_from(&experiment, looking);
	assert_int_equal(costs_read(&machine.truth, COSTS), 0);
	assert_int_equal(schedule_make(&schedule, &experiment, NULL), 0);
	machine.resolves = 1;
	assert_int_equal(schedule_run(&schedule, &caller), 0);
	assert_true(machine.sights > 40);
	assert_true(machine.seen[47].end < 1.6 * machine.now);
	end(&machine, &schedule);
	experiment_free(&experiment);
}

/* The line must be at most as long as its width. Checks its text, too. */
static void the_line_fits(void **state)
{
	static struct experiment experiment;
	struct schedule schedule;
	char line[PROGRESS_LINE];

	(void)state;
	experiment_of(&experiment, QUICK);
	assert_int_equal(schedule_make(&schedule, &experiment, COSTS), 0);
	schedule.begun = 5 * SECOND;
	for (size_t width = 1; width < 200; width++) {
		progress_line(&schedule, schedule.items[0].block, 77 * SECOND,
			      "cost/time/vtable/hold/n1000/s1/x64/c0 binary-heap", width, line);
		assert_true(strlen(line) <= width);
	}
	assert_int_equal(strncmp(line, "1:12 of ", 8), 0);
	assert_non_null(strstr(line, ", core 1 of 8  cost/time/"));
	schedule_free(&schedule);
	experiment_free(&experiment);
}

static void durations(void **state)
{
	static const struct {
		double seconds;
		const char *words;
	} cases[] = { { 0, "0:00" },	   { 59.4, "0:59" },	{ 59.6, "1:00" },   { 390, "6:30" },
		      { 3599.4, "59:59" }, { 3600, "1:00:00" }, { 9000, "2:30:00" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[32];

		progress_duration(cases[i].seconds * SECOND, text, sizeof(text));
		assert_string_equal(text, cases[i].words);
	}
}

/* Cells with more timers than their subject supports must not be run. */
static void sizes_that_a_subject_leaves_out_cost_nothing(void **state)
{
	static const char *const settings[] = {
		"subjects",   "quad-heap sorted-list binary-heap unsorted-list",
		"workloads",  "hold",
		"n",	      "1e3 1e6",
		"replicates", "2",
		NULL
	};
	static struct experiment experiment;
	char error[NAMES_ERROR_SIZE];
	struct schedule schedule;

	(void)state;
	run_begin_experiment(&experiment);
	run_add_group(&experiment, "cost", settings);
	assert_int_equal(experiment_complete(&experiment, error), 0);
	assert_int_equal(estimate_schedule(&schedule, &experiment), 0);
	assert_int_equal(schedule.plan.count, 4);
	for (size_t i = 0; i < schedule.plan.count; i++) {
		const struct schedule_item *item = &schedule.items[i];

		for (size_t j = 0; j < 4; j++)
			assert_int_equal(item->costs[j].first_ns > 0,
					 j % 2 == 0 || item->block->n == 1000);
	}
	schedule_free(&schedule);
	experiment_free(&experiment);
}

/*
 * The same experiment must give the same plan. Another seed must change the traces but not the
 * order.
 */
static void the_plan_repeats(void **state)
{
	static struct experiment experiment;
	struct plan first, second;

	(void)state;
	experiment_of(&experiment, QUICK);
	assert_int_equal(plan_make(&first, &experiment), 0);
	assert_int_equal(plan_make(&second, &experiment), 0);
	assert_int_equal(first.count, second.count);
	for (size_t i = 0; i < first.count; i++) {
		char left[512], right[512];

		plan_key(&first.blocks[i], left, sizeof(left));
		plan_key(&second.blocks[i], right, sizeof(right));
		assert_string_equal(left, right);
	}
	plan_free(&first);
	plan_free(&second);
	experiment_free(&experiment);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_on_the_reference),
		cmocka_unit_test(quick_on_a_machine_four_times_slower),
		cmocka_unit_test(quick_where_large_n_is_slower_still),
		cmocka_unit_test(quick_on_a_machine_ten_times_slower),
		cmocka_unit_test(quick_on_a_machine_four_times_faster),
		cmocka_unit_test(looks_stop_what_is_resolved),
		cmocka_unit_test(a_resumed_run_takes_no_look_again),
		cmocka_unit_test(time_left_without_a_budget),
		cmocka_unit_test(time_left_without_a_file),
		cmocka_unit_test(the_line_fits),
		cmocka_unit_test(durations),
		cmocka_unit_test(sizes_that_a_subject_leaves_out_cost_nothing),
		cmocka_unit_test(the_plan_repeats),
	};
	int failed;

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	printf("seed %llu\n", (unsigned long long)seed);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	printf("%zu passed, %d failed\n", sizeof(tests) / sizeof(*tests) - (size_t)failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
