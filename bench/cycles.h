/*
 * cycles.h - the time-stamp counter, for timing single operations
 *
 * On processors other than x86-64, and in an x86-64 build with TIMERBED_PORTABLE (which the tests
 * use), CLOCK_MONOTONIC in ns replaces the counter, and cycles_per_ns returns about 1.
 */
#ifndef CYCLES_H
#define CYCLES_H

#include <stdint.h>

#include "bench/clock.h"

#if defined(__x86_64__) && !defined(TIMERBED_PORTABLE)
#include <x86intrin.h>

/* lfence keeps the operation from starting before the first reading or ending after the second. */
static inline uint64_t cycles_begin(void)
{
	_mm_lfence();
	return __rdtsc();
}

static inline uint64_t cycles_end(void)
{
	unsigned processor;
	uint64_t cycles = __rdtscp(&processor);

	_mm_lfence();
	return cycles;
}
#else
static inline uint64_t cycles_begin(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static inline uint64_t cycles_end(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}
#endif

/* Counts cycles for 20 ms of CLOCK_MONOTONIC_RAW and returns cycles per ns. */
double cycles_per_ns(void);

#endif
