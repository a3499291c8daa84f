/*
 * Frees its array when the last timer is removed, and allocates it again only in the next reserve.
 * Real-world class: a function that cannot fail frees memory that had been promised.
 */
#include "right.h"

static void remove_freeing(struct timer_set *set, struct timer *timer)
{
	struct right *right = right_of(set);

	right_remove(set, timer);
	if (right->size)
		return;
	free(right->timers);
	right->timers = NULL;
	right->capacity = 0;
}

static void insert_if_room(struct timer_set *set, struct timer *timer, uint64_t deadline,
			   uint64_t interval)
{
	struct right *right = right_of(set);

	assert(right->size < right->capacity && "insert: more timers than reserved");
	right_insert(set, timer, deadline, interval);
}

BROKEN(frees_when_empty, .insert = insert_if_room, .remove = remove_freeing);
