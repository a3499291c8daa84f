/*
 * timeout-test - timeouts of events, in simulated time, over every structure and both re-add paths
 *
 * The journal says which event was called, and when, in ms and exact to the ns: "a@90
 * b@150.000001". A callback takes time only where a test says so. Structures that fire late by
 * design, or that have no order within an iteration, run only the tests that hold for them, too.
 */
#include "loop/base.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <unistd.h>

#include <event2/watch.h>

#include "loop/tests/journal.h"
#include "structures/common/find.h"

#define TIMEVAL(ms) (&(const struct timeval){ (ms) / 1000, (ms) % 1000 * 1000 })

/*
 * The structure and the re-add path of the tests that are running, and the base of the current
 * test.
 */
static struct {
	const char *structure; /* its name */
	int reinsert;	       /* the flag, or 0 */
	struct event_base *base;
	uint64_t began, burned; /* ns: when the loop was called, and what callbacks took since */
} over;

static void check_invariants(struct evwatch *watch, const struct evwatch_prepare_cb_info *info,
			     void *arg)
{
	(void)watch, (void)info;
	loop_test_check(arg);
}

static void begin(int flags)
{
	over.base = loop_test_base("virtual", over.structure, flags | over.reinsert);
	assert_non_null(over.base);
	assert_non_null(evwatch_prepare_new(over.base, check_invariants, over.base));
}

static void end(void)
{
	end_base(over.base);
	over.base = NULL;
}

static uint64_t now(void)
{
	uint64_t ns = 0;

	event_base_virtual_now(over.base, &ns);
	return ns;
}

static void burn(uint64_t ms)
{
	assert_int_equal(event_base_virtual_advance(over.base, ms * MILLISECOND), 0);
}

/* A callback that writes down "a@90 ". */
static void note_when(evutil_socket_t fd, short what, void *arg)
{
	char entry[64], *end_of_number;

	snprintf(entry, sizeof(entry), "%s@%llu.%06llu", (const char *)arg,
		 (unsigned long long)(now() / MILLISECOND),
		 (unsigned long long)(now() % MILLISECOND));
	for (end_of_number = entry + strlen(entry); end_of_number[-1] == '0'; end_of_number--)
		;
	if (end_of_number[-1] == '.')
		end_of_number--;
	strcpy(end_of_number, " ");
	note(fd, what, entry);
}

/*
 * Calls the loop this many times, each time for an iteration that calls an event. Returns 1 if
 * nothing is left to wait for.
 */
static int run_for(int iterations)
{
	int result = 0;

	for (int i = 0; i < iterations && !result; i++) {
		result = event_base_loop(over.base, EVLOOP_ONCE);
		loop_test_check(over.base);
	}
	return result;
}

/* Runs the loop until nothing is left to wait for. */
static void run(void)
{
	assert_int_equal(event_base_dispatch(over.base), 1);
	loop_test_check(over.base);
}

/* Makes an event that notes its name. The test frees it. */
static struct event *timer(const char *name, short events)
{
	struct event *event = event_new(over.base, -1, events, note_when, (void *)name);

	assert_non_null(event);
	return event;
}

static void add(struct event *event, long ms)
{
	assert_int_equal(event_add(event, TIMEVAL(ms)), 0);
}

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
	assert_int_equal(event_del(a), 0); /* a second call is no error */
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

/* libevent 2.1 gets some of these wrong: loop/README.md, deviation 4. */
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
	assert_true(wall.tv_sec == 0 && wall.tv_usec == 7); /* untouched */
	event_base_gettimeofday_cached(over.base, &wall);
	add(event, 1500);
	assert_int_equal(event_pending(event, EV_TIMEOUT, &at), EV_TIMEOUT);
	evutil_timersub(&at, &wall, &at);
	assert_true(at.tv_sec == 1 && at.tv_usec == 500000);
	/*
	 * 539 years: more than the wall clock can show in ns. The result is the latest time that it
	 * can show.
	 */
	event_add(event, &(struct timeval){ 17000000000, 0 });
	assert_int_equal(event_pending(event, EV_TIMEOUT, &at), EV_TIMEOUT);
	assert_true(at.tv_sec >= 17000000000);
	event_free(event);
	end();
}

/* --------------------------------------------------------------------- callbacks that take time */

/* What a callback does once: it takes time, then adds, deletes or activates events. */
static struct {
	uint64_t burns; /* ms */
	struct event *add[2];
	long timeouts[2]; /* ms */
	struct event *delete;
	struct event *activate;
} then;

