/*
 * clock-test - which clock the loop reads, and when; the tests set the clocks
 *
 * The linker redirects clock_gettime and clock_getres to this file (--wrap, see tests.mk). The
 * kernel still waits in real time. So the tests run the loop without waiting, except where another
 * thread wakes the loop.
 */
#include "loop/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/watch.h>

#include "loop/tests/journal.h"

#define SECOND	    TIMER_SECOND
#define MICROSECOND UINT64_C(1000)
#define TICK	    (4 * MILLISECOND)

/* The times that the clocks return, in ns. */
static struct {
	_Atomic uint64_t monotonic, coarse, wall;
} shown;

static uint64_t read_shown(clockid_t clock)
{
	if (clock == CLOCK_MONOTONIC)
		return shown.monotonic;
	if (clock == CLOCK_MONOTONIC_COARSE)
		return shown.coarse;
	assert_int_equal(clock, CLOCK_REALTIME);
	return shown.wall;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	uint64_t ns = read_shown(clock);

	*time = (struct timespec){ (time_t)(ns / SECOND), (long)(ns % SECOND) };
	return 0;
}

int __wrap_clock_getres(clockid_t clock, struct timespec *resolution);
int __wrap_clock_getres(clockid_t clock, struct timespec *resolution)
{
	assert_int_equal(clock, CLOCK_MONOTONIC_COARSE);
	*resolution = (struct timespec){ 0, (long)TICK };
	return 0;
}

static struct event_base *base;

static int begin(void **state)
{
	shown.monotonic = 1000 * SECOND + 3 * MILLISECOND + 1500;
	shown.coarse = 1000 * SECOND + 700;
	shown.wall = 5000 * SECOND + 7 * MILLISECOND;
	return journal_start(state);
}

static void make_base(int flags)
{
	base = loop_test_base("epoll", NULL, flags);
	assert_non_null(base);
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	loop_test_check(base);
}

static uint64_t ns_of(struct timeval timeval)
{
	return (uint64_t)timeval.tv_sec * SECOND + (uint64_t)timeval.tv_usec * MICROSECOND;
}

/* -------------------------------------------------------------------------- which clock is read */

/* For each set of flags: whether the coarse clock is used, and when a timer of 10 ms expires. */
static const struct {
	int flags;
	bool by_coarse;
	uint64_t expires;
} kinds[] = {
	{ 0, false, 1000 * SECOND + 13 * MILLISECOND + 1500 },
	{ EVENT_BASE_FLAG_PRECISE_TIMER, false, 1000 * SECOND + 13 * MILLISECOND + 1500 },
	{ EVENT_BASE_FLAG_COARSE_TIMER, false, 1000 * SECOND + 10 * MILLISECOND + 2 * TICK + 700 },
	{ EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_COARSE_TIMER, false,
	  1000 * SECOND + 13 * MILLISECOND + 1500 },
	{ EVENT_BASE_FLAG_NO_CACHE_TIME, false, 1000 * SECOND + 13 * MILLISECOND + 1500 },
	{ EVENT_BASE_FLAG_LIBEVENT_2_1, true, 1000 * SECOND + 10 * MILLISECOND },
	{ EVENT_BASE_FLAG_LIBEVENT_2_1 | EVENT_BASE_FLAG_PRECISE_TIMER, false,
	  1000 * SECOND + 13 * MILLISECOND + 1500 },
	{ EVENT_BASE_FLAG_LIBEVENT_2_1 | EVENT_BASE_FLAG_COARSE_TIMER, false,
	  1000 * SECOND + 3 * MILLISECOND + 1500 + 10 * MILLISECOND },
};

static void test_when_a_timer_expires(void **state)
{
	const struct timeval ten = { 0, 10000 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		_Atomic uint64_t *by = kinds[i].by_coarse ? &shown.coarse : &shown.monotonic;
		_Atomic uint64_t *other = kinds[i].by_coarse ? &shown.monotonic : &shown.coarse;
		struct event event;

		begin(state);
		make_base(kinds[i].flags);
		event_assign(&event, base, -1, 0, note, "e");
		event_add(&event, &ten);
		*other = 0;
		*by = kinds[i].expires - 1;
		turn();
		if (journal.length)
			fail_msg("flags %#x: too early", (unsigned)kinds[i].flags);
		*by = kinds[i].expires;
		turn();
		if (!journal.length)
			fail_msg("flags %#x: too late", (unsigned)kinds[i].flags);
		end_base(base);
	}
}

/* ------------------------------------------------------------------------------- backwards */

static void test_time_does_not_go_back(void **state)
{
	struct timeval before, now;

	(void)state;
	make_base(0);
	event_gettime_monotonic(base, &before);
	shown.monotonic -= 2 * MILLISECOND;
	event_gettime_monotonic(base, &now);
	assert_int_equal(ns_of(now), ns_of(before));
	shown.monotonic += 3 * MILLISECOND;
	event_gettime_monotonic(base, &now);
	assert_int_equal(ns_of(now), ns_of(before) + MILLISECOND);
	end_base(base);
}

