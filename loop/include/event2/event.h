/*
 * event.h - an event loop with libevent 2.1's core interface
 *
 * A program makes a base, assigns events to it, adds them, and dispatches: the base then sleeps
 * until a descriptor is ready, a signal arrives or a timeout expires, and calls back. Names,
 * constants, encodings and return values are libevent's, so that a program written for its core
 * compiles with other include and link flags and nothing else changed. What this loop has beyond
 * that (any timer structure, any backend, simulated time) is at the end of the file.
 *
 * RETURNS. Unless it says otherwise, 0 is success and -1 failure, and a failed call has changed
 * nothing.
 *
 * OWNERSHIP. Events are the caller's memory; a base keeps pointers to those that are pending or
 * active. Freeing a base deletes its events and does not free them. Inside a callback any event may
 * be added, deleted or freed, the running one included.
 *
 * THREADS. A base belongs to one thread, unless evthread_use_pthreads() (thread.h) was called
 * before it was made; then every function here may be called by any thread, and a base asleep in
 * another one is woken when that is needed.
 *
 * COST. Adding, re-adding and deleting a timeout cost what the timer structure says (`timerbed
 * explain NAME`); everything else about an event is O(1).
 */
#ifndef EVENT2_EVENT_H
#define EVENT2_EVENT_H

#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/types.h>

#include <event2/event-config.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event;
struct event_base;
struct event_config;

/* ------------------------------------------------------------------------------------- making */

/* A base with the defaults and what the environment says. NULL on failure. */
EVENT2_EXPORT_SYMBOL
struct event_base *event_base_new(void);

/* A base as configured, or NULL. The configuration stays the caller's and may be freed at once. */
EVENT2_EXPORT_SYMBOL
struct event_base *event_base_new_with_config(const struct event_config *config);

/*
 * Ends a base: deletes its events, runs finalizers that are waiting, frees what event_base_once
 * made. NULL is the current base of event_compat.h. The second does not run finalizers.
 */
EVENT2_EXPORT_SYMBOL
void event_base_free(struct event_base *base);
EVENT2_EXPORT_SYMBOL
void event_base_free_nofinalize(struct event_base *base);

/* In the child after a fork: makes the kernel objects anew. Until then only _free is allowed. */
EVENT2_EXPORT_SYMBOL
int event_reinit(struct event_base *base);

/* The backend's name; all names there are, NULL-terminated and static. */
EVENT2_EXPORT_SYMBOL
const char *event_base_get_method(const struct event_base *base);
EVENT2_EXPORT_SYMBOL
const char **event_get_supported_methods(void);

enum event_method_feature {
	EV_FEATURE_ET = 0x01,	       /* edge-triggered events */
	EV_FEATURE_O1 = 0x02,	       /* adding, deleting and reporting in O(1) */
	EV_FEATURE_FDS = 0x04,	       /* any descriptor, plain files included */
	EV_FEATURE_EARLY_CLOSE = 0x08, /* EV_CLOSED without reading */
};

/* Bits of event_method_feature. */
EVENT2_EXPORT_SYMBOL
int event_base_get_features(const struct event_base *base);

/* ------------------------------------------------------------------------------- configuration */

enum event_base_config_flag {
	EVENT_BASE_FLAG_NOLOCK = 0x01,	      /* no locks, even if there are threads */
	EVENT_BASE_FLAG_IGNORE_ENV = 0x02,    /* don't look at EVENT_* in the environment */
	EVENT_BASE_FLAG_STARTUP_IOCP = 0x04,  /* without meaning here */
	EVENT_BASE_FLAG_NO_CACHE_TIME = 0x08, /* read the clock whenever the time is asked for */
	EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST = 0x10, /* accepted; changes are made at once */
	EVENT_BASE_FLAG_PRECISE_TIMER = 0x20,	     /* the precise clock, whatever else says */
	/* Beyond libevent 2.1: */
	EVENT_BASE_FLAG_COARSE_TIMER = 0x10000, /* the clock of the kernel's tick: cheaper, later */
	EVENT_BASE_FLAG_LIBEVENT_2_1 = 0x20000, /* as libevent does where this loop deviates */
	EVENT_BASE_FLAG_TIMER_REINSERT = 0x40000, /* re-adds move a timer in place */
};

