/*
 * clock.h - the time in ns, on a clock that never goes backwards
 *
 * libevent computes deadlines and waits from the time at which the loop last woke up. So a timer
 * that a long callback adds late may fire early, by up to the callback's length. And a timer whose
 * deadline passes during a callback waits longer than it should (loop/README.md, deviations 1 and
 * 2). In this loop a deadline counts from the time of the add, and a wait from the time when the
 * loop goes to sleep.
 *
 * COST. Each relative timeout reads the clock. The read waits until the processor has finished the
 * instructions before it. So the processor cannot fetch the memory for several adds at once, which
 * makes the read expensive with a million timers. A read of the coarse clock is cheaper and does
 * not wait. It makes timers late by up to two ticks of the kernel. In simulated time, in which the
 * bench compares loops, a read is only a function call.
 */
#ifndef LOOP_CLOCK_H
#define LOOP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>

#include "structures/timer.h"

struct loop_time;

struct loop_clock {
	const char *name;
	const char *summary;
	uint64_t (*read)(const struct loop_time *time);	  /* now */
	uint64_t (*origin)(const struct loop_time *time); /* the start of a relative timeout */
	uint64_t (*wall)(const struct loop_time *time);	  /* ns since the Epoch */
};

extern const struct loop_clock clock_precise, clock_coarse, clock_libevent;

struct loop_time {
	const struct loop_clock *clock;
	const void *backend_state; /* of a backend with simulated time: its clock reads this */
	uint64_t (*origin)(const struct loop_time *time); /* the clock's, or the cached time */
	uint64_t latest;      /* latest reading; the time never goes below it */
	uint64_t cached;      /* when the loop woke up; valid if is_cached */
	uint64_t lag;	      /* upper limit of the lag of CLOCK_MONOTONIC_COARSE */
	uint64_t wall_read;   /* when wall_offset was computed, by this clock */
	uint64_t wall_offset; /* wall clock minus this clock, ns; may wrap around */
	bool is_cached;
	bool wall_known;
	bool uncached;	     /* EVENT_BASE_FLAG_NO_CACHE_TIME */
	bool from_the_cache; /* LIBEVENT_2_1: deadlines and waits start from it */
};

/*
 * Chooses the clock by the base's flags (EVENT_BASE_FLAG_). `clock` is the backend's own clock and
 * replaces all others; NULL: the backend has none. Must come before the first read.
 */
void time_init(struct loop_time *time, int flags, const struct loop_clock *clock,
	       const void *backend_state);

/*
 * time_read reads the clock. time_cached returns the cached time if there is one, else reads the
 * clock.
 */
uint64_t time_read(struct loop_time *time);
uint64_t time_cached(struct loop_time *time);

/* The loop clears the cache before a wait and fills it after the wait. */
void time_cache_fill(struct loop_time *time);
void time_cache_clear(struct loop_time *time);

/* The time from which a wait is computed. */
uint64_t time_of_wait(struct loop_time *time);

/* The time from which a relative timeout counts. */
static inline uint64_t time_origin(const struct loop_time *time)
{
	return time->origin(time);
}

/* Converts a time of this clock to a time of the wall clock. */
struct timeval time_to_wall(struct loop_time *time, uint64_t when);

/*
 * Conversions between timeval and ns. A tv_usec of a second or more, or below 0, is carried over. A
 * negative time becomes 0. A time of 2^64 ns (584 years) or more becomes TIMER_NEVER.
 */
uint64_t time_from_odd_timeval(const struct timeval *timeval);
struct timeval time_to_timeval(uint64_t time);

/*
 * Whether the timeval is normalised, not negative, and shorter than 136 years (2^32 s), so that no
 * computation overflows. False for the timeval of a common timeout.
 */
static inline bool time_is_usual(const struct timeval *timeval)
{
	return (uint64_t)timeval->tv_sec <= UINT32_MAX && (uint64_t)timeval->tv_usec < 1000000;
}

static inline uint64_t time_from_timeval(const struct timeval *timeval)
{
	if (time_is_usual(timeval))
		return (uint64_t)timeval->tv_sec * TIMER_SECOND + (uint64_t)timeval->tv_usec * 1000;
	return time_from_odd_timeval(timeval);
}

/* a + b, or TIMER_NEVER if the sum overflows. */
static inline uint64_t time_after(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? TIMER_NEVER : sum;
}

#endif
