/*
 * event_map.h - an event's place in the map of its descriptor or its signal, counted in its base
 */
#ifndef EVENT_MAP_H
#define EVENT_MAP_H

#include "loop/base.h"

/*
 * Add an event to the map of its signal or its descriptor, or remove it; set or clear
 * EVLIST_INSERTED. event_map_add returns 0, or -errno with nothing changed; the errors are those of
 * io_map_add, or -EINVAL for a signal that does not exist, or those of signal_map_add. The first
 * event of a signal also opens the signals' pipe, which the base then watches.
 */
int event_map_add(struct event_base *base, struct event *event);
void event_map_remove(struct event_base *base, struct event *event);

/* Opens the signals' pipe and watches it. Returns 0 or -errno. Does nothing if that is done. */
int event_map_open_signals(struct event_base *base);

/*
 * Whether memory may be given back now. Giving back may allocate, so it must not happen while the
 * loop itself removes an event in an iteration. With EVENT_BASE_FLAG_LIBEVENT_2_1 it never happens:
 * there an expiry removes persistent events from their maps, and adding them again must find its
 * old room.
 */
bool event_map_may_trim(const struct event_base *base);

#endif