static void note_and_then(evutil_socket_t fd, short what, void *arg)
{
	note_when(fd, what, arg);
	burn(then.burns);
	then.burns = 0;
	for (int i = 0; i < 2; i++) {
		if (then.add[i])
			add(then.add[i], then.timeouts[i]);
	}
	if (then.delete)
		assert_int_equal(event_del(then.delete), 0);
	if (then.activate)
		event_active(then.activate, EV_TIMEOUT, 1);
	memset(&then, 0, sizeof(then));
}

static struct event *timer_and_then(const char *name, short events)
{
	struct event *event = event_new(over.base, -1, events, note_and_then, (void *)name);

	assert_non_null(event);
	memset(&then, 0, sizeof(then));
	return event;
}

/*
 * A timer is due at 90 ms, and a callback runs from 10 to 70. The timer fires at 90 ms. In libevent
 * it fires at 150 ms.
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

/* All timers that became due meanwhile expire in one iteration, in order of their deadlines. */
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
 * An add leaves an event active that only its descriptor has made active. If its timeout has made
 * it active, too, the event is no longer active after the add.
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
	assert_journal("a@0 "); /* it does not persist, so its timeout has gone as well */
	event_active(event, EV_READ | EV_TIMEOUT, 1);
	add(event, 10);
	assert_int_equal(event_base_get_num_events(over.base, EVENT_BASE_COUNT_ACTIVE), 0);
	run();
	assert_journal("a@10 ");
	event_free(event);
	end();
}

/* ------------------------------------------------------------------------------------ periods */

static void test_a_period_keeps_its_phase(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer_and_then("a", EV_PERSIST);
	add(a, 100);
	then.burns = 30;
	run_for(4);
	assert_journal("a@100 a@200 a@300 a@400 ");
	event_free(a);
	end();
}

/*
 * If the next deadline has passed, the period starts anew at the time of the call. A deadline that
 * is just due is kept.
 */
static void late_period(int flags, uint64_t burns, const char *expected)
{
	struct event *a;

	begin(flags);
	a = timer_and_then("a", EV_PERSIST);
	add(a, 100);
	then.burns = burns;
	event_base_loopexit(over.base, TIMEVAL(700));
	assert_int_equal(event_base_dispatch(over.base), 0);
	assert_journal(expected);
	event_free(a);
	end();
}

static void test_a_late_period(void **state)
{
	(void)state;
	late_period(0, 350, "a@100 a@450 a@550 a@650 ");
	late_period(EVENT_BASE_FLAG_LIBEVENT_2_1, 350, "a@100 a@550 a@650 ");
	late_period(0, 200, "a@100 a@300 a@300 a@400 a@500 a@600 a@700 ");
}

static void test_a_period_of_nothing_is_none(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer("a", EV_PERSIST);
	add(a, 0);
	assert_int_equal(run_for(5), 1);
	assert_journal("a@0 ");
	assert_int_equal(event_pending(a, EV_TIMEOUT, NULL), 0);
	event_free(a);
	end();
}

static void test_activating_a_period_counts_as_its_timeout(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer("a", EV_PERSIST);
	add(a, 100);
	event_active(a, EV_TIMEOUT, 1);
	run_for(3);
	assert_journal("a@0 a@200 a@300 ");
	event_free(a);
	end();
}

/* Programs depend on the behaviour in this test and in the next. */
static void test_a_deleted_period_comes_back(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer("a", EV_PERSIST);
	add(a, 20);
	event_del(a);
	event_active(a, EV_TIMEOUT, 1);
	run_for(3);
	assert_journal("a@0 a@40 a@60 ");
	event_free(a);
	end();
}

static void test_a_deleted_period_comes_back_with_io(void **state)
{
	struct event *a;
	int ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	a = event_new(over.base, ends[0], EV_READ | EV_PERSIST, note_when, "a");
	add(a, 50);
	event_del(a);
	assert_int_equal(event_add(a, NULL), 0);
	assert_int_equal(event_pending(a, EV_TIMEOUT, NULL), 0);
	event_active(a, EV_READ, 1);
	run_for(3);
	assert_journal("a@0 a@50 a@100 ");
	event_free(a);
	close(ends[0]);
	close(ends[1]);
	end();
}

