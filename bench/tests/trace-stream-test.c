/*
 * trace-stream-test.c - a stream in parts is the stream of the trace, and its parts are bounded
 */
#include "workload-test.h"

#include <errno.h>

#include "bench/trace/trace_stream.h"
#include "bench/trace/trace_write.h"
#include "structures/timer.h"

#define N 200

/* All parts of a stream, put together. Indexes are those of the whole stream. */
struct gathered {
	struct trace_operation *operations;
	uint64_t count, room;
	uint64_t advances, fired; /* in the parts so far */
	uint64_t *earliest, *fired_end;
	uint32_t *ids; /* that fired */
	struct trace_phase phases[TRACE_PHASES];
	uint64_t phase_count, ids_count;
	uint64_t lasts; /* virtual time after the first mark of a measured phase, */
	uint64_t ends;	/* and when the stream is ended; 0 before that mark */
	uint64_t step;	/* virtual time of a part, about */
	uint64_t parts, within_turns, armed;
	bool *armed_ids;
	bool ended;
};

static void *more(void *array, uint64_t count, size_t size)
{
	void *grown = realloc(array, count * size);

	assert_non_null(grown);
	return grown;
}

static void add_operations(struct gathered *all, const struct trace *part)
{
	uint64_t added = part->header->operations;

	all->operations = more(all->operations, all->count + added, sizeof(*all->operations));
	for (uint64_t i = 0; i < added; i++) {
		struct trace_operation operation = part->operations[i];

		if (operation.kind == TRACE_ADVANCE)
			operation.id += (uint32_t)all->advances;
		all->operations[all->count++] = operation;
	}
}

static void add_results(struct gathered *all, const struct trace *part, uint64_t advances,
			uint64_t fired)
{
	all->earliest = more(all->earliest, advances + 1, sizeof(uint64_t));
	all->fired_end = more(all->fired_end, advances + 1, sizeof(uint64_t));
	all->ids = more(all->ids, fired + 1, sizeof(uint32_t));
	for (uint64_t i = all->advances; i < advances; i++) {
		all->earliest[i] = part->advances[i - all->advances].earliest;
		all->fired_end[i] = all->fired + part->advances[i - all->advances].fired_end;
	}
	for (uint64_t i = all->fired; i < fired; i++)
		all->ids[i] = part->fired[i - all->fired];
	all->advances = advances;
	all->fired = fired;
}

/* A part must not be larger than the buffer, and an interval must be in the part of its arm. */
static void check_part(const struct trace *part)
{
	const struct trace_operation *last = part->operations + part->header->operations - 1;

	assert_in_range(part->header->operations, 1, TRACE_WRITE_BUFFER + 1);
	assert_true(last->kind != TRACE_ARM_INTERVAL);
	assert_true(part->operations->kind != TRACE_INTERVAL);
	assert_true(part->header->phases >= 1);
	assert_true(part->phases->first == 0);
}

static int gather(void *data, const struct trace_part *part, uint64_t *until)
{
	struct gathered *all = data;

	assert_false(all->ended);
	check_part(&part->trace);
	add_operations(all, &part->trace);
	add_results(all, &part->trace, part->whole.header->advances, part->whole.header->fired);
	all->parts++;
	all->within_turns += !part->turn_ended;
	all->armed = part->armed;
	all->ids_count = part->whole.header->ids;
	all->phase_count = part->whole.header->phases;
	memcpy(all->phases, part->whole.phases, sizeof(all->phases));
	if (part->now >= *until || *until == UINT64_MAX)
		*until = part->now + all->step;
	if (!all->ends && all->phases[all->phase_count - 1].measured)
		all->ends = part->now + all->lasts;
	if (!part->turn_ended || !all->ends || part->now < all->ends)
		return 0;
	all->ended = true;
	all->armed_ids = calloc(all->ids_count, sizeof(bool));
	assert_non_null(all->armed_ids);
	trace_part_armed(part, all->armed_ids);
	return -ECANCELED;
}

static void free_gathered(struct gathered *all)
{
	free(all->operations);
	free(all->earliest);
	free(all->fired_end);
	free(all->ids);
	free(all->armed_ids);
}

static int stream(const char *name, const char *options, uint64_t n, struct gathered *all,
		  char *error)
{
	const struct workload *workload = find(name);
	void *parsed = calloc(1, workload->options_size);
	int result;

	assert_non_null(parsed);
	assert_int_equal(options_parse(workload->options, options, parsed, error, TRACE_ERROR_SIZE),
			 0);
	result = trace_stream(workload, parsed, name, n, 5, 1000, gather, all, error);
	free(parsed);
	return result;
}

