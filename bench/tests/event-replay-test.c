/*
 * event-replay-test - replays a trace from inside an event loop
 *
 * The loops are this project's, and libevent if it is installed. A table of functions between the
 * replay and the loop records the calls, or makes the loop do something wrong.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/cell.h"
#include "bench/replay/event_replay.h"
#include "bench/tests/hand-trace.h"
#include "bench/virtual/virtual_time.h"

#define US    UINT64_C(1000)
#define START UINT64_C(1000000000) /* the simulated time at the trace's time 0 */

static struct hand_trace hand;
static struct cell cell;
static struct replay replay;

/* The table of functions between the replay and the loop. */
static struct event_setting real;	/* the loop's own functions */
static struct event_setting between;	/* passed to the replay instead */
static struct event_api table;		/* the functions of `between` */
static const struct subject_family *of; /* the loop's family of subjects */

static void setting_between(const struct subject *subject, struct event_setting *setting)
{
	(void)subject;
	*setting = between;
}

static struct subject_family family;

static void make_cell(const char *name)
{
	char error[CELL_ERROR_SIZE] = "";

	cell = (struct cell){ .settings = { .repeats = 1, .stride = 64 }, .trace = hand.trace };
	if (subject_find(name, &cell.subject, error))
		fail_msg("%s", error);
	of = cell.subject.family;
	of->loop(&cell.subject, &real);
	between = real;
	table = *real.api;
	between.api = &table;
	family = *of;
	family.loop = setting_between;
	cell.subject.family = &family;
}

static void open_cell(void)
{
	char error[CELL_ERROR_SIZE] = "";

	if (cell_open(&cell, &replay, error))
		fail_msg("%s", error);
}

static void replay_in(enum replay_mode mode)
{
	open_cell();
	cell_replay(&cell, &replay, mode, mode, NULL);
}

/* Writes arms, re-arms and stops in each state, and an advance at which two timers fire. */
static void write_operations(void)
{
	hand_fill(&hand);
	hand_arm(&hand, TRACE_ARM, 2, 40 * US, 0);
	hand_arm(&hand, TRACE_ARM_INTERVAL, 3, 60 * US, 50 * US);
	hand_arm(&hand, TRACE_ARM, 0, 30 * US, 0);
	hand_arm(&hand, TRACE_ARM_INTERVAL, 4, 45 * US, 50 * US);
	hand_stop(&hand, TRACE_DISARM, 2);
	hand_advance(&hand, 20 * US);
	hand_arm(&hand, TRACE_ARM, 2, 3000000 * US, 0);
	hand_stop(&hand, TRACE_REMOVE, 3);
	hand_stop(&hand, TRACE_DISARM, 2);
	hand_stop(&hand, TRACE_REMOVE, 2);
	hand_arm(&hand, TRACE_ARM, 1, 3000080 * US, 0);
	hand_advance(&hand, 70 * US);
	hand_advance(&hand, 3000079 * US);
}

static const char *const loops[] = { "loop:quad-heap@epoll", "loop:binary-heap@poll",
				     "loop:quad-heap@select+common", "loop:rbtree@virtual",
				     "loop:quad-heap@epoll+libevent" };

/* -------------------------------------------------------------------------- correct replays */

static void every_loop_replays(void **state)
{
	char text[CELL_VERDICT_SIZE];
	uint32_t cycles[32];

	(void)state;
	write_operations();
	for (size_t i = 0; i < sizeof(loops) / sizeof(*loops); i++)
		for (int mode = 0; mode < REPLAY_MODES; mode++) {
			const char *wrong;

			make_cell(loops[i]);
			open_cell();
			replay.cycles = cycles;
			cell_replay(&cell, &replay, (enum replay_mode)mode, (enum replay_mode)mode,
				    NULL);
			wrong = cell_verdict(&cell, &replay, text, sizeof(text));
			if (wrong)
				fail_msg("%s: %s", loops[i], wrong);
			assert_int_equal(replay.tally.arms, 8);
			assert_int_equal(replay.tally.stops, 4);
			assert_int_equal(replay.tally.advances, 4);
			assert_int_equal(replay.tally.polls, 4);
			assert_int_equal(replay.tally.fired, 3);
			assert_int_equal(replay.tally.overtaken, 0);
			assert_true(replay.tally.checksum == hand.phases[1].checksum);
			assert_int_equal(replay.now, 3000079 * US);
			assert_int_equal(family.pending(&replay), 0);
			replay_close(&replay);
		}
}

