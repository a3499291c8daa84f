/*
 * touches-removed - remembers the timer that it removed last and writes to it later: a use
 * after free
 */
#include "model.h"

static _Thread_local struct timer *removed;

static void touches_removed(struct timer_set *set, struct timer *timer)
{
	if (removed)
		removed->key = 0;
	removed = timer;
	timer_binary_heap.remove(set, timer);
}
#define model_remove touches_removed

BROKEN(broken_touches_removed, "touches-removed",
       "remembers the timer that it removed last and writes to it later");
