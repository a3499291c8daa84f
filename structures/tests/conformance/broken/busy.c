/*
 * next says "now" as long as anything is armed. Real-world class: a loop that spins, using all of a
 * processor and firing everything on time.
 */
#include "right.h"

static uint64_t next_at_once(struct timer_set *set)
{
	return right_of(set)->size ? 0 : TIMER_NEVER;
}

BROKEN(busy, .next = next_at_once);
