/*
 * expire returns the last timer of a full batch again in the next batch. Real-world class: peek,
 * use, and then test for room before pop.
 */
#include "right.h"

static size_t expire_twice(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = 0;

	while (right->size) {
		struct timer *first = right->timers[right->size - 1];

		if (first->key > now || first->key == TIMER_NEVER || count == max)
			break;
		out[count++] = first;
		if (count == max && max > 1)
			break;
		right->size--;
		first->link.word[0] = RIGHT_IDLE;
	}
	return count;
}

BROKEN(fires_twice, .expire = expire_twice);
