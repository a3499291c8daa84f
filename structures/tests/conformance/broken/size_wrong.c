/*
 * size still counts a disarmed timer. Real-world class: a counter that only some paths update.
 */
#include "right.h"

static void disarm_counted(struct timer_set *set, struct timer *timer)
{
	right_disarm(set, timer);
	right_of(set)->word[0]++;
}

static size_t size_of(const struct timer_set *set)
{
	return right_of(set)->size + right_of(set)->word[0];
}

BROKEN(size_wrong, .disarm = disarm_counted, .size = size_of);
