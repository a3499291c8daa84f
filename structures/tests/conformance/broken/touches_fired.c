/*
 * At the next call of expire, writes to the timer that fired last. Real-world class:
 * post-processing of a fired timer after its callback, which may have freed it.
 */
#include "right.h"

static size_t expire_clearing(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count;

	if (right->timer && right->timer->link.word[0] == RIGHT_IDLE)
		right->timer->key = 0;
	count = right_expire(set, now, out, max);
	right->timer = count ? out[count - 1] : NULL;
	return count;
}

BROKEN(touches_fired, .expire = expire_clearing);
