/*
 * A disarmed timer fires if it is due. Real-world class: a stop that only marks the timer, and an
 * expire that tests the mark too late.
 */
#include "right.h"

static void disarm_marking(struct timer_set *set, struct timer *timer)
{
	struct right *right = right_of(set);

	right_disarm(set, timer);
	right->timer = timer;
}

static size_t expire_marked(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = right_expire(set, now, out, max);

	if (right->timer && right->timer->link.word[0] == RIGHT_DISARMED &&
	    right->timer->key <= now && count < max)
		out[count++] = right->timer;
	right->timer = NULL;
	return count;
}

static void remove_marked(struct timer_set *set, struct timer *timer)
{
	right_of(set)->timer = NULL;
	right_remove(set, timer);
}

BROKEN(disarmed_fires, .disarm = disarm_marking, .expire = expire_marked, .remove = remove_marked);