static void the_checked_mode_measures_lateness(void **state)
{
	const struct replay_findings *findings = &replay.findings;

	(void)state;
	write_operations();
	make_cell(loops[0]);
	replay_in(REPLAY_CHECKED);
	/* The timer due at 20 us fires at 20 us. The timers due at 30 and 45 us fire at 70 us. */
	assert_int_equal(findings->lateness_max, 40 * US);
	assert_true(findings->lateness_sum == (40 + 25) * (double)US);
	assert_int_equal(findings->early, 0);
	assert_int_equal(findings->late, 0);
	assert_int_equal(findings->out_of_order, 0);
	assert_int_equal(findings->armed_peak, 4);
	assert_true(findings->footprint_peak > 0);
	assert_null(findings->broken);
	replay_close(&replay);
}

/* Each operation must have one reading. Each advance must have one, too, for the loop's turn. */
static void every_operation_is_timed(void **state)
{
	uint32_t cycles[32];

	(void)state;
	write_operations();
	make_cell(loops[0]);
	for (int again = 0; again < 2; again++) {
		memset(cycles, 0xff, sizeof(cycles));
		open_cell();
		replay.cycles = cycles;
		replay.timeable = 32;
		cell_replay(&cell, &replay, REPLAY_TIMED, REPLAY_TIMED, NULL);
		assert_int_equal(replay.timed, 8 + 4 + 4);
		for (size_t i = 0; i < 32; i++)
			assert_int_equal(cycles[i] == UINT32_MAX, i >= 16);
		replay_close(&replay);
	}
}

/*
 * A long part of a trace without advances is replayed in portions. A portion must not end between
 * an arm and its interval.
 */
static void long_streams_without_an_advance(void **state)
{
	char text[CELL_VERDICT_SIZE];

	(void)state;
	for (uint32_t before = 0; before < 3; before++) {
		hand_begin(&hand, US);
		hand_mark(&hand, "all", true);
		for (uint32_t i = 0; i < before; i++)
			hand_arm(&hand, TRACE_ARM, i, US, 0);
		for (uint32_t i = 0; i < 260; i++)
			hand_arm(&hand, TRACE_ARM_INTERVAL, before + i, (10 + i) * US,
				 (10 + i) * US);
		hand_advance(&hand, 400 * US);
		make_cell("loop:quad-heap@epoll+common");
		replay_in(REPLAY_CHECKED);
		assert_null(cell_verdict(&cell, &replay, text, sizeof(text)));
		assert_int_equal(replay.tally.arms, before + 260);
		assert_int_equal(replay.tally.fired, before + 260);
		replay_close(&replay);
	}
}

/* --------------------------------------------------------------------------- calls of the loop */

static char calls[4096];

static void write_down(const char *format, ...)
{
	size_t length = strlen(calls);
	va_list words;

	va_start(words, format);
	vsnprintf(calls + length, sizeof(calls) - length, format, words);
	va_end(words);
}

static int add_written(struct event *event, const struct timeval *timeout)
{
	if (timeout)
		write_down("add %lld.%06ld ", (long long)timeout->tv_sec,
			   (long)timeout->tv_usec & 0xfffff);
	return real.api->add(event, timeout);
}

static int del_written(struct event *event)
{
	write_down("del ");
	return real.api->del(event);
}

static void moved_written(struct event_base *base, uint64_t by)
{
	write_down("%" PRIu64 " us: ", by / US);
	assert_true(virtual_time_now() % US == 0);
	real.moved(base, by);
}

static void timeouts_reach_the_loop(void **state)
{
	(void)state;
	write_operations();
	make_cell(loops[0]);
	table.add = add_written;
	table.del = del_written;
	between.moved = moved_written;
	*calls = '\0';
	replay_in(REPLAY_PLAIN);
	assert_string_equal(calls, "add 0.000050 add 0.000020 10 us: "
				   "add 0.000030 add 0.000050 add 0.000020 add 0.000035 del 10 us: "
				   "add 2.999980 del del del add 3.000060 50 us: "
				   "3000009 us: ");
	assert_true(virtual_time_now() == START + 3000079 * US);
	replay_close(&replay);
}

/* The timeout of an arm in the past must be 0, and not nearly 2^64 ns. */
static void an_arm_in_the_past(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 20 * US, 0);
	hand_advance(&hand, 10 * US);
	hand_arm(&hand, TRACE_ARM_ABSOLUTE, 0, 10 * US, 0);
	hand_arm(&hand, TRACE_ARM_ABSOLUTE, 1, 5 * US, 0);
	hand_advance(&hand, 12 * US);
	make_cell(loops[0]);
	table.add = add_written;
	*calls = '\0';
	replay_in(REPLAY_CHECKED);
	assert_string_equal(calls, "add 0.000020 add 0.000000 add 0.000000 ");
	assert_int_equal(replay.tally.fired, 2);
	/* The deadlines had passed at the previous advance, before the timers were armed. */
	assert_int_equal(replay.findings.late, 2);
	replay_close(&replay);
}

