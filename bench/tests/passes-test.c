/*
 * passes-test - each key that a pass records, on small traces that are written by hand
 *
 * No test depends on the speed of the machine. Times are compared only with each other, or with the
 * time of the whole measurement.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/cell.h"
#include "bench/clock.h"
#include "bench/tests/hand-trace.h"

#define US UINT64_C(1000)

static struct hand_trace hand;
static struct cell cell;
static json_t *record;
static char error[CELL_ERROR_SIZE];

/* Writes a phase that arms 40 timers, and two measured phases: 20 arms and 10 stops; 60 firings. */
static void write_phases(void)
{
	hand_begin(&hand, US);
	hand_mark(&hand, "fill", false);
	for (uint32_t id = 0; id < 40; id++)
		hand_arm(&hand, TRACE_ARM, id, (100 + 10 * id) * US, 0);
	hand_mark(&hand, "change", true);
	for (uint32_t id = 40; id < 60; id++)
		hand_arm(&hand, TRACE_ARM, id, (95 + id) * US, 0);
	for (uint32_t id = 0; id < 10; id++)
		hand_stop(&hand, TRACE_REMOVE, id);
	hand_mark(&hand, "drain", true);
	for (uint64_t now = 100; now <= 600; now += 100)
		hand_advance(&hand, now * US);
}

enum { CHANGES = 30, FIRINGS = 50, ADVANCES = 6, TIMED = CHANGES + ADVANCES };

static void make_cell(const char *subject)
{
	cell = (struct cell){ .settings = { .repeats = 3, .stride = 64 }, .trace = hand.trace };
	if (subject_find(subject, &cell.subject, error))
		fail_msg("%s", error);
}

static int measure(const char *pass)
{
	json_decref(record);
	record = json_object();
	*error = '\0';
	return pass_find(pass)->measure(&cell, record, error);
}

static int free_record(void **state)
{
	(void)state;
	json_decref(record);
	record = NULL;
	return 0;
}

static double number(const char *key)
{
	if (!json_is_number(json_object_get(record, key)))
		fail_msg("the record has no number %s", key);
	return json_number_value(json_object_get(record, key));
}

static void assert_number(const char *key, double wanted)
{
	if (fabs(number(key) - wanted) > 1e-9 * fabs(wanted))
		fail_msg("%s is %.17g, not %.17g", key, number(key), wanted);
}

static void assert_text(const char *key, const char *wanted)
{
	const char *text = json_string_value(json_object_get(record, key));

	assert_non_null(text);
	assert_string_equal(text, wanted);
}

/* Checks the keys that every pass records for a replay. */
static void assert_replayed(void)
{
	assert_number("ops", CHANGES + FIRINGS);
	assert_number("advances", ADVANCES);
	assert_number("fired", FIRINGS);
	assert_number("expected", FIRINGS);
	assert_number("overtaken", 0);
	assert_number("polls", ADVANCES);
	assert_number("spurious", 0);
	assert_number("elapsed_ns", 600 * (double)US);
	assert_text("status", "ok");
	assert_text("outcome", "ok");
}

static void assert_within(double least, double value, double most)
{
	if (!(least <= value && value <= most))
		fail_msg("%g is not between %g and %g", value, least, most);
}

/* ---------------------------------------------------------------------------------- time */

static void check_samples(unsigned count, double most)
{
	const json_t *samples = json_object_get(record, "samples_ns");
	double least = INFINITY;

	assert_int_equal(json_array_size(samples), count);
	for (size_t i = 0; i < count; i++) {
		double sample = json_number_value(json_array_get(samples, i));

		assert_within(0.001, sample, most);
		least = fmin(least, sample);
	}
	assert_number("ns_per_op", least);
}

static void check_phases(double most)
{
	static const struct {
		const char *name;
		double operations;
	} wanted[] = { { "change", CHANGES }, { "drain", FIRINGS } };
	json_t *phases = json_object_get(record, "phases"), *whole = record;
	double ns = 0;

	assert_int_equal(json_array_size(phases), 2);
	for (size_t i = 0; i < 2; i++) {
		record = json_array_get(phases, i);
		assert_text("name", wanted[i].name);
		assert_number("ops", wanted[i].operations);
		assert_within(0.001, number("ns_per_op"), most);
		assert_within(0.001, number("wall_ns_per_op"), most);
		ns += number("ns_per_op") * number("ops");
	}
	record = whole;
	/* Each phase has the time of its fastest repetition. */
	assert_true(ns <= number("ns_per_op") * number("ops") * (1 + 1e-9));
}

