/*
 * expire returns fewer than max timers although more are due. Real-world class: an internal batch
 * limit, which the caller takes for "nothing more".
 */
#include "right.h"

#define BATCH 3

static size_t expire_some(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	return right_expire(set, now, out, max < BATCH ? max : BATCH);
}

BROKEN(stops_short, .expire = expire_some);