/* ------------------------------------------------------------------------------------- faults */

static int64_t shift; /* added to every timeout, us */

static int add_shifted(struct event *event, const struct timeval *timeout)
{
	struct timeval moved;

	if (!timeout)
		return real.api->add(event, timeout);
	moved = *timeout;
	moved.tv_usec += shift;
	return real.api->add(event, &moved);
}

/* Writes timers due at 25, 45, ... us, and an advance every 20 us. */
static void write_stairs(void)
{
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	for (uint32_t id = 0; id < 5; id++)
		hand_arm(&hand, TRACE_ARM, id, (25 + 20 * id) * US, 0);
	for (uint64_t now = 20; now <= 120; now += 20)
		hand_advance(&hand, now * US);
}

static void early_firings_are_counted(void **state)
{
	(void)state;
	write_stairs();
	make_cell(loops[0]);
	table.add = add_shifted;
	shift = -10;
	replay_in(REPLAY_CHECKED);
	assert_int_equal(replay.findings.early, 5);
	assert_int_equal(replay.findings.late, 0);
	assert_int_equal(replay.tally.fired, 5);
	assert_true(replay.findings.lateness_sum == 0);
	replay_close(&replay);
}

static void late_firings_are_counted(void **state)
{
	(void)state;
	write_stairs();
	make_cell(loops[0]);
	table.add = add_shifted;
	shift = 20;
	replay_in(REPLAY_CHECKED);
	/* The timer due at 105 us would fire at 125 us, which is after the end of the trace. */
	assert_int_equal(replay.tally.fired, 4);
	assert_int_equal(replay.findings.late, 4);
	assert_int_equal(replay.findings.lateness_max, 35 * US);
	assert_true(replay.findings.lateness_sum == 4 * 35. * US);
	assert_int_equal(family.pending(&replay), 1);
	replay_close(&replay);
}

static void overtaken_timers_are_counted(void **state)
{
	(void)state;
	hand_overtaken(&hand);
	make_cell(loops[0]);
	table.add = add_shifted;
	shift = 500;
	replay_in(REPLAY_CHECKED);
	assert_int_equal(replay.tally.overtaken, 6);
	assert_int_equal(replay.tally.wrong_state, 0);
	assert_int_equal(replay.tally.fired, 0);
	assert_int_equal(replay.findings.armed_peak, 9);
	replay_close(&replay);
}

/* Every kind of stop must change the number of armed timers, and so their peak. */
static void armed_timers_are_counted(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	for (uint32_t round = 0; round < 3; round++) {
		hand_arm(&hand, TRACE_ARM, 0, (500 + round) * US, 0);
		hand_arm(&hand, TRACE_ARM, 1, (500 + round) * US, 0);
		hand_arm(&hand, TRACE_ARM, 1, (600 + round) * US, 0);
		hand_arm(&hand, TRACE_ARM, 2, (10 * round + 5) * US, 0);
		hand_stop(&hand, TRACE_DISARM, 0);
		hand_arm(&hand, TRACE_ARM, 0, (700 + round) * US, 0);
		hand_stop(&hand, TRACE_DISARM, 0);
		hand_stop(&hand, TRACE_REMOVE, 0);
		hand_stop(&hand, TRACE_REMOVE, 1);
		hand_advance(&hand, (10 * round + 10) * US);
	}
	make_cell(loops[0]);
	replay_in(REPLAY_CHECKED);
	assert_int_equal(replay.findings.armed_peak, 1);
	assert_int_equal(replay.tally.fired, 3);
	replay_close(&replay);
}

/* A timer that is armed for ever must count as armed. */
static void timers_that_never_fire(void **state)
{
	(void)state;
	for (int remove = 0; remove < 2; remove++) {
		hand_begin(&hand, US);
		hand_mark(&hand, "all", true);
		hand_arm(&hand, TRACE_ARM_ABSOLUTE, 0, TIMER_NEVER, 0);
		hand_arm(&hand, TRACE_ARM_ABSOLUTE, 1, TIMER_NEVER - 1, 0);
		hand_advance(&hand, 10 * US);
		hand_stop(&hand, remove ? TRACE_REMOVE : TRACE_DISARM, 0);
		hand_stop(&hand, remove ? TRACE_REMOVE : TRACE_DISARM, 1);
		hand_advance(&hand, 20 * US);
		make_cell(loops[0]);
		replay_in(REPLAY_CHECKED);
		assert_int_equal(replay.findings.armed_peak, 2);
		assert_int_equal(replay.tally.wrong_state, 0);
		assert_int_equal(replay.tally.fired, 0);
		replay_close(&replay);
	}
}

