/*
 * Remembers the timer that was removed last, and reads it at the next insert. Real-world class: a
 * search hint or an iterator's cursor that outlives its element.
 */
#include "right.h"

static void remove_remembering(struct timer_set *set, struct timer *timer)
{
	right_remove(set, timer);
	right_of(set)->timer = timer;
}

static void insert_hinted(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	struct right *right = right_of(set);

	if (right->timer && right->timer != timer && right->timer->key < deadline)
		right->word[0]++;
	right->timer = NULL;
	right_insert(set, timer, deadline, interval);
}

BROKEN(touches_removed, .remove = remove_remembering, .insert = insert_hinted);
