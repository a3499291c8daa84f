/*
 * timeout-test - timeouts of events: adding, deleting, and callbacks that take time
 */
#include <limits.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/over_structures.h"

/* --------------------------------------------------------------------------- adds and deletions */

static void test_in_order_of_deadlines(void **state)
{
	struct event *events[3];

	(void)state;
	begin(0);
	for (int i = 0; i < 3; i++)
		events[i] = timer((const char *const[]){ "a", "b", "c" }[i], 0);
	add(events[2], 300);
	add(events[0], 100);
	add(events[1], 200);
	run();
	assert_journal("a@100 b@200 c@300 ");
	for (int i = 0; i < 3; i++)
		event_free(events[i]);
	end();
}

static void test_the_last_add_wins(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", 0);
	add(a, 100);
	add(a, 300); /* later */
	add(b, 200);
	add(b, 50); /* earlier */
	assert_int_equal(event_base_get_num_events(over.base, EVENT_BASE_COUNT_ADDED), 2);
	run();
	assert_journal("b@50 a@300 ");
	event_free(a);
	event_free(b);
	end();
}

static void test_no_timeout_keeps_the_old_one(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", 0);
	add(a, 100);
	assert_int_equal(event_add(a, NULL), 0);
	assert_int_equal(event_add(b, NULL), 0); /* no timeout, so nothing to wait for */
	assert_int_equal(event_pending(b, EV_TIMEOUT, NULL), 0);
	run();
	assert_journal("a@100 ");
	event_free(a);
	event_free(b);
	end();
}

static void test_deleted_ones_do_not_fire(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", 0);
	add(a, 100);
	add(b, 100);
	assert_int_equal(event_del(a), 0);
	assert_int_equal(event_del(a), 0); /* a second call is not an error */
	assert_int_equal(event_pending(a, EV_TIMEOUT, NULL), 0);
	run();
	assert_journal("b@100 ");
	event_free(a);
	event_free(b);
	end();
}

struct odd {
	struct timeval timeout;
	const char *fires; /* "" for never */
};