/* Stops timers that have fired too early. */
static void stops_of_fired_timers(void **state)
{
	(void)state;
	for (int remove = 0; remove < 2; remove++) {
		hand_two_stops(&hand, remove ? TRACE_REMOVE : TRACE_DISARM);
		hand_advance(&hand, 30 * US);
		make_cell(loops[0]);
		table.add = add_shifted;
		shift = -10;
		replay_in(REPLAY_PLAIN);
		assert_int_equal(replay.tally.wrong_state, 1);
		assert_int_equal(replay.tally.stops, 2);
		replay_close(&replay);
	}
}

/* Swaps the deadlines of the two timers of a turn, so that the later one fires first. */
static int add_swapped(struct event *event, const struct timeval *timeout)
{
	struct timeval swapped;

	if (!timeout)
		return real.api->add(event, timeout);
	swapped = (struct timeval){ .tv_usec = timeout->tv_usec == 11 ? 13 : 11 };
	return real.api->add(event, &swapped);
}

static void firings_out_of_order_are_counted(void **state)
{
	(void)state;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 11 * US, 0);
	hand_arm(&hand, TRACE_ARM, 1, 13 * US, 0);
	hand_advance(&hand, 20 * US);
	hand_arm(&hand, TRACE_ARM, 0, 31 * US, 0);
	hand_advance(&hand, 40 * US);
	make_cell(loops[0]);
	table.add = add_swapped;
	replay_in(REPLAY_CHECKED);
	assert_int_equal(replay.findings.out_of_order, 1);
	assert_int_equal(replay.findings.late, 0);
	assert_int_equal(replay.tally.fired, 3);
	replay_close(&replay);
	between.common = true; /* queues fire after other timers, by design */
	replay_in(REPLAY_CHECKED);
	assert_int_equal(replay.findings.out_of_order, 0);
	replay_close(&replay);
}

/* ---------------------------------------------------------------------------------- errors */

static int refuse_to_add(struct event *event, const struct timeval *timeout)
{
	return timeout ? -1 : real.api->add(event, timeout);
}

