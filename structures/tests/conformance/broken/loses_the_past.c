/*
 * A timer whose deadline has passed when it is armed is filed at a time that is already over.
 * Real-world class: a wheel's slot behind the hand, which waits for the next lap.
 */
#include "right.h"

#define TURN (UINT64_C(1) << 30)

static void insert_behind(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	bool past = deadline < right_of(set)->latest;

	right_insert(set, timer, past && deadline < TIMER_NEVER - TURN ? deadline + TURN : deadline,
		     interval);
	timer->deadline = deadline;
}

BROKEN(loses_the_past, .insert = insert_behind);
