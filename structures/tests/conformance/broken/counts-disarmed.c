/*
 * counts-disarmed - the size still counts what has been disarmed
 */
#include "model.h"

static _Thread_local size_t disarmed;

static void counts(struct timer_set *set, struct timer *timer)
{
	disarmed = 1;
	timer_binary_heap.disarm(set, timer);
}

static size_t too_many(const struct timer_set *set)
{
	return timer_binary_heap.size(set) + disarmed;
}
#define model_disarm counts
#define model_size   too_many

BROKEN(broken_counts_disarmed, "counts-disarmed", "the size still counts what has been disarmed");