static void test_io_starts_the_period_anew(void **state)
{
	struct event *a, *b;
	int ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	a = event_new(over.base, ends[0], EV_READ | EV_PERSIST, note_when, "a");
	b = timer("b", 0);
	add(a, 100);
	add(b, 70);
	run_for(1);
	event_active(a, EV_READ, 1);
	run_for(3);
	assert_journal("b@70 a@70 a@170 a@270 ");
	assert_int_equal(event_pending(a, EV_READ, NULL), EV_READ); /* the timeout leaves EV_READ */
	event_free(a);
	event_free(b);
	close(ends[0]);
	close(ends[1]);
	end();
}

static void test_changing_a_period_in_its_callback(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer_and_then("a", EV_PERSIST);
	add(a, 100);
	then.add[0] = a;
	then.timeouts[0] = 30;
	run_for(3);
	assert_journal("a@100 a@130 a@160 ");
	then.delete = a;
	assert_int_equal(run_for(3), 1);
	assert_journal("a@190 ");
	event_free(a);
	end();
}

static void remove_own_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	write_down("r");
	assert_int_equal(event_remove_timer(arg), 0);
	assert_int_equal(event_remove_timer(arg), 0); /* a second call is no error */
}

static void test_removing_the_timer_ends_the_period(void **state)
{
	struct event *a;
	int ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	a = event_new(over.base, ends[0], EV_READ | EV_PERSIST, remove_own_timer,
		      event_self_cbarg());
	add(a, 10);
	run_for(1);
	assert_int_equal(event_pending(a, EV_READ | EV_TIMEOUT, NULL), EV_READ);
	event_active(a, EV_READ, 1);
	run_for(1);
	assert_int_equal(event_pending(a, EV_READ | EV_TIMEOUT, NULL), EV_READ);
	assert_journal("rr");
	event_free(a);
	close(ends[0]);
	close(ends[1]);
	end();
}

/* A signal's closure re-arms no timeout, and a timeout takes the event out of the signal's map. */
static void test_signals_have_no_period(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = evsignal_new(over.base, SIGUSR1, note_when, "a");
	add(a, 100);
	run_for(1);
	assert_journal("a@100 ");
	assert_int_equal(event_pending(a, EV_SIGNAL | EV_TIMEOUT, NULL), 0);
	event_free(a);
	end();
}

static void test_a_timeout_of_io_that_does_not_persist(void **state)
{
	struct event *a;
	int ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	a = event_new(over.base, ends[0], EV_READ, note_when, "a");
	add(a, 100);
	run();
	assert_journal("a@100 ");
	assert_int_equal(journal.what, EV_TIMEOUT);
	assert_int_equal(event_pending(a, EV_READ | EV_TIMEOUT, NULL), 0);
	event_free(a);
	close(ends[0]);
	close(ends[1]);
	end();
}

/* ----------------------------------------------------------------------------- common timeouts */

static const struct timeval *common(long sec, long usec)
{
	const struct timeval duration = { sec, usec };

	return event_base_init_common_timeout(over.base, &duration);
}

static void add_common(struct event *event, const struct timeval *duration)
{
	assert_non_null(duration);
	assert_int_equal(event_add(event, duration), 0);
}

static void test_common_durations_are_encoded(void **state)
{
	const struct timeval *first, *second, *third;

	(void)state;
	begin(0);
	first = common(0, 100000);
	second = common(1, 100000);
	third = common(0, 2100000);
	assert_int_equal(first->tv_usec, 100000 | 0x50000000);
	assert_int_equal(second->tv_usec, 100000 | 0x50100000);
	assert_int_equal(third->tv_usec, 100000 | 0x50200000);
	assert_int_equal(third->tv_sec, 2);
	assert_ptr_equal(common(0, 100000), first);
	assert_ptr_equal(event_base_init_common_timeout(over.base, second), second);
	for (int i = 3; i < 256; i++)
		assert_non_null(common(10 + i, 0));
	assert_not_warned();
	assert_null(common(9, 0));
	assert_warned("256");
	end();
}

static void test_common_ones_fire_in_order_of_adds(void **state)
{
	struct event *events[8];
	char names[8][2];

	(void)state;
	begin(0);
	for (int i = 0; i < 8; i++) {
		names[i][0] = (char)('0' + i);
		names[i][1] = '\0';
		events[i] = timer(names[i], 0);
		add_common(events[i], common(1, 0));
	}
	burn(1);
	add_common(events[0], common(1, 0)); /* a re-add goes to the end */
	event_del(events[3]);
	run();
	assert_journal("1@1000 2@1000 4@1000 5@1000 6@1000 7@1000 0@1001 ");
	for (int i = 0; i < 8; i++)
		event_free(events[i]);
	end();
}

