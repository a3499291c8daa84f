/*
 * Stores the larger capacity before the array grows, which may fail. Real-world class: updating the
 * size before the allocation, and p = realloc(p, n).
 */
#include "right.h"

static int reserve_too_soon(struct timer_set *set, size_t n)
{
	struct right *right = right_of(set);
	struct timer **timers;

	if (n <= right->capacity)
		return 0;
	if (n > SIZE_MAX / 4 / sizeof(*timers))
		return -ENOMEM;
	right->capacity = 2 * n;
	timers = realloc(right->timers, right->capacity * sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	right->timers = timers;
	return 0;
}

BROKEN(failed_reserve_corrupts, .reserve = reserve_too_soon);