static void time_is_recorded(void **state)
{
	uint64_t begun;
	double most;

	(void)state;
	write_phases();
	make_cell("quad-heap");
	begun = clock_ns(CLOCK_MONOTONIC);
	assert_int_equal(measure("time"), 0);
	most = (double)(clock_ns(CLOCK_MONOTONIC) - begun) / 30;
	assert_replayed();
	check_samples(3, most);
	check_phases(most);
	assert_within(0.001, number("wall_ns_per_op"), most);
	assert_within(number("ns_per_op") / 2, number("benchmark_ns_per_op"), most);
}

static void time_takes_at_most_64_repeats(void **state)
{
	(void)state;
	write_phases();
	make_cell("quad-heap");
	cell.settings.repeats = 100;
	assert_int_equal(measure("time"), 0);
	assert_int_equal(json_array_size(json_object_get(record, "samples_ns")), 64);
}

/* Phases without operations must have no time per operation. */
static void time_leaves_out_empty_phases(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "empty", true);
	hand_mark(&hand, "full", true);
	hand_arm(&hand, TRACE_ARM, 0, US, 0);
	make_cell("quad-heap");
	assert_int_equal(measure("time"), 0);
	assert_int_equal(json_array_size(json_object_get(record, "phases")), 1);
}

static void time_needs_something_to_measure(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "fill", false);
	hand_arm(&hand, TRACE_ARM, 0, US, 0);
	make_cell("quad-heap");
	assert_true(measure("time") < 0);
	assert_string_equal(error, "the trace has no measured operation");
}

/* ---------------------------------------------------------------- passes that cannot open */

static void what_cannot_be_opened_is_said(void **state)
{
	static const char *const names[] = { "time", "tail", "memory", "count" };

	(void)state;
	write_phases();
	hand.header.grain = 1;
	make_cell("loop:quad-heap@epoll");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_true(measure(names[i]) < 0);
		assert_string_equal(error,
				    "loop:quad-heap@epoll: this trace's times are finer than "
				    "its own");
	}
}

/* ---------------------------------------------------------------------------------- tail */

static void check_curve(unsigned count)
{
	const json_t *curve = json_object_get(record, "ccdf");
	double before = 0, above = 2;

	assert_int_equal(json_array_size(curve), 121);
	for (size_t i = 0; i < 121; i++) {
		const json_t *point = json_array_get(curve, i);
		double ns = json_number_value(json_array_get(point, 0));

		assert_true(ns >= before);
		assert_true(json_number_value(json_array_get(point, 1)) < above);
		before = ns;
		above = json_number_value(json_array_get(point, 1));
		if (!i)
			assert_true(above == 1);
	}
	assert_true(fabs(above * count - 1) < 1e-9);
	assert_within(number("p50_ns"), before, number("max_ns"));
}

static void tail_is_recorded(void **state)
{
	(void)state;
	write_phases();
	make_cell("quad-heap");
	assert_int_equal(measure("tail"), 0);
	assert_replayed();
	assert_number("repeats", 5);
	assert_number("timed_operations", TIMED);
	check_curve(TIMED);
	/*
	 * The machine may be busy in only one of the two measurements, so neither result bounds the
	 * other.
	 */
	assert_within(1e-3, number("timing_overhead_ns"), 1e9);
	assert_within(1e-3, number("p50_ns"), number("p99_ns"));
	assert_within(number("p99_ns"), number("p999_ns"), number("p9999_ns"));
	assert_number("max_ns", number("p9999_ns"));
}

static void tail_takes_the_repeats_that_are_asked_for(void **state)
{
	(void)state;
	write_phases();
	make_cell("quad-heap");
	cell.settings.repeats = 7;
	assert_int_equal(measure("tail"), 0);
	assert_number("repeats", 7);
}

