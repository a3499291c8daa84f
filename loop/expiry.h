/*
 * expiry.h - what happens when timeouts expire, and re-arming persistent events
 *
 * loop.c calls timeouts_process in each iteration, common_events.c calls timeout_expired, and
 * closure.c calls timeout_rearm. The caller holds the base's lock.
 */
#ifndef EXPIRY_H
#define EXPIRY_H

#include "loop/base.h"

/* The largest number of timers that the loop takes from one call of the structure's expire. */
#define EXPIRE_BATCH 64

/*
 * Activates the events of the due timers in the set, at most `budget` of them (timers.h). These
 * include the representatives of common queues. Runs no callbacks.
 */
void timeouts_process(struct event_base *base);

/*
 * Activates an event whose timer has expired. The caller has already removed the timer from the set
 * or from its common queue.
 */
void timeout_expired(struct event_base *base, struct event *event);

/*
 * Arms a persistent event for its next period, before its callback runs. Does nothing for an event
 * without a period. If there is no room and no memory, logs a warning, and the event does not
 * expire again. With EVENT_BASE_FLAG_LIBEVENT_2_1 it also does not expire again if it cannot be
 * added to its map.
 */
void timeout_rearm(struct event_base *base, struct event *event);

#endif
