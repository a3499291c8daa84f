/*
 * clock.c - reading clocks, and the cache of the time at which the loop woke up
 */
#include "loop/clock.h"

#include <time.h>

#include <event2/event.h>

/* The offset to the wall clock is computed again after this time (5 s), as in libevent 2.1. */
#define WALL_INTERVAL (5 * TIMER_SECOND)

static uint64_t from_timespec(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * TIMER_SECOND + (uint64_t)time->tv_nsec;
}

/* Calls the C library, whose function simulated time (bench/virtual) can replace. */
static uint64_t read_clock(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return from_timespec(&time);
}

static uint64_t read_monotonic(const struct loop_time *time)
{
	(void)time;
	return read_clock(CLOCK_MONOTONIC);
}

static uint64_t read_wall(const struct loop_time *time)
{
	(void)time;
	return read_clock(CLOCK_REALTIME);
}

/*
 * Returns the coarse clock plus two ticks, so that a timeout which starts at this time is never
 * early. CLOCK_MONOTONIC_COARSE advances in whole ticks, counted from the start of the kernel's
 * timekeeping. The timer tick of a processor makes the clock advance, and this tick has another
 * phase. So just after an advance the clock lags by less than a tick, and just before the next
 * advance it lags by one tick more.
 */
static uint64_t coarse_origin(const struct loop_time *time)
{
	return read_clock(CLOCK_MONOTONIC_COARSE) + time->lag;
}

/* Reads the default clock of libevent 2.1, and rounds down to microseconds like libevent. */
static uint64_t read_coarse(const struct loop_time *time)
{
	(void)time;
	return read_clock(CLOCK_MONOTONIC_COARSE) / 1000 * 1000;
}

const struct loop_clock clock_precise = {
	.name = "precise",
	.summary = "CLOCK_MONOTONIC for everything",
	.read = read_monotonic,
	.origin = read_monotonic,
	.wall = read_wall,
};

const struct loop_clock clock_coarse = {
	.name = "coarse",
	.summary = "CLOCK_MONOTONIC; timeouts start from CLOCK_MONOTONIC_COARSE and two ticks",
	.read = read_monotonic,
	.origin = coarse_origin,
	.wall = read_wall,
};

const struct loop_clock clock_libevent = {
	.name = "libevent",
	.summary = "CLOCK_MONOTONIC_COARSE in microseconds, as libevent 2.1 by default",
	.read = read_coarse,
	.origin = read_coarse,
	.wall = read_wall,
};

/* Returns the time at which the loop woke up during callbacks, and reads the clock otherwise. */
static uint64_t read_cache(const struct loop_time *time)
{
	return time->is_cached ? time->cached : time->clock->read(time);
}

void time_init(struct loop_time *time, int flags, const struct loop_clock *clock,
	       const void *backend_state)
{
	bool libevent = flags & EVENT_BASE_FLAG_LIBEVENT_2_1;
	struct timespec tick = { 0 };

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	time->lag = 2 * from_timespec(&tick);
	time->uncached = flags & EVENT_BASE_FLAG_NO_CACHE_TIME;
	time->from_the_cache = libevent;
	time->backend_state = backend_state;
	if (clock)
		time->clock = clock;
	else if (flags & EVENT_BASE_FLAG_PRECISE_TIMER)
		time->clock = &clock_precise;
	else if (flags & EVENT_BASE_FLAG_COARSE_TIMER)
		time->clock = &clock_coarse;
	else
		time->clock = libevent ? &clock_libevent : &clock_precise;
	time->origin = libevent ? read_cache : time->clock->origin;
}

uint64_t time_read(struct loop_time *time)
{
	uint64_t now = time->clock->read(time);

	if (now > time->latest)
		time->latest = now;
	return time->latest;
}

uint64_t time_cached(struct loop_time *time)
{
	return time->is_cached ? time->cached : time_read(time);
}

void time_cache_fill(struct loop_time *time)
{
	time->is_cached = !time->uncached;
	if (time->is_cached)
		time->cached = time_read(time);
}

void time_cache_clear(struct loop_time *time)
{
	time->is_cached = false;
}

uint64_t time_of_wait(struct loop_time *time)
{
	return time->from_the_cache ? time_cached(time) : time_read(time);
}

static void refresh_wall_offset(struct loop_time *time, uint64_t now)
{
	if (time->wall_known && now - time->wall_read < WALL_INTERVAL)
		return;
	time->wall_offset = time->clock->wall(time) - now;
	time->wall_read = now;
	time->wall_known = true;
}

struct timeval time_to_wall(struct loop_time *time, uint64_t when)
{
	refresh_wall_offset(time, time_read(time));
	if (when == TIMER_NEVER)
		return time_to_timeval(TIMER_NEVER);
	return time_to_timeval(time_after(time->wall_offset, when));
}

uint64_t time_from_odd_timeval(const struct timeval *timeval)
{
	int64_t carry = timeval->tv_usec / 1000000;
	int64_t microseconds = timeval->tv_usec % 1000000;
	int64_t seconds;
	uint64_t time;

	if (microseconds < 0) {
		microseconds += 1000000;
		carry--;
	}
	if (__builtin_add_overflow((int64_t)timeval->tv_sec, carry, &seconds))
		seconds = timeval->tv_sec < 0 ? -1 : INT64_MAX;
	if (seconds < 0)
		return 0;
	if (__builtin_mul_overflow((uint64_t)seconds, TIMER_SECOND, &time))
		return TIMER_NEVER;
	return time_after(time, (uint64_t)microseconds * 1000);
}

struct timeval time_to_timeval(uint64_t time)
{
	return (struct timeval){
		.tv_sec = (time_t)(time / TIMER_SECOND),
		.tv_usec = (suseconds_t)(time % TIMER_SECOND / 1000),
	};
}
