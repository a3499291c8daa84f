/*
 * timeout.h - timeouts of events, between struct timeval and the timer structure
 *
 * The loop uses timer structures only through structures/timer.h. A pending timeout is either a
 * timer in the base's set, or an entry of the queue for its duration (common_timeout.h). The set
 * then has a timer for the queue, its representative.
 */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/timer.h"

struct event;
struct event_base;
struct timeval;

/* Most timers that one call of expire returns. All calls come before any callback runs. */
#define EXPIRE_BATCH 64

/* The least number of timers to reserve room for. */
#define TIMEOUTS_ROOM 64

struct timeouts {
	const struct timer_structure *structure;
	struct timer_set *set;
	size_t ordinary; /* events whose timer is in the set, without representatives */
	size_t room;	 /* timers that the structure has reserved room for */
	size_t kept;	 /* room kept for the next periods of active events */
	size_t limit;	 /* most ordinary timers: `room` less `kept`, less one for each queue */
	size_t budget;	 /* most timers that expire in one iteration; 0: all due */
	bool reinsert;	 /* a re-add moves the timer in place */
	char name[128];	 /* the structure's, with its options */
};

/* Creates the set. For an invalid structure, logs a warning and returns -errno. */
int timeouts_init(struct event_base *base, const char *structure);
void timeouts_free(struct event_base *base);

/*
 * Reserve, then commit. timeout_reserve (base.h) makes room for one timeout of this event. It
 * returns 0, or -ENOMEM with nothing changed. After success timeout_add cannot fail. It arms or
 * re-arms the event; the last timeout counts. It wakes a loop that would sleep past the deadline.
 */
int timeout_reserve_slowly(struct event_base *base, const struct event *event,
			   const struct timeval *timeout);
int timeout_grow(struct event_base *base);

/*
 * Called in an iteration when the timers need a quarter of the room or less. Reserves room for
 * twice the timers that there are (TIMEOUTS_ROOM at least), so that the structure can give memory
 * back. Does nothing with EVENT_BASE_FLAG_LIBEVENT_2_1, since libevent's heap never shrinks.
 */
void timeouts_shrink_slowly(struct event_base *base);
void timeout_add(struct event_base *base, struct event *event, const struct timeval *timeout);
/* For an idle event that moves to another base: its period no longer names a queue. */
void timeout_leave_base(struct event *event);

/*
 * timeout_keep_room keeps room for the next period of a persistent event that is active and not
 * armed, so that calling the event needs no memory. If there is no room and no memory,
 * timeout_rearm tries again. If that fails as well, it logs the failure, and the event does not
 * expire again. timeout_drop_room gives the kept room up.
 */
void timeout_keep_room(struct event_base *base, struct event *event);
void timeout_drop_room(struct event_base *base, struct event *event);

/* Arms a persistent event for its next period, before its callback. */
void timeout_rearm(struct event_base *base, struct event *event);

void timeout_remove(struct event_base *base, struct event *event);

/* Arms a queue's representative (common_timeout.h) at an absolute time. Cannot fail. */
void timeout_arm_representative(struct event_base *base, struct event *event, uint64_t deadline);

/* The time at which the loop must be awake; TIMER_NEVER without timeouts. */
uint64_t timeouts_next(struct event_base *base);

/* Activates all events that are due, up to `budget`. Their callbacks run later. */
void timeouts_process(struct event_base *base);

/* Activates an event whose timer has expired, and is no longer in the set or in its queue. */
void timeout_expired(struct event_base *base, struct event *event);

/* NULL, or a text that names the broken invariant. */
const char *timeouts_check(struct event_base *base);

#endif
