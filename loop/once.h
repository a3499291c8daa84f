/*
 * once.h - freeing the events of event_base_once, for base_free.c
 *
 * event_base_once (event.h) is also in once.c.
 */
#ifndef ONCE_H
#define ONCE_H

struct event_base;

/*
 * Frees the events of event_base_once whose callbacks have not run. All must have been deleted. The
 * caller holds the base's lock.
 */
void once_free_all(struct event_base *base);

#endif
