/*
 * drops-equals - a tree that has no place for a second timer of the same deadline
 */
#include "model.h"

static void drops_equals(struct timer_set *set, struct timer *timer, uint64_t deadline,
			 uint64_t interval)
{
	if (timer_binary_heap.size(set) && timer_binary_heap.next(set) == deadline)
		timer->deadline = deadline;
	else
		timer_binary_heap.insert(set, timer, deadline, interval);
}
#define model_insert drops_equals

BROKEN(broken_drops_equals, "drops-equals",
       "a tree that has no place for a second timer of the same deadline");
