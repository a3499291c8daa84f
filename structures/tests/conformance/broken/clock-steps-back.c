/*
 * clock-steps-back - takes the difference to the time before as unsigned: a step back is a leap
 * ahead
 */
#include "model.h"

static size_t clock_steps_back(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	static _Thread_local uint64_t before;
	uint64_t passed = now - before;

	before = now;
	if (passed >> 63)
		now = TIMER_NEVER - 1;
	return timer_binary_heap.expire(set, now, out, max);
}
#define model_expire clock_steps_back

BROKEN(broken_clock_steps_back, "clock-steps-back",
       "takes the difference to the time before as unsigned");
