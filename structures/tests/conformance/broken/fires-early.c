/*
 * fires-early - rounds now up to its clock, as a loop with a coarse clock does: early by less
 * than a tick
 */
#include "model.h"

static size_t fires_early(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	uint64_t rounded = now > UINT64_MAX - 999 ? now : (now + 999) / 1000 * 1000;

	return timer_binary_heap.expire(set, rounded, out, max);
}
#define model_expire fires_early

BROKEN(broken_fires_early, "fires-early",
       "rounds now up to its clock, as a loop with a coarse clock does");
