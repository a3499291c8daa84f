/*
 * time-cache-test - which times a callback can read
 */
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

/*
 * What a callback that takes 60 ms reads, in ms. `precise` is by the monotonic clock, the other
 * times are by the wall clock.
 */
struct times {
	struct event_base *base;
	int64_t before, after, updated, precise;
};

static int64_t cached(struct event_base *base)
{
	struct timeval time;

	assert_int_equal(event_base_gettimeofday_cached(base, &time), 0);
	return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

static void take_time(evutil_socket_t fd, short what, void *arg)
{
	struct times *times = arg;
	struct timeval monotonic;

	(void)fd, (void)what;
	times->before = cached(times->base);
	event_base_virtual_advance(times->base, 60 * MILLISECOND);
	times->after = cached(times->base);
	assert_int_equal(event_gettime_monotonic(times->base, &monotonic), 0);
	times->precise = monotonic.tv_usec / 1000;
	assert_int_equal(event_base_update_cache_time(times->base), 0);
	times->updated = cached(times->base);
}

static struct times times_of_a_callback(int flags, const struct timeval *when)
{
	struct times times = { .base = virtual_base(flags) };

	event_base_once(times.base, -1, EV_TIMEOUT, take_time, &times, when);
	assert_int_equal(checked_loop(times.base, 0), 1);
	end_base(times.base);
	return times;
}

static void test_time_cache(void **state)
{
	struct timeval when = { 0, 5000 };
	struct times times = times_of_a_callback(0, &when);

	(void)state;
	assert_int_equal(times.after - times.before, 0);
	assert_int_equal(times.updated - times.before, 60);
	assert_int_equal(times.precise, 65);
	times = times_of_a_callback(EVENT_BASE_FLAG_NO_CACHE_TIME, &when);
	assert_int_equal(times.after - times.before, 60);
	assert_int_equal(times.updated - times.before, 60);
}

/* Simulated time starts at 0, which the loop must not treat as "not cached". */
static void test_time_cache_at_the_start(void **state)
{
	struct times times = times_of_a_callback(0, NULL);

	(void)state;
	assert_int_equal(times.after - times.before, 0);
	assert_int_equal(times.updated - times.before, 60);
}

/* Outside of the loop the time is not cached, and updating the cache has no effect. */
static void test_no_time_cache_outside_of_the_loop(void **state)
{
	struct event_base *base = virtual_base(0);
	int64_t before = cached(base);

	(void)state;
	assert_int_equal(event_base_update_cache_time(base), 0);
	event_base_virtual_advance(base, 60 * MILLISECOND);
	assert_int_equal(cached(base) - before, 60);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	checked_loop(base, 0);
	assert_int_equal(cached(base) - before, 1060);
	event_base_virtual_advance(base, 5 * MILLISECOND);
	assert_int_equal(cached(base) - before, 1065);
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_time_cache),
	TEST(test_time_cache_at_the_start),
	TEST(test_no_time_cache_outside_of_the_loop),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
