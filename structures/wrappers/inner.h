/*
 * inner.h - what a wrapper does with what it wraps when it makes a set
 */
#ifndef INNER_H
#define INNER_H

#include "../timer.h"

/* Makes a set of what is wrapped. 0 or -ENOMEM. */
static inline int inner_create(struct timer_set **set, const struct timer_inner *inner,
			       uint64_t now)
{
	if (inner->inner)
		return inner->structure->create_over(set, inner->inner, now);
	return inner->structure->create(set, inner->options, now);
}

/* The accuracy of what is wrapped: that of the innermost structure. */
static inline struct timer_accuracy inner_accuracy(const struct timer_inner *inner)
{
	struct timer_accuracy accuracy = { .when = TIMER_EXACT, .order = TIMER_BY_DEADLINE };

	while (inner->inner)
		inner = inner->inner;
	if (inner->structure->accuracy)
		inner->structure->accuracy(inner->options, &accuracy);
	return accuracy;
}

#endif
