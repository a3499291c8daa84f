/*
 * never-fires - takes the largest number for a deadline like any other: what never fires does,
 * at the end of time
 */
#include "model.h"

static void first_of_all(struct timer *timer, void *data)
{
	struct timer **first = data;

	if (!*first || timer->key < (*first)->key)
		*first = timer;
}

static size_t never_fires(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = timer_binary_heap.expire(set, now, out, max);

	if (now == TIMER_NEVER && count < max && timer_binary_heap.size(set)) {
		struct timer *never = NULL;

		/* the root, by the only way that there is from outside */
		timer_binary_heap.for_each(set, first_of_all, &never);
		timer_binary_heap.remove(set, never);
		out[count++] = never;
	}
	return count;
}
#define model_expire never_fires

BROKEN(broken_never_fires, "never-fires", "takes the largest number for a deadline like any other");
