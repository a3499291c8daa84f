/*
 * replay-check-test - what a replay reports about faulty timer structures
 *
 * The structures are sorted arrays, most of them with one fault. Each kind of fault must raise its
 * own count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/cell.h"
#include "bench/replay/replay_check.h"
#include "bench/tests/hand-trace.h"
#include "bench/tests/made-structure.h"
#include "structures/tests/conformance/broken/right.h"

#define US UINT64_C(1000)

static struct hand_trace hand;
static struct cell cell;
static struct replay replay;

/* Replays `hand` with the structure `made`. The caller closes the replay. */
static void replay_made(const struct timer_structure *made, enum replay_mode mode)
{
	char error[CELL_ERROR_SIZE] = "";

	cell = (struct cell){ .settings = { .repeats = 1, .stride = 64 }, .trace = hand.trace };
	if (subject_find("binary-heap", &cell.subject, error))
		fail_msg("%s", error);
	cell.subject.family = &made_family;
	structure = made;
	if (made->accuracy)
		made->accuracy(NULL, &cell.subject.accuracy);
	if (cell_open(&cell, &replay, error))
		fail_msg("%s", error);
	cell_replay(&cell, &replay, mode, mode, NULL);
}

/* Writes a trace: timers due at 10, 20, ... us, and an advance every 20 us. */
static void write_stairs(uint32_t timers)
{
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	for (uint32_t id = 0; id < timers; id++)
		hand_arm(&hand, TRACE_ARM, id, 10 * US * (id + 1), 0);
	for (uint64_t now = 20; now <= 10 * timers + 10; now += 20)
		hand_advance(&hand, now * US);
}

static RIGHT_TABLE(right, "right", );

static void a_right_structure_has_no_findings(void **state)
{
	const struct replay_findings *findings = &replay.findings;

	(void)state;
	write_stairs(6);
	replay_made(&right, REPLAY_CHECKED);
	assert_int_equal(findings->out_of_order, 0);
	assert_int_equal(findings->early, 0);
	assert_int_equal(findings->late, 0);
	assert_null(findings->broken);
	/* The timers due at 10, 30 and 50 us fire 10 us later, at the next advance. */
	assert_int_equal(findings->lateness_max, 10 * US);
	assert_true(findings->lateness_sum == 30. * US);
	assert_int_equal(findings->wake_ups, 3);
	assert_int_equal(findings->spurious, 0);
	assert_int_equal(findings->armed_peak, 6);
	assert_int_equal(findings->footprint_peak,
			 sizeof(struct right) + 64 * sizeof(struct timer *));
	assert_int_equal(findings->previous_now, 60 * US);
	replay_close(&replay);
}

/* Only the checked mode changes the findings. */
static void other_modes_find_nothing(void **state)
{
	static const struct replay_findings none;

	(void)state;
	write_stairs(6);
	replay_made(&right, REPLAY_PLAIN);
	assert_memory_equal(&replay.findings, &none, sizeof(none));
	replay_close(&replay);
}

static size_t expire_reversed(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = right_expire(set, now, out, max);

	for (size_t i = 0; i < count / 2; i++) {
		struct timer *timer = out[i];

		out[i] = out[count - 1 - i];
		out[count - 1 - i] = timer;
	}
	return count;
}

static RIGHT_TABLE(reversed, "reversed", .expire = expire_reversed);

static void unordered(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ .order = TIMER_UNORDERED };
}

static RIGHT_TABLE(reversed_as_it_says, "unordered", .expire = expire_reversed,
		   .accuracy = unordered);

static void order_is_looked_at(void **state)
{
	(void)state;
	write_stairs(6);
	replay_made(&reversed, REPLAY_CHECKED);
	assert_int_equal(replay.findings.out_of_order, 3); /* one in each pair */
	assert_int_equal(replay.findings.early, 0);
	replay_close(&replay);
	replay_made(&reversed_as_it_says, REPLAY_CHECKED);
	assert_int_equal(replay.findings.out_of_order, 0);
	replay_close(&replay);
}

/* Fires each timer up to 15 us before its deadline. */
static size_t expire_early(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	return right_expire(set, now + 15 * US, out, max);
}

static RIGHT_TABLE(early, "early", .expire = expire_early);

