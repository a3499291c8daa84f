/*
 * adversary-test.c - each attack has the property that it claims
 *
 * workload-test.c checks what holds for all workloads. This test walks the trace of each attack,
 * keeps the deadline of every timer, and counts what the attack does.
 */
#include "workload-test.h"

#include "structures/timer.h"

#define NS_PER_MS UINT64_C(1000000)

/* A walk through a trace. `deadline` is 0 for a timer that is not armed. */
struct scene {
	struct trace trace;
	uint64_t *deadline; /* by id */
	uint64_t now, at;   /* `at` is the index of the next operation */
	bool measured;
	uint64_t armed, fired, turns; /* `fired` and `turns` count only the measured phase */
};

static void open_scene(struct scene *scene, const char *options, uint64_t n, uint64_t operations)
{
	*scene = (struct scene){ .now = 0 };
	make(&scene->trace, "scene", "adversary", options, n, operations, 31);
	scene->deadline = calloc(scene->trace.header->ids, sizeof(uint64_t));
	assert_non_null(scene->deadline);
}

static void close_scene(struct scene *scene)
{
	trace_close(&scene->trace);
	free(scene->deadline);
}

static void apply_advance(struct scene *scene, const struct trace_operation *operation)
{
	const struct trace_advance *advances = scene->trace.advances;
	uint64_t from = operation->id ? advances[operation->id - 1].fired_end : 0;

	for (uint64_t i = from; i < advances[operation->id].fired_end; i++) {
		scene->deadline[scene->trace.fired[i]] = 0;
		scene->armed--;
		scene->fired += scene->measured;
	}
	scene->now = operation->time;
	scene->turns += scene->measured;
}

static void apply(struct scene *scene, const struct trace_operation *operation)
{
	uint64_t *deadline = &scene->deadline[operation->id % scene->trace.header->ids];

	if (operation->kind == TRACE_ADVANCE) {
		apply_advance(scene, operation);
	} else if (operation->kind == TRACE_MARK) {
		scene->measured = scene->trace.phases[operation->id].measured;
	} else if (operation->kind == TRACE_DISARM || operation->kind == TRACE_REMOVE) {
		scene->armed -= *deadline != 0;
		*deadline = 0;
	} else if (operation->kind != TRACE_INTERVAL) {
		scene->armed += *deadline == 0;
		*deadline = operation->time;
	}
}

static bool is_stop(const struct trace_operation *operation)
{
	return operation->kind == TRACE_DISARM || operation->kind == TRACE_REMOVE;
}

static bool is_arm(const struct trace_operation *operation)
{
	return operation->kind == TRACE_ARM || operation->kind == TRACE_ARM_ABSOLUTE ||
	       operation->kind == TRACE_ARM_INTERVAL;
}

/*
 * Applies all operations before the next measured one. Returns that operation, not yet applied, or
 * NULL.
 */
static const struct trace_operation *next_measured(struct scene *scene)
{
	const struct trace_operation *operation = scene->trace.operations + scene->at;

	while (scene->at < scene->trace.header->operations && !scene->measured) {
		apply(scene, operation++);
		scene->at++;
	}
	return scene->at < scene->trace.header->operations ? operation : NULL;
}

static void step(struct scene *scene)
{
	apply(scene, scene->trace.operations + scene->at++);
}

/* Finds the least and the greatest deadline of the armed timers. */
static void find_range(const struct scene *scene, uint64_t *least, uint64_t *greatest)
{
	*least = UINT64_MAX;
	*greatest = 0;
	for (uint64_t id = 0; id < scene->trace.header->ids; id++) {
		uint64_t deadline = scene->deadline[id];

		if (deadline && deadline < *least)
			*least = deadline;
		if (deadline > *greatest)
			*greatest = deadline;
	}
}

/* Returns how many timers are armed for this deadline. */
static uint64_t count_at(const struct scene *scene, uint64_t deadline)
{
	uint64_t count = 0;

	for (uint64_t id = 0; id < scene->trace.header->ids; id++)
		count += scene->deadline[id] == deadline;
	return count;
}

/*
 * Returns the highest digit in which the deadline and now, in ticks, differ, with `bits` bits per
 * digit.
 */
static uint64_t level(uint64_t deadline, uint64_t now, uint64_t tick, unsigned bits)
{
	uint64_t differs = (deadline + tick - 1) / tick ^ now / tick, digit = 0;

	while (differs >>= bits)
		digit++;
	return digit;
}

