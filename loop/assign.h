/*
 * assign.h - making the loop's own events
 */
#ifndef ASSIGN_H
#define ASSIGN_H

struct event;
struct event_base;

/*
 * Creates an event of the loop's own: not counted, priority 0, with EV_READ and EV_PERSIST. NULL
 * without memory. own_events.h frees it.
 */
struct event *own_event_new(struct event_base *base, int fd,
			    void (*callback)(int fd, short what, void *arg));

#endif