static void early_firings_are_counted(void **state)
{
	(void)state;
	write_stairs(6);
	replay_made(&early, REPLAY_CHECKED);
	/* The timer due at 30 us fires at 20 us, and the one due at 50 us fires at 40 us. */
	assert_int_equal(replay.findings.early, 2);
	assert_int_equal(replay.tally.fired, 6);
	assert_int_equal(replay.findings.late, 0);
	replay_close(&replay);
}

/* TRACE_REMOVE and TRACE_DISARM both count a timer that has already fired as wrong_state. */
static void stops_of_fired_timers(void **state)
{
	(void)state;
	for (int remove = 0; remove < 2; remove++) {
		hand_two_stops(&hand, remove ? TRACE_REMOVE : TRACE_DISARM);
		replay_made(&early, REPLAY_PLAIN);
		assert_int_equal(replay.tally.wrong_state, 1);
		assert_int_equal(replay.tally.stops, 2);
		assert_int_equal(replay.not_idle, !remove);
		replay_close(&replay);
	}
}

/* Fires each timer at least 30 us after its deadline. */
static size_t expire_late(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	return right_expire(set, now > 30 * US ? now - 30 * US : 0, out, max);
}

static RIGHT_TABLE(late, "late", .expire = expire_late);

static void late_firings_are_counted(void **state)
{
	(void)state;
	write_stairs(6);
	replay_made(&late, REPLAY_CHECKED);
	/*
	 * At 40 us the timer of 10 us fires, at 60 us those of 20 and 30 us; all were due before.
	 */
	assert_int_equal(replay.tally.fired, 3);
	assert_int_equal(replay.findings.late, 3);
	assert_int_equal(replay.findings.lateness_max, 40 * US);
	assert_true(replay.findings.lateness_sum == (30 + 40 + 30) * (double)US);
	replay_close(&replay);
}

/* A timer is overtaken if it is re-armed or stopped after its deadline and before it has fired. */
static void overtaken_timers_are_counted(void **state)
{
	(void)state;
	hand_overtaken(&hand);
	replay_made(&late, REPLAY_PLAIN);
	assert_int_equal(replay.tally.overtaken, 6);
	assert_int_equal(replay.tally.wrong_state, 0);
	assert_int_equal(replay.tally.fired, 0);
	replay_close(&replay);
}

/* --------------------------------------------------------------------------------- next */

static int64_t shift; /* added to the result of next, ns */

static uint64_t next_shifted(struct timer_set *set)
{
	uint64_t next = right_next(set);

	return next == TIMER_NEVER ? next : next + (uint64_t)shift;
}

static void to_a_tick(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ .when = TIMER_TO_A_TICK,
					     .order = TIMER_BY_TICK,
					     .tick = 8 * US };
}

static RIGHT_TABLE(shifted, "shifted", .next = next_shifted);
static RIGHT_TABLE(shifted_to_a_tick, "ticks", .next = next_shifted, .accuracy = to_a_tick);

/*
 * Without a shift, next returns 10, 30 and 50 us, each 10 us before an advance. With a tick of 8
 * us, these timers may fire at 16, 32 and 56 us.
 */
static void polls_are_early_or_late(void **state)
{
	static const struct {
		int64_t shift;
		unsigned early, late, late_to_a_tick;
	} rows[] = {
		{ 0, 0, 0, 0 },	     { -1, 3, 0, 0 },	  { 1, 0, 3, 0 },
		{ 2 * US, 0, 3, 0 }, { 3 * US, 0, 3, 1 }, { 7 * US, 0, 3, 3 },
	};

	(void)state;
	write_stairs(6);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		shift = rows[i].shift;
		replay_made(&shifted, REPLAY_PLAIN);
		assert_int_equal(replay.tally.polls, 3);
		assert_int_equal(replay.tally.early_polls, rows[i].early);
		assert_int_equal(replay.tally.late_polls, rows[i].late);
		replay_close(&replay);
		replay_made(&shifted_to_a_tick, REPLAY_PLAIN);
		assert_int_equal(replay.tally.late_polls, rows[i].late_to_a_tick);
		replay_close(&replay);
	}
}

/* If next returns a time later than the advance, the replay does not wake up at that time. */
static void an_answer_beyond_the_advance_is_no_spurious_one(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 50 * US, 0);
	hand_advance(&hand, 20 * US);
	hand_advance(&hand, 40 * US);
	shift = -15000;
	replay_made(&shifted, REPLAY_CHECKED);
	assert_int_equal(replay.tally.early_polls, 1); /* 35 us, at the advance to 40 */
	replay_close(&replay);
}

