/*
 * fires-twice - hands over the last timer of a full batch, and again in the next
 */
#include "model.h"

static size_t fires_twice(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = timer_binary_heap.expire(set, now, out, max);

	if (count == max && count > 1)
		timer_binary_heap.insert(set, out[count - 1], out[count - 1]->deadline, 0);
	return count;
}
#define model_expire fires_twice

BROKEN(broken_fires_twice, "fires-twice",
       "hands over the last timer of a full batch, and again in the next");
