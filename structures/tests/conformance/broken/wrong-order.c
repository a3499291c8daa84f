/*
 * wrong-order - hands a batch over backwards, as a list does that is pushed at its head
 */
#include "model.h"

static size_t wrong_order(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = timer_binary_heap.expire(set, now, out, max);

	for (size_t i = 0; i < count / 2; i++) {
		struct timer *other = out[count - 1 - i];

		out[count - 1 - i] = out[i];
		out[i] = other;
	}
	return count;
}
#define model_expire wrong_order

BROKEN(broken_wrong_order, "wrong-order",
       "hands a batch over backwards, as a list does that is pushed at its head");
