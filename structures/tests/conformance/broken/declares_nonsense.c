/*
 * Declares an accuracy of one tick, and a tick of 0. Real-world class: a field that was added to a
 * table and is missing in one row.
 */
#include "right.h"

static void to_no_tick(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ TIMER_TO_A_TICK, TIMER_UNORDERED, 0, 0 };
}

BROKEN(declares_nonsense, .accuracy = to_no_tick);
