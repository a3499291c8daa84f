/*
 * wakeups.c - ticks, laps and levels
 */
#include "wakeups.h"

/* Sleeping for longer, a tick or a lap at a time, would take that long. */
#define MOST_SLEEPS (UINT64_C(1) << 12)

/* The laps that there are, of a structure's wheels, until the last deadline. */
static uint64_t laps(const struct subject *subject, unsigned bits)
{
	uint64_t lap = subject->choice.lap;

	return lap ? (UINT64_C(1) << bits) / lap : 0;
}

bool wakeups_bearable(const struct subject *subject, unsigned bits)
{
	if (subject->choice.within->ticks && (subject->accuracy.tick * MOST_SLEEPS) >> bits == 0)
		return false;
	return laps(subject, bits) <= MOST_SLEEPS;
}

/* Of a structure that ticks it is the ticks that there are until the last deadline. */
uint64_t wakeups_in_vain(const struct subject *subject, size_t timers, unsigned bits)
{
	return subject->choice.within->ticks
		       ? (UINT64_C(1) << bits) / subject->accuracy.tick + timers
		       : timers * (65 + laps(subject, bits));
}
