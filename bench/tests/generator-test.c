/*
 * generator-test.c - the oracle against a very simple model, and the rules of time
 */
#include "trace-test.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>

#include "bench/trace/generator_internal.h"
#include "structures/timer.h"

#define MODEL_IDS 300

enum model_state { MODEL_IDLE, MODEL_ARMED, MODEL_DISARMED };

struct model {
	uint64_t deadline[MODEL_IDS];
	enum model_state state[MODEL_IDS];
	uint64_t ids, now;
	uint64_t arms, stops, advances, fired, checksum; /* of the whole trace */
};

static struct model model;

static uint64_t model_earliest(void)
{
	uint64_t earliest = TIMER_NEVER;

	for (uint64_t id = 0; id < model.ids; id++)
		if (model.state[id] == MODEL_ARMED && model.deadline[id] < earliest)
			earliest = model.deadline[id];
	return earliest;
}

static uint64_t model_due(void)
{
	uint64_t due = 0;

	for (uint64_t id = 0; id < model.ids; id++)
		due += model.state[id] == MODEL_ARMED && model.deadline[id] <= model.now &&
		       model.deadline[id] != TIMER_NEVER;
	return due;
}

static void model_arm(struct generator *generator, uint64_t id)
{
	uint64_t delay = generator_below(generator, 200 * GRAIN);

	if (generator_below(generator, 4)) {
		generator_arm(generator, id, delay);
		delay = delay ? (delay + GRAIN - 1) / GRAIN * GRAIN : GRAIN;
		model.deadline[id] = model.now + delay;
	} else {
		generator_arm_absolute(generator, id, delay);
		model.deadline[id] = (delay + GRAIN - 1) / GRAIN * GRAIN;
	}
	model.state[id] = MODEL_ARMED;
	model.arms++;
}

static void model_stop(struct generator *generator, uint64_t id)
{
	if (model.state[id] == MODEL_ARMED && generator_below(generator, 2)) {
		generator_disarm(generator, id);
		model.state[id] = MODEL_DISARMED;
	} else {
		generator_remove(generator, id);
		model.state[id] = MODEL_IDLE;
	}
	model.stops++;
}

static void model_advance(struct generator *generator)
{
	uint64_t time = model.now + generator_below(generator, 3 * GRAIN);
	uint64_t earlier = 0, due;
	const uint64_t *fired;
	size_t count;

	if (generator_below(generator, 10) == 0)
		time /= 2; /* time must not go back */
	time = (time + GRAIN - 1) / GRAIN * GRAIN;
	model.now = time > model.now ? time : model.now;
	due = model_due();
	count = generator_advance(generator, time, &fired);
	assert_int_equal(count, due);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(model.state[fired[i]], MODEL_ARMED);
		assert_true(model.deadline[fired[i]] <= model.now);
		assert_true(model.deadline[fired[i]] >= earlier);
		earlier = model.deadline[fired[i]];
		model.state[fired[i]] = MODEL_IDLE;
		model.checksum += trace_firing(generator->names[fired[i]], earlier, model.now);
	}
	model.advances++;
	model.fired += count;
}

static void generate_against_model(struct generator *generator, const void *options, uint64_t n,
				   uint64_t operations)
{
	(void)options;
	memset(&model, 0, sizeof(model));
	model.ids = n;
	generator_begin(generator, n, GRAIN);
	generator_mark(generator, "random", true);
	while (!generator_done(generator, operations)) {
		uint64_t id = generator_below(generator, n);
		uint64_t what = generator_below(generator, 8);

		assert_int_equal(generator_earliest(generator), model_earliest());
		assert_int_equal(generator_now(generator), model.now);
		assert_int_equal(generator_armed(generator, id), model.state[id] == MODEL_ARMED);
		if (what < 2)
			model_advance(generator);
		else if (what < 4 && model.state[id] != MODEL_IDLE)
			model_stop(generator, id);
		else
			model_arm(generator, id);
		assert_int_equal(generator_operations(generator),
				 model.arms + model.stops + model.fired);
	}
}

