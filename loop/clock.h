/*
 * clock.h - the time of a base, in ns, which never goes backwards
 *
 * libevent computes deadlines and waits from the time at which the loop last woke up. So a timer
 * that a long callback adds late may fire early, by up to the callback's length. Also, the wait
 * after a long callback is too long, by the same time (loop/README.md, deviations 1 and 2). This
 * loop computes a deadline from the time of the add, and a wait from the time at which the loop
 * goes to sleep.
 *
 * The files that arm timers, wait or return times call these functions. The caller holds the base's
 * lock. The conversions, from time_from_odd_timeval on, need no lock.
 *
 * COST. Each relative timeout reads the clock. The read waits until the processor has finished the
 * instructions before it. So the processor cannot fetch the memory for several adds at once, which
 * makes the read expensive with a million timers. A read of the coarse clock is cheaper and does
 * not wait, but makes timers late by up to two ticks of the kernel. In simulated time, in which the
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
	/* Each returns a time in ns. */
	uint64_t (*read)(const struct loop_time *time);	  /* the present time */
	uint64_t (*origin)(const struct loop_time *time); /* the start of a relative timeout */
	uint64_t (*wall)(const struct loop_time *time);	  /* the wall clock, since the Epoch */
};

extern const struct loop_clock clock_precise, clock_coarse, clock_libevent;

struct loop_time {
	const struct loop_clock *clock;
	const void *backend_state; /* for the clock of a backend with simulated time */
	uint64_t (*origin)(const struct loop_time *time); /* the clock's, or reads the cache */
	uint64_t latest;      /* the latest reading; later results are not below it */
	uint64_t cached;      /* the time at which the loop woke up, if is_cached */
	uint64_t lag;	      /* CLOCK_MONOTONIC_COARSE lags by this time at most */
	uint64_t wall_read;   /* the time of this clock at which wall_offset was computed */
	uint64_t wall_offset; /* the wall clock minus this clock; may wrap around */
	bool is_cached;
	bool wall_known;     /* wall_offset has been computed */
	bool uncached;	     /* EVENT_BASE_FLAG_NO_CACHE_TIME: never cache the time */
	bool from_the_cache; /* EVENT_BASE_FLAG_LIBEVENT_2_1: waits start from `cached` */
};

/*
 * Chooses the clock. If the backend has its own clock, `clock`, uses it. If `clock` is NULL, the
 * base's EVENT_BASE_FLAG_ bits choose. Must be called before any other function with this time.
 */
void time_init(struct loop_time *time, int flags, const struct loop_clock *clock,
	       const void *backend_state);

/*
 * Return the time in ns. time_read reads the clock. time_cached returns the cached time, or reads
 * the clock if there is no cached time.
 */
uint64_t time_read(struct loop_time *time);
uint64_t time_cached(struct loop_time *time);

/*
 * Fill and clear the cache. The loop clears it before a wait and fills it after the wait.
 * time_cache_fill does nothing with EVENT_BASE_FLAG_NO_CACHE_TIME.
 */
void time_cache_fill(struct loop_time *time);
void time_cache_clear(struct loop_time *time);

/* Returns the time from which a wait is computed, in ns. */
uint64_t time_of_wait(struct loop_time *time);

/* Returns the time from which a relative timeout counts, in ns. */
static inline uint64_t time_origin(const struct loop_time *time)
{
	return time->origin(time);
}

/* Converts a time of this clock, in ns, to a time of the wall clock. */
struct timeval time_to_wall(struct loop_time *time, uint64_t when);

/*
 * Convert between timeval and ns. time_from_odd_timeval is only for time_from_timeval. It carries a
 * tv_usec that is negative, or a second or more, over to the seconds. It returns 0 for a negative
 * time, and TIMER_NEVER for a time of 2^64 ns (584 years) or more.
 */
uint64_t time_from_odd_timeval(const struct timeval *timeval);
struct timeval time_to_timeval(uint64_t time);

/*
 * Returns whether the timeval is normalised, not negative, and shorter than 136 years (2^32 s). The
 * conversion to ns then cannot overflow. Returns false for the timeval of a common timeout.
 */
static inline bool time_is_usual(const struct timeval *timeval)
{
	return (uint64_t)timeval->tv_sec <= UINT32_MAX && (uint64_t)timeval->tv_usec < 1000000;
}

/* Converts a timeval to ns. */
static inline uint64_t time_from_timeval(const struct timeval *timeval)
{
	if (time_is_usual(timeval))
		return (uint64_t)timeval->tv_sec * TIMER_SECOND + (uint64_t)timeval->tv_usec * 1000;
	return time_from_odd_timeval(timeval);
}

/* Returns a + b, or TIMER_NEVER if the sum overflows. */
static inline uint64_t time_after(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? TIMER_NEVER : sum;
}

#endif
