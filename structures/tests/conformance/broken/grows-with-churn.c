/*
 * grows-with-churn - keeps a tombstone for each timer that is removed
 */
#include "model.h"

static _Thread_local size_t tombstones;

static void buries(struct timer_set *set, struct timer *timer)
{
	tombstones++;
	timer_binary_heap.remove(set, timer);
}

static size_t with_tombstones(const struct timer_set *set)
{
	return timer_binary_heap.footprint(set) + 16 * tombstones;
}
#define model_remove	buries
#define model_footprint with_tombstones

BROKEN(broken_grows_with_churn, "grows-with-churn",
       "keeps a tombstone for each timer that is removed");
