/*
 * for_each leaves out the last timer. Real-world class: an off-by-one error at the end of an array.
 */
#include "right.h"

static void for_each_but_one(const struct timer_set *set,
			     void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct right *right = right_of(set);

	for (size_t i = 0; i + 1 < right->size; i++)
		visit(right->timers[i], data);
}

BROKEN(visit_misses, .for_each = for_each_but_one);
