/*
 * common_events.h - the common timeouts of a base: making and freeing queues, and what expires
 *
 * event_base_init_common_timeout is in common_events.c, too.
 */
#ifndef COMMON_EVENTS_H
#define COMMON_EVENTS_H

struct event_base;

/* Deletes all queued events. */
void common_events_delete(struct event_base *base);

/* Frees the queues, which must be empty. */
void common_events_free(struct event_base *base);

#endif
