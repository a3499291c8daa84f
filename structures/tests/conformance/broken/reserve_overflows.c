/*
 * The computation of the bytes for very many timers overflows, so that it allocates too little
 * memory. Real-world class: n * sizeof without a check (CWE-190).
 */
#include "right.h"

static int reserve_overflowing(struct timer_set *set, size_t n)
{
	struct right *right = right_of(set);
	struct timer **timers;
	size_t capacity = n + n / 2;

	if (n <= right->capacity)
		return 0;
	timers = realloc(right->timers, capacity * sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	right->timers = timers;
	right->capacity = capacity;
	return 0;
}

BROKEN(reserve_overflows, .reserve = reserve_overflowing);
