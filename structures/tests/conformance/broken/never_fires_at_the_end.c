/*
 * A timer armed for TIMER_NEVER fires when now is UINT64_MAX. Real-world class: an infinite timeout
 * that is encoded as the largest time and compared like any time.
 */
#include "right.h"

static size_t expire_all(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = 0;

	while (count < max && right->size && right->timers[right->size - 1]->key <= now) {
		out[count] = right->timers[--right->size];
		out[count++]->link.word[0] = RIGHT_IDLE;
	}
	return count;
}

BROKEN(never_fires_at_the_end, .expire = expire_all);