static void test_from_queue_to_structure_and_back(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", 0);
	add_common(a, common(0, 100000));
	add_common(b, common(0, 200000));
	add(a, 150);
	add_common(b, common(0, 100000));
	add_common(b, common(0, 300000));
	assert_int_equal(event_base_get_num_events(over.base, EVENT_BASE_COUNT_ADDED), 2);
	loop_test_check(over.base);
	run();
	assert_journal("a@150 b@300 ");
	add(a, 10);
	add_common(a, common(0, 100000));
	loop_test_check(over.base);
	run();
	assert_journal("a@400 ");
	event_free(a);
	event_free(b);
	end();
}

/* The queue's representative is the loop's own event, so the loop has nothing to wait for. */
static void test_an_empty_queue_keeps_no_loop_running(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer("a", 0);
	add_common(a, common(5, 0));
	event_del(a);
	assert_int_equal(event_base_dispatch(over.base), 1);
	assert_int_equal(now(), 0);
	event_free(a);
	end();
}

static void test_common_periods(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", EV_PERSIST);
	b = timer("b", EV_PERSIST);
	add_common(a, common(0, 100000));
	burn(30);
	add_common(b, common(0, 100000));
	assert_int_equal(run_for(4), 0);
	assert_journal("a@100 b@130 a@200 b@230 ");
	event_free(a);
	event_free(b);
	end();
}

static void test_common_ones_are_superseded_and_deleted(void **state)
{
	struct event *a, *b, *c;

	(void)state;
	begin(0);
	a = timer_and_then("a", 0);
	b = timer("b", 0);
	c = timer("c", 0);
	add_common(a, common(0, 10000));
	add_common(b, common(0, 10000));
	add_common(c, common(0, 10000));
	then.add[0] = b;
	then.timeouts[0] = 7;
	then.delete = c;
	run();
	assert_journal("a@10 b@17 ");
	event_free(a);
	event_free(b);
	event_free(c);
	end();
}

/*
 * Events of a common timeout are called after the structure's timers of the same iteration, but
 * before less urgent events.
 */
static void test_common_ones_come_behind_others(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", 0);
	add_common(a, common(0, 10000));
	add(b, 20);
	burn(20);
	assert_int_equal(run_for(1), 0);
	assert_journal("b@20 a@20 ");
	event_free(a);
	event_free(b);
	end();
}

/* The timeval of one base's queue names no queue of another base that has fewer queues. */
static void test_a_common_timeout_of_another_base(void **state)
{
	struct event_base *other = virtual_base(0);
	const struct timeval *foreign, second = { 1, 0 };
	struct event *a;

	(void)state;
	foreign = event_base_init_common_timeout(other, &second);
	begin(0);
	a = timer("a", 0);
	add_common(a, foreign);
	run();
	assert_journal("a@1343177.28 ");
	event_free(a);
	end();
	end_base(other);
}

static void test_common_timeouts_without_a_base(void **state)
{
	const struct timeval second = { 1, 0 };

	(void)state;
	begin(0);
	assert_null(event_base_init_common_timeout(NULL, &second));
	assert_null(event_base_init_common_timeout(over.base, NULL));
	end();
}

/* ----------------------------------------------------------------------------- limits, failures */

static void test_expiry_in_portions(void **state)
{
	struct event_config *config = event_config_new();
	struct event_base_statistics statistics;
	struct event *events[10];

	(void)state;
	assert_int_equal(event_config_set_expiry_budget(config, 3), 0);
	assert_int_equal(event_config_require_method(config, "virtual"), 0);
	assert_int_equal(event_config_set_timer_structure(config, over.structure), 0);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV | over.reinsert);
	over.base = event_base_new_with_config(config);
	event_config_free(config);
	for (int i = 0; i < 10; i++) {
		events[i] = timer("a", 0);
		add(events[i], 1 + i);
	}
	burn(20);
	for (int i = 0; i < 3; i++) {
		run_for(1);
		assert_journal("a@20 a@20 a@20 ");
	}
	run();
	assert_journal("a@20 ");
	event_base_get_statistics(over.base, &statistics);
	assert_int_equal(statistics.waits, 4);
	for (int i = 0; i < 10; i++)
		event_free(events[i]);
	end();
}