/* ------------------------------------------------------------------------------- the wall clock */

static uint64_t deadline_by_the_wall(const struct event *event)
{
	struct timeval at = { 0, 0 };

	assert_int_equal(event_pending(event, EV_TIMEOUT, &at), EV_TIMEOUT);
	return ns_of(at);
}

/* The loop reads the offset to the wall clock at most once every five seconds. */
static void test_offset_of_the_wall(void **state)
{
	const struct timeval ten = { 10, 0 };
	const uint64_t at = 5010 * SECOND + 7 * MILLISECOND, hour = 3600 * SECOND;
	struct event event;

	(void)state;
	make_base(0);
	event_assign(&event, base, -1, 0, note, "e");
	event_add(&event, &ten);
	assert_int_equal(deadline_by_the_wall(&event), at);
	shown.wall += hour;
	assert_int_equal(deadline_by_the_wall(&event), at);
	shown.monotonic += 5 * SECOND - 1;
	shown.wall += 5 * SECOND - 1;
	assert_int_equal(deadline_by_the_wall(&event), at);
	shown.monotonic += 1;
	shown.wall += 1;
	assert_int_equal(deadline_by_the_wall(&event), at + hour);
	shown.wall -= hour;
	shown.monotonic += 4 * SECOND;
	shown.wall += 4 * SECOND;
	assert_int_equal(deadline_by_the_wall(&event), at + hour);
	shown.monotonic += SECOND;
	shown.wall += SECOND;
	assert_int_equal(deadline_by_the_wall(&event), at);
	event_add(&event, &(struct timeval){ INT64_MAX, 0 }); /* never, by any clock */
	assert_int_equal(deadline_by_the_wall(&event), UINT64_MAX / 1000 * 1000);
	event_del(&event);
	end_base(base);
}

/* ---------------------------------------------------------------------------------- the cache */

static uint64_t cached(void)
{
	struct timeval now;

	assert_int_equal(event_base_gettimeofday_cached(base, &now), 0);
	return ns_of(now);
}

static uint64_t seen_by_callback[4];

static void pass(uint64_t ns)
{
	shown.monotonic += ns;
	shown.wall += ns;
}

static void look_at_the_cache(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	seen_by_callback[0] = cached();
	pass(10 * MILLISECOND);
	seen_by_callback[1] = cached();
	event_base_update_cache_time(base);
	seen_by_callback[2] = cached();
	pass(10 * MILLISECOND);
	seen_by_callback[3] = cached();
}

static void look(int flags, const uint64_t expected[4])
{
	struct event event;

	begin(NULL);
	make_base(flags);
	event_assign(&event, base, -1, 0, look_at_the_cache, NULL);
	event_active(&event, EV_READ, 1);
	assert_int_equal(cached(), 5000 * SECOND + 7 * MILLISECOND);
	pass(MILLISECOND);
	assert_int_equal(cached(), 5000 * SECOND + 8 * MILLISECOND);
	event_base_update_cache_time(base); /* has an effect only while the loop runs */
	pass(MILLISECOND);
	assert_int_equal(cached(), 5000 * SECOND + 9 * MILLISECOND);
	turn();
	for (int i = 0; i < 4; i++)
		assert_int_equal(seen_by_callback[i],
				 5000 * SECOND + (9 + expected[i]) * MILLISECOND);
	assert_int_equal(cached(), 5000 * SECOND + 29 * MILLISECOND);
	end_base(base);
}

static void test_the_cache(void **state)
{
	(void)state;
	look(0, (const uint64_t[]){ 0, 0, 10, 10 });
	look(EVENT_BASE_FLAG_NO_CACHE_TIME, (const uint64_t[]){ 0, 10, 10, 20 });
	look(EVENT_BASE_FLAG_PRECISE_TIMER, (const uint64_t[]){ 0, 0, 10, 10 });
}

/* --------------------------------------------------------------------------------- waking up */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int sleeps;

