/*
 * event_map.h - adds an event to the map of its descriptor or its signal, and counts it in its base
 *
 * event_internal.c adds and removes all events but the timers by these functions. own_events.c
 * calls event_map_open_signals, and reinit.c event_map_may_trim. The caller holds the base's lock.
 */
#ifndef EVENT_MAP_H
#define EVENT_MAP_H

#include "loop/base.h"

/*
 * Add an event to the map of its signal or its descriptor, or remove it. Set or clear
 * EVLIST_INSERTED, count the event, and wake the loop. event_map_add returns 0, or -errno without
 * adding the event. Its errors are those of io_map_add and signal_map_add, and -EINVAL for a signal
 * that does not exist. Adding an event of a signal also opens the pipe of the signals.
 */
int event_map_add(struct event_base *base, struct event *event);
void event_map_remove(struct event_base *base, struct event *event);

/*
 * Opens the pipe of the signals, and adds the loop's own event that reads it. Returns 0 or -errno.
 * Does nothing if the pipe is open.
 */
int event_map_open_signals(struct event_base *base);

/*
 * Returns whether a change of a map may give memory back. Giving back may allocate, so the loop
 * must not do it when it removes an event in an iteration. With EVENT_BASE_FLAG_LIBEVENT_2_1 the
 * result is always false. With this flag an expiry removes persistent events from their maps, and
 * adding them again needs the room that they had.
 */
bool event_map_may_trim(const struct event_base *base);

#endif
