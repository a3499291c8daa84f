/*
 * Each reserve shrinks the array to exactly what is reserved, and fails if realloc fails.
 * Real-world class: realloc() to a smaller size, which may fail like any other.
 */
#include "right.h"

static int reserve_exactly(struct timer_set *set, size_t n)
{
	struct right *right = right_of(set);
	size_t capacity = n > right->size ? n : right->size;
	struct timer **timers;

	if (n >= right->capacity)
		return right_reserve(set, n);
	capacity += !capacity;
	timers = realloc(right->timers, capacity * sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	right->timers = timers;
	right->capacity = capacity;
	return 0;
}

BROKEN(fails_to_give_back, .reserve = reserve_exactly);
