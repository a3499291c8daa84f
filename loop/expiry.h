/*
 * expiry.h - what happens when timeouts expire, and arming persistent events again
 */
#ifndef EXPIRY_H
#define EXPIRY_H

#include "loop/base.h"

/* Most timers that one call of expire returns. All calls come before any callback runs. */
#define EXPIRE_BATCH 64

/* Activates all events that are due, up to the timers' `budget`. Their callbacks run later. */
void timeouts_process(struct event_base *base);

/* Activates an event whose timer has expired, and is no longer in the set or in its queue. */
void timeout_expired(struct event_base *base, struct event *event);

/*
 * Arms a persistent event for its next period, before its callback. If there is no room and no
 * memory, logs that, and the event does not expire again.
 */
void timeout_rearm(struct event_base *base, struct event *event);

#endif
