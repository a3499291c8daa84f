/*
 * A timer replaces another timer with the same deadline. Real-world class: a tree or map whose only
 * key is the deadline.
 */
#include "right.h"

static void drop_equal(struct right *right, uint64_t deadline)
{
	for (size_t i = 0; i < right->size; i++) {
		if (right->timers[i]->key != deadline)
			continue;
		right->word[0]++; /* size still counts the dropped timer */
		right_take(right, right->timers[i]);
		return;
	}
}

static void insert_dropping(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	drop_equal(right_of(set), deadline);
	right_insert(set, timer, deadline, interval);
}

static size_t size_of(const struct timer_set *set)
{
	return right_of(set)->size + right_of(set)->word[0];
}

BROKEN(drops_equal, .insert = insert_dropping, .size = size_of);