static void test_oracle_against_model(void **state)
{
	const struct workload workload = { .name = "model", .generate = generate_against_model };
	char path[256], error[TRACE_ERROR_SIZE] = "";
	struct trace trace;

	(void)state;
	file_in_folder(path, "model");
	for (uint64_t seed = 1; seed <= 40; seed++) {
		uint64_t ids = seed % 4 ? 1 + seed * 7 % MODEL_IDS : 1 + seed % 9;

		print_message("seed %" PRIu64 ", %" PRIu64 " timers\n", seed, ids);
		if (trace_make(path, &workload, NULL, "model", ids, seed, 3000, "test", NULL,
			       error) < 0 ||
		    trace_open(&trace, path, error) < 0 || trace_validate(&trace, path, error) < 0)
			fail_msg("%s", error);
		assert_int_equal(trace.phases[0].arms, model.arms);
		assert_int_equal(trace.phases[0].stops, model.stops);
		assert_int_equal(trace.phases[0].advances, model.advances);
		assert_int_equal(trace.phases[0].fired, model.fired);
		assert_int_equal(trace.phases[0].checksum, model.checksum);
		trace_close(&trace);
	}
	unlink(path);
}

/* Arrays that use huge pages must begin at multiples of the page size. */
static void test_a_large_oracle(void **state)
{
	const uint64_t ids = 600000, huge = 2 << 20;
	struct oracle oracle;

	(void)state;
	assert_int_equal(oracle_open(&oracle, ids), 0);
	assert_int_equal((uintptr_t)oracle.keys % huge, 0);
	assert_int_equal((uintptr_t)oracle.owners % huge, 0);
	assert_int_equal((uintptr_t)oracle.places % huge, 0);
	oracle_arm(&oracle, ids - 1, 5);
	assert_int_equal(oracle_earliest(&oracle), 5);
	oracle_close(&oracle);
}

static void test_never_is_never_due(void **state)
{
	struct oracle oracle;
	uint64_t id, deadline;

	(void)state;
	assert_int_equal(oracle_open(&oracle, 2), 0);
	oracle_arm(&oracle, 0, TIMER_NEVER);
	oracle_arm(&oracle, 1, TIMER_NEVER - 1);
	assert_true(oracle_fire(&oracle, TIMER_NEVER, &id, &deadline));
	assert_int_equal(id, 1);
	assert_false(oracle_fire(&oracle, TIMER_NEVER, &id, &deadline));
	assert_true(oracle_armed(&oracle, 0));
	oracle_close(&oracle);
}

#define NAMES 10000

/* The permutation, made from the workload's own random numbers with the generator's shuffle. */
static uint32_t imitation[NAMES];

static void generate_each_once(struct generator *generator, const void *options, uint64_t n,
			       uint64_t operations)
{
	generator_begin(generator, n, 1);
	generator_mark(generator, "each", true);
	for (uint64_t i = 0; i < n && operations == 0; i++) {
		uint64_t j = generator_below(generator, i + 1);

		imitation[i] = imitation[j];
		imitation[j] = (uint32_t)i;
	}
	/* The workload's random numbers must not change the names. */
	for (uint64_t i = 0; i < operations; i++)
		generator_random(generator);
	for (uint64_t id = 0; id < n; id++)
		generator_arm(generator, id, 1);
	(void)options;
}

static void names_of(uint32_t *names, uint64_t seed, uint64_t draws)
{
	const struct workload each = { .name = "each", .generate = generate_each_once };
	char path[256], error[TRACE_ERROR_SIZE] = "";
	struct trace trace;

	file_in_folder(path, "names");
	if (trace_make(path, &each, NULL, "each", NAMES, seed, draws, "test", NULL, error) < 0 ||
	    trace_open(&trace, path, error) < 0)
		fail_msg("%s", error);
	assert_int_equal(trace.header->operations, NAMES + 1);
	for (size_t i = 0; i < NAMES; i++)
		names[i] = trace.operations[i + 1].id;
	trace_close(&trace);
	unlink(path);
}