/* Every section must be that of a trace with as many operations. */
static void compare(const struct gathered *all, const struct trace *trace)
{
	uint64_t armed = 0;
	bool *found = calloc(trace->header->ids, sizeof(bool));

	assert_non_null(found);
	assert_int_equal(all->count, trace->header->operations);
	assert_memory_equal(all->operations, trace->operations,
			    all->count * sizeof(*all->operations));
	assert_int_equal(all->advances, trace->header->advances);
	for (uint64_t i = 0; i < all->advances; i++) {
		assert_true(all->earliest[i] == trace->advances[i].earliest);
		assert_int_equal(all->fired_end[i], trace->advances[i].fired_end);
	}
	assert_int_equal(all->fired, trace->header->fired);
	assert_memory_equal(all->ids, trace->fired, all->fired * sizeof(*all->ids));
	assert_int_equal(all->phase_count, trace->header->phases);
	assert_memory_equal(all->phases, trace->phases, all->phase_count * sizeof(*all->phases));
	for (uint64_t i = 0, advance = 0, fired = 0; i < all->count; i++) {
		const struct trace_operation *one = &trace->operations[i];

		if (one->kind <= TRACE_ARM_INTERVAL)
			found[one->id] = true;
		if (one->kind == TRACE_DISARM || one->kind == TRACE_REMOVE)
			found[one->id] = false;
		for (; one->kind == TRACE_ADVANCE && fired < trace->advances[advance].fired_end;
		     fired++)
			found[trace->fired[fired]] = false;
		advance += one->kind == TRACE_ADVANCE;
	}
	for (uint64_t id = 0; id < trace->header->ids; id++) {
		assert_int_equal(found[id], all->armed_ids[id]);
		armed += found[id];
	}
	assert_int_equal(armed, all->armed);
	free(found);
}

/*
 * In the workload retry the number of operations determines when the first outage begins, so its
 * longer traces are others.
 */
static void test_same_stream(void **state)
{
	static const struct {
		const char *name, *options;
		uint64_t n, lasts, step; /* ns */
	} cases[] = {
		{ "server", "", N, 100 * TIMER_SECOND, TIMER_SECOND },
		{ "server", "", N, 2000 * TIMER_SECOND, 1000 * TIMER_SECOND },
		{ "rpc", "stop=remove", N, 100 * TIMER_SECOND, TIMER_SECOND / 7 },
		{ "mix", "intervals=64,drift=100", N, 200 * TIMER_SECOND, 0 },
		{ "hold", "", N, 200 * TIMER_SECOND, 50 * TIMER_SECOND },
		{ "adversary", "attack=backwards", 150000, 5 * TIMER_SECOND / 2, TIMER_SECOND },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gathered all = { .lasts = cases[i].lasts, .step = cases[i].step };
		char error[TRACE_ERROR_SIZE] = "";
		uint64_t operations = 0;
		struct trace trace;

		if (stream(cases[i].name, cases[i].options, cases[i].n, &all, error))
			fail_msg("%s", error);
		assert_true(all.ended);
		for (uint64_t k = 0; k < all.phase_count; k++)
			if (all.phases[k].measured)
				operations += all.phases[k].arms + all.phases[k].stops +
					      all.phases[k].fired;
		make(&trace, "whole", cases[i].name, cases[i].options, cases[i].n, operations, 5);
		printf("%s:%s n=%" PRIu64 ": %" PRIu64 " entries in %" PRIu64 " parts, %" PRIu64
		       " of which end within a turn\n",
		       cases[i].name, cases[i].options, cases[i].n, all.count, all.parts,
		       all.within_turns);
		compare(&all, &trace);
		trace_close(&trace);
		free_gathered(&all);
	}
}

/* A workload that ends by itself must hand over all of it. */
static void test_end_by_itself(void **state)
{
	struct gathered all = { .lasts = TIMER_NEVER / 2, .step = TIMER_SECOND };
	char error[TRACE_ERROR_SIZE] = "";
	struct trace trace;

	(void)state;
	assert_int_equal(stream("fill-drain", "", N, &all, error), 0);
	assert_false(all.ended);
	make(&trace, "whole", "fill-drain", "", N, 1, 5);
	assert_int_equal(all.count, trace.header->operations);
	assert_int_equal(all.fired, trace.header->fired);
	trace_close(&trace);
	free_gathered(&all);
}

static int refuse(void *data, const struct trace_part *part, uint64_t *until)
{
	(void)part, (void)until;
	++*(int *)data;
	return -EIO;
}

/* An error of the taker must be the result, and no further part may be taken. */
static void test_taker_fails(void **state)
{
	const struct workload *workload = find("hold");
	void *parsed = calloc(1, workload->options_size);
	char error[TRACE_ERROR_SIZE] = "";
	int calls = 0;

	(void)state;
	assert_non_null(parsed);
	options_parse(workload->options, "", parsed, error, sizeof(error));
	assert_int_equal(trace_stream(workload, parsed, "hold", N, 1, 1000, refuse, &calls, error),
			 -EIO);
	assert_int_equal(calls, 1);
	free(parsed);
}

/* A failure of the workload must be the result, with its reason. */
static void test_workload_fails(void **state)
{
	struct gathered all = { .lasts = TIMER_NEVER / 2, .step = TIMER_SECOND };
	char error[TRACE_ERROR_SIZE] = "";

	(void)state;
	assert_int_equal(stream("mix", "range=1000,intervals=4,drift=1", N, &all, error),
			 -EOVERFLOW);
	assert_non_null(strstr(error, "the drift has used up all intervals"));
	free_gathered(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_stream),
		cmocka_unit_test(test_end_by_itself),
		cmocka_unit_test(test_taker_fails),
		cmocka_unit_test(test_workload_fails),
	};

	RUN_TESTS(tests);
}