/* Returns the middle between now and the first deadline. Wheels also return early times. */
static uint64_t next_half_way(struct timer_set *set)
{
	const struct right *made = right_of(set);
	uint64_t next = right_next(set);

	return next == TIMER_NEVER || next <= made->latest + US
		       ? next
		       : made->latest + (next - made->latest) / 2;
}

static RIGHT_TABLE(half_way, "half way", .next = next_half_way);

/* A checked replay wakes up at each early result of next, and calls next again. */
static void spurious_wake_ups_are_counted(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 8 * US, 0);
	hand_advance(&hand, 8 * US);
	replay_made(&half_way, REPLAY_CHECKED);
	/* The wake-ups at 4, 6 and 7 us are spurious. The fourth, at 8 us, is the advance. */
	assert_int_equal(replay.findings.spurious, 3);
	assert_int_equal(replay.findings.wake_ups, 4);
	assert_int_equal(replay.tally.early_polls, 1);
	assert_int_equal(replay.tally.fired, 1);
	assert_null(replay.findings.broken);
	replay_close(&replay);
	replay_made(&half_way, REPLAY_PLAIN); /* does not sleep */
	assert_int_equal(replay.findings.wake_ups, 0);
	assert_int_equal(replay.tally.early_polls, 1);
	replay_close(&replay);
}

static uint64_t next_at_once(struct timer_set *set)
{
	return right_of(set)->size ? right_of(set)->latest : TIMER_NEVER;
}

static RIGHT_TABLE(impatient, "impatient", .next = next_at_once);

static void a_next_that_stands_still_is_found(void **state)
{
	(void)state;
	write_stairs(2);
	replay_made(&impatient, REPLAY_CHECKED);
	assert_string_equal(replay.findings.broken, "next stands still after an empty expire");
	replay_close(&replay);
}

/* A timer that fires at an early wake-up counts as early. That wake-up is not spurious. */
static void early_firings_within_a_sleep(void **state)
{
	static RIGHT_TABLE(both, "both", .next = next_half_way, .expire = expire_early);

	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 20 * US, 0);
	hand_advance(&hand, 20 * US);
	replay_made(&both, REPLAY_CHECKED);
	assert_int_equal(replay.findings.early, 1);
	assert_int_equal(replay.findings.wake_ups, 2);
	assert_int_equal(replay.findings.spurious, 0);
	replay_close(&replay);
}

