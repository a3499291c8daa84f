/*
 * own_events.h - the loop's own events, which watch the eventfd and the pipe of the signals
 *
 * base_new.c, base_free.c and reinit.c call these functions. event_map.c makes the event that
 * watches the pipe, when a signal's event is added. evthread_make_base_notifiable (thread.h) is in
 * own_events.c, too.
 */
#ifndef OWN_EVENTS_H
#define OWN_EVENTS_H

struct event_base;

/*
 * Creates the eventfd by which other threads wake the loop, and the event that watches it. Returns
 * 0 or -errno. Does nothing if the event exists. The caller holds the base's lock.
 */
int own_events_notify(struct event_base *base);

/*
 * Frees both events, and closes the eventfd and the pipe. Needs no lock, because no other thread
 * may use the base.
 */
void own_events_free(struct event_base *base);

/*
 * Replaces the eventfd and the pipe if they exist, in the child of a fork. Returns 0, or -errno if
 * one of them could not be replaced. The caller holds the base's lock.
 */
int own_events_reinit(struct event_base *base);

#endif
