/*
 * loses-on-reinsert - a re-arm to the past takes the timer out and forgets to put it back
 */
#include "model.h"

static void loses_on_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			      uint64_t interval)
{
	if (deadline + 1000 < timer->deadline)
		timer_binary_heap.remove(set, timer);
	else
		timer_binary_heap.reinsert(set, timer, deadline, interval);
}
#define model_reinsert loses_on_reinsert

BROKEN(broken_loses_on_reinsert, "loses-on-reinsert",
       "a re-arm to the past takes the timer out and forgets to put it back");