/*
 * All timers have one deadline. Until then the loop must wake up at every level, from the level at
 * which the timers were armed to the lowest.
 */
static void test_cascade(void **state)
{
	static const struct {
		uint64_t tick; /* ns */
		unsigned bits;
		uint64_t levels; /* the least number of levels that must be seen */
	} wheels[] = { { 1000, 6, 4 }, { NS_PER_MS, 3, 4 }, { NS_PER_MS, 6, 2 }, { 1, 1, 10 } };
	const struct trace_operation *operation;

	(void)state;
	for (size_t i = 0; i < sizeof(wheels) / sizeof(*wheels); i++) {
		struct scene scene;
		uint64_t seen = 0, periods = 0;

		open_scene(&scene, "", 100, 2000);
		for (; (operation = next_measured(&scene)); step(&scene)) {
			uint64_t least, greatest;

			if (operation->kind != TRACE_ADVANCE || scene.armed < 100)
				continue;
			find_range(&scene, &least, &greatest);
			assert_int_equal(least, greatest);
			seen |= UINT64_C(1)
				<< level(least, scene.now, wheels[i].tick, wheels[i].bits);
			if (operation->time < least)
				continue;
			assert_true((uint64_t)__builtin_popcountll(seen) >= wheels[i].levels);
			seen = 0;
			periods++;
		}
		assert_int_equal(periods, 10);
		assert_int_equal(scene.fired, 1000);
		close_scene(&scene);
	}
}

/*
 * All deadlines must be in one slot, 1 to `turns` turns ahead, and each of these turns must occur.
 */
static void test_collide(void **state)
{
	static const struct {
		const char *options;
		uint64_t turn; /* ns */
		uint64_t turns;
	} cases[] = { { "attack=collide", 16384 * NS_PER_MS, 100 },
		      { "attack=collide,turn=512ms,turns=10", 512 * NS_PER_MS, 10 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct trace_operation *operation;
		struct scene scene;
		uint64_t furthest = 0, slot;

		open_scene(&scene, cases[i].options, 1000, 20000);
		for (; (operation = next_measured(&scene)); step(&scene)) {
			if (operation->kind == TRACE_ADVANCE) {
				assert_true(operation->time - scene.now == cases[i].turn);
				continue;
			}
			if (!is_arm(operation))
				continue;
			slot = operation->time % cases[i].turn;
			assert_int_equal(slot, 0);
			if (operation->time - scene.now > furthest)
				furthest = operation->time - scene.now;
		}
		assert_int_equal(furthest / cases[i].turn, cases[i].turns);
		/* A timer waits for (turns + 1) / 2 turns on average. */
		printf("%s: %.2f fired in a turn\n", cases[i].options,
		       (double)scene.fired / (double)scene.turns);
		assert_true(fabs((double)scene.fired / (double)scene.turns /
					 (2000.0 / (double)(cases[i].turns + 1)) -
				 1) < 0.1);
		close_scene(&scene);
	}
}

/* Ten minutes must pass between two firings, whatever n is. */
static void test_sparse(void **state)
{
	static const uint64_t sizes[] = { 10, 1000, 100000 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scene scene;
		uint64_t begun = 0;
		double gap;

		open_scene(&scene, "attack=sparse", sizes[i], 20000);
		for (; next_measured(&scene); step(&scene))
			begun = begun ? begun : scene.now + 1;
		gap = (double)(scene.now - begun) / (double)scene.fired / 60e9;
		printf("attack=sparse n=%" PRIu64 ": %.2f minutes\n", sizes[i], gap);
		assert_true(fabs(gap - 10) < 1);
		assert_true(scene.turns * 1000 > scene.fired * 999);
		close_scene(&scene);
	}
}

/* The stopped timer must be the latest, and the armed timer the earliest. No timer fires. */
static void test_decreasing(void **state)
{
	const struct trace_operation *operation;
	struct scene scene;
	uint64_t stops = 0;

	(void)state;
	open_scene(&scene, "attack=decreasing", 100, 5000);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		uint64_t least, greatest;

		find_range(&scene, &least, &greatest);
		if (is_arm(operation))
			assert_true(operation->time < least);
		if (is_stop(operation)) {
			assert_true(scene.deadline[operation->id] == greatest);
			stops++;
		}
	}
	assert_true(stops >= 2500);
	assert_int_equal(scene.fired, 0);
	close_scene(&scene);
}

