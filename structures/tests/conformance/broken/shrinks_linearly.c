/*
 * Each reserve for fewer timers shrinks the array to fit. Real-world class: growing by doubling and
 * shrinking to fit, so that a few timers more and less at the edge copy the array each time.
 */
#include "right.h"

static int reserve_to_fit(struct timer_set *set, size_t n)
{
	struct right *right = right_of(set);
	size_t capacity = n > right->size ? n : right->size;
	struct timer **timers;

	if (n >= right->capacity || !capacity)
		return right_reserve(set, n);
	timers = realloc(right->timers, capacity * sizeof(*timers));
	if (!timers)
		return 0;
	right->timers = timers;
	right->capacity = capacity;
	return 0;
}

BROKEN(shrinks_linearly, .reserve = reserve_to_fit);