/* A full batch causes one more call of expire, and each call counts as an operation. */
static void tail_has_room_for_every_batch(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "fill", false);
	for (uint32_t id = 0; id < 256; id++)
		hand_arm(&hand, TRACE_ARM, id, 100 * US, 0);
	hand_mark(&hand, "all", true);
	hand_advance(&hand, 100 * US);
	make_cell("quad-heap");
	assert_int_equal(measure("tail"), 0);
	assert_number("timed_operations", 5);
	assert_text("status", "ok");
}

/* -------------------------------------------------------------------------------- memory */

static void memory_is_recorded(void **state)
{
	(void)state;
	write_phases();
	make_cell("sorted-list:search=head");
	assert_int_equal(measure("memory"), 0);
	assert_replayed();
	assert_number("armed_peak", 50);
	assert_number("bytes_per_timer", number("footprint_peak") / 50);
	assert_true(number("footprint_peak") > 0);
	assert_number("wake_ups", ADVANCES);
	assert_number("spurious_wake_ups", 0);
	assert_number("late", 0);
	/* the timer due at 210 us fires at 300 us */
	assert_number("lateness_max_ns", 90 * (double)US);
}

/* Checks the mean of the known latenesses of two timers, 10 us and 30 us. */
static void memory_knows_the_lateness(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 70 * US, 0);
	hand_arm(&hand, TRACE_ARM, 1, 90 * US, 0);
	hand_advance(&hand, 100 * US);
	make_cell("quad-heap");
	assert_int_equal(measure("memory"), 0);
	assert_number("lateness_mean_ns", 20 * (double)US);
	assert_number("lateness_max_ns", 30 * (double)US);
	assert_null(json_object_get(record, "steps_per_insert"));
}

/*
 * Searching from the tail, an insert passes the timers with later deadlines. Only measured phases
 * count.
 */
static void memory_counts_the_steps(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "fill", false);
	for (uint32_t id = 0; id < 8; id++)
		hand_arm(&hand, TRACE_ARM, id, (20 - id) * US, 0);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 8, 30 * US, 0);
	hand_arm(&hand, TRACE_ARM, 9, 25 * US, 0);
	hand_mark(&hand, "more", true);
	hand_arm(&hand, TRACE_ARM, 10, 26 * US, 0);
	hand_arm(&hand, TRACE_ARM, 11, 22 * US, 0);
	make_cell("sorted-list:search=tail");
	assert_int_equal(measure("memory"), 0);
	assert_number("steps_per_insert", (0 + 1 + 1 + 3) / 4.);
}

static void memory_of_nothing(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	hand_advance(&hand, 100 * US);
	make_cell("sorted-list");
	assert_int_equal(measure("memory"), 0);
	assert_true(json_is_null(json_object_get(record, "bytes_per_timer")));
	assert_number("lateness_mean_ns", 0);
	assert_null(json_object_get(record, "steps_per_insert"));
}

/* Writes 500 timers, of which 30 fire, 10 are disarmed and 10 removed, so that 450 stay armed. */
static void write_peak(void)
{
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	for (uint32_t id = 0; id < 500; id++)
		hand_arm(&hand, TRACE_ARM, id, (id % 50 < 3 ? 80 : 1000 + id) * US, 0);
	for (uint32_t id = 10; id < 20; id++)
		hand_stop(&hand, TRACE_DISARM, id);
	for (uint32_t id = 20; id < 30; id++)
		hand_stop(&hand, TRACE_REMOVE, id);
	hand_advance(&hand, 100 * US);
}