/* Each arm must re-arm the latest timer and make it the earliest. */
static void test_earlier(void **state)
{
	const struct trace_operation *operation;
	struct scene scene;
	uint64_t arms = 0;

	(void)state;
	open_scene(&scene, "attack=earlier", 100, 5000);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		uint64_t least, greatest;

		assert_false(is_stop(operation));
		if (!is_arm(operation))
			continue;
		find_range(&scene, &least, &greatest);
		assert_true(scene.deadline[operation->id] == greatest);
		assert_true(operation->time < least);
		arms++;
	}
	assert_true(arms >= 5000);
	assert_int_equal(scene.fired, 0);
	close_scene(&scene);
}

/* Each arm must make a timer the latest. */
static void test_ascending(void **state)
{
	const struct trace_operation *operation;
	struct scene scene;

	(void)state;
	open_scene(&scene, "attack=ascending", 100, 5000);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		uint64_t least, greatest;

		assert_false(is_stop(operation));
		find_range(&scene, &least, &greatest);
		if (is_arm(operation))
			assert_true(operation->time > greatest);
	}
	assert_true(scene.fired >= 2400);
	close_scene(&scene);
}

static int compare_times(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static uint64_t count_distinct(uint64_t *values, uint64_t count)
{
	uint64_t distinct = 0;

	qsort(values, count, sizeof(*values), compare_times);
	for (uint64_t i = 0; i < count; i++)
		distinct += i == 0 || values[i] != values[i - 1];
	return distinct;
}

/*
 * Each interval must be used twice in a row and never again, and its timers stopped after one turn.
 */
static void test_distinct(void **state)
{
	enum { OPERATIONS = 20000 };
	static uint64_t intervals[2 * OPERATIONS];
	const struct trace_operation *operation;
	uint64_t arms = 0, stops = 0, pairs = 0, distinct;
	struct scene scene;

	(void)state;
	open_scene(&scene, "attack=distinct", 3000, OPERATIONS);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		stops += is_stop(operation);
		if (!is_arm(operation))
			continue;
		assert_int_equal(operation->kind, TRACE_ARM);
		intervals[arms] = operation->time - scene.now;
		pairs += arms % 2 && intervals[arms] == intervals[arms - 1];
		arms++;
	}
	distinct = count_distinct(intervals, arms);
	assert_true(arms >= OPERATIONS / 2);
	assert_int_equal(arms, stops);
	assert_int_equal(2 * pairs, arms);
	assert_true(distinct * 1000 > pairs * 999);
	close_scene(&scene);
}

/* Within a turn each deadline must be before all that were armed earlier in the turn. */
static void test_backwards(void **state)
{
	const struct trace_operation *operation;
	uint64_t last = 0, interval = 0, back = 0, arms = 0, latest = 0;
	struct scene scene;

	(void)state;
	open_scene(&scene, "attack=backwards", 3000, 20000);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		if (operation->kind == TRACE_INTERVAL) {
			assert_true(interval == 0 || operation->time == interval);
			interval = operation->time;
		}
		if (operation->kind == TRACE_ADVANCE) {
			latest = last > latest ? last : latest;
			last = 0;
		}
		if (!is_arm(operation))
			continue;
		assert_int_equal(operation->kind, TRACE_ARM_INTERVAL);
		assert_true(operation->time > latest);
		assert_true(last == 0 || operation->time < last);
		back += last != 0;
		latest = last ? latest : operation->time - 64 * GRAIN;
		last = operation->time;
		arms++;
	}
	assert_true(arms >= 9900);
	assert_true(back * 100 > arms * 95);
	close_scene(&scene);
}

/*
 * The gaps are a million to one. The number of timers must pass two powers of two while sparse
 * timers are next.
 */
