/*
 * assign.h - making the loop's own events
 *
 * event_map.c and own_events.c call own_event_new, with the base's lock held.
 */
#ifndef ASSIGN_H
#define ASSIGN_H

struct event;
struct event_base;

/*
 * Creates an event of the loop's own, with EV_READ, EV_PERSIST and priority 0. The base does not
 * count it as added. Its argument is the base. Returns NULL if memory runs out. own_events.h frees
 * the event.
 */
struct event *own_event_new(struct event_base *base, int fd,
			    void (*callback)(int fd, short what, void *arg));

#endif
