/*
 * destroy writes to all armed timers, to make them idle. Real-world class: tear-down in the wrong
 * order, when the owners of the timers were freed before their loop.
 */
#include "right.h"

static void destroy_touching(struct timer_set *set)
{
	const struct right *right = right_of(set);

	for (size_t i = 0; i < right->size; i++)
		right->timers[i]->link.word[0] = RIGHT_IDLE;
	right_destroy(set);
}

BROKEN(destroy_touches, .destroy = destroy_touching);
