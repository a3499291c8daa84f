/*
 * event_count.h - counts of the events of a base
 *
 * The files that put an event into a map, a queue or the timer structure call these functions. The
 * caller holds the base's lock.
 */
#ifndef EVENT_COUNT_H
#define EVENT_COUNT_H

#include "loop/event_members.h"

/* The present number, and the largest number so far (event_base_get_max_events may reset it). */
struct event_count {
	int now, most;
};

static inline void count_one(struct event_count *count)
{
	if (++count->now > count->most)
		count->most = count->now;
}

/* count_one counts any event. count_up and count_down ignore the loop's own events. */
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