static void test_width(void **state)
{
	enum { N = 3000 };
	static uint64_t deadlines[N];
	const struct trace_operation *operation;
	struct scene scene;
	uint64_t least = N, grown = 0, stops = 0;

	(void)state;
	open_scene(&scene, "attack=width", N, 20000);
	assert_non_null(next_measured(&scene));
	memcpy(deadlines, scene.deadline, sizeof(deadlines));
	qsort(deadlines, N, sizeof(*deadlines), compare_times);
	for (int i = 1; i <= 32; i++)
		assert_true(deadlines[i] - deadlines[i - 1] >= UINT64_C(1000000000));
	assert_true(deadlines[N - 1] - deadlines[32] < N * GRAIN);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		stops += is_stop(operation);
		if (is_stop(operation))
			assert_true(scene.deadline[operation->id] - scene.now > 32 * TIMER_SECOND);
		if (operation->kind == TRACE_ADVANCE && least < 1024 && scene.armed > 2048) {
			grown++;
			least = N;
		}
		if (scene.armed < least)
			least = scene.armed;
	}
	assert_true(stops >= 1977);
	assert_in_range(grown, 2, 4); /* 2 x 1977 stops and arms, 2 x 3000 firings and arms */
	close_scene(&scene);
}

/*
 * Half of the timers must be in herds of equal deadlines, with others before, between and behind
 * them.
 */
static void test_equal(void **state)
{
	enum { N = 3200 };
	struct scene scene;
	uint64_t least, greatest, herds = 0, first = UINT64_MAX, last = 0;

	(void)state;
	open_scene(&scene, "attack=equal", N, 20000);
	assert_non_null(next_measured(&scene));
	find_range(&scene, &least, &greatest);
	for (uint64_t id = 0; id < N; id++) {
		uint64_t deadline = scene.deadline[id];

		if (count_at(&scene, deadline) < 200)
			continue;
		herds++;
		first = deadline < first ? deadline : first;
		last = deadline > last ? deadline : last;
	}
	assert_int_equal(herds, N / 2);
	assert_true(least < first);
	assert_true(first < last);
	assert_true(last < greatest);
	for (; next_measured(&scene); step(&scene))
		;
	assert_true(scene.fired >= 9900);
	close_scene(&scene);
}

/*
 * The stopped timer must be one of the half with equal deadlines. It is armed for that deadline
 * again.
 */
static void test_crowd(void **state)
{
	const struct trace_operation *operation;
	struct scene scene;
	uint64_t stops = 0, deadline = 0;

	(void)state;
	open_scene(&scene, "attack=crowd", 1000, 5000);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		if (is_stop(operation)) {
			deadline = scene.deadline[operation->id];
			assert_int_equal(count_at(&scene, deadline), 500);
			stops++;
		}
		if (is_arm(operation))
			assert_true(operation->time == deadline);
	}
	assert_true(stops >= 2500);
	assert_int_equal(scene.fired, 0);
	close_scene(&scene);
}

/*
 * No timer fires. A timer must be stopped long before its deadline, and another one armed in its
 * place.
 */
static void test_stop_all(void **state)
{
	(void)state;
	for (int removes = 0; removes < 2; removes++) {
		const struct trace_operation *operation;
		struct scene scene;
		uint64_t stops = 0, arms = 0, stopped = UINT64_MAX, same = 0;

		open_scene(&scene, removes ? "attack=stop-all,stop=remove" : "attack=stop-all",
			   1000, 20000);
		for (; (operation = next_measured(&scene)); step(&scene)) {
			if (is_stop(operation)) {
				assert_int_equal(operation->kind,
						 removes ? TRACE_REMOVE : TRACE_DISARM);
				assert_true(scene.deadline[operation->id] - scene.now >
					    500 * TIMER_SECOND);
				stopped = operation->id;
				stops++;
			}
			if (is_arm(operation)) {
				assert_int_equal(scene.deadline[operation->id], 0);
				same += operation->id == stopped;
				arms++;
			}
		}
		assert_true(stops >= 10000);
		assert_int_equal(stops, arms);
		assert_int_equal(same, 0);
		assert_int_equal(scene.fired, 0);
		close_scene(&scene);
	}
}

/*
 * Each timer must be re-armed before it is due, and its old deadline must pass in the next advance.
 */
static void test_nudge(void **state)
{
	const struct trace_operation *operation;
	uint64_t due = 0, arms = 0;
	struct scene scene;

	(void)state;
	open_scene(&scene, "attack=nudge", 3000, 20000);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		assert_false(is_stop(operation));
		if (operation->kind == TRACE_ADVANCE) {
			assert_true(due == 0 || operation->time >= due);
			due = 0;
		}
		if (!is_arm(operation))
			continue;
		assert_true(scene.deadline[operation->id] > scene.now);
		assert_true(operation->time > scene.deadline[operation->id]);
		due = scene.deadline[operation->id];
		arms++;
	}
	assert_true(arms >= 20000);
	assert_int_equal(scene.fired, 0);
	close_scene(&scene);
}