static void test_nonblock_goes_on_until_nothing_is_active(void **state)
{
	struct event *self;

	(void)state;
	begin(0);
	self = timer_and_then("a", 0);
	add(self, 0);
	then.add[0] = self;
	then.timeouts[0] = 0;
	assert_int_equal(event_base_loop(over.base, EVLOOP_NONBLOCK), 1);
	assert_journal("a@0 a@0 ");
	add(self, 1);
	assert_int_equal(event_base_loop(over.base, EVLOOP_NONBLOCK), 0);
	assert_journal("");
	event_free(self);
	end();
}

/* The linker redirects the library's allocations to these functions (--wrap). */
static bool no_memory;

#define WRAP(function, parameters, arguments)                                                      \
	void *__real_##function parameters;                                                        \
	void *__wrap_##function parameters;                                                        \
	void *__wrap_##function parameters                                                         \
	{                                                                                          \
		return no_memory ? NULL : __real_##function arguments;                             \
	}

WRAP(malloc, (size_t size), (size))
WRAP(calloc, (size_t count, size_t size), (count, size))
WRAP(realloc, (void *memory, size_t size), (memory, size))
WRAP(aligned_alloc, (size_t alignment, size_t size), (alignment, size))

int __real_posix_memalign(void **memory, size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
	return no_memory ? ENOMEM : __real_posix_memalign(memory, alignment, size);
}

enum { PLENTY = 5000 };

/*
 * Adds timers without memory for more room. Stores in *count how many were armed before an add
 * failed. The other events are only assigned. The caller frees the array.
 */
static struct event *add_until_there_is_no_room(int *count)
{
	struct event *events = calloc(PLENTY, sizeof(*events));

	for (int i = 0; i < PLENTY; i++)
		event_assign(&events[i], over.base, -1, 0, note, "");
	add(&events[0], 10);
	no_memory = true;
	for (*count = 1; *count < PLENTY; ++*count) {
		if (event_add(&events[*count], TIMEVAL(10)))
			break;
	}
	no_memory = false;
	return events;
}

/*
 * Checks that the failed add changed nothing. False: no add failed, because the structure needs no
 * room for timers (a list, a wheel).
 */
static bool is_full(const struct event *events, int count)
{
	loop_test_check(over.base);
	assert_int_equal(event_base_get_num_events(over.base, EVENT_BASE_COUNT_ADDED), count);
	if (count == PLENTY)
		return false;
	assert_int_equal(event_pending(&events[count], EV_TIMEOUT, NULL), 0);
	return true;
}

static void all_expire(int count)
{
	struct event_base_statistics statistics;

	loop_test_check(over.base);
	run();
	event_base_get_statistics(over.base, &statistics);
	assert_int_equal(statistics.timers_expired, count);
}

static void test_a_failed_add_changes_nothing(void **state)
{
	struct event *events, both;
	int count, ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	events = add_until_there_is_no_room(&count);
	event_assign(&both, over.base, ends[0], EV_READ | EV_PERSIST, note_when, "b");
	if (is_full(events, count)) {
		no_memory = true;
		assert_int_equal(event_add(&both, TIMEVAL(10)), -1);
		assert_int_equal(event_pending(&both, EV_READ | EV_TIMEOUT, NULL), 0);
		for (int i = 0; i < count; i++) /* a re-add needs no room */
			add(&events[i], 20);
		event_del(&events[0]);
		add(&events[count], 20);
		assert_int_equal(event_add(&events[0], TIMEVAL(20)), -1);
		no_memory = false;
	}
	all_expire(count);
	add(&both, 10);
	event_del(&both);
	end();
	free(events);
	close(ends[0]);
	close(ends[1]);
}

/* One of libevent's two faults: the event says that it has a timeout, but nothing will expire. */
static void test_from_a_queue_into_a_full_structure(void **state)
{
	struct event *events, *queued;
	int count;

	(void)state;
	begin(0);
	queued = timer("q", 0);
	add_common(queued, common(0, 30000));
	events = add_until_there_is_no_room(&count);
	no_memory = true;
	assert_int_equal(event_add(queued, TIMEVAL(50)), count == PLENTY ? 0 : -1);
	no_memory = false;
	assert_int_equal(event_pending(queued, EV_TIMEOUT, NULL), EV_TIMEOUT);
	all_expire(count + 1);
	assert_journal(count == PLENTY ? "q@50 " : "q@30 ");
	event_free(queued);
	end();
	free(events);
}

