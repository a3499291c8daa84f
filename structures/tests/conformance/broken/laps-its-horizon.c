/*
 * laps-its-horizon - a wheel of 2^40 ns that files by the low bits of the deadline: what lies
 * beyond laps it
 */
#include "model.h"

#define HORIZON (UINT64_C(1) << 40)

static _Thread_local uint64_t latest;

static void laps(struct timer_set *set, struct timer *timer, uint64_t deadline, uint64_t interval)
{
	uint64_t within = deadline;

	if (deadline > latest && deadline - latest > HORIZON)
		within = latest + (deadline - latest) % HORIZON;
	timer_binary_heap.insert(set, timer, within, interval);
	timer->deadline = deadline;
}

static size_t ticks(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	latest = now;
	return timer_binary_heap.expire(set, now, out, max);
}
#define model_insert laps
#define model_expire ticks

BROKEN(broken_laps_its_horizon, "laps-its-horizon",
       "a wheel of 2^40 ns that files by the low bits of the deadline");