static void bounds(void **state)
{
	static const struct {
		struct timer_accuracy accuracy;
		uint64_t earliest, bound;
	} rows[] = {
		{ { .when = TIMER_EXACT }, 12345, 12345 },
		{ { .when = TIMER_TO_A_TICK, .tick = 1000 }, 12345, 13000 },
		{ { .when = TIMER_TO_A_TICK, .tick = 1000 }, 13000, 13000 },
		{ { .when = TIMER_TO_A_TICK, .tick = 1000 }, 13001, 14000 },
		{ { .when = TIMER_TO_A_TICK, .tick = 16 }, UINT64_MAX - 1, TIMER_NEVER },
		{ { .when = TIMER_TO_A_TICK, .tick = 16 }, UINT64_MAX - 16, UINT64_MAX - 15 },
		{ { .when = TIMER_TO_A_TICK, .tick = 16 }, UINT64_MAX - 15, UINT64_MAX - 15 },
		{ { .when = TIMER_LATE_FRACTION, .tick = 1000 }, 12345, TIMER_NEVER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct replay made = { .accuracy = rows[i].accuracy };

		assert_true(replay_bound(&made, rows[i].earliest) == rows[i].bound);
	}
}

/* ---------------------------------------------------------------------------- one batch */

/*
 * Returns how many timers of a batch with these deadlines (us) are out of order by ticks of 10 us.
 */
static uint64_t disorder(enum timer_order order, uint64_t previous, const uint64_t *deadlines,
			 size_t count)
{
	struct replay made = { .accuracy = { .order = order, .tick = 10 * US },
			       .findings = { .previous_now = previous * US } };
	struct timer timers[8] = { 0 }, *batch[8];

	for (size_t i = 0; i < count; i++) {
		timers[i].deadline = deadlines[i] * US;
		batch[i] = &timers[i];
	}
	replay_check_batch(&made, batch, count, 100 * US);
	return made.findings.out_of_order;
}

static void order_within_a_batch(void **state)
{
	static const uint64_t rising[] = { 51, 52, 52, 67 }, within[] = { 59, 51, 60, 65, 61 },
			      across[] = { 61, 51 }, old[] = { 43, 11, 40, 44 },
			      with_old[] = { 51, 11 };

	(void)state;
	assert_int_equal(disorder(TIMER_BY_DEADLINE, 0, rising, 4), 0);
	assert_int_equal(disorder(TIMER_BY_DEADLINE, 0, within, 5), 2);
	assert_int_equal(disorder(TIMER_BY_DEADLINE, 0, across, 2), 1);
	assert_int_equal(disorder(TIMER_BY_TICK, 0, rising, 4), 0);
	assert_int_equal(disorder(TIMER_BY_TICK, 0, within, 5), 0);
	assert_int_equal(disorder(TIMER_BY_TICK, 0, across, 2), 1);
	/* All timers that were due by the previous advance count as those of one tick. */
	assert_int_equal(disorder(TIMER_BY_TICK, 50, old, 4), 0);
	assert_int_equal(disorder(TIMER_BY_TICK, 50, with_old, 2), 1);
	assert_int_equal(disorder(TIMER_UNORDERED, 0, across, 2), 0);
}

/* ----------------------------------------------------------------------------- samples */

static unsigned checks;

static const char *count_check(const struct timer_set *set)
{
	(void)set;
	return ++checks >= 3 ? "broken" : NULL;
}

static const char *find_nothing(const struct timer_set *set)
{
	(void)set;
	checks++;
	return NULL;
}

static RIGHT_TABLE(counted, "counted", .check = find_nothing);
static RIGHT_TABLE(breaking, "breaking", .check = count_check);

/* check() is called at each advance of a small trace, and never again once it has found a fault. */
static void invariants_are_walked(void **state)
{
	(void)state;
	write_stairs(12);
	checks = 0;
	replay_made(&counted, REPLAY_CHECKED);
	assert_int_equal(checks, 6);
	assert_null(replay.findings.broken);
	replay_close(&replay);
	checks = 0;
	replay_made(&breaking, REPLAY_CHECKED);
	assert_int_equal(checks, 3);
	assert_string_equal(replay.findings.broken, "broken");
	replay_close(&replay);
	checks = 0;
	replay_made(&counted, REPLAY_PLAIN);
	assert_int_equal(checks, 0);
	replay_close(&replay);
}

/* check() is called less often with more timers, so that it walks at most about 1e7 in all. */
static void invariants_are_walked_now_and_then(void **state)
{
	static const struct {
		uint64_t advances, armed, checks;
	} rows[] = { { 1000, 9, 1000 }, { 4000000, 9, 200 }, { 4000000, 99, 25 } };

	(void)state;
	write_stairs(2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		replay_made(&counted, REPLAY_PLAIN);
		hand.header.advances = rows[i].advances;
		checks = 0;
		for (replay.tally.advances = 0; replay.tally.advances < 1000;
		     replay.tally.advances++)
			replay_check_sample(&replay, rows[i].armed);
		assert_in_range(checks, rows[i].checks, rows[i].checks + 1);
		assert_int_equal(replay.findings.armed_peak, rows[i].armed);
		replay_check_sample(&replay, 1);
		assert_int_equal(replay.findings.armed_peak, rows[i].armed);
		replay_close(&replay);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_structure_has_no_findings),
		cmocka_unit_test(other_modes_find_nothing),
		cmocka_unit_test(order_is_looked_at),
		cmocka_unit_test(early_firings_are_counted),
		cmocka_unit_test(stops_of_fired_timers),
		cmocka_unit_test(late_firings_are_counted),
		cmocka_unit_test(overtaken_timers_are_counted),
		cmocka_unit_test(polls_are_early_or_late),
		cmocka_unit_test(an_answer_beyond_the_advance_is_no_spurious_one),
		cmocka_unit_test(spurious_wake_ups_are_counted),
		cmocka_unit_test(a_next_that_stands_still_is_found),
		cmocka_unit_test(early_firings_within_a_sleep),
		cmocka_unit_test(bounds),
		cmocka_unit_test(order_within_a_batch),
		cmocka_unit_test(invariants_are_walked),
		cmocka_unit_test(invariants_are_walked_now_and_then),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