EVENT2_EXPORT_SYMBOL
struct event_config *event_config_new(void);
EVENT2_EXPORT_SYMBOL
void event_config_free(struct event_config *config);

/* Not this backend; may be called for several. */
EVENT2_EXPORT_SYMBOL
int event_config_avoid_method(struct event_config *config, const char *method);

/* Only a backend with all of these event_method_feature bits. The last call counts. */
EVENT2_EXPORT_SYMBOL
int event_config_require_features(struct event_config *config, int features);

/* Adds event_base_config_flag bits. */
EVENT2_EXPORT_SYMBOL
int event_config_set_flag(struct event_config *config, int flag);

/* How many CPUs there are; kept and not used, as in libevent outside of Windows. */
EVENT2_EXPORT_SYMBOL
int event_config_set_num_cpus_hint(struct event_config *config, int cpus);

/*
 * Looks for new events after at most max_interval (NULL: no limit) or max_callbacks (negative: no
 * limit) spent on callbacks of priorities min_priority and above in number.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_max_dispatch_interval(struct event_config *config,
					   const struct timeval *max_interval, int max_callbacks,
					   int min_priority);

/* --------------------------------------------------------------------------------- dispatching */

#define EVLOOP_ONCE		0x01 /* until something has run */
#define EVLOOP_NONBLOCK		0x02 /* what is ready now */
#define EVLOOP_NO_EXIT_ON_EMPTY 0x04 /* go on without events, for other threads to add some */

/*
 * Runs the loop: 0 when told to stop or when the flags say so, 1 when there is nothing to wait for,
 * -1 when the backend failed or the loop is already running. event_base_dispatch is _loop with 0.
 */
EVENT2_EXPORT_SYMBOL
int event_base_loop(struct event_base *base, int flags);
EVENT2_EXPORT_SYMBOL
int event_base_dispatch(struct event_base *base);

/*
 * Stops the loop: _loopexit after a time (NULL: now) and once the active events have run;
 * _loopbreak after the running callback. _loopcontinue starts the next iteration after it.
 */
