/*
 * A wheel of 2^24 ns that files a timer beyond its horizon by the remainder, and keeps no count of
 * rounds. Real-world class: a horizon that is too short, and timers beyond it that are lapped.
 */
#include "right.h"

#define HORIZON (UINT64_C(1) << 24)

static void insert_lapped(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	struct right *right = right_of(set);
	uint64_t key = deadline;

	if (deadline != TIMER_NEVER && deadline > right->latest)
		key = right->latest + (deadline - right->latest) % HORIZON;
	right_insert(set, timer, key, interval);
	timer->deadline = deadline;
}

static void reinsert_lapped(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	right_disarm(set, timer);
	insert_lapped(set, timer, deadline, interval);
}

BROKEN(laps, .insert = insert_lapped, .reinsert = reinsert_lapped);