/*
 * The other fault. Here the room for a queue's representative is reserved when the queue is made.
 */
static void test_a_queue_in_a_full_structure(void **state)
{
	const struct timeval *duration;
	struct event *events, *queued;
	int count;

	(void)state;
	begin(0);
	queued = timer("q", 0);
	duration = common(0, 30000);
	events = add_until_there_is_no_room(&count);
	no_memory = true;
	assert_int_equal(event_add(queued, duration), 0);
	no_memory = false;
	all_expire(count + 1);
	assert_journal("q@30 ");
	event_free(queued);
	end();
	free(events);
}

/* Events that a callback adds without memory, until one has no room. */
static struct {
	struct event *events;
	int count;
} spare;

static void add_what_has_room(evutil_socket_t fd, short what, void *arg)
{
	note_when(fd, what, arg);
	while (spare.count < PLENTY && !event_add(&spare.events[spare.count], TIMEVAL(20)))
		spare.count++;
}

/*
 * A persistent event's timer leaves the structure when it expires, and goes back when the event is
 * called. A callback that runs in between takes all the room that is left. The period must go on
 * nevertheless.
 */
static void add_between_expiry_and_call(struct event *period, void (*activate)(struct event *event))
{
	struct event *first = event_new(over.base, -1, 0, add_what_has_room, "f");

	add(first, 5);
	spare.events = add_until_there_is_no_room(&spare.count);
	burn(6);
	no_memory = true;
	if (activate)
		activate(period);
	run_for(1);
	no_memory = false;
	assert_int_equal(event_pending(period, EV_TIMEOUT, NULL), EV_TIMEOUT);
	loop_test_check(over.base);
	event_free(first);
}

static void test_a_period_keeps_its_room(void **state)
{
	struct event *period;

	(void)state;
	begin(0);
	period = timer("p", EV_PERSIST);
	add(period, 6);
	add_between_expiry_and_call(period, NULL);
	assert_journal("f@6 p@6 ");
	event_free(period);
	end();
	free(spare.events);
}

static void make_readable_and_due(struct event *event)
{
	event_active(event, EV_READ, 1);
}

/* The same for an event that is active already when its timeout expires. */
static void test_a_period_of_an_active_event_keeps_its_room(void **state)
{
	struct event *period;

	(void)state;
	begin(0);
	period = timer("p", EV_PERSIST);
	add(period, 6);
	add_between_expiry_and_call(period, make_readable_and_due);
	assert_journal("p@6 f@6 ");
	event_free(period);
	end();
	free(spare.events);
}

/*
 * A period that ends for want of memory is logged, since no call can return the error. All other
 * periods go on. Only a deleted period that comes back has no room.
 */
static void test_a_period_without_room(void **state)
{
	struct event *events, *period;
	int count;

	(void)state;
	begin(0);
	period = timer("p", EV_PERSIST);
	add(period, 6);
	event_del(period);
	events = add_until_there_is_no_room(&count);
	no_memory = true;
	event_active(period, EV_READ, 1);
	run_for(1);
	no_memory = false;
	assert_journal("p@0 ");
	if (count < PLENTY)
		assert_warned("no memory");
	assert_int_equal(event_pending(period, EV_TIMEOUT, NULL), count < PLENTY ? 0 : EV_TIMEOUT);
	loop_test_check(over.base);
	event_free(period);
	end();
	free(events);
}

/* Room that was kept is given up with the event. An add before the call uses it. */
static void test_kept_room_is_given_up(void **state)
{
	struct event *period = NULL;

	(void)state;
	begin(0);
	for (int i = 0; i < 200; i++) {
		period = timer("p", EV_PERSIST);
		add(period, 6);
		event_del(period);
		event_active(period, EV_READ, 1);
		if (i % 2)
			add(period, 7);
		loop_test_check(over.base);
		event_free(period);
	}
	assert_int_equal(over.base->timeouts.kept, 0);
	run();
	assert_journal("");
	end();
}

