/*
 * Files timers by milliseconds in 32 bits, which wrap after 49 days. Real-world class:
 * GetTickCount, and loops that keep timeouts in an int of ms.
 */
#include "right.h"

static void insert_truncated(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	uint64_t ms = deadline / 1000000 + (deadline % 1000000 != 0);

	right_insert(set, timer,
		     deadline == TIMER_NEVER ? deadline : (uint64_t)(uint32_t)ms * 1000000,
		     interval);
	timer->deadline = deadline;
}

static void reinsert_truncated(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	right_disarm(set, timer);
	insert_truncated(set, timer, deadline, interval);
}

static void to_a_ms(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ TIMER_TO_A_TICK, TIMER_BY_TICK, 1000000, 0 };
}

BROKEN(truncates_times, .insert = insert_truncated, .reinsert = reinsert_truncated,
       .accuracy = to_a_ms);
