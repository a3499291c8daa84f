/*
 * base.h - struct event_base, and what the files of the loop share
 *
 * A base consists of parts, each with a struct and a header of its own: timeouts, common timeouts,
 * active queues, descriptors, signals, wake-ups, time, watchers. The caller of a function whose
 * name ends in _locked must hold the base's lock. The same is true of all functions in those
 * headers.
 */
#ifndef BASE_H
#define BASE_H

#include "structures/timer.h" /* first: event_struct.h declares ev_timer only after it */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>

#include "loop/active.h"
#include "loop/backend.h"
#include "loop/clock.h"
#include "loop/common_timeout.h"
#include "loop/config.h"
#include "loop/debug.h"
#include "loop/event_internal.h"
#include "loop/io_map.h"
#include "loop/lock.h"
#include "loop/log.h"
#include "loop/memory.h"
#include "loop/notify.h"
#include "loop/signals.h"
#include "loop/timeout.h"
#include "loop/watchers.h"

/* The present number and the largest so far. Only active_events counts the loop's own events. */
struct event_count {
	int now, most;
};

struct event_base {
	void *lock; /* NULL: the base is not shared between threads */
	int flags;  /* EVENT_BASE_FLAG_ bits */

	/* Fields that arming a timer uses. */
	struct timeouts timeouts;
	struct loop_time time;
	struct event_count added; /* one for each: map, timer, active queue */
	struct event_count active_events;
	struct event_count virtual_events;
	struct common_timeouts common;

	/* The state of the running loop. */
	bool running, continued, broken, exited; /* by loopcontinue, loopbreak, loopexit */
	unsigned long thread;			 /* the thread that runs the loop */
	uint64_t asleep_until; /* during a wait: the deadline that ends it; else 0 */
	struct active_queues active;
	struct event_callback *running_callback;
	int signal_calls_left; /* of a running signal callback: calls still to make */
	unsigned long calls;   /* number of calls so far, with the running one */
	void *callback_done;   /* condition: running_callback has returned */
	int callback_waiters;

	const struct backend *backend;
	void *backend_state;
	bool ending; /* the base is being freed: the backend need not be told of changes */
	struct io_map io;
	struct signal_map signals;
	struct notify notify;
	struct watchers watchers;
	struct once_event *once; /* made by event_base_once, not yet run */
	struct event_base_statistics statistics;
};

_Static_assert(sizeof(struct event) == 128, "struct event is 128 bytes");
_Static_assert(offsetof(struct event, ev_evcallback.evcb_flags) == 16, "flags at 16");
_Static_assert(offsetof(struct event, ev_evcallback.evcb_pri) == 18, "priority at 18");
_Static_assert(offsetof(struct event, ev_evcallback.evcb_ncalls) == 20, "calls at 20");
_Static_assert(offsetof(struct event, ev_evcallback.evcb_arg) == 32, "argument at 32");
_Static_assert(offsetof(struct event, ev_io_next) == 40, "list at 40");
_Static_assert(offsetof(struct event, ev_fd) == 56, "descriptor at 56");
_Static_assert(offsetof(struct event, ev_aside) == 60, "bits put aside at 60");
_Static_assert(offsetof(struct event, ev_base) == 64, "base at 64");
_Static_assert(offsetof(struct event, ev_timer) == 72, "timer at 72");
_Static_assert(offsetof(struct event, ev_events) == 104, "events at 104");
_Static_assert(offsetof(struct event, ev_res) == 106, "result at 106");
_Static_assert(offsetof(struct event, ev_period) == 120, "period at 120");

/* The current base of event_compat.h: the base that event_init made last. */
extern struct event_base *current_base;

/*
 * The base whose loop runs in this thread, if that base has no lock and debug mode is off.
 * Otherwise an address that belongs to no base. Never NULL.
 */
extern _Thread_local struct event_base *base_at_hand __attribute__((tls_model("initial-exec")));

/*
 * Stores base_at_hand in *base, and returns whether it is the event's base. If so, this one
 * comparison has shown that the event has a base, that the base needs no lock, and that debug mode
 * is off. Also, *base does not depend on the event's memory. Only the branch does, and the
 * processor predicts it. So the instructions that follow need not wait for the event's memory. With
 * a million timers, that wait is most of the cost of an add. (Once the compiler knows that the two
 * pointers are equal, it may use the one from the event. The asm prevents that.)
 */
