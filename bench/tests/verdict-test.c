/* verdict-test - each verdict on a finished replay, and their order, on tallies made by hand */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/cell.h"

#define TICK	 1000
#define FIRED	 30
#define CHECKSUM 777

static uint64_t owed; /* timers that are due and have not fired, as the subject counts them */

static uint64_t pending(const struct replay *replay)
{
	(void)replay;
	return owed;
}

static const struct subject_family family = { .name = "made", .pending = pending };

/* A replay without faults, of a trace with two phases. */
struct made {
	struct trace_header header;
	struct trace_phase phases[2];
	struct cell cell;
	struct replay replay;
	char text[CELL_VERDICT_SIZE];
};

static void make(struct made *made)
{
	*made = (struct made){
		.header = { .phases = 2, .grain = TICK },
		.phases = { { .fired = 10, .checksum = 700 },
			    { .fired = 20, .checksum = 77, .measured = 1 } },
		.replay = { .tally = { .fired = FIRED, .checksum = CHECKSUM } },
	};
	made->cell.subject.family = &family;
	made->cell.trace.header = &made->header;
	made->cell.trace.phases = made->phases;
	owed = 0;
}

static void assert_verdict(struct made *made, const char *wanted)
{
	const char *verdict =
		cell_verdict(&made->cell, &made->replay, made->text, sizeof(made->text));

	if (wanted) {
		assert_non_null(verdict);
		assert_string_equal(verdict, wanted);
	} else if (verdict) {
		fail_msg("'%s', though nothing is wrong", verdict);
	}
}

static void test_right(void **state)
{
	struct made made;

	(void)state;
	make(&made);
	assert_verdict(&made, NULL);
}

/* Fired, overtaken and pending timers must add up to what the trace expects. */
static void test_count(void **state)
{
	struct made made;

	(void)state;
	for (int more = -1; more <= 1; more += 2) {
		make(&made);
		made.replay.tally.fired += (uint64_t)(int64_t)more;
		made.replay.tally.late_polls = 1;
		assert_verdict(&made, more < 0 ? "fired 29 of 30" : "fired 31 of 30");
	}
	make(&made);
	made.replay.tally.overtaken = 1;
	assert_verdict(&made, "fired 30, overtaken 1, pending 0: not 30");
	make(&made);
	owed = 1;
	assert_verdict(&made, "fired 30, overtaken 0, pending 1: not 30");
}

/*
 * A subject that learns from the trace which timers fire has no checksum. If a subject may be late,
 * its checksum is not compared.
 */
static void test_checksum(void **state)
{
	static const struct {
		bool told;
		struct timer_accuracy accuracy;
		bool compared;
	} rows[] = {
		{ false, { .when = TIMER_EXACT }, true },
		{ true, { .when = TIMER_EXACT }, false },
		{ false, { .when = TIMER_TO_A_TICK, .tick = TICK }, true },
		{ false, { .when = TIMER_TO_A_TICK, .tick = TICK / 2 }, true },
		{ false, { .when = TIMER_TO_A_TICK, .tick = 2 * TICK }, false },
		{ false, { .when = TIMER_TO_A_TICK, .tick = TICK - 1 }, false },
		{ false, { .when = TIMER_TO_A_TICK, .tick = 0 }, false },
		{ false, { .when = TIMER_LATE_FRACTION, .tick = TICK }, false },
	};
	struct made made;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		make(&made);
		made.cell.subject.told_firings = rows[i].told;
		made.cell.subject.accuracy = rows[i].accuracy;
		made.replay.tally.checksum++;
		assert_verdict(&made, rows[i].compared ? "wrong checksum" : NULL);
	}
}

/* Lateness is a fault only if the subject cannot be late in this trace. */
static void test_late(void **state)
{
	struct made made;

	(void)state;
	for (int may_be_late = 0; may_be_late <= 1; may_be_late++) {
		const char *wanted =
			may_be_late ? NULL : "late, though its accuracy allows no lateness here";

		make(&made);
		made.cell.subject.accuracy.when = may_be_late ? TIMER_LATE_FRACTION : TIMER_EXACT;
		made.replay.tally.fired = FIRED - 1;
		made.replay.tally.overtaken = 1;
		assert_verdict(&made, wanted);
		made.replay.tally.overtaken = 0;
		owed = 1;
		assert_verdict(&made, wanted);
	}
}

/*
 * Only the first verdict in the order may be reported. The test removes the faults one after the
 * other.
 */
static void test_order_of_verdicts(void **state)
{
	struct made made;

	(void)state;
	make(&made);
	made.replay.tally.wrong_state = made.replay.tally.late_polls = 1;
	made.replay.findings = (struct replay_findings){ .early = 1,
							 .out_of_order = 1,
							 .broken = "the tree has a cycle" };
	assert_verdict(&made, "timers were not armed when the trace stopped or re-armed them");
	made.replay.tally.wrong_state = 0;
	assert_verdict(&made, "next returned a time later than the next firing");
	made.replay.tally.late_polls = 0;
	assert_verdict(&made, "fired a timer early");
	made.replay.findings.early = 0;
	assert_verdict(&made, "fired timers out of order");
	made.replay.findings.out_of_order = 0;
	assert_verdict(&made, "the tree has a cycle");
	made.replay.findings.broken = NULL;
	assert_verdict(&made, NULL);
}

/* Lateness within the accuracy, and spurious wake-ups, are costs and not faults. */
static void test_tallies_that_are_no_fault(void **state)
{
	struct made made;

	(void)state;
	make(&made);
	made.replay.tally.early_polls = 5;
	made.replay.findings.late = 5;
	made.replay.findings.spurious = 5;
	made.replay.findings.lateness_max = 5;
	assert_verdict(&made, NULL);
}

/* A family that cannot count pending timers has none. */
static void test_no_pending(void **state)
{
	static const struct subject_family plain = { .name = "plain" };
	struct made made;

	(void)state;
	make(&made);
	owed = 1;
	made.cell.subject.family = &plain;
	assert_verdict(&made, NULL);
}

/*
 * The number of operations, by which times are divided, is the number of arms, stops and firings.
 */
static void test_operations(void **state)
{
	const struct replay_tally tally = {
		.arms = 1,
		.stops = 20,
		.fired = 300,
		.advances = 4000,
		.polls = 50000,
		.overtaken = 600000,
		.early_polls = 7000000,
	};

	(void)state;
	assert_int_equal(cell_operations(&tally), 321);
}

/* The record of a cell with several replays must keep the worst outcome. */
static void test_the_worst_outcome_counts(void **state)
{
	static const struct {
		const char *before, *after;
		bool wrong;
	} rows[] = {
		{ "ok", "ok", false },	       { "ok", "wrong", true },
		{ "failed", "failed", false }, { "failed", "wrong", true },
		{ "wrong", "wrong", false },   { "wrong", "wrong", true },
	};
	struct made made;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *record = json_pack("{s:s}", "outcome", rows[i].before);

		make(&made);
		made.cell.settings.pages = PAGES_SMALL;
		made.replay.findings.early = rows[i].wrong;
		cell_record_replay(&made.cell, &made.replay, &made.replay.tally, record);
		assert_string_equal(json_string_value(json_object_get(record, "outcome")),
				    rows[i].after);
		json_decref(record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_order_of_verdicts),
		cmocka_unit_test(test_tallies_that_are_no_fault),
		cmocka_unit_test(test_no_pending),
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_the_worst_outcome_counts),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	int count = (int)(sizeof(tests) / sizeof(*tests));

	printf("%d passed, %d failed\n", count - failed, failed);
	return failed != 0;
}
