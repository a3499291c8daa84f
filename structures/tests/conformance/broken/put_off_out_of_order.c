/*
 * A re-arm to a later deadline only stores the deadline. Timers that expire together are returned
 * in the order of their old deadlines. Real-world class: lazy re-arming whose fault shows only when
 * the loop is late.
 */
#include "right.h"

static void reinsert_storing(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	assert(right_armed(timer) && "reinsert: the timer is not armed");
	if (deadline >= timer->key)
		timer->deadline = deadline;
	else
		right_reinsert(set, timer, deadline, interval);
}

/* Keeps the timers of a batch that are due, and inserts the others again. */
static size_t keep_due(struct timer_set *set, uint64_t now, struct timer **batch, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (batch[i]->deadline <= now && batch[i]->deadline != TIMER_NEVER)
			batch[kept++] = batch[i];
		else
			right_insert(set, batch[i], batch[i]->deadline, 0);
	}
	return kept;
}

static size_t expire_as_filed(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = 0, came;

	do {
		came = right_expire(set, now, out + count, max - count);
		count += keep_due(set, now, out + count, came);
	} while (came && count < max);
	return count;
}

BROKEN(put_off_out_of_order, .reinsert = reinsert_storing, .expire = expire_as_filed);