/* The room shrinks when a quarter is enough. libevent's heap never shrinks. */
static void test_room_is_given_up_after_a_peak(void **state)
{
	enum { PEAK = 1000 };
	static const struct {
		int flags, left;
	} rows[] = {
		{ 0, 10 },
		{ 0, 200 },
		{ EVENT_BASE_FLAG_LIBEVENT_2_1, 10 },
	};
	struct event *events = calloc(PEAK, sizeof(*events));
	size_t peak, before;

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		size_t wanted = 2 * (size_t)rows[row].left;

		begin(rows[row].flags);
		for (int i = 0; i < PEAK; i++) {
			event_assign(&events[i], over.base, -1, 0, note, "");
			add(&events[i], 100);
		}
		peak = over.base->timeouts.room;
		assert_true(peak >= PEAK);
		for (int i = rows[row].left; i < PEAK; i++)
			event_del(&events[i]);
		do {
			before = over.base->timeouts.room;
			event_base_loop(over.base, EVLOOP_NONBLOCK);
		} while (over.base->timeouts.room != before);
		if (wanted < TIMEOUTS_ROOM)
			wanted = TIMEOUTS_ROOM;
		if (rows[row].flags) {
			assert_int_equal(before, peak);
		} else {
			assert_true(before >= wanted && before < 2 * wanted);
		}
		for (int i = rows[row].left; i < PEAK; i++)
			add(&events[i], 100);
		all_expire(PEAK);
		end();
	}
	free(events);
}

/* ----------------------------------------------------------------------------- random programs */

enum { RANDOM_EVENTS = 60, RANDOM_STEPS = 4000 };

struct random_event {
	struct event event;
	uint64_t added, deadline; /* ns; deadline 0: not pending */
	uint64_t called;
};

static struct random_event random_events[RANDOM_EVENTS];
static uint64_t random_state, random_fired;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t draw(uint64_t below)
{
	uint64_t x = random_state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (x ^ x >> 31) % below;
}

static struct timer_accuracy accuracy_of(const char *structure)
{
	struct timer_accuracy accuracy;

	assert_int_equal(timer_set_accuracy(structure, &accuracy, NULL, 0), 0);
	return accuracy;
}

static uint64_t allowed_lateness(const struct random_event *event)
{
	const struct timer_accuracy accuracy = accuracy_of(over.structure);
	double late = accuracy.fraction * (double)(event->deadline - event->added);

	return (accuracy.when == TIMER_EXACT ? 0 : accuracy.tick) + (uint64_t)late;
}

/*
 * Never early, and late by no more than the structure declares plus the time that callbacks took.
 */
static void see_expiry(evutil_socket_t fd, short what, void *arg)
{
	struct random_event *event = arg;
	const uint64_t latest = event->deadline > over.began ? event->deadline : over.began;

	(void)fd;
	assert_int_equal(what, EV_TIMEOUT);
	assert_true(event->deadline != 0);
	assert_true(now() >= event->deadline);
	assert_true(now() <= latest + allowed_lateness(event) + over.burned);
	event->deadline = 0;
	random_fired++;
	if (!draw(8)) {
		uint64_t ms = draw(5);

		burn(ms);
		over.burned += ms * MILLISECOND;
	}
}

static void random_add(struct random_event *event)
{
	const uint64_t us = draw(4) ? draw(20000) : draw(3000000);
	struct timeval timeout = { (time_t)(us / 1000000), (suseconds_t)(us % 1000000) };

	event->added = now();
	event->deadline = now() + us * 1000;
	if (!draw(5)) {
		const struct timeval duration = { 0, (suseconds_t)(1 + draw(5)) * 7000 };

		timeout = *event_base_init_common_timeout(over.base, &duration);
		event->deadline = now() + (uint64_t)duration.tv_usec * 1000;
	}
	event->deadline += !event->deadline; /* 0 stands for no deadline */
	assert_int_equal(event_add(&event->event, &timeout), 0);
}

static int random_loop(int flags)
{
	over.began = now();
	over.burned = 0;
	return event_base_loop(over.base, flags);
}

static void random_step(void)
{
	struct random_event *event = &random_events[draw(RANDOM_EVENTS)];

	switch (draw(8)) {
	case 0:
		event_del(&event->event);
		event->deadline = 0;
		break;
	case 1:
		random_loop(EVLOOP_ONCE | (draw(2) ? EVLOOP_NONBLOCK : 0));
		break;
	default:
		random_add(event);
	}
	assert_int_equal(event_pending(&event->event, EV_TIMEOUT, NULL),
			 event->deadline ? EV_TIMEOUT : 0);
}

