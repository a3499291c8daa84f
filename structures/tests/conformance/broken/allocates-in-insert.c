/*
 * allocates-in-insert - grows when it is full instead of when it is told to, and drops the
 * timer if it cannot
 */
#include "model.h"

static int promises(struct timer_set *set, size_t n)
{
	(void)set, (void)n;
	return 0;
}

static void allocates_in_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	if (!timer_binary_heap.reserve(set, timer_binary_heap.size(set) + 1))
		timer_binary_heap.insert(set, timer, deadline, interval);
}
#define model_reserve promises
#define model_insert  allocates_in_insert

BROKEN(broken_allocates_in_insert, "allocates-in-insert",
       "grows when it is full instead of when it is told to, and drops the timer if it cannot");
