/*
 * inner.h - how a wrapper makes a set of what it wraps, and finds the accuracy of that set
 */
#ifndef INNER_H
#define INNER_H

#include "../timer.h"

/*
 * Makes a set of the structure or wrapper that `inner` describes, at the time `now`. Returns 0 or
 * -ENOMEM. The caller must end the set with inner->structure->destroy.
 */
static inline int inner_create(struct timer_set **set, const struct timer_inner *inner,
			       uint64_t now)
{
	if (inner->inner)
		return inner->structure->create_over(set, inner->inner, now);
	return inner->structure->create(set, inner->options, now);
}

/*
 * Returns the accuracy of what a wrapper wraps, which is the accuracy of the innermost structure.
 */
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
