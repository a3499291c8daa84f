/*
 * A wheel of 2^24 ns. It files a timer beyond its horizon by the remainder, and does not count
 * rounds. Real-world class: timers beyond a short horizon, which fire a lap early.
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
