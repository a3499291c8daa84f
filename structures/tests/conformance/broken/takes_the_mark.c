/*
 * Marks a disarmed timer with all ones in link.word[3], which includes the bit that is for
 * wrappers. Real-world class: a value for "none" that collides with a value of another layer.
 */
#include "right.h"

#define DISARMED UINT64_MAX /* in link.word[3] */

static void insert_unmarking(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	right_insert(set, timer, deadline, interval);
	timer->link.word[3] = 0;
}

static void disarm_marking(struct timer_set *set, struct timer *timer)
{
	right_disarm(set, timer);
	timer->link.word[3] = DISARMED;
}

static void remove_unmarking(struct timer_set *set, struct timer *timer)
{
	right_remove(set, timer);
	timer->link.word[3] = 0;
}

BROKEN(takes_the_mark, .insert = insert_unmarking, .disarm = disarm_marking,
       .remove = remove_unmarking);
