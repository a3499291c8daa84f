/*
 * expire returns one timer more than max. Real-world class: a bound that is tested after the store.
 */
#include "right.h"

static size_t expire_more(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	return right_expire(set, now, out, max + 1);
}

BROKEN(more_than_max, .expire = expire_more);
