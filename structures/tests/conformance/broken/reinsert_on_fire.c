/*
 * expire leaves the timers that it returns in the armed state, so that inserting them again counts
 * as misuse. Real-world class: periodic timers that can be re-armed anywhere except in their own
 * callback.
 */
#include "right.h"

static size_t expire_leaving(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = right_expire(set, now, out, max);

	for (size_t i = 0; i < count; i++)
		out[i]->link.word[0] = RIGHT_ARMED;
	return count;
}

BROKEN(reinsert_on_fire, .expire = expire_leaving);
