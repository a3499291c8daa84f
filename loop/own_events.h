/*
 * own_events.h - the events by which a base watches its eventfd and the signals' pipe
 *
 * event_map.h makes the second one, with the first event of a signal.
 */
#ifndef OWN_EVENTS_H
#define OWN_EVENTS_H

struct event_base;

/*
 * Creates the eventfd by which other threads wake the loop, and watches it. Returns 0 or -errno.
 * Does nothing if that is done.
 */
int own_events_notify(struct event_base *base);

/* Frees both events, and closes the eventfd and the pipe. */
void own_events_free(struct event_base *base);

/*
 * In the child of a fork: replaces the eventfd and the pipe, where there were any. Returns 0, or
 * -errno if one of them could not be replaced.
 */
int own_events_reinit(struct event_base *base);

#endif
