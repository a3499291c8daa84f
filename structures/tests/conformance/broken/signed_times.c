/*
 * Compares times as signed differences, so that a time more than 2^63 ns ahead counts as past.
 * Real-world class: time_before() of jiffies with distant deadlines.
 */
#include "right.h"

static size_t expire_signed(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = 0;

	while (count < max && right->size) {
		struct timer *first = right->timers[right->size - 1];

		if (first->key == TIMER_NEVER || (int64_t)(first->key - now) > 0)
			break;
		right->size--;
		first->link.word[0] = RIGHT_IDLE;
		out[count++] = first;
	}
	return count;
}

BROKEN(signed_times, .expire = expire_signed);