static void test_names_are_a_permutation(void **state)
{
	static uint32_t names[NAMES], again[NAMES], other[NAMES];
	static bool seen[NAMES];
	size_t in_place = 0, same = 0, copied = 0;

	(void)state;
	names_of(names, 1, 0);
	for (size_t i = 0; i < NAMES; i++)
		copied += names[i] == imitation[i];
	names_of(again, 1, 77);
	names_of(other, 2, 0);
	assert_memory_equal(names, again, sizeof(names));
	for (size_t i = 0; i < NAMES; i++) {
		assert_true(names[i] < NAMES);
		assert_false(seen[names[i]]);
		seen[names[i]] = true;
		in_place += names[i] == i;
		same += names[i] == other[i];
	}
	/*
	 * A random permutation has one fixed point on average, and 10 in one of 1e7 permutations.
	 */
	assert_true(in_place < 10);
	assert_true(same < 10);
	assert_true(copied < 10);
}

static void generate_rounded(struct generator *generator, const void *options, uint64_t n,
			     uint64_t operations)
{
	static const struct {
		uint64_t interval, deadline;
	} cases[] = {
		{ 0, 6000 },
		{ 1, 6000 },
		{ 999, 6000 },
		{ 1000, 6000 },
		{ 1001, 7000 },
		{ UINT64_MAX - 5000, TIMER_NEVER },
		{ UINT64_MAX, TIMER_NEVER },
	};
	const uint64_t *fired;

	(void)options;
	(void)operations;
	generator_begin(generator, n, GRAIN);
	generator_mark(generator, "rounded", true);
	assert_int_equal(generator_earliest(generator), TIMER_NEVER);
	assert_int_equal(generator_advance(generator, 4001, &fired), 0);
	assert_int_equal(generator_now(generator), 5000);
	assert_int_equal(generator_advance(generator, 3000, &fired), 0);
	assert_int_equal(generator_now(generator), 5000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		generator_arm(generator, 0, cases[i].interval);
		assert_int_equal(generator_earliest(generator), cases[i].deadline);
	}
	generator_arm_from(generator, 0, 2500, 4000);
	assert_int_equal(generator_earliest(generator), 7000);
	generator_arm_from(generator, 0, 0, 5000);
	assert_int_equal(generator_earliest(generator), 6000);
	generator_arm_from(generator, 0, UINT64_MAX, 1000);
	assert_int_equal(generator_earliest(generator), TIMER_NEVER);
	generator_arm_absolute(generator, 0, 4500);
	assert_int_equal(generator_earliest(generator), 5000);
	generator_arm_absolute(generator, 1, 1);
	assert_int_equal(generator_earliest(generator), 1000);
	assert_int_equal(generator_advance(generator, 5000, &fired), 2);
	assert_int_equal(fired[0], 1);
	generator_arm_absolute(generator, 0, TIMER_NEVER);
	assert_int_equal(generator_advance(generator, TIMER_NEVER, &fired), 0);
	assert_true(generator_armed(generator, 0));
	assert_int_equal(generator_now(generator), UINT64_MAX / GRAIN * GRAIN);
	generator_arm(generator, 1, 1);
	assert_int_equal(generator_advance(generator, TIMER_NEVER, &fired), 0);
}

/* With the finest grain (the unit of time of a trace), TIMER_NEVER - 1 is a valid time. */
static void generate_finest(struct generator *generator, const void *options, uint64_t n,
			    uint64_t operations)
{
	const uint64_t *fired;

	(void)options;
	(void)operations;
	generator_begin(generator, n, 1);
	generator_mark(generator, "finest", true);
	generator_arm_absolute(generator, 0, TIMER_NEVER - 1);
	generator_arm(generator, 1, UINT64_MAX);
	assert_int_equal(generator_earliest(generator), TIMER_NEVER - 1);
	assert_int_equal(generator_advance(generator, TIMER_NEVER, &fired), 1);
	assert_int_equal(generator_now(generator), TIMER_NEVER - 1);
}

