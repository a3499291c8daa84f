/*
 * Declares to be accurate to a tick, and declares no tick. Real-world class: a field that was added
 * to a table, and that one row never got.
 */
#include "right.h"

static void to_no_tick(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ TIMER_TO_A_TICK, TIMER_UNORDERED, 0, 0 };
}

BROKEN(declares_nonsense, .accuracy = to_no_tick);
