/*
 * activation.h - puts a callback into an active queue or removes it, and counts it in its base
 *
 * As in libevent, a place in an active queue counts as an added event. The count of active events
 * includes the loop's own events. The count of added events does not. The caller holds the base's
 * lock.
 */
#ifndef ACTIVATION_H
#define ACTIVATION_H

#include "loop/base.h"

/* Inserts a callback that is in no active queue into the queue of its priority. */
static inline void activation_enter(struct event_base *base, struct event_callback *callback)
{
	count_up(&base->added, callback);
	count_one(&base->active_events);
	active_insert(&base->active, callback);
}

static inline void activation_leave(struct event_base *base, struct event_callback *callback)
{
	count_down(&base->added, callback);
	base->active_events.now--;
	active_remove(&base->active, callback);
}

#endif