EVENT2_EXPORT_SYMBOL
int event_base_loopexit(struct event_base *base, const struct timeval *after);
EVENT2_EXPORT_SYMBOL
int event_base_loopbreak(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_base_loopcontinue(struct event_base *base);

/* Whether the latest run was ended by _loopexit, or by _loopbreak. */
EVENT2_EXPORT_SYMBOL
int event_base_got_exit(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_base_got_break(struct event_base *base);

/* -------------------------------------------------------------------------------------- events */

#define EV_TIMEOUT  0x01
#define EV_READ	    0x02
#define EV_WRITE    0x04
#define EV_SIGNAL   0x08 /* the descriptor is a signal's number */
#define EV_PERSIST  0x10 /* stays pending after it has run, and its timeout starts anew */
#define EV_ET	    0x20 /* edge-triggered, where the backend can */
#define EV_FINALIZE 0x40 /* event_del does not wait for a callback in another thread */
#define EV_CLOSED   0x80 /* the peer has closed its end */

typedef void (*event_callback_fn)(evutil_socket_t fd, short what, void *arg);

/*
 * Prepares an event, which must not be pending or active: callback is called with the descriptor,
 * what happened (EV_ bits), and arg. fd is -1 for timers. NULL as base is the current base.
 */
EVENT2_EXPORT_SYMBOL
int event_assign(struct event *event, struct event_base *base, evutil_socket_t fd, short events,
		 event_callback_fn callback, void *arg);

/*
 * The same in memory from the heap, NULL on failure. event_free deletes the event as event_del
 * does, once more if its callback has added it meanwhile, and frees the memory.
 */
EVENT2_EXPORT_SYMBOL
struct event *event_new(struct event_base *base, evutil_socket_t fd, short events,
			event_callback_fn callback, void *arg);
EVENT2_EXPORT_SYMBOL
void event_free(struct event *event);

/* As arg of event_assign, _new and _base_once: the event itself. */
EVENT2_EXPORT_SYMBOL
void *event_self_cbarg(void);

/*
 * Makes an event pending. A timeout (relative) makes it a timer, too; the last one given counts,
 * NULL leaves one that is there alone. A timeout that comes from event_base_init_common_timeout
 * goes by that queue. Without memory or when the backend refuses: -1, and nothing has changed.
 */
EVENT2_EXPORT_SYMBOL
int event_add(struct event *event, const struct timeval *timeout);

/* Takes the timeout away and leaves the rest pending. */
EVENT2_EXPORT_SYMBOL
int event_remove_timer(struct event *event);

/*
 * Makes an event neither pending nor active, then waits until a callback of the event that another
 * thread is running has returned. So the program may free what the callback uses, provided that the
 * callback does not add the event again. event_del does not wait for an event with EV_FINALIZE;
 * event_del_block always waits, event_del_noblock never. A callback may delete its own event.
 */
EVENT2_EXPORT_SYMBOL
int event_del(struct event *event);
EVENT2_EXPORT_SYMBOL
int event_del_noblock(struct event *event);
EVENT2_EXPORT_SYMBOL
int event_del_block(struct event *event);

/* Makes an event active as if `what` had happened; ncalls is for signals. */
EVENT2_EXPORT_SYMBOL
void event_active(struct event *event, int what, short ncalls);

/*
 * Which of `events` the event is pending or active for. With EV_TIMEOUT among the answer and
 * *timeout not NULL, that is when it is due, by the wall clock.
 */
EVENT2_EXPORT_SYMBOL
int event_pending(const struct event *event, short events, struct timeval *timeout);

/* Whether it was ever assigned. False for memory that is all zero. */
EVENT2_EXPORT_SYMBOL
int event_initialized(const struct event *event);

/*
 * Calls back once, for an event that the base owns and frees. Timeouts of NULL or zero run in the
 * order they came in.
 */
EVENT2_EXPORT_SYMBOL
int event_base_once(struct event_base *base, evutil_socket_t fd, short events,
		    event_callback_fn callback, void *arg, const struct timeval *timeout);

/* Deletes an event and, when no callback of it runs any more, calls back; _free_ also frees it. */
typedef void (*event_finalize_callback_fn)(struct event *event, void *arg);
EVENT2_EXPORT_SYMBOL
int event_finalize(unsigned flags, struct event *event, event_finalize_callback_fn callback);
EVENT2_EXPORT_SYMBOL
int event_free_finalize(unsigned flags, struct event *event, event_finalize_callback_fn callback);

/* Moves an assigned, idle event to another base. */
EVENT2_EXPORT_SYMBOL
int event_base_set(struct event_base *base, struct event *event);

#define event_get_signal(ev) ((int)event_get_fd(ev))
EVENT2_EXPORT_SYMBOL
evutil_socket_t event_get_fd(const struct event *event);
EVENT2_EXPORT_SYMBOL
struct event_base *event_get_base(const struct event *event);
EVENT2_EXPORT_SYMBOL
short event_get_events(const struct event *event);
EVENT2_EXPORT_SYMBOL
event_callback_fn event_get_callback(const struct event *event);
EVENT2_EXPORT_SYMBOL
void *event_get_callback_arg(const struct event *event);
EVENT2_EXPORT_SYMBOL
int event_get_priority(const struct event *event);
/* All of them at once; any out pointer may be NULL. */
EVENT2_EXPORT_SYMBOL
void event_get_assignment(const struct event *event, struct event_base **base, evutil_socket_t *fd,
			  short *events, event_callback_fn *callback, void **arg);
EVENT2_EXPORT_SYMBOL
size_t event_get_struct_event_size(void);

/* The event whose callback is running in the calling thread, or NULL. */
EVENT2_EXPORT_SYMBOL
struct event *event_base_get_running_event(struct event_base *base);

/* Timers, signals and events that only the program triggers, by shorter names. */
#define evtimer_assign(ev, b, cb, arg) event_assign((ev), (b), -1, 0, (cb), (arg))
#define evtimer_new(b, cb, arg)	       event_new((b), -1, 0, (cb), (arg))
#define evtimer_add(ev, tv)	       event_add((ev), (tv))
#define evtimer_del(ev)		       event_del(ev)
#define evtimer_pending(ev, tv)	       event_pending((ev), EV_TIMEOUT, (tv))
#define evtimer_initialized(ev)	       event_initialized(ev)

#define evsignal_assign(ev, b, x, cb, arg)                                                         \
	event_assign((ev), (b), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))
#define evsignal_new(b, x, cb, arg) event_new((b), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))
#define evsignal_add(ev, tv)	    event_add((ev), (tv))
#define evsignal_del(ev)	    event_del(ev)
#define evsignal_pending(ev, tv)    event_pending((ev), EV_SIGNAL, (tv))
#define evsignal_initialized(ev)    event_initialized(ev)

#define evuser_new(b, cb, arg) event_new((b), -1, 0, (cb), (arg))
#define evuser_del(ev)	       event_del(ev)
#define evuser_pending(ev, tv) event_pending((ev), 0, (tv))
#define evuser_initialized(ev) event_initialized(ev)
#define evuser_trigger(ev)     event_active((ev), 0, 0)

/* ---------------------------------------------------------------------------------- priorities */

#define EVENT_MAX_PRIORITIES 256

/* 1 to 255 priorities; 0 runs first, new events get the middle one. While nothing is active. */
EVENT2_EXPORT_SYMBOL
int event_base_priority_init(struct event_base *base, int priorities);
EVENT2_EXPORT_SYMBOL
int event_base_get_npriorities(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_priority_set(struct event *event, int priority);

/* ---------------------------------------------------------------------------------------- time */

/*
 * A timeout that many events share: adding one costs O(1), whatever the structure. The pointer is
 * the base's, and only good for events of that base: tv_usec carries the queue's number (20 bits of
 * microseconds, 8 of index, 4 of mark). NULL without memory or for the 257th.
 */
EVENT2_EXPORT_SYMBOL
const struct timeval *event_base_init_common_timeout(struct event_base *base,
						     const struct timeval *duration);

/* The wall clock as it was when the loop woke up; outside of callbacks, as it is. */
EVENT2_EXPORT_SYMBOL
int event_base_gettimeofday_cached(struct event_base *base, struct timeval *now);

/* Reads the clock again, inside a long callback. */
EVENT2_EXPORT_SYMBOL
int event_base_update_cache_time(struct event_base *base);

/* The clock that the base goes by, never cached. */
EVENT2_EXPORT_SYMBOL
int event_gettime_monotonic(struct event_base *base, struct timeval *now);

/* --------------------------------------------------------------------------------- looking in */

#define EVENT_BASE_COUNT_ACTIVE	 1U /* in an active queue */
#define EVENT_BASE_COUNT_VIRTUAL 2U /* what keeps the loop alive without being an event */
#define EVENT_BASE_COUNT_ADDED	 4U /* one each for descriptor or signal, timer, active */

/* Sum of the counts asked for, without the loop's own events; the most there were, `clear`ed. */
EVENT2_EXPORT_SYMBOL
int event_base_get_num_events(struct event_base *base, unsigned int counts);
EVENT2_EXPORT_SYMBOL
int event_base_get_max_events(struct event_base *base, unsigned int counts, int clear);

/* Visits pending and active events until the visitor returns non-zero, and returns that. It may
 * not change the base. */
typedef int (*event_base_foreach_event_cb)(const struct event_base *base, const struct event *event,
					   void *arg);
EVENT2_EXPORT_SYMBOL
int event_base_foreach_event(struct event_base *base, event_base_foreach_event_cb visit, void *arg);

/* Lists pending and active events, for people. */
EVENT2_EXPORT_SYMBOL
void event_base_dump_events(struct event_base *base, FILE *output);

/* Makes the events of a descriptor or signal active that wait for any of `events`. */
EVENT2_EXPORT_SYMBOL
void event_base_active_by_fd(struct event_base *base, evutil_socket_t fd, short events);
EVENT2_EXPORT_SYMBOL
void event_base_active_by_signal(struct event_base *base, int signal);

/* ------------------------------------------------------------------------------------ process */

#define EVENT_LOG_DEBUG	 0
#define EVENT_LOG_MSG	 1
#define EVENT_LOG_WARN	 2
#define EVENT_LOG_ERR	 3
#define _EVENT_LOG_DEBUG EVENT_LOG_DEBUG
#define _EVENT_LOG_MSG	 EVENT_LOG_MSG
#define _EVENT_LOG_WARN	 EVENT_LOG_WARN
#define _EVENT_LOG_ERR	 EVENT_LOG_ERR

/* Who gets log messages (NULL: stderr), and who is told before the process ends (NULL: exit(1)). */
typedef void (*event_log_cb)(int severity, const char *message);
EVENT2_EXPORT_SYMBOL
void event_set_log_callback(event_log_cb callback);
/* Called before the process ends: 1 on a failure; 0xdeaddead on misuse, which aborts. */
typedef void (*event_fatal_cb)(int error);
EVENT2_EXPORT_SYMBOL
void event_set_fatal_callback(event_fatal_cb callback);

#define EVENT_DBG_NONE 0
#define EVENT_DBG_ALL  0xffffffffu
EVENT2_EXPORT_SYMBOL
void event_enable_debug_logging(ev_uint32_t which);

/*
 * Debug mode, before any event or base is made: using an event that was never assigned, or
 * assigning one that is pending, ends the process with a message. event_debug_unassign forgets an
 * event that lives in memory about to go away.
 */
EVENT2_EXPORT_SYMBOL
void event_enable_debug_mode(void);
EVENT2_EXPORT_SYMBOL
void event_debug_unassign(struct event *event);

/* Other memory functions, before anything is allocated. NULLs are malloc, realloc and free. */
EVENT2_EXPORT_SYMBOL
void event_set_mem_functions(void *(*malloc_fn)(size_t), void *(*realloc_fn)(void *, size_t),
			     void (*free_fn)(void *));
#define EVENT_SET_MEM_FUNCTIONS_IMPLEMENTED

EVENT2_EXPORT_SYMBOL
const char *event_get_version(void);
EVENT2_EXPORT_SYMBOL
ev_uint32_t event_get_version_number(void);
#define LIBEVENT_VERSION	EVENT__VERSION
#define LIBEVENT_VERSION_NUMBER EVENT__NUMERIC_VERSION

/* Frees what the library keeps for the process, when no base is left: for leak checkers. */
EVENT2_EXPORT_SYMBOL
void libevent_global_shutdown(void);

/* ---------------------------------------------------------------------------- beyond libevent */

/*
 * The timer structure, by name and options: "quad-heap", "hierarchical-wheel:tick=1ms". -1 for one
 * that does not exist or cannot be made so. Without this call EVENT_TIMERS decides, or the default.
 * event_base_get_timer_structure says which it was.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_timer_structure(struct event_config *config, const char *structure);
EVENT2_EXPORT_SYMBOL
const char *event_base_get_timer_structure(const struct event_base *base);

/*
 * This backend and no other: with EVENT_METHOD, the one way to get `virtual`, which is never chosen
 * otherwise. No base is made if it lacks a required feature, is avoided, or is disabled by EVENT_NO
 * and its name in the environment.
 */
EVENT2_EXPORT_SYMBOL
int event_config_require_method(struct event_config *config, const char *method);

/*
 * At most this many timers expire before callbacks run (0: all that are due, as in libevent). A
 * budget keeps one iteration short; what is left over waits for the next.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_expiry_budget(struct event_config *config, size_t timers);

/*
 * Simulated time, for a base whose backend is `virtual`: the clock stands still but for waiting,
 * which costs nothing, and for this call, which is how a callback burns time. ns. -1 for another
 * backend.
 */
EVENT2_EXPORT_SYMBOL
int event_base_virtual_advance(struct event_base *base, uint64_t ns);
EVENT2_EXPORT_SYMBOL
int event_base_virtual_now(const struct event_base *base, uint64_t *ns);

/* How often the base has waited, and how often it woke up with nothing to do. */
struct event_base_statistics {
	uint64_t waits;	   /* calls of the backend */
	uint64_t spurious; /* of those, with a timeout and neither event nor timer due */
	uint64_t timers_expired;
	uint64_t wake_ups_sent; /* notifications from other threads */
};
EVENT2_EXPORT_SYMBOL
void event_base_get_statistics(const struct event_base *base,
			       struct event_base_statistics *statistics);

/* Bytes that the timer structure keeps beside the events. */
EVENT2_EXPORT_SYMBOL
size_t event_base_get_timer_footprint(struct event_base *base);

/*
 * Walks every invariant of the base: NULL, or the first that is broken. For tests; O(n) or worse.
 */
EVENT2_EXPORT_SYMBOL
const char *event_base_check(struct event_base *base);

#ifdef __cplusplus
}
#endif

#endif
