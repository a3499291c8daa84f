/*
 * A re-arm to an earlier deadline stores the deadline but does not move the timer. Real-world
 * class: lazy re-arming that is right only for later deadlines.
 */
#include "right.h"

static void reinsert_later_only(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	if (deadline >= timer->deadline)
		right_reinsert(set, timer, deadline, interval);
	else
		timer->deadline = deadline;
}

static uint64_t next_of_deadlines(struct timer_set *set)
{
	const struct right *right = right_of(set);
	uint64_t next = TIMER_NEVER;

	for (size_t i = 0; i < right->size; i++)
		if (right->timers[i]->deadline < next)
			next = right->timers[i]->deadline;
	return next;
}

BROKEN(ignores_earlier, .reinsert = reinsert_later_only, .next = next_of_deadlines);
