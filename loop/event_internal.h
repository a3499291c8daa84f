/*
 * event_internal.h - adding and deleting with the base's lock held
 */
#ifndef EVENT_INTERNAL_H
#define EVENT_INTERNAL_H

#include <stdbool.h>

struct event;
struct event_base;
struct timeout_request;
struct timeval;

/* Whether deleting waits for a callback of the event that is running in another thread. */
enum deletion {
	DELETE_AUTOBLOCK, /* unless the event has EV_FINALIZE */
	DELETE_BLOCK,
	DELETE_NOBLOCK,
	DELETE_EVEN_IF_FINALIZING, /* and don't block */
};

int event_add_locked(struct event *event, const struct timeval *timeout);
int event_del_locked(struct event *event, enum deletion how);

/* An event of the loop's own: not counted, first priority, READ and persistent. */
struct event *event_new_internal(struct event_base *base, int fd,
				 void (*callback)(int fd, short what, void *arg));
void event_free_internal(struct event *event);

#endif
