/*
 * touches-fired - looks at what it handed over last when it is asked what is next
 */
#include "model.h"

static _Thread_local struct timer *fired;

static size_t remembers(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = timer_binary_heap.expire(set, now, out, max);

	fired = count ? out[count - 1] : NULL;
	return count;
}

static uint64_t looks_back(struct timer_set *set)
{
	uint64_t next = timer_binary_heap.next(set);

	return fired && fired->key == next ? next - 1 : next;
}
#define model_expire remembers
#define model_next   looks_back

BROKEN(broken_touches_fired, "touches-fired",
       "looks at what it handed over last when it is asked what is next");
