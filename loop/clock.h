/*
 * clock.h - what time it is, in ns on a clock that never goes backwards
 *
 * libevent computes deadlines and waits from the time at which the loop last woke up. So a timer
 * added late in a long callback fires early by the callback's length, and a timer that became due
 * during a callback waits for the next one: see loop/README.md. Here a deadline starts at the time
 * of the add, and a wait at the time when the loop goes to sleep. That costs a clock read for each
 * relative timeout: 25 ns where clock_gettime needs no system call, and more than that among a
 * million timers, since the read waits until the processor has nothing else under way, and so one
 * add cannot wait for memory while another does. (On a virtual EPYC, adding a million timers
 * in random order: to a structure that does nothing, 75 ns each without a read and 440 with it; to
 * quad-heap, 90 and 400.) The coarse clock costs 3 ns and waits for nothing, and makes timers
 * late by up to two ticks of the kernel. In simulated time, where loops are compared, a read is a
 * function call and nothing more.
 */
#ifndef LOOP_CLOCK_H
#define LOOP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>

#include "structures/timer.h"

struct event_base;

struct loop_clock {
	const char *name;
	const char *summary;
	uint64_t (*read)(const struct event_base *base);   /* now */
	uint64_t (*origin)(const struct event_base *base); /* what a relative timeout starts from */
	uint64_t (*wall)(const struct event_base *base);   /* ns since the Epoch, for people */
};

extern const struct loop_clock clock_precise, clock_coarse, clock_libevent;

struct loop_time {
	const struct loop_clock *clock;
	uint64_t (*origin)(const struct event_base *base); /* the clock's, or the cache */
	uint64_t latest;      /* the latest reading; readings never go below it */
	uint64_t cached;      /* when the loop woke up; 0: not cached */
	uint64_t lag;	      /* how far CLOCK_MONOTONIC_COARSE may be behind */
	uint64_t wall_read;   /* when wall_offset was taken, by this clock */
	uint64_t wall_offset; /* wall clock less this clock, ns; wraps around */
	bool is_cached;
	bool wall_known;
	bool uncached;	     /* EVENT_BASE_FLAG_NO_CACHE_TIME */
	bool from_the_cache; /* EVENT_BASE_FLAG_LIBEVENT_2_1: deadlines and waits start from it */
};

/* Chooses the base's clock by its flags and backend, before anything asks for the time. */
void time_init(struct event_base *base);

/* The time now, read afresh; and the time at which the loop woke up, if it is awake. */
uint64_t time_read(struct event_base *base);
uint64_t time_cached(struct event_base *base);

/* The cache: filled when the loop has polled, cleared before it polls. */
void time_cache_fill(struct event_base *base);
void time_cache_clear(struct event_base *base);

/* What a wait is computed from; what a relative timeout starts from is time_origin, in base.h. */
uint64_t time_of_wait(struct event_base *base);

/* A time of this clock by the wall clock. */
struct timeval time_to_wall(struct event_base *base, uint64_t time);

/*
 * timeval <-> ns. What is not normalised is; negative ones are 0; those beyond 2^64 ns are
 * TIMER_NEVER, 584 years.
 */
uint64_t time_from_odd_timeval(const struct timeval *timeval);
struct timeval time_to_timeval(uint64_t time);

/*
 * Normalised and shorter than 136 years, which nothing overflows. Not a common timeout's, either.
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

/* a + b, or TIMER_NEVER if that is less than infinity. */
static inline uint64_t time_after(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? TIMER_NEVER : sum;
}

#endif
