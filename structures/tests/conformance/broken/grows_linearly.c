/*
 * Reserves room for exactly the requested number of timers. Real-world class: an array that grows
 * by a constant, which takes quadratic time.
 */
#include "right.h"

static int reserve_exactly(struct timer_set *set, size_t n)
{
	struct right *right = right_of(set);
	struct timer **timers;

	if (n <= right->capacity)
		return 0;
	if (n > SIZE_MAX / sizeof(*timers))
		return -ENOMEM;
	timers = realloc(right->timers, n * sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	right->timers = timers;
	right->capacity = n;
	return 0;
}

BROKEN(grows_linearly, .reserve = reserve_exactly);