static void make_and_validate(const char *name,
			      void (*generate)(struct generator *generator, const void *options,
					       uint64_t n, uint64_t operations))
{
	const struct workload workload = { .name = name, .generate = generate };
	char path[256], error[TRACE_ERROR_SIZE] = "";
	struct trace trace;

	file_in_folder(path, name);
	if (trace_make(path, &workload, NULL, name, 2, 1, 1, "test", NULL, error) < 0 ||
	    trace_open(&trace, path, error) < 0 || trace_validate(&trace, path, error) < 0)
		fail_msg("%s", error);
	trace_close(&trace);
	unlink(path);
}

static void test_rounding(void **state)
{
	(void)state;
	make_and_validate("rounded", generate_rounded);
	make_and_validate("finest", generate_finest);
}

static int bug;

static void generate_bug(struct generator *generator, const void *options, uint64_t n,
			 uint64_t operations)
{
	const uint64_t *fired;

	(void)options;
	(void)operations;
	if (bug == 0)
		generator_mark(generator, "early", true);
	if (bug == 1)
		return;
	generator_begin(generator, n, bug == 2 ? 0 : GRAIN);
	if (bug == 3)
		generator_arm(generator, 0, 1);
	if (bug == 4)
		generator_advance(generator, 1, &fired);
	for (int i = 0; i < (bug == 5 ? TRACE_PHASES + 1 : 1); i++)
		generator_mark(generator, "phase", true);
	if (bug == 6)
		generator_arm(generator, n, 1);
	if (bug == 7)
		generator_disarm(generator, 0);
	if (bug == 8)
		generator_remove(generator, 0);
	if (bug == 9)
		generator_below(generator, 0);
	if (bug == 10)
		generator_begin(generator, n, GRAIN);
}

/* The message for each bug. */
static const char *const said[] = {
	"generator_mark: generator_begin must come first (id 0)",
	"generate: generator_begin and generator_mark were never called (id 0)",
	"generator_begin: the grain is out of range (id 0)",
	"generator_arm: generator_mark must come before any operation (id 0)",
	"generator_advance: generator_begin and generator_mark must come first (id 0)",
	"generator_mark: too many phases (id 8)",
	"generator_arm: there is no such timer (id 3)",
	"generator_disarm: it is not armed (id 0)",
	"generator_remove: it is idle (id 0)",
	"generator_below: the bound is 0 (id 0)",
	"generator_begin: called twice (id 0)",
};

#define BUGS ((int)(sizeof(said) / sizeof(*said)))

/* Runs the workload in a child process, which must abort. It leaves its partial file behind. */
static void test_broken_workloads_abort(void **state)
{
	const struct workload broken = { .name = "broken", .generate = generate_bug };
	char path[256], partial[300], error[TRACE_ERROR_SIZE];

	(void)state;
	file_in_folder(path, "broken");
	snprintf(partial, sizeof(partial), "%s.partial", path);
	for (bug = 0; bug <= BUGS; bug++) {
		char wanted[128] = "", text[128] = "";
		int status, ends[2];
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0) {
			dup2(ends[1], STDERR_FILENO);
			_exit(trace_make(path, &broken, NULL, "broken", 3, 1, 1, "test", NULL,
					 error) != 0);
		}
		close(ends[1]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(read(ends[0], text, sizeof(text) - 1) >= 0);
		close(ends[0]);
		if (bug < BUGS)
			snprintf(wanted, sizeof(wanted), "workload bug: %s\n", said[bug]);
		assert_string_equal(text, wanted);
		if (bug < BUGS)
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
		else
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	unlink(partial);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oracle_against_model),
		cmocka_unit_test(test_a_large_oracle),
		cmocka_unit_test(test_never_is_never_due),
		cmocka_unit_test(test_names_are_a_permutation),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_broken_workloads_abort),
	};

	RUN_TESTS(tests);
}
