/*
 * common_events.h - deleting and freeing a base's common timeouts, for base_free.c
 *
 * event_base_init_common_timeout (event.h), which makes the queues, is also in common_events.c.
 */
#ifndef COMMON_EVENTS_H
#define COMMON_EVENTS_H

struct event_base;

/* Deletes all events that are in common queues. The caller holds the base's lock. */
void common_events_delete(struct event_base *base);

/* Frees the queues, which must be empty. Needs no lock: no other thread may use the base. */
void common_events_free(struct event_base *base);

#endif