static void a_loop_without_memory_ends_the_process(void **state)
{
	int status;
	pid_t child;

	(void)state;
	write_operations();
	make_cell(loops[0]);
	table.add = refuse_to_add;
	fflush(NULL);
	child = fork();
	if (!child) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		replay_in(REPLAY_PLAIN);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static int failing; /* index of the call that must fail, from 0 */
static int bases;   /* number of open bases */

static int may_fail(void)
{
	return failing-- ? 0 : -1;
}

static int priority_init(struct event_base *base, int priorities)
{
	return may_fail() ? -1 : real.api->priority_init(base, priorities);
}

static int assign(struct event *event, struct event_base *base, int fd, short events,
		  void (*callback)(int fd, short what, void *arg), void *arg)
{
	return may_fail() ? -1 : real.api->assign(event, base, fd, events, callback, arg);
}

static int priority_set(struct event *event, int priority)
{
	return may_fail() ? -1 : real.api->priority_set(event, priority);
}

static int add(struct event *event, const struct timeval *timeout)
{
	return may_fail() ? -1 : real.api->add(event, timeout);
}

static int make(const struct subject *subject, struct event_base **base)
{
	int result = may_fail() ? -EMFILE : real.make(subject, base);

	bases += !result;
	return result;
}

static void base_free(struct event_base *base)
{
	bases--;
	real.api->base_free(base);
}

/*
 * Whichever call fails, the error must be returned, the base must be freed, and time must be real
 * again.
 */
static void a_failed_open_leaves_nothing(void **state)
{
	char error[CELL_ERROR_SIZE];

	(void)state;
	write_operations();
	make_cell(loops[0]);
	table.priority_init = priority_init;
	table.assign = assign;
	table.priority_set = priority_set;
	table.add = add;
	table.base_free = base_free;
	between.make = make;
	/*
	 * make, priority_init, assign and priority_set for five events and the driver's event, add
	 */
	for (int i = 0; i < 15; i++) {
		failing = i;
		assert_int_equal(cell_open(&cell, &replay, error), i ? -EINVAL : -EMFILE);
		assert_int_equal(bases, 0);
		assert_null(replay.objects);
	}
	failing = 15;
	open_cell();
	assert_int_equal(bases, 1);
	replay_close(&replay);
	assert_int_equal(bases, 0);
}

static size_t large_event(void)
{
	return 129;
}

static void loops_that_cannot_be_replayed(void **state)
{
	char error[CELL_ERROR_SIZE];

	(void)state;
	write_operations();
	make_cell(loops[0]);
	between.real_time_only = true;
	assert_int_equal(cell_open(&cell, &replay, error), -ENOTSUP);
	between.real_time_only = false;
	table.event_size = large_event;
	assert_int_equal(cell_open(&cell, &replay, error), -EOVERFLOW);
	table.event_size = real.api->event_size;
	hand.header.grain = 500;
	assert_int_equal(cell_open(&cell, &replay, error), -ERANGE);
	hand.header.grain = 5 * US;
	open_cell();
	replay_close(&replay);
}

static size_t some_bytes(struct event_base *base)
{
	(void)base;
	return 4321;
}

static const char *something_broken(struct event_base *base)
{
	(void)base;
	return "broken on purpose";
}

static void the_loop_is_asked_about_itself(void **state)
{
	(void)state;
	write_operations();
	make_cell(loops[0]);
	between.footprint = some_bytes;
	between.check = something_broken;
	replay_in(REPLAY_CHECKED);
	assert_int_equal(replay.findings.footprint_peak, 4321);
	assert_string_equal(replay.findings.broken, "broken on purpose");
	replay_close(&replay);
	between.footprint = NULL;
	between.check = NULL;
	replay_in(REPLAY_CHECKED);
	assert_int_equal(replay.findings.footprint_peak, 0);
	assert_null(replay.findings.broken);
	replay_close(&replay);
}

/* --------------------------------------------------------------------------- common timeouts */

static unsigned asked; /* number of calls of give_queue */
static struct timeval queues[1024];

static const struct timeval *give_queue(struct event_base *base, const struct timeval *duration)
{
	(void)base;
	queues[asked] = *duration;
	return &queues[asked++];
}

/* An arm goes to a queue only if its interval is the time left until its deadline. */
static void only_durations_go_to_queues(void **state)
{
	(void)state;
	asked = 0;
	hand_begin(&hand, US);
	hand_mark(&hand, "all", true);
	hand_arm(&hand, TRACE_ARM, 0, 50 * US, 0);		  /* to a queue */
	hand_arm(&hand, TRACE_ARM_ABSOLUTE, 1, 50 * US, 0);	  /* not to a queue */
	hand_arm(&hand, TRACE_ARM_INTERVAL, 2, 50 * US, 60 * US); /* not to a queue */
	hand_arm(&hand, TRACE_ARM_INTERVAL, 3, 60 * US, 60 * US); /* to another queue */
	hand_advance(&hand, 20 * US);
	hand_arm(&hand, TRACE_ARM, 4, 70 * US, 0); /* to the first queue */
	hand_advance(&hand, 90 * US);
	make_cell("loop:quad-heap@epoll+common");
	assert_true(between.common);
	table.common_timeout = give_queue;
	replay_in(REPLAY_PLAIN);
	assert_int_equal(asked, 2);
	assert_int_equal(queues[0].tv_usec, 50);
	assert_int_equal(queues[1].tv_usec, 60);
	assert_int_equal(replay.tally.fired, 5);
	replay_close(&replay);
	make_cell(loops[0]);
	table.common_timeout = give_queue;
	replay_in(REPLAY_PLAIN);
	assert_int_equal(asked, 2);
	replay_close(&replay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_loop_replays),
		cmocka_unit_test(the_checked_mode_measures_lateness),
		cmocka_unit_test(every_operation_is_timed),
		cmocka_unit_test(long_streams_without_an_advance),
		cmocka_unit_test(timeouts_reach_the_loop),
		cmocka_unit_test(an_arm_in_the_past),
		cmocka_unit_test(early_firings_are_counted),
		cmocka_unit_test(late_firings_are_counted),
		cmocka_unit_test(overtaken_timers_are_counted),
		cmocka_unit_test(armed_timers_are_counted),
		cmocka_unit_test(timers_that_never_fire),
		cmocka_unit_test(stops_of_fired_timers),
		cmocka_unit_test(firings_out_of_order_are_counted),
		cmocka_unit_test(a_loop_without_memory_ends_the_process),
		cmocka_unit_test(a_failed_open_leaves_nothing),
		cmocka_unit_test(loops_that_cannot_be_replayed),
		cmocka_unit_test(the_loop_is_asked_about_itself),
		cmocka_unit_test(only_durations_go_to_queues),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
