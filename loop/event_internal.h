/*
 * event_internal.h - adding and deleting events for callers that hold the base's lock
 */
#ifndef EVENT_INTERNAL_H
#define EVENT_INTERNAL_H

struct event;
struct timeval;

/* Whether a deletion waits for the event's callback if another thread is running it. */
enum deletion {
	DELETE_AUTOBLOCK, /* waits unless the event has EV_FINALIZE */
	DELETE_BLOCK,
	DELETE_NOBLOCK,
	DELETE_EVEN_IF_FINALIZING, /* does not wait */
};

int event_add_locked(struct event *event, const struct timeval *timeout);
int event_del_locked(struct event *event, enum deletion how);

#endif
