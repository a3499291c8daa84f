/*
 * Counts all timers by recursion. Real-world class: recursion over a tree or a pairing heap that
 * equal deadlines have made as deep as it has timers.
 */
#include "right.h"

static __attribute__((noinline)) size_t count_from(const struct right *right, size_t place)
{
	volatile char frame[200];

	frame[0] = place < right->size;
	return frame[0] ? count_from(right, place + 1) + (size_t)frame[0] : 0;
}

static size_t size_of(const struct timer_set *set)
{
	return count_from(right_of(set), 0);
}

BROKEN(recurses, .size = size_of);
