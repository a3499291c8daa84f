/*
 * activate.h - making events active, for callers in the loop that hold the base's lock
 *
 * Expiry, signals, finalizers and event_base_once call these functions. The backends call
 * backend_report (backend.h), which is in activate.c, too.
 */
#ifndef ACTIVATE_H
#define ACTIVATE_H

#include "loop/base.h"

/* Does the same as event_active (event.h), but never waits and never releases the lock. */
void event_active_locked(struct event *event, int what, short ncalls);

/* Activates a descriptor's events that wait for any of these bits. O(events of the descriptor). */
void activate_descriptor(struct event_base *base, int fd, short events);

/* Activates the events of a signal that arrived `count` times. O(events of the signal). */
void activate_signal(struct event_base *base, int signal, int count);

#endif
