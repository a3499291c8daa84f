/*
 * If `out` has room for all due timers, returns them in order. Otherwise returns the last of them
 * first. Real-world class: due timers that are removed unsorted, and sorted batch by batch. A
 * caller with room for all due timers never sees the fault.
 */
#include "right.h"

static size_t expire_last_batch(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t begin = right->size, end, count;

	if (now > right->latest)
		right->latest = now;
	while (begin && right->timers[begin - 1]->key <= now &&
	       right->timers[begin - 1]->key != TIMER_NEVER)
		begin--;
	count = right->size - begin < max ? right->size - begin : max;
	end = begin + count;
	for (size_t i = 0; i < count; i++) {
		out[i] = right->timers[end - 1 - i];
		out[i]->link.word[0] = RIGHT_IDLE;
	}
	memmove(right->timers + begin, right->timers + end,
		(right->size - end) * sizeof(*right->timers));
	right->size -= count;
	return count;
}

BROKEN(last_batch_first, .expire = expire_last_batch);
