/*
 * event_internal.h - adding and deleting events, for callers in the loop that hold the base's lock
 *
 * event.c calls these functions for a program. Other files of the loop, such as dispatch.c, call
 * them for the loop's own purposes.
 */
#ifndef EVENT_INTERNAL_H
#define EVENT_INTERNAL_H

struct event;
struct timeval;

/* How a deletion treats a callback that another thread is running, and a finalizing event. */
enum deletion {
	DELETE_AUTOBLOCK,	   /* waits for the callback, unless the event has EV_FINALIZE */
	DELETE_BLOCK,		   /* waits for the callback */
	DELETE_NOBLOCK,		   /* does not wait */
	DELETE_EVEN_IF_FINALIZING, /* does not wait; the others do not delete a finalizing event */
};

/*
 * Do the same as event_add and event_del (event.h), and record the state for debug mode. A wait for
 * a callback releases the lock. event_add_locked returns 0, or -1 with nothing changed.
 * event_del_locked returns 0. It wakes the loop if no added event is left.
 */

int event_add_locked(struct event *event, const struct timeval *timeout);
int event_del_locked(struct event *event, enum deletion how);

#endif
