/*
 * Tests for TIMER_NEVER only if the timer has no interval. It assumes that timers with an interval
 * are in queues, and that timers in queues always fire. But a re-arm with the same interval stays
 * in its queue, whatever the deadline. Real-world class: a short cut for the usual re-arm that
 * skips the test for an unusual one.
 */
#include "right.h"

#define INTERVAL 1 /* index in link.word[] */

static void insert_in_queue(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	right_insert(set, timer, deadline, interval);
	timer->link.word[INTERVAL] = deadline == TIMER_NEVER ? 0 : interval;
}

static void reinsert_in_queue(struct timer_set *set, struct timer *timer, uint64_t deadline,
			      uint64_t interval)
{
	right_reinsert(set, timer, deadline, interval);
	if (timer->link.word[INTERVAL] != interval)
		timer->link.word[INTERVAL] = deadline == TIMER_NEVER ? 0 : interval;
}

static void remove_from_queue(struct timer_set *set, struct timer *timer)
{
	right_remove(set, timer);
	timer->link.word[INTERVAL] = 0;
}

static size_t expire_queues(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = right_expire(set, now, out, max);

	for (size_t i = right->size; now == TIMER_NEVER && count < max && i-- > 0;) {
		struct timer *timer = right->timers[i];

		if (!timer->link.word[INTERVAL])
			continue;
		right_take(right, timer);
		timer->link.word[0] = RIGHT_IDLE;
		out[count++] = timer;
	}
	for (size_t i = 0; i < count; i++)
		out[i]->link.word[INTERVAL] = 0;
	return count;
}

BROKEN(never_in_a_queue, .insert = insert_in_queue, .reinsert = reinsert_in_queue,
       .remove = remove_from_queue, .expire = expire_queues);
