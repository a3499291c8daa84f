/*
 * Declares that timers are late by up to an eighth of the distance to the deadline. But it counts
 * the distance from the now of the latest expire, however long ago that was. Real-world class: a
 * wheel whose own clock stands still while nothing is armed, so that timers fire minutes late
 * (Linux's wheel until 2017).
 */
#include "right.h"

static uint64_t late(const struct right *right, uint64_t deadline)
{
	uint64_t most = TIMER_NEVER - 1, more;

	if (deadline == TIMER_NEVER || deadline <= right->latest)
		return deadline;
	more = (deadline - right->latest) / 16;
	return more < most - deadline ? deadline + more : most;
}

static void insert_late(struct timer_set *set, struct timer *timer, uint64_t deadline,
			uint64_t interval)
{
	right_insert(set, timer, late(right_of(set), deadline), interval);
	timer->deadline = deadline;
}

static void reinsert_late(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	right_reinsert(set, timer, late(right_of(set), deadline), interval);
	timer->deadline = deadline;
}

static void late_fraction(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ TIMER_LATE_FRACTION, TIMER_UNORDERED, 0, 1.0 / 8 };
}

BROKEN(counts_from_last_expire, .insert = insert_late, .reinsert = reinsert_late,
       .accuracy = late_fraction);
