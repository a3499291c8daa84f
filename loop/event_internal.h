/*
 * event_internal.h - adding and deleting events for callers that hold the base's lock
 */
#ifndef EVENT_INTERNAL_H
#define EVENT_INTERNAL_H

#include <stdbool.h>

struct event;
struct event_base;
struct timeout_request;
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

/* Creates an event of the loop's own: not counted, priority 0, with EV_READ and EV_PERSIST. */
struct event *event_new_internal(struct event_base *base, int fd,
				 void (*callback)(int fd, short what, void *arg));
void event_free_internal(struct event *event);

#endif
