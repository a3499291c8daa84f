/*
 * Caches the result of next until a timer expires, and does not update it when an earlier timer is
 * armed. Real-world class: a cached wake-up time that an insert fails to invalidate, so that a loop
 * oversleeps.
 */
#include "right.h"

static uint64_t next_remembered(struct timer_set *set)
{
	struct right *right = right_of(set);

	if (!right->word[0] || right->word[0] == TIMER_NEVER)
		right->word[0] = right_next(set);
	return right->word[0];
}

static size_t expire_forgetting(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	right_of(set)->word[0] = 0;
	return right_expire(set, now, out, max);
}

BROKEN(next_too_late, .next = next_remembered, .expire = expire_forgetting);
