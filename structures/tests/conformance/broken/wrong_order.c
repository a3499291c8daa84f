/*
 * Returns each batch in reverse order, and declares that it is ordered. Real-world class: expired
 * timers pushed on a list's head and popped from there.
 */
#include "right.h"

static size_t expire_reversed(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = right_expire(set, now, out, max);

	for (size_t i = 0; i < count / 2; i++) {
		struct timer *timer = out[i];

		out[i] = out[count - 1 - i];
		out[count - 1 - i] = timer;
	}
	return count;
}

BROKEN(wrong_order, .expire = expire_reversed);
