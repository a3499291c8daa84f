/*
 * rounds-down - rounds deadlines down to its tick, as wheels do that divide and do not think
 */
#include "model.h"

static void rounds_down(struct timer_set *set, struct timer *timer, uint64_t deadline,
			uint64_t interval)
{
	timer_binary_heap.insert(set, timer, deadline / 1000 * 1000, interval);
	timer->deadline = deadline;
}
#define model_insert rounds_down

BROKEN(broken_rounds_down, "rounds-down",
       "rounds deadlines down to its tick, as wheels do that divide and do not think");
