/*
 * Keeps a tombstone for each disarmed timer, and never removes a tombstone. Real-world class: lazy
 * deletion without compaction (asyncio's and Go's heaps, before they counted tombstones).
 */
#include "right.h"

static int reserve_tombstones(struct timer_set *set, size_t n)
{
	return right_reserve(set, right_of(set)->word[0] + n + 1);
}

static void disarm_lazily(struct timer_set *set, struct timer *timer)
{
	struct right *right = right_of(set);

	right_disarm(set, timer);
	right->word[0]++;
	/* Makes room for the tombstone. Drops it if memory runs out, which does no harm. */
	if (right_reserve(set, right->word[0] + right->size + 1))
		right->word[0]--;
}

BROKEN(grows_with_churn, .reserve = reserve_tombstones, .disarm = disarm_lazily);
