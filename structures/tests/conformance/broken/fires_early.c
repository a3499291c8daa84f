/*
 * Fires early. Real-world class: timer slack, or a coarse cached clock that is rounded up, so that
 * a timer fires before its timeout has passed.
 */
#include "right.h"

#define SLACK 50

static uint64_t coarse(uint64_t now)
{
	return now > TIMER_NEVER - SLACK ? now : now + SLACK;
}

static size_t expire_early(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	return right_expire(set, coarse(now), out, max);
}

BROKEN(fires_early, .expire = expire_early);
