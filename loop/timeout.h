/*
 * timeout.h - the timeout of an event: reserving room, arming, re-arming, removing
 *
 * A pending timeout is either ordinary or common. The timer of an ordinary timeout is in the base's
 * set. The timer of a common timeout is in the queue of its duration (common_timeout.h), and the
 * set has one timer for the whole queue, the queue's representative.
 *
 * The files that add, delete, activate and expire events call these functions. The functions that
 * arm an event or remove its timeout also count the event, but not a representative. timeout_add,
 * timeout_arm and timeout_arm_common also wake a loop that would sleep past the deadline. The
 * caller holds the base's lock.
 */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include "loop/base.h"

/*
 * ev_period is the period of a persistent event in ns, less than 2^63 ns (292 years). If the event
 * was added to a common queue, ev_period instead holds the queue's number (the low 16 bits) and the
 * duration in us, and its top bit is set. So a re-arm finds the same queue. The duration is needed
 * if the event moves to another base, which has other queues.
 */
#define PERIOD_OF_QUEUE	     (UINT64_C(1) << 63)
#define PERIOD_QUEUE_BITS    16
#define PERIOD_DURATION_MOST ((UINT64_C(1) << (63 - PERIOD_QUEUE_BITS)) - 1) /* us: 4 years */

/* Makes ev_period a plain period in ns. For an idle event that moves to another base. */
void timeout_leave_base(struct event *event);

/*
 * An add first reserves and then commits. timeout_reserve (timeout_inline.h) makes room for one
 * timeout of this event. It returns 0, or -ENOMEM with nothing changed. After success timeout_add
 * cannot fail. timeout_add arms or re-arms the event, and removes it from its active queue if its
 * old timeout has made it active. timeout_reserve_slowly is only for timeout_reserve.
 */
int timeout_reserve_slowly(struct event_base *base, const struct event *event,
			   const struct timeval *timeout);
void timeout_add(struct event_base *base, struct event *event, const struct timeval *timeout);

/*
 * Arm or re-arm an event. timeout_arm gives it an ordinary timeout, for which there must be room.
 * timeout_arm_common gives it a place in the common queue with this number. Times are in ns.
 */
void timeout_arm(struct event_base *base, struct event *event, uint64_t deadline,
		 uint64_t interval);
void timeout_arm_common(struct event_base *base, struct event *event, uint16_t queue,
			uint64_t deadline);

/*
 * Arms or re-arms a queue's representative at the deadline of the queue's first event. The queue
 * must not be empty. Cannot fail.
 */
void timeout_arm_representative(struct event_base *base, struct common_queue *queue);

/*
 * timeout_keep_room keeps room in the set for the next period of a persistent event that becomes
 * active and is not armed, so that calling the event needs no memory. If there is no room and no
 * memory, it keeps none, and timeout_rearm (expiry.h) tries again. timeout_drop_room releases the
 * kept room, if there is any.
 */
void timeout_keep_room(struct event_base *base, struct event *event);
void timeout_drop_room(struct event_base *base, struct event *event);

/* Removes the timeout of an armed event. */
void timeout_remove(struct event_base *base, struct event *event);

#endif
