/*
 * activate.h - making events active, for callers that hold the base's lock
 */
#ifndef ACTIVATE_H
#define ACTIVATE_H

#include "loop/base.h"

/* event_active for a caller that holds the lock. Never releases the lock. */
void event_active_locked(struct event *event, int what, short ncalls);

/* Activates the descriptor's events that wait for any of these bits. O(its events). */
void activate_descriptor(struct event_base *base, int fd, short events);

/* Activates the events of a signal that arrived `count` times. */
void activate_signal(struct event_base *base, int signal, int count);

#endif
