/*
 * Allocates when a timer is inserted, and drops the timer if the allocation fails. Real-world
 * class: growth on demand in a function that returns nothing.
 */
#include "right.h"

static int reserve_nothing(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n;
	return 0;
}

static void insert_growing(struct timer_set *set, struct timer *timer, uint64_t deadline,
			   uint64_t interval)
{
	if (right_reserve(set, right_of(set)->size + 1))
		timer->deadline = deadline;
	else
		right_insert(set, timer, deadline, interval);
}

BROKEN(allocates_in_insert, .reserve = reserve_nothing, .insert = insert_growing);
