/*
 * Does not notice that an idle timer is removed. Real-world class: a double free that seems to
 * work.
 */
#include "right.h"

static void remove_forgiving(struct timer_set *set, struct timer *timer)
{
	if (right_armed(timer))
		right_take(right_of(set), timer);
	timer->link.word[0] = RIGHT_IDLE;
}

BROKEN(forgives_misuse, .remove = remove_forgiving);
