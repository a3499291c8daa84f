/*
 * base.h - struct event_base
 *
 * A base consists of parts: the timer structure (timers.h), time (clock.h), common timeouts
 * (common_timeout.h), active queues (active.h), descriptors (io_map.h), signals (signals.h),
 * wake-ups (notify.h) and watchers (watcher_list.h). The functions of a part get the part and not
 * the base. Only the files that include base.h combine the parts, count events (event_count.h) and
 * wake the loop.
 *
 * The caller of a part's function must hold the base's lock, unless the function's comment says
 * otherwise. The caller of a function whose name ends in _locked must hold the lock, too. A base
 * that is being made or destroyed needs no lock, because no other thread may use it.
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
	void *lock; /* NULL if the base is not shared between threads */
	int flags;  /* EVENT_BASE_FLAG_ bits */

	/* Fields that arming a timer uses. */
	struct timers timers;
	struct loop_time time;
	struct event_count added;	   /* one for each: map, timer, active queue */
	struct event_count active_events;  /* includes the loop's own events */
	struct event_count virtual_events; /* always 0: this loop has none */
	struct common_timeouts common;

	/* The state of the loop. loopcontinue, loopbreak and loopexit set the last three flags. */
	bool running, continued, broken, exited;
	unsigned long thread;  /* the thread that runs the loop */
	uint64_t asleep_until; /* during a wait: the time at which it ends, in ns; else 0 */
	struct active_queues active;
	struct event_callback *running_callback;
	int signal_calls_left; /* how often a running signal callback will be called again */
	unsigned long calls;   /* calls of callbacks so far, including the running call */
	void *callback_done;   /* the condition that running_callback has returned, or NULL */
	int callback_waiters;  /* threads that wait for callback_done */

	struct io_map io; /* also holds the backend */
	struct signal_map signals;
	struct event *signal_reader; /* the loop's own event on the pipe of the signals, or NULL */
	struct notify notify;
	struct event *notify_reader; /* the loop's own event on the eventfd, or NULL */
	struct watchers watchers;
	LIST_HEAD(once_list, once_event) once; /* of event_base_once, not finished */
	struct event_base_statistics statistics;
};

/* The current base of event_compat.h: the base that event_init made last, or NULL. */
extern struct event_base *current_base;

/* Do the same as base_lock and base_unlock, but inline, for hot paths. Most bases have no lock. */
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
