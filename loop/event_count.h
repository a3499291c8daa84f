/*
 * event_count.h - counts of the events of a base
 */
#ifndef EVENT_COUNT_H
#define EVENT_COUNT_H

#include "loop/event_members.h"

/* The present number and the largest so far. */
struct event_count {
	int now, most;
};

static inline void count_one(struct event_count *count)
{
	if (++count->now > count->most)
		count->most = count->now;
}

/* count_up and count_down do not count the loop's own events. */
static inline void count_up(struct event_count *count, const struct event_callback *callback)
{
	if (!(callback->evcb_flags & EVLIST_INTERNAL))
		count_one(count);
}

static inline void count_down(struct event_count *count, const struct event_callback *callback)
{
	if (!(callback->evcb_flags & EVLIST_INTERNAL))
		count->now--;
}

#endif
