/*
 * ticks.h - converts nanoseconds to ticks and back, without a division
 *
 * Wheels count time in ticks, and the tick of a time is a quotient. A 64-bit division by a variable
 * is slow. So, like Folly, these functions multiply by the reciprocal. Deadlines are rounded up and
 * times down, so that no timer fires early.
 */
#ifndef TICKS_H
#define TICKS_H

#include "../timer.h"

struct ticks {
	uint64_t ns;
	uint64_t reciprocal; /* floor((2^64 - 1) / ns) */
};

/* No deadline and no time has this tick. */
#define NO_TICK UINT64_MAX

static inline struct ticks ticks_of(uint64_t ns)
{
	return (struct ticks){ .ns = ns, .reciprocal = UINT64_MAX / ns };
}

/*
 * Returns the tick that contains a time. The reciprocal is at most 1 below 2^64 / ns. So the
 * product is right or one too low.
 */
static inline uint64_t ticks_floor(const struct ticks *ticks, uint64_t ns)
{
	uint64_t tick = (uint64_t)((unsigned __int128)ns * ticks->reciprocal >> 64);

	while (ns - tick * ticks->ns >= ticks->ns)
		tick++;
	return tick;
}

/* Returns the first tick that begins at a deadline or after it; NO_TICK for TIMER_NEVER. */
static inline uint64_t ticks_ceiling(const struct ticks *ticks, uint64_t deadline)
{
	uint64_t tick = ticks_floor(ticks, deadline);

	return deadline == TIMER_NEVER ? NO_TICK : tick + (tick * ticks->ns != deadline);
}

/* Returns the tick that contains now. Time ends one ns before TIMER_NEVER. */
static inline uint64_t ticks_now(const struct ticks *ticks, uint64_t now)
{
	return ticks_floor(ticks, now == TIMER_NEVER ? now - 1 : now);
}

/*
 * Returns the time, in ns, at which a tick begins; TIMER_NEVER for NO_TICK, or if that time is past
 * the end of time.
 */
static inline uint64_t ticks_begin(const struct ticks *ticks, uint64_t tick)
{
	uint64_t ns;

	return __builtin_mul_overflow(tick, ticks->ns, &ns) ? TIMER_NEVER : ns;
}

#endif