static void test_random_programs(void **state)
{
	(void)state;
	random_state = test_seed();
	random_fired = 0;
	begin(0);
	assert_int_equal(event_base_virtual_advance(over.base, 1), 0);
	for (int i = 0; i < RANDOM_EVENTS; i++) {
		random_events[i] = (struct random_event){ 0 };
		event_assign(&random_events[i].event, over.base, -1, 0, see_expiry,
			     &random_events[i]);
	}
	for (int i = 0; i < RANDOM_STEPS; i++)
		random_step();
	assert_int_equal(random_loop(0), 1);
	for (int i = 0; i < RANDOM_EVENTS; i++)
		assert_int_equal(random_events[i].deadline, 0); /* none was lost */
	assert_true(random_fired > RANDOM_STEPS / 20);
	end();
}

/* ------------------------------------------------------------------------------------ all tests */

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

/* Tests that also hold for structures that may be late, or have no order within an iteration. */
static const struct CMUnitTest any[] = {
	TEST(test_counted_by_membership),	   TEST(test_pending_tells_the_wall_clock),
	TEST(test_common_durations_are_encoded),   TEST(test_an_empty_queue_keeps_no_loop_running),
	TEST(test_common_timeouts_without_a_base), TEST(test_a_failed_add_changes_nothing),
	TEST(test_room_is_given_up_after_a_peak),  TEST(test_random_programs),
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
	TEST(test_a_period_keeps_its_phase),
	TEST(test_a_late_period),
	TEST(test_a_period_of_nothing_is_none),
	TEST(test_activating_a_period_counts_as_its_timeout),
	TEST(test_a_deleted_period_comes_back),
	TEST(test_a_deleted_period_comes_back_with_io),
	TEST(test_io_starts_the_period_anew),
	TEST(test_changing_a_period_in_its_callback),
	TEST(test_removing_the_timer_ends_the_period),
	TEST(test_signals_have_no_period),
	TEST(test_a_timeout_of_io_that_does_not_persist),
	TEST(test_common_ones_fire_in_order_of_adds),
	TEST(test_from_queue_to_structure_and_back),
	TEST(test_common_periods),
	TEST(test_common_ones_are_superseded_and_deleted),
	TEST(test_common_ones_come_behind_others),
	TEST(test_a_common_timeout_of_another_base),
	TEST(test_expiry_in_portions),
	TEST(test_nonblock_goes_on_until_nothing_is_active),
	TEST(test_from_a_queue_into_a_full_structure),
	TEST(test_a_queue_in_a_full_structure),
	TEST(test_a_period_keeps_its_room),
	TEST(test_a_period_of_an_active_event_keeps_its_room),
	TEST(test_a_period_without_room),
	TEST(test_kept_room_is_given_up),
};

/* Whether it fires on time, and orders deadlines that are at least 1 ms apart. */
static bool is_exact(const char *structure)
{
	const struct timer_accuracy accuracy = accuracy_of(structure);

	return accuracy.when == TIMER_EXACT && accuracy.order != TIMER_UNORDERED &&
	       accuracy.tick <= MILLISECOND;
}

#define COUNT(array) (int)(sizeof(array) / sizeof(*(array)))

static int run_over(const char *structure, int reinsert, int *run_of_them)
{
	char name[160];
	int failed;

	over.structure = structure;
	over.reinsert = reinsert;
	snprintf(name, sizeof(name), "%s%s", structure, reinsert ? ", in place" : "");
	failed = _cmocka_run_group_tests(name, any, COUNT(any), NULL, NULL);
	*run_of_them += COUNT(any);
	if (is_exact(structure)) {
		failed += _cmocka_run_group_tests(name, exact, COUNT(exact), NULL, NULL);
		*run_of_them += COUNT(exact);
	}
	return failed;
}

struct sum {
	int failed, run_of_them;
};

static void run_both_ways(const char *name, void *data)
{
	struct sum *sum = data;

	sum->failed += run_over(name, 0, &sum->run_of_them);
	sum->failed += run_over(name, EVENT_BASE_FLAG_TIMER_REINSERT, &sum->run_of_them);
}

int main(void)
{
	struct sum sum = { 0 };

	for (size_t i = 0; timer_structures[i]; i++)
		timer_structure_names(timer_structures[i], run_both_ways, &sum);
	printf("%d passed, %d failed\n", sum.run_of_them - sum.failed, sum.failed);
	return sum.failed ? 1 : 0;
}
