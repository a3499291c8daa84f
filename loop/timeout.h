/*
 * timeout.h - events with a timeout: from timeval to structure and back
 *
 * The loop knows the contract (structures/timer.h) and no structure. Every pending timeout is
 * either a timer in the base's set, or stands in a queue of its duration (common_timeout.h) whose
 * representative is one.
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

/* What the loop hands over at once, as libevent's heap is emptied: before any callback runs. */
#define EXPIRE_BATCH 64

/* Timers that room is made for at least. */
#define TIMEOUTS_ROOM 64

struct timeouts {
	const struct timer_structure *structure;
	struct timer_set *set;
	size_t ordinary; /* events whose timer is in the set; representatives are not counted */
	size_t room;	 /* timers that reserve has made room for */
	size_t kept;	 /* room kept for periods that go on when their events are called */
	size_t limit;	 /* of `ordinary`: the room less `kept` and one for each queue */
	size_t budget;	 /* most timers that one iteration expires; 0: all that are due */
	bool reinsert;	 /* re-adds move the timer in place */
	char name[128];	 /* of the structure, with its options */
};

/* Makes the set; -errno, and a warning, for a structure that cannot be had. */
int timeouts_init(struct event_base *base, const char *structure);
void timeouts_free(struct event_base *base);

/*
 * Reserve, then commit: timeout_reserve (base.h) makes room for this timeout of this event; 0 or
 * -ENOMEM with nothing changed. After it, timeout_add cannot fail: it arms the event anew, the last
 * timeout wins, and wakes a loop that would sleep past it.
 */
int timeout_reserve_slowly(struct event_base *base, const struct event *event,
			   const struct timeval *timeout);
int timeout_grow(struct event_base *base);

/*
 * Asked in each iteration: when a quarter of the room would do, it becomes what twice as many
 * timers need, and the structure gives back of its memory what it can. Not with the flag
 * LIBEVENT_2_1: libevent's heap never shrinks.
 */
void timeouts_shrink_slowly(struct event_base *base);
void timeout_add(struct event_base *base, struct event *event, const struct timeval *timeout);
/* An event that stands nowhere goes to another base: its period names no queue any more. */
void timeout_leave_base(struct event *event);

/*
 * A persistent event is active and not armed: keeps room for its next period, so that nothing has
 * to be allocated when the event is called. Where there is no room and no memory, timeout_rearm
 * tries again, and logs it if the period ends for want of memory. timeout_drop_room gives it up.
 */
void timeout_keep_room(struct event_base *base, struct event *event);
void timeout_drop_room(struct event_base *base, struct event *event);

/* A persistent event is about to be called: arms it for its next period. */
void timeout_rearm(struct event_base *base, struct event *event);

void timeout_remove(struct event_base *base, struct event *event);

/* A queue's representative (common_timeout.h): armed at an absolute time, never fails. */
void timeout_arm_representative(struct event_base *base, struct event *event, uint64_t deadline);

/* When the loop has to be awake again; TIMER_NEVER without timeouts. */
uint64_t timeouts_next(struct event_base *base);

/* Makes active all events whose timeout has expired by now; none of their callbacks runs yet. */
void timeouts_process(struct event_base *base);

/* An event's timeout has come: its timer is out of the set, or of its queue. */
void timeout_expired(struct event_base *base, struct event *event);

/* NULL, or what is broken. */
const char *timeouts_check(struct event_base *base);

#endif
