/*
 * Returns fewer than max though more is due. Real-world class: a batch limit inside, which the
 * caller takes for "nothing more".
 */
#include "right.h"

#define BATCH 3

static size_t expire_some(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	return right_expire(set, now, out, max < BATCH ? max : BATCH);
}

BROKEN(stops_short, .expire = expire_some);
