/*
 * Rounds deadlines down to a tick, so that timers fire early by less than a tick. Real-world class:
 * deadline / HZ without rounding up, as in poll() timeouts converted to ms by truncation.
 */
#include "right.h"

#define TICK 1000

static void insert_rounded(struct timer_set *set, struct timer *timer, uint64_t deadline,
			   uint64_t interval)
{
	right_insert(set, timer, deadline - (deadline == TIMER_NEVER ? 0 : deadline % TICK),
		     interval);
	timer->deadline = deadline;
}

static void reinsert_rounded(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	right_reinsert(set, timer, deadline - (deadline == TIMER_NEVER ? 0 : deadline % TICK),
		       interval);
	timer->deadline = deadline;
}

static void to_a_tick(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ TIMER_TO_A_TICK, TIMER_BY_TICK, TICK, 0 };
}

BROKEN(rounds_down, .insert = insert_rounded, .reinsert = reinsert_rounded, .accuracy = to_a_tick);