static void about_to_sleep(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info,
			   void *arg)
{
	(void)watcher, (void)info, (void)arg;
	pthread_mutex_lock(&lock);
	sleeps++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static void wait_for_sleep(int count)
{
	pthread_mutex_lock(&lock);
	while (sleeps < count)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void *run_loop(void *unused)
{
	(void)unused;
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static uint64_t wake_ups(void)
{
	struct event_base_statistics statistics;

	event_base_get_statistics(base, &statistics);
	return statistics.wake_ups_sent;
}

static void say_nothing(int severity, const char *message)
{
	(void)severity, (void)message;
}

/*
 * While the loop sleeps until a deadline, an add with an earlier deadline wakes the loop. An add
 * with the same or a later deadline does not. If the loop still sleeps after the deadline has
 * passed, any add wakes it, because a suspended machine stops both the loop and its wait.
 */
static void test_which_deadlines_wake_the_loop(void **state)
{
	const struct timeval hour = { 3600, 0 }, earlier = { 3599, 999999 }, later = { 7200, 0 };
	struct event first, event;
	pthread_t thread;
	uint64_t before;

	(void)state;
	evthread_use_pthreads();
	make_base(0);
	sleeps = 0;
	evwatch_prepare_new(base, about_to_sleep, NULL);
	event_assign(&first, base, -1, 0, note, "");
	event_assign(&event, base, -1, 0, note, "");
	event_add(&first, &hour);
	pthread_create(&thread, NULL, run_loop, NULL);
	wait_for_sleep(1);
	before = wake_ups();
	event_add(&event, &later);
	event_add(&event, &hour);
	assert_int_equal(wake_ups(), before);
	event_add(&event, &earlier);
	assert_int_equal(wake_ups(), before + 1);
	wait_for_sleep(2);
	shown.monotonic += ns_of(earlier) - 1;
	event_add(&first, &later);
	assert_int_equal(wake_ups(), before + 1);
	shown.monotonic += 1;
	event_add(&first, &later);
	assert_int_equal(wake_ups(), before + 2);
	wait_for_sleep(3);
	assert_int_equal(event_pending(&event, EV_TIMEOUT, NULL), 0);
	event_del(&first);
	event_base_loopbreak(base);
	pthread_join(thread, NULL);
	end_base(base);
	event_set_log_callback(say_nothing);
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
}

/* -------------------------------------------------------------------------------- conversions */

static void test_conversions(void **state)
{
	static const struct {
		struct timeval timeval;
		uint64_t ns;
	} pairs[] = {
		{ { 0, 0 }, 0 },
		{ { 0, 1 }, 1000 },
		{ { 1, 500000 }, 1500 * MILLISECOND },
		{ { 1, 999999 }, 2 * SECOND - 1000 },
		{ { 0, 1000000 }, SECOND },
		{ { 0, 2500000 }, 2500 * MILLISECOND },
		{ { 3, 1999999 }, 5 * SECOND - 1000 },
		{ { 1, -500000 }, 500 * MILLISECOND },
		{ { 1, -1000000 }, 0 },
		{ { 2, -1000001 }, SECOND - 1000 },
		{ { 0, -1 }, 0 },
		{ { -1, 0 }, 0 },
		{ { -1, 999999 }, 0 },
		{ { -1, 1000000 }, 0 },
		{ { -1, 1500000 }, 500 * MILLISECOND },
		{ { -5, 3 }, 0 },
		{ { UINT32_MAX, 999999 }, UINT32_MAX * SECOND + SECOND - 1000 },
		{ { UINT32_MAX + INT64_C(1), 1 }, (UINT32_MAX + UINT64_C(1)) * SECOND + 1000 },
		{ { 18446744073, 709551 }, UINT64_C(18446744073709551000) },
		{ { 18446744073, 709552 }, TIMER_NEVER },
		{ { 18446744074, 0 }, TIMER_NEVER },
		{ { 18446744074, -1000000 }, UINT64_C(18446744073000000000) },
		{ { INT64_MAX, 0 }, TIMER_NEVER },
		{ { INT64_MAX, INT64_MAX }, TIMER_NEVER },
		{ { INT64_MAX, -1 }, TIMER_NEVER },
		{ { INT64_MIN, 0 }, 0 },
		{ { INT64_MIN, INT64_MIN }, 0 },
		{ { INT64_MIN, -1 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		uint64_t ns = time_from_timeval(&pairs[i].timeval);

		if (ns != pairs[i].ns || time_from_odd_timeval(&pairs[i].timeval) != ns)
			fail_msg("{ %lld, %lld } is %llu ns", (long long)pairs[i].timeval.tv_sec,
				 (long long)pairs[i].timeval.tv_usec, (unsigned long long)ns);
	}
	assert_int_equal(time_after(1, 2), 3);
	assert_int_equal(time_after(TIMER_NEVER - 1, 1), TIMER_NEVER);
	assert_int_equal(time_after(TIMER_NEVER, 1), TIMER_NEVER);
	assert_int_equal(time_to_timeval(1999999999).tv_sec, 1);
	assert_int_equal(time_to_timeval(1999999999).tv_usec, 999999);
	assert_int_equal(time_to_timeval(2000000999).tv_usec, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

static const struct CMUnitTest tests[] = {
	TEST(test_when_a_timer_expires), TEST(test_time_does_not_go_back),
	TEST(test_offset_of_the_wall),	 TEST(test_the_cache),
	TEST(test_conversions),		 TEST(test_which_deadlines_wake_the_loop),
};

int main(void)
{
	alarm(600); /* ends a test that hangs */
	LOOP_TEST_RUN(tests);
}
