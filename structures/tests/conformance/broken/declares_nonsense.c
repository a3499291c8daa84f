/*
 * Declares to be accurate to a tick and names none. Real-world class: a field added to a table that
 * one row never got.
 */
#include "right.h"

static void to_no_tick(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ TIMER_TO_A_TICK, TIMER_UNORDERED, 0, 0 };
}

BROKEN(declares_nonsense, .accuracy = to_no_tick);
