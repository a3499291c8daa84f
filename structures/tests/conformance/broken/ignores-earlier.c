/*
 * ignores-earlier - keeps the filing when a timer is re-armed earlier: right for later ones
 * only, the slip of every lazy scheme
 */
#include "model.h"

static void ignores_earlier(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	if (deadline > timer->deadline)
		timer_binary_heap.reinsert(set, timer, deadline, interval);
}
#define model_reinsert ignores_earlier

BROKEN(broken_ignores_earlier, "ignores-earlier",
       "keeps the filing when a timer is re-armed earlier");
