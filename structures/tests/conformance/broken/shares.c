/*
 * All sets share one latest now, and ignore an earlier now. Real-world class: a static variable in
 * a library that two event loops use.
 */
#include "right.h"

static uint64_t latest;

static int create_shared(struct timer_set **set, const void *options, uint64_t now)
{
	latest = now;
	return right_create(set, options, now);
}

static size_t expire_shared(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	if (now < latest)
		return 0;
	latest = now;
	return right_expire(set, now, out, max);
}

BROKEN(shares, .create = create_shared, .expire = expire_shared);
