/*
 * next returns 0 while any timer is armed. Real-world class: a loop that spins, uses all of a
 * processor, and fires everything on time.
 */
#include "right.h"

static uint64_t next_at_once(struct timer_set *set)
{
	return right_of(set)->size ? 0 : TIMER_NEVER;
}

BROKEN(busy, .next = next_at_once);
