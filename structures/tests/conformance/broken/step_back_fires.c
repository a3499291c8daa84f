/*
 * Treats a clock that stepped back as one that wrapped. Real-world class: elapsed time as an
 * unsigned difference of two readings.
 */
#include "right.h"

static size_t expire_elapsed(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	uint64_t elapsed = now - right->latest, latest = right->latest;

	if (now < latest) /* as if `elapsed` were added to each level's clock */
		return right_expire(set, elapsed, out, max);
	return right_expire(set, latest + elapsed, out, max);
}

BROKEN(step_back_fires, .expire = expire_elapsed);
