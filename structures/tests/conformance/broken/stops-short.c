/*
 * stops-short - expires with a budget of its own: returns less than max though more is due
 */
#include "model.h"

static size_t stops_short(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	return timer_binary_heap.expire(set, now, out, max < 16 ? max : 16);
}
#define model_expire stops_short

BROKEN(broken_stops_short, "stops-short", "expires with a budget of its own");
