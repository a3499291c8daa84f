/*
 * base.h - struct event_base
 *
 * A base consists of parts: timers, time, common timeouts, active queues, descriptors, signals,
 * wake-ups, watchers. Each part has a struct, a header and mostly a file of its own, which know no
 * base. The files above this one put the parts together. They alone count events and wake the loop.
 *
 * The caller of a part's function must hold the base's lock. So must the caller of a function whose
 * name ends in _locked.
 */
#ifndef BASE_H
#define BASE_H

#include "loop/event_members.h" /* first: event_struct.h declares ev_timer only after timer.h */

#include <sys/queue.h>

#include <event2/event.h>

#include "loop/active.h"
#include "loop/clock.h"
#include "loop/common_timeout.h"
#include "loop/event_count.h"
#include "loop/io_map.h"
#include "loop/lock.h"
#include "loop/notify.h"
#include "loop/signals.h"
#include "loop/timers.h"
#include "loop/watcher_list.h"

struct event_base {
	void *lock; /* NULL: the base is not shared between threads */
	int flags;  /* EVENT_BASE_FLAG_ bits */

	/* Fields that arming a timer uses. */
	struct timers timers;
	struct loop_time time;
	struct event_count added;	  /* one for each: map, timer, active queue */
	struct event_count active_events; /* with the loop's own events */
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

	struct io_map io; /* also has the backend */
	struct signal_map signals;
	struct event *signal_reader; /* the loop's own event on the pipe of the signals, or NULL */
	struct notify notify;
	struct event *notify_reader; /* the loop's own event on the eventfd, or NULL */
	struct watchers watchers;
	LIST_HEAD(once_list, once_event) once; /* made by event_base_once, not yet run */
	struct event_base_statistics statistics;
};

/* The current base of event_compat.h: the base that event_init made last. */
extern struct event_base *current_base;

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

#endif