/* libevent 2.1 handles some of these wrongly: loop/README.md, deviation 4. */
static void test_odd_timeouts(void **state)
{
	static const struct odd odd[] = {
		{ { 0, 0 }, "a@0 " },
		{ { -1, 0 }, "a@0 " },
		{ { 0, -1 }, "a@0 " },
		{ { LONG_MIN, LONG_MIN }, "a@0 " },
		{ { LONG_MIN, LONG_MAX }, "a@0 " },
		{ { 1, -500000 }, "a@500 " },
		{ { -1, 1500000 }, "a@500 " },
		{ { 0, 2500000 }, "a@2500 " },
		{ { 3, 999999 }, "a@3999.999 " },
		{ { 0, 0x50000000 | 5 << 20 | 100 }, "a@1347420.26 " }, /* no queue's: plain µs */
		{ { LONG_MAX, 0 }, "" },
		{ { LONG_MAX, 999999 }, "" },
		{ { LONG_MAX / 2, 0 }, "" },
		{ { LONG_MAX, LONG_MAX }, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct event *event;

		begin(0);
		event = timer("a", 0);
		assert_int_equal(event_add(event, &odd[i].timeout), 0);
		if (*odd[i].fires) {
			run();
		} else {
			burn(UINT64_C(500) * 365 * 86400 * 1000);
			event_base_loop(over.base, EVLOOP_NONBLOCK);
			assert_int_equal(event_pending(event, EV_TIMEOUT, NULL), EV_TIMEOUT);
		}
		assert_journal(odd[i].fires);
		event_free(event);
		end();
	}
}

static void test_nanoseconds_of_the_clock_count(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", 0);
	assert_int_equal(event_base_virtual_advance(over.base, 1), 0);
	add(a, 1);
	assert_int_equal(event_base_virtual_advance(over.base, 1), 0);
	add(b, 1);
	run();
	assert_journal("a@1.000001 b@1.000002 ");
	event_free(a);
	event_free(b);
	end();
}

static void test_one_wait_for_each_firing(void **state)
{
	struct event_base_statistics statistics;
	struct event *events[10];

	(void)state;
	begin(0);
	for (int i = 0; i < 10; i++) {
		events[i] = timer("a", 0);
		assert_int_equal(event_add(events[i], &(struct timeval){ 1 + i % 5, i * 1000 }), 0);
	}
	run();
	event_base_get_statistics(over.base, &statistics);
	assert_int_equal(statistics.timers_expired, 10);
	assert_int_equal(statistics.waits, 10);
	assert_int_equal(statistics.spurious, 0);
	for (int i = 0; i < 10; i++)
		event_free(events[i]);
	end();
}

static void test_counted_by_membership(void **state)
{
	const unsigned int added = EVENT_BASE_COUNT_ADDED, active = EVENT_BASE_COUNT_ACTIVE;
	struct event *both;
	int pair[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(pair), 0);
	both = event_new(over.base, pair[0], EV_READ, note_when, "a");
	add(both, 10);
	assert_int_equal(event_base_get_num_events(over.base, added), 2);
	event_active(both, EV_READ, 1);
	assert_int_equal(event_base_get_num_events(over.base, added), 3);
	assert_int_equal(event_base_get_num_events(over.base, added | active), 4);
	assert_int_equal(event_base_get_max_events(over.base, added, 0), 3);
	event_free(both);
	assert_int_equal(event_base_get_num_events(over.base, added | active), 0);
	close(pair[0]);
	close(pair[1]);
	end();
}

static void test_pending_tells_the_wall_clock(void **state)
{
	struct timeval at, wall = { 0, 7 };
	struct event *event;

	(void)state;
	begin(0);
	event = timer("a", 0);
	assert_int_equal(event_pending(event, EV_TIMEOUT, &wall), 0);
	assert_true(wall.tv_sec == 0 && wall.tv_usec == 7); /* unchanged */
	event_base_gettimeofday_cached(over.base, &wall);
	add(event, 1500);
	assert_int_equal(event_pending(event, EV_TIMEOUT, &at), EV_TIMEOUT);
	evutil_timersub(&at, &wall, &at);
	assert_true(at.tv_sec == 1 && at.tv_usec == 500000);
	/*
	 * 539 years are more than the wall clock can show in ns. The result is the latest time that
	 * it can show.
	 */
	event_add(event, &(struct timeval){ 17000000000, 0 });
	assert_int_equal(event_pending(event, EV_TIMEOUT, &at), EV_TIMEOUT);
	assert_true(at.tv_sec >= 17000000000);
	event_free(event);
	end();
}

/* --------------------------------------------------------------------- callbacks that take time */

/*
 * A timer's deadline is 90 ms, and a callback runs from 10 to 70 ms. The timer fires at 90 ms. In
 * libevent it fires at 150 ms.
 */
static void wait_behind_a_callback(int flags, const char *expected)
{
	struct event *a, *b;

	begin(flags);
	a = timer_and_then("a", 0);
	b = timer("b", 0);
	add(a, 10);
	add(b, 90);
	then.burns = 60;
	run();
	assert_journal(expected);
	event_free(a);
	event_free(b);
	end();
}

static void test_a_wait_is_not_computed_from_a_stale_clock(void **state)
{
	(void)state;
	wait_behind_a_callback(0, "a@10 b@90 ");
	wait_behind_a_callback(EVENT_BASE_FLAG_LIBEVENT_2_1, "a@10 b@150 ");
	wait_behind_a_callback(EVENT_BASE_FLAG_LIBEVENT_2_1 | EVENT_BASE_FLAG_NO_CACHE_TIME,
			       "a@10 b@90 ");
}

/*
 * A callback takes 60 ms and then adds timeouts of 50 and 100 ms. In libevent both expire 50 ms
 * after the add.
 */
static void add_behind_a_callback(int flags, const char *expected)
{
	struct event *a, *b, *c;

	begin(flags);
	a = timer_and_then("a", 0);
	b = timer("b", 0);
	c = timer("c", 0);
	add(a, 10);
	then.burns = 60;
	then.add[0] = b;
	then.timeouts[0] = 50;
	then.add[1] = c;
	then.timeouts[1] = 100;
	run();
	assert_journal(expected);
	event_free(a);
	event_free(b);
	event_free(c);
	end();
}

static void test_added_late_in_a_callback_is_not_early(void **state)
{
	(void)state;
	add_behind_a_callback(0, "a@10 b@120 c@170 ");
	add_behind_a_callback(EVENT_BASE_FLAG_LIBEVENT_2_1, "a@10 b@120 c@120 ");
	add_behind_a_callback(EVENT_BASE_FLAG_LIBEVENT_2_1 | EVENT_BASE_FLAG_NO_CACHE_TIME,
			      "a@10 b@120 c@170 ");
}

/*
 * All timers whose deadlines passed during a jump of the clock expire in one iteration, in the
 * order of their deadlines.
 */
static void test_a_jump_of_the_clock(void **state)
{
	struct event_base_statistics statistics;
	struct event *a, *b, *c;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", EV_PERSIST);
	c = timer("c", 0);
	add(a, 2000);
	add(b, 1000);
	add(c, 3000);
	burn(3600000);
	assert_int_equal(run_for(1), 0);
	assert_journal("b@3600000 a@3600000 c@3600000 ");
	event_base_get_statistics(over.base, &statistics);
	assert_int_equal(statistics.waits, 1);
	run_for(2); /* the next period starts at the jump */
	assert_journal("b@3601000 b@3602000 ");
	event_free(a);
	event_free(b);
	event_free(c);
	end();
}

static void test_an_activation_is_superseded_by_an_add(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer_and_then("a", 0);
	b = timer("b", 0);
	add(a, 10);
	add(b, 20);
	burn(20); /* both are active when a is called */
	then.add[0] = b;
	then.timeouts[0] = 30;
	run();
	assert_journal("a@20 b@50 ");
	event_free(a);
	event_free(b);
	end();
}

static void test_deleting_what_is_due_in_the_same_iteration(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer_and_then("a", 0);
	b = timer("b", 0);
	add(a, 10);
	add(b, 20);
	burn(20);
	then.delete = b;
	run();
	assert_journal("a@20 ");
	event_free(a);
	event_free(b);
	end();
}

/*
 * If only its descriptor has made an event active, an add leaves the event active. If its timeout
 * has also made it active, the add makes the event inactive.
 */
static void test_an_add_keeps_what_io_made_active(void **state)
{
	struct event *event;

	(void)state;
	begin(0);
	event = timer("a", 0);
	event_active(event, EV_READ, 1);
	add(event, 10);
	assert_int_equal(event_base_get_num_events(over.base, EVENT_BASE_COUNT_ACTIVE), 1);
	run();
	assert_journal("a@0 "); /* it does not persist, so the call also ends its timeout */
	event_active(event, EV_READ | EV_TIMEOUT, 1);
	add(event, 10);
	assert_int_equal(event_base_get_num_events(over.base, EVENT_BASE_COUNT_ACTIVE), 0);
	run();
	assert_journal("a@10 ");
	event_free(event);
	end();
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

/* These tests also run for structures that may be late, or have no order within an iteration. */
static const struct CMUnitTest any[] = {
	TEST(test_counted_by_membership),
	TEST(test_pending_tells_the_wall_clock),
};

static const struct CMUnitTest exact[] = {
	TEST(test_in_order_of_deadlines),
	TEST(test_the_last_add_wins),
	TEST(test_no_timeout_keeps_the_old_one),
	TEST(test_deleted_ones_do_not_fire),
	TEST(test_odd_timeouts),
	TEST(test_nanoseconds_of_the_clock_count),
	TEST(test_one_wait_for_each_firing),
	TEST(test_a_wait_is_not_computed_from_a_stale_clock),
	TEST(test_added_late_in_a_callback_is_not_early),
	TEST(test_a_jump_of_the_clock),
	TEST(test_an_activation_is_superseded_by_an_add),
	TEST(test_deleting_what_is_due_in_the_same_iteration),
	TEST(test_an_add_keeps_what_io_made_active),
};

int main(void)
{
	struct structure_tests tests = { TESTS_OF(any), TESTS_OF(exact) };

	return run_over_structures(&tests);
}