/*
 * Returns the number of the highest level at whose boundaries `time` is, or a grain before or
 * after, and counts on which side it is.
 */
static uint64_t level_near(uint64_t time, uint64_t sides[3])
{
	uint64_t highest = 0, side = 0;

	for (uint64_t i = 0; i < 3; i++) {
		uint64_t at = time / GRAIN + 1 - i, k = 0;

		while (k < 10 && at % 64 == 0) {
			at /= 64;
			k++;
		}
		if (k > highest) {
			highest = k;
			side = i;
		}
	}
	sides[side]++;
	return highest;
}

/*
 * Each deadline must be near a boundary. All levels and all sides must have their share, and the
 * loop must jump over several boundaries of each level below the highest.
 */
static void test_boundaries(void **state)
{
	enum { LEVELS = 5 };
	uint64_t at[11] = { 0 }, jumps[LEVELS + 1] = { 0 }, sides[3] = { 0 }, arms = 0;
	const struct trace_operation *operation;
	struct scene scene;

	(void)state;
	open_scene(&scene, "attack=boundaries", 10000, 200000);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		assert_false(is_stop(operation));
		for (uint64_t k = 1; operation->kind == TRACE_ADVANCE && k <= LEVELS; k++) {
			uint64_t apart = (uint64_t)GRAIN << 6 * k;

			jumps[k] += operation->time / apart - scene.now / apart > 1;
		}
		if (!is_arm(operation))
			continue;
		assert_true(operation->time > scene.now);
		at[level_near(operation->time, sides)]++;
		arms++;
	}
	assert_int_equal(at[0], 0);
	for (uint64_t k = 1; k <= LEVELS; k++) {
		printf("level %" PRIu64 ": %" PRIu64 " of %" PRIu64 " arms, %" PRIu64 " jumps\n", k,
		       at[k], arms, jumps[k]);
		assert_true(at[k] * 100 > arms * 18);
		assert_true(k == LEVELS || jumps[k] * 10 > scene.turns);
	}
	for (uint64_t i = 0; i < 3; i++)
		assert_true(sides[i] * 100 > arms * 30);
	close_scene(&scene);
}

/*
 * A quarter of the time stamps must be `back` behind the clock, and half of these timers due at
 * once. No timer may be due when the trace ends.
 */
static void test_step_back(void **state)
{
	static uint64_t intervals[200000];
	const struct trace_operation *operation;
	uint64_t arms = 0, behind = 0, due = 0, least, greatest;
	struct scene scene;

	(void)state;
	open_scene(&scene, "attack=step-back", 3000, 100000);
	for (; (operation = next_measured(&scene)); step(&scene)) {
		uint64_t interval = operation[1].time;

		assert_false(is_stop(operation));
		if (operation->kind == TRACE_ADVANCE)
			assert_true(operation->time > scene.now);
		if (!is_arm(operation))
			continue;
		assert_int_equal(operation->kind, TRACE_ARM_INTERVAL);
		assert_true(operation->time >= scene.now);
		if (operation->time != scene.now + interval) {
			behind++;
			due += operation->time == scene.now;
			assert_true(operation->time == scene.now ||
				    operation->time == scene.now + interval - 1000 * NS_PER_MS);
		}
		intervals[arms++] = interval;
	}
	printf("attack=step-back seed 31: %" PRIu64 " of %" PRIu64 " arms behind, %" PRIu64
	       " due at once\n",
	       behind, arms, due);
	assert_true(fabs((double)behind / (double)arms - 0.25) < 0.02);
	assert_true(fabs((double)due / (double)behind - 0.5) < 0.05);
	assert_int_equal(count_distinct(intervals, arms), 8);
	find_range(&scene, &least, &greatest);
	assert_true(least > scene.now);
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cascade),	  cmocka_unit_test(test_collide),
		cmocka_unit_test(test_sparse),	  cmocka_unit_test(test_decreasing),
		cmocka_unit_test(test_earlier),	  cmocka_unit_test(test_ascending),
		cmocka_unit_test(test_distinct),  cmocka_unit_test(test_backwards),
		cmocka_unit_test(test_width),	  cmocka_unit_test(test_equal),
		cmocka_unit_test(test_crowd),	  cmocka_unit_test(test_stop_all),
		cmocka_unit_test(test_nudge),	  cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_step_back),
	};

	RUN_TESTS(tests);
}