static inline bool event_base_at_hand(const struct event *event, struct event_base **base)
{
	struct event_base *guess = base_at_hand;

	*base = guess;
	__asm__("" : "+r"(*base));
	return __builtin_expect(event->ev_base == guess, 1);
}

static inline void count_one(struct event_count *count)
{
	if (++count->now > count->most)
		count->most = count->now;
}

static inline void count_up(struct event_count *count, const struct event_callback *callback)
{
	if (!(callback->evcb_flags & EVLIST_INTERNAL))
		count_one(count);
}

static inline void count_down(struct event_count *count, const struct event_callback *callback)
{
	if (!(callback->evcb_flags & EVLIST_INTERNAL))
		count->now--;
}

/* Flags of an event that is pending or active: the loop holds pointers to its memory. */
#define EVLIST_STANDING (EVLIST_TIMEOUT | EVLIST_INSERTED | EVLIST_ACTIVE | EVLIST_ACTIVE_LATER)

/* If the signal event's callback is running, cancels the calls that are still to be made. */
static inline void event_abort_calls(struct event_base *base, const struct event *event)
{
	if (base->running_callback == &event->ev_evcallback)
		base->signal_calls_left = 0;
}

static inline struct event *event_of_callback(struct event_callback *callback)
{
	return (struct event *)callback; /* the first member */
}

static inline struct event *event_of_timer(struct timer *timer)
{
	return (struct event *)((char *)timer - offsetof(struct event, ev_timer));
}

/*
 * event_asked returns the EV_ bits that the program asked for; event_result returns the bits that
 * made the event active. While the timer is armed, both are in ev_aside (event_struct.h).
 */
static inline short event_asked(const struct event *event)
{
	return event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT ? event->ev_aside.events
								: event->ev_events;
}

static inline short event_result(const struct event *event)
{
	return event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT ? event->ev_aside.result
								: event->ev_res;
}

static inline void event_set_result(struct event *event, short result)
{
	if (event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT)
		event->ev_aside.result = result;
	else
		event->ev_res = result;
}

/* base_lock and base_unlock inline, for hot paths. Most bases have no lock. */
static inline void base_enter(struct event_base *base)
{
	if (__builtin_expect(!!base->lock, 0))
		lock_acquire(base->lock);
}

static inline void base_leave(struct event_base *base)
{
	if (__builtin_expect(!!base->lock, 0))
		lock_release(base->lock);
}

/* The time from which a relative timeout counts. */
static inline uint64_t time_origin(struct event_base *base)
{
	return base->time.origin(base);
}

/* The queue of a timeval from event_base_init_common_timeout, as 1 + index, or 0. */
static inline uint16_t timeout_queue(const struct event_base *base, const struct timeval *timeout)
{
	uint32_t low = (uint32_t)timeout->tv_usec;
	uint32_t index = (low & COMMON_INDEX_MASK) >> COMMON_INDEX_SHIFT;

	if ((low & COMMON_MARK_MASK) != COMMON_MARK || index >= base->common.count)
		return 0;
	return (uint16_t)(index + 1);
}

/* Room for all ordinary timers and one more, for kept periods, and for the representatives. */
static inline size_t timeouts_needed(const struct event_base *base)
{
	return base->timeouts.ordinary + 1 + base->timeouts.kept + base->common.count;
}

/* Whether timeout_keep_room keeps room for the next period of this event, which is not armed. */
static inline bool keeps_room(const struct event *event)
{
	return event->ev_evcallback.evcb_closure == CLOSURE_PERSIST &&
	       event->ev_evcallback.evcb_ncalls;
}

static inline void timeouts_shrink(struct event_base *base)
{
	if (__builtin_expect(base->timeouts.room >= 4 * timeouts_needed(base), 0) &&
	    base->timeouts.room > TIMEOUTS_ROOM)
		timeouts_shrink_slowly(base);
}

static inline int timeout_reserve(struct event_base *base, const struct event *event,
				  const struct timeval *timeout)
{
	if (__builtin_expect(base->timeouts.ordinary < base->timeouts.limit, 1))
		return 0;
	return timeout_reserve_slowly(base, event, timeout);
}

static inline void notify_loop(struct event_base *base)
{
	if (base->lock)
		notify_other(base);
}

static inline void notify_deadline(struct event_base *base, uint64_t deadline)
{
	if (base->lock)
		notify_other_of_deadline(base, deadline);
}

/* Frees the events of event_base_once that have not run. once.c */
void once_free_all(struct event_base *base);

#endif