/* The loop frees what its structure frees, except for its own room. */
static void memory_after_a_peak(void **state)
{
	static const struct {
		const char *subject;
		bool gives_back;
	} rows[] = {
		{ "quad-heap", true },
		{ "binary-heap", false },
		{ "loop:quad-heap@epoll", true },
		{ "loop:quad-heap@epoll+libevent", false },
		{ "loop:binary-heap@poll", false },
		{ "again:loop:quad-heap@virtual", true },
		{ "libevent", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		write_peak();
		make_cell(rows[i].subject);
		assert_int_equal(measure("memory"), 0);
		assert_text("status", "ok");
		assert_number("armed_peak", 480);
		if (rows[i].gives_back)
			assert_within(1, number("armed_after_peak"), number("footprint_peak") / 3);
		else
			assert_number("armed_after_peak", number("footprint_peak"));
	}
}

static struct subject_family family;
static size_t left; /* number of timers at the last call of footprint */

static size_t note_size(const struct replay *replay)
{
	left = replay->structure->size(replay->set);
	return replay->structure->footprint(replay->set);
}

static void one_in_a_hundred_stays_after_a_peak(void **state)
{
	(void)state;
	write_peak();
	make_cell("quad-heap");
	family = *cell.subject.family;
	family.footprint = note_size;
	cell.subject.family = &family;
	assert_int_equal(measure("memory"), 0);
	assert_int_equal(left, 5);
}

static size_t not_known(const struct replay *replay)
{
	(void)replay;
	return 0;
}

/* An unknown footprint must not be recorded as 0 bytes. */
static void memory_that_cannot_be_told(void **state)
{
	static size_t (*const footprints[])(const struct replay *) = { NULL, not_known };

	(void)state;
	for (size_t i = 0; i < sizeof(footprints) / sizeof(*footprints); i++) {
		write_phases();
		make_cell("loop:quad-heap@epoll");
		family = *cell.subject.family;
		family.footprint = footprints[i];
		cell.subject.family = &family;
		assert_int_equal(measure("memory"), 0);
		assert_number("armed_peak", 50);
		assert_true(json_is_null(json_object_get(record, "bytes_per_timer")));
		assert_null(json_object_get(record, "footprint_peak"));
		assert_null(json_object_get(record, "armed_after_peak"));
	}
}

/* --------------------------------------------------------------------------------- count */

static void count_replays(void **state)
{
	(void)state;
	write_phases();
	make_cell("quad-heap");
	assert_int_equal(measure("count"), 0);
	assert_replayed();
}

static void assert_words(const char *const *words, const char *const *wanted)
{
	for (size_t i = 0; wanted[i]; i++) {
		assert_non_null(words[i]);
		assert_string_equal(words[i], wanted[i]);
		assert_true(!words[i + 1] == !wanted[i + 1]);
	}
}

static void count_wraps_the_command_in_callgrind(void **state)
{
	static const char *const wanted[] = { "valgrind",
					      "--tool=callgrind",
					      "--quiet",
					      "--instr-atstart=no",
					      "--cache-sim=yes",
					      "--I1=32768,8,64",
					      "--D1=32768,8,64",
					      "--LL=8388608,16,64",
					      "--callgrind-out-file=/tmp/x y",
					      "timerbed",
					      "cell",
					      "a",
					      NULL };
	const char *words[32] = { "timerbed", "cell", "a", NULL };

	(void)state;
	pass_find("count")->wrap(words, "/tmp/x y");
	assert_words(words, wanted);
	free((void *)(uintptr_t)words[8]);
}

static char scratch[64];

static void leave(const char *text)
{
	int file;

	strcpy(scratch, "/tmp/passes-test-XXXXXX");
	file = mkstemp(scratch);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
}

static int collect(const char *pass, const char *text, int operations)
{
	json_decref(record);
	record = json_pack("{s:i}", "ops", operations);
	strcpy(error, "?");
	if (text)
		leave(text);
	return pass_find(pass)->collect(record, scratch, error);
}

#define EVENTS "events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw\n"

static void count_reads_what_callgrind_leaves(void **state)
{
	(void)state;
	assert_int_equal(collect("count",
				 "# callgrind format\n" EVENTS "fn=(1) main\n16 400\n\n"
				 "totals: 1000 200 100 7 30 20 5 6 4\n",
				 10),
			 0);
	assert_number("instructions_per_op", 100);
	assert_number("data_references_per_op", 30);
	assert_number("d1_misses_per_op", 5);
	assert_number("ll_misses_per_op", 1);
	assert_int_equal(access(scratch, F_OK), -1);
	/* another order and fewer events: callgrind leaves out zeros at the end */
	assert_int_equal(collect("count", "events: Dw Dr Ir DLmr\ntotals: 5 6 70\n", 1), 0);
	assert_number("instructions_per_op", 70);
	assert_number("data_references_per_op", 11);
	assert_number("ll_misses_per_op", 0);
}

static void count_says_that_callgrind_left_nothing(void **state)
{
	static const char *const texts[] = { "", EVENTS, "totals: 1 2 3\n", EVENTS "total: 1\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(collect("count", texts[i], 10), -EBADMSG);
		assert_string_equal(error, "callgrind left no totals");
		assert_null(json_object_get(record, "instructions_per_op"));
		assert_int_equal(access(scratch, F_OK), -1);
	}
	assert_int_equal(collect("count", NULL, 10), -ENOENT);
	assert_string_equal(error, "callgrind left no totals");
	assert_int_equal(collect("count", EVENTS "totals: 1\n", 0), -EBADMSG);
}

/* ------------------------------------------------------------------------------- process */

static void process_wraps_a_replay_in_hyperfine(void **state)
{
	static const char *const wanted[] = {
		"hyperfine",
		"--shell=none",
		"--warmup=0",
		"--runs=1",
		"--style=none",
		"--command-name",
		"quad-heap",
		"--export-json",
		"/tmp/kept.json",
		"'/bin/timer bed' 'replay' 'it'\\''s.trace' 'quad-heap' '--trusted' '--dispatch' "
		"'inline' '--stride' '128' '--output' '/proc/self/fd/9' ",
		NULL
	};
	const char *words[32] = {
		"/bin/timer bed", "cell",   "it's.trace", "quad-heap",	     "--dispatch",
		"inline",	  "--pass", "process",	  "--stride",	     "128",
		"--cold",	  "0",	    "--output",	  "/proc/self/fd/9", NULL
	};

	(void)state;
	pass_find("process")->wrap(words, "/tmp/kept.json");
	assert_words(words, wanted);
	free((void *)(uintptr_t)words[9]);
}

static void process_reads_what_hyperfine_leaves(void **state)
{
	char kept[128];

	(void)state;
	assert_int_equal(collect("process",
				 "{\"results\": [{\"mean\": 9, \"median\": 0.5, \"user\": 0.25, "
				 "\"system\": 0.125}]}",
				 10),
			 0);
	assert_number("seconds", 0.5);
	assert_number("user_seconds", 0.25);
	assert_number("system_seconds", 0.125);
	snprintf(kept, sizeof(kept), "hyperfine/%s", strrchr(scratch, '/') + 1);
	assert_text("hyperfine", kept);
	assert_int_equal(access(scratch, F_OK), 0); /* the file is kept */
	unlink(scratch);
}

static void process_says_that_hyperfine_left_nothing(void **state)
{
	static const char *const texts[] = { "", "{}", "{\"results\": []}",
					     "{\"results\": [{\"median\": \"?\"}]}" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(collect("process", texts[i], 10), -EBADMSG);
		assert_string_equal(error, "hyperfine left no result");
		assert_null(json_object_get(record, "seconds"));
		unlink(scratch);
	}
}

static void passes_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; passes[i]; i++)
		assert_ptr_equal(pass_find(passes[i]->name), passes[i]);
	assert_null(pass_find("times"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_recorded),
		cmocka_unit_test(time_takes_at_most_64_repeats),
		cmocka_unit_test(time_leaves_out_empty_phases),
		cmocka_unit_test(time_needs_something_to_measure),
		cmocka_unit_test(what_cannot_be_opened_is_said),
		cmocka_unit_test(tail_is_recorded),
		cmocka_unit_test(tail_takes_the_repeats_that_are_asked_for),
		cmocka_unit_test(tail_has_room_for_every_batch),
		cmocka_unit_test(memory_is_recorded),
		cmocka_unit_test(memory_knows_the_lateness),
		cmocka_unit_test(memory_counts_the_steps),
		cmocka_unit_test(memory_of_nothing),
		cmocka_unit_test(memory_after_a_peak),
		cmocka_unit_test(one_in_a_hundred_stays_after_a_peak),
		cmocka_unit_test(memory_that_cannot_be_told),
		cmocka_unit_test(count_replays),
		cmocka_unit_test(count_wraps_the_command_in_callgrind),
		cmocka_unit_test(count_reads_what_callgrind_leaves),
		cmocka_unit_test(count_says_that_callgrind_left_nothing),
		cmocka_unit_test(process_wraps_a_replay_in_hyperfine),
		cmocka_unit_test(process_reads_what_hyperfine_leaves),
		cmocka_unit_test(process_says_that_hyperfine_left_nothing),
		cmocka_unit_test(passes_are_found_by_name),
	};
	int failed = cmocka_run_group_tests(tests, NULL, free_record);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
