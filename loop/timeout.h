/*
 * timeout.h - the timeout of an event: reserving room, arming, re-arming, removing
 *
 * A pending timeout is either a timer in the base's set, or an entry of the queue for its duration
 * (common_timeout.h). The set then has a timer for the queue, its representative. The functions
 * that arm an event or remove its timeout count the event. The functions that arm it also wake a
 * loop that would sleep past the deadline. The caller holds the base's lock.
 */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include "loop/base.h"

/*
 * The period of a persistent event in ns. If the event was added to a common queue, the period has
 * the queue's number and the duration in us instead, so that a re-arm goes to the same queue. The
 * top bit marks this form, since no period is 292 years (2^63 ns) long. The duration is needed if
 * the event moves to another base, which has other queues.
 */
#define PERIOD_OF_QUEUE	     (UINT64_C(1) << 63)
#define PERIOD_QUEUE_BITS    16
#define PERIOD_DURATION_MOST ((UINT64_C(1) << (63 - PERIOD_QUEUE_BITS)) - 1) /* us: 4 years */

/* For an idle event that moves to another base: its period no longer names a queue. */
void timeout_leave_base(struct event *event);

/*
 * Reserve, then commit. timeout_reserve (timeout_inline.h) makes room for one timeout of this
 * event. It returns 0, or -ENOMEM with nothing changed. After success timeout_add cannot fail. It
 * arms or re-arms the event; the last timeout counts.
 */
int timeout_reserve_slowly(struct event_base *base, const struct event *event,
			   const struct timeval *timeout);
void timeout_add(struct event_base *base, struct event *event, const struct timeval *timeout);

/*
 * Arm an event, whatever timeout it had: at this deadline, for which there must be room, or as the
 * last of a common queue.
 */
void timeout_arm(struct event_base *base, struct event *event, uint64_t deadline,
		 uint64_t interval);
void timeout_arm_common(struct event_base *base, struct event *event, uint16_t queue,
			uint64_t deadline);

/* Arms a queue's representative at the deadline of the queue's first event. Cannot fail. */
void timeout_arm_representative(struct event_base *base, struct common_queue *queue);

/*
 * timeout_keep_room keeps room for the next period of a persistent event that is active and not
 * armed, so that calling the event needs no memory. If there is no room and no memory,
 * timeout_rearm (expiry.h) tries again. timeout_drop_room gives the kept room up.
 */
void timeout_keep_room(struct event_base *base, struct event *event);
void timeout_drop_room(struct event_base *base, struct event *event);

void timeout_remove(struct event_base *base, struct event *event);

#endif
