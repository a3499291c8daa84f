/*
 * wakeups.c - bounds from a structure's ticks, laps and levels
 */
#include "wakeups.h"

/* A test with more sleeps, of a tick or a lap each, would take too long. */
#define MOST_SLEEPS (UINT64_C(1) << 12)

/* Returns the number of laps of a structure's wheels in 2^bits ns. */
static uint64_t laps(const struct subject *subject, unsigned bits)
{
	uint64_t lap = subject->choice.spurious_period;

	return lap ? (UINT64_C(1) << bits) / lap : 0;
}

bool wakeups_are_few(const struct subject *subject, unsigned bits)
{
	if (subject->choice.within->wakes_every_tick &&
	    (subject->accuracy.tick * MOST_SLEEPS) >> bits == 0)
		return false;
	return laps(subject, bits) <= MOST_SLEEPS;
}

/* For a structure that ticks, the bound is the number of ticks until the last deadline. */
uint64_t wakeups_in_vain(const struct subject *subject, size_t timers, unsigned bits)
{
	return subject->choice.within->wakes_every_tick
		       ? (UINT64_C(1) << bits) / subject->accuracy.tick + timers
		       : timers * (65 + laps(subject, bits));
}
