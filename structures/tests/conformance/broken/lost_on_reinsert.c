/*
 * Loses a timer that is postponed while it is the only timer. Real-world class: unlink and relink,
 * where the unlinking of the last element resets the list's head after the relinking.
 */
#include "right.h"

static void reinsert_losing(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	struct right *right = right_of(set);

	right_reinsert(set, timer, deadline, interval);
	if (right->size == 1 && deadline > right->latest) {
		right->size = 0;
		right->word[0]++;
	}
}

static size_t size_of(const struct timer_set *set)
{
	return right_of(set)->size + right_of(set)->word[0];
}

BROKEN(lost_on_reinsert, .reinsert = reinsert_losing, .size = size_of);
