/*
 * A re-arm to a later deadline only stores the deadline. When the old deadline comes, the structure
 * does not insert the timer again, so the timer never fires. Real-world class: lazy re-arming
 * without the second half.
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

/*
 * Keeps timers whose deadline is later, but never fires them. They can still be stopped, and size
 * counts them.
 */
static size_t expire_forgetting(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = right_expire(set, now, out, max), kept = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t deadline = out[i]->deadline;

		if (deadline <= now && deadline != TIMER_NEVER) {
			out[kept++] = out[i];
			continue;
		}
		right_insert(set, out[i], TIMER_NEVER, 0);
		out[i]->deadline = deadline;
	}
	return kept;
}

BROKEN(forgets_put_off, .reinsert = reinsert_storing, .expire = expire_forgetting);
