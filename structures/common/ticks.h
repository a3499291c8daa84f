/*
 * ticks.h - between nanoseconds and ticks, without a division
 *
 * Wheels number time in ticks. Which tick a time is in is a quotient; like Folly, this multiplies
 * with the reciprocal, as dividing 64 bits by what is not known beforehand is slow. Deadlines are
 * rounded up and times down: so nothing fires early.
 */
#ifndef TICKS_H
#define TICKS_H

#include "../timer.h"

struct ticks {
	uint64_t ns;
	uint64_t reciprocal; /* floor((2^64 - 1) / ns) */
};

/* No tick of a deadline has this number, nor has any time. */
#define NO_TICK UINT64_MAX

static inline struct ticks ticks_of(uint64_t ns)
{
	return (struct ticks){ .ns = ns, .reciprocal = UINT64_MAX / ns };
}

/*
 * The tick that a time is in. The reciprocal is too small by less than 2^-64 of itself: the product
 * is right, or one or two too low.
 */
static inline uint64_t ticks_floor(const struct ticks *ticks, uint64_t ns)
{
	uint64_t tick = (uint64_t)((unsigned __int128)ns * ticks->reciprocal >> 64);

	while (ns - tick * ticks->ns >= ticks->ns)
		tick++;
	return tick;
}

/* The first tick that begins at a deadline or after it; NO_TICK for TIMER_NEVER. */
static inline uint64_t ticks_ceiling(const struct ticks *ticks, uint64_t deadline)
{
	uint64_t tick = ticks_floor(ticks, deadline);

	return deadline == TIMER_NEVER ? NO_TICK : tick + (tick * ticks->ns != deadline);
}

/* The tick that is going on. Time ends one ns before TIMER_NEVER. */
static inline uint64_t ticks_now(const struct ticks *ticks, uint64_t now)
{
	return ticks_floor(ticks, now == TIMER_NEVER ? now - 1 : now);
}

/* When a tick begins, in ns; TIMER_NEVER for NO_TICK and when that is past the end of time. */
static inline uint64_t ticks_begin(const struct ticks *ticks, uint64_t tick)
{
	uint64_t ns;

	return __builtin_mul_overflow(tick, ticks->ns, &ns) ? TIMER_NEVER : ns;
}

#endif
