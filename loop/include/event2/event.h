/*
 * event.h - an event loop with libevent 2.1's core interface
 *
 * A program makes a base, assigns events to it, adds them, and dispatches. The base then sleeps
 * until a descriptor is ready, a signal arrives or a timeout expires, and runs callbacks. Names,
 * constants, encodings and return values are libevent's. So a program written for libevent's core
 * compiles with other include and link flags and no other change. The end of this file has what
 * libevent lacks: any timer structure, any backend, simulated time.
 *
 * RETURNS. Unless a comment says otherwise, 0 is success and -1 is failure, and a failed call
 * changes nothing.
 *
 * OWNERSHIP. The caller owns the memory of events. A base keeps pointers to its pending and active
 * events. Freeing a base deletes its events and does not free them. event_free uses the event's
 * base, so call it before the base is freed. A callback may add, delete or free any event, also its
 * own.
 *
 * THREADS. A base belongs to one thread, unless evthread_use_pthreads() (thread.h) was called
 * before the base was made. Then any thread may call any function here, and a call wakes a base
 * that sleeps in another thread if that is needed. There are three exceptions: event_assign,
 * event_free and event_priority_set must not be called for an event that another thread may be
 * using.
 *
 * COST. Adding, re-adding and deleting a timeout cost what the timer structure says (`timerbed
 * explain NAME`). All other operations on an event are O(1) in the loop; a backend without
 * EV_FEATURE_O1 may add to that.
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

/* Makes a base with the defaults and the environment's settings. NULL on failure. */
EVENT2_EXPORT_SYMBOL
struct event_base *event_base_new(void);

/* Makes a base with this configuration, which the caller may free at once. NULL on failure. */
EVENT2_EXPORT_SYMBOL
struct event_base *event_base_new_with_config(const struct event_config *config);

/*
 * Frees a base: deletes its events, runs pending finalizers, frees the events of event_base_once.
 * NULL is the current base of event_compat.h. event_base_free_nofinalize does not run finalizers.
 */
EVENT2_EXPORT_SYMBOL
void event_base_free(struct event_base *base);
EVENT2_EXPORT_SYMBOL
void event_base_free_nofinalize(struct event_base *base);

/* In the child of a fork: makes new kernel objects. Before, the child may only free the base. */
EVENT2_EXPORT_SYMBOL
int event_reinit(struct event_base *base);

/* The name of the base's backend; the names of all backends, static and terminated by NULL. */
EVENT2_EXPORT_SYMBOL
const char *event_base_get_method(const struct event_base *base);
EVENT2_EXPORT_SYMBOL
const char **event_get_supported_methods(void);

enum event_method_feature {
	EV_FEATURE_ET = 0x01,	       /* edge-triggered events */
	EV_FEATURE_O1 = 0x02,	       /* adding, deleting and reporting take O(1) */
	EV_FEATURE_FDS = 0x04,	       /* any descriptor, also of a plain file */
	EV_FEATURE_EARLY_CLOSE = 0x08, /* EV_CLOSED without reading */
};

/* Bits of event_method_feature. */
EVENT2_EXPORT_SYMBOL
int event_base_get_features(const struct event_base *base);

/* ------------------------------------------------------------------------------- configuration */

enum event_base_config_flag {
	EVENT_BASE_FLAG_NOLOCK = 0x01,	      /* no locks, even in a program with threads */
	EVENT_BASE_FLAG_IGNORE_ENV = 0x02,    /* ignore EVENT_* variables */
	EVENT_BASE_FLAG_STARTUP_IOCP = 0x04,  /* no effect here */
	EVENT_BASE_FLAG_NO_CACHE_TIME = 0x08, /* read the clock whenever the time is needed */
	EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST = 0x10, /* no effect: changes are made at once */
	EVENT_BASE_FLAG_PRECISE_TIMER = 0x20,	     /* the precise clock, whatever else is set */
	/* Beyond libevent 2.1: */
	EVENT_BASE_FLAG_COARSE_TIMER = 0x10000, /* the kernel's coarse clock: cheaper, later */
	EVENT_BASE_FLAG_LIBEVENT_2_1 = 0x20000, /* behave like libevent where this loop deviates */
	EVENT_BASE_FLAG_TIMER_REINSERT = 0x40000, /* a re-add moves the timer in place */
};

EVENT2_EXPORT_SYMBOL
struct event_config *event_config_new(void);
EVENT2_EXPORT_SYMBOL
void event_config_free(struct event_config *config);

/* Excludes a backend. May be called several times. */
EVENT2_EXPORT_SYMBOL
int event_config_avoid_method(struct event_config *config, const char *method);

/* Excludes backends that lack any of these event_method_feature bits. The last call counts. */
EVENT2_EXPORT_SYMBOL
int event_config_require_features(struct event_config *config, int features);

/* Adds event_base_config_flag bits. */
EVENT2_EXPORT_SYMBOL
int event_config_set_flag(struct event_config *config, int flag);

/* The number of CPUs, which is stored and not used, as in libevent outside Windows. */
EVENT2_EXPORT_SYMBOL
int event_config_set_num_cpus_hint(struct event_config *config, int cpus);

/*
 * Limits the callbacks that run before the loop polls again: to a time (NULL: no limit) and to a
 * number (negative: no limit). The limits apply to priorities from min_priority on.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_max_dispatch_interval(struct event_config *config,
					   const struct timeval *max_interval, int max_callbacks,
					   int min_priority);

/* --------------------------------------------------------------------------------- dispatching */

#define EVLOOP_ONCE		0x01 /* return when callbacks have run and no event is active */
#define EVLOOP_NONBLOCK		0x02 /* call what is ready, without waiting */
#define EVLOOP_NO_EXIT_ON_EMPTY 0x04 /* keep running without events: other threads may add some */

/*
 * Runs the loop. Returns 0 if stopped or because of the flags, 1 if there is nothing to wait for,
 * -1 if the backend fails or the loop is already running. event_base_dispatch is event_base_loop
 * with 0.
 */
EVENT2_EXPORT_SYMBOL
int event_base_loop(struct event_base *base, int flags);
EVENT2_EXPORT_SYMBOL
int event_base_dispatch(struct event_base *base);

/*
 * Stop the running loop. event_base_loopexit stops it after a time (NULL: now), at the end of the
 * iteration. event_base_loopbreak stops it after the running callback. event_base_loopcontinue does
 * not stop it, but starts the next iteration after the running callback.
 */
EVENT2_EXPORT_SYMBOL
int event_base_loopexit(struct event_base *base, const struct timeval *after);
EVENT2_EXPORT_SYMBOL
int event_base_loopbreak(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_base_loopcontinue(struct event_base *base);

/* Whether event_base_loopexit, or event_base_loopbreak, ended the last run. */
EVENT2_EXPORT_SYMBOL
int event_base_got_exit(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_base_got_break(struct event_base *base);

/* -------------------------------------------------------------------------------------- events */

#define EV_TIMEOUT  0x01
#define EV_READ	    0x02
#define EV_WRITE    0x04
#define EV_SIGNAL   0x08 /* the descriptor argument is the number of a signal */
#define EV_PERSIST  0x10 /* stays pending after a call, and its timeout starts again */
#define EV_ET	    0x20 /* edge-triggered, if the backend supports it */
#define EV_FINALIZE 0x40 /* event_del does not wait for a callback in another thread */
#define EV_CLOSED   0x80 /* the peer has closed its end */

typedef void (*event_callback_fn)(evutil_socket_t fd, short what, void *arg);

/*
 * Prepares an event, which must not be pending or active. The callback gets the descriptor, the EV_
 * bits that happened, and arg. fd is -1 for timers. If base is NULL, the current base is used.
 */
EVENT2_EXPORT_SYMBOL
int event_assign(struct event *event, struct event_base *base, evutil_socket_t fd, short events,
		 event_callback_fn callback, void *arg);

/*
 * event_new is event_assign with memory from the heap, or returns NULL. event_free deletes the
 * event like event_del and frees the memory. If the callback adds the event meanwhile, event_free
 * deletes it again.
 */
EVENT2_EXPORT_SYMBOL
struct event *event_new(struct event_base *base, evutil_socket_t fd, short events,
			event_callback_fn callback, void *arg);
EVENT2_EXPORT_SYMBOL
void event_free(struct event *event);

/* As arg of event_assign and event_new, stands for the event itself. */
EVENT2_EXPORT_SYMBOL
void *event_self_cbarg(void);

/*
 * Makes an event pending. A relative timeout also makes it a timer. The last timeout counts. NULL
 * leaves an earlier timeout as it is. A timeout from event_base_init_common_timeout uses the queue
 * of that duration. Returns -1 with nothing changed if there is no memory, or if the backend
 * refuses the descriptor.
 */
EVENT2_EXPORT_SYMBOL
int event_add(struct event *event, const struct timeval *timeout);

/* Removes the event's timeout. The event stays pending for its descriptor or signal. */
EVENT2_EXPORT_SYMBOL
int event_remove_timer(struct event *event);

/*
 * Makes an event neither pending nor active. If another thread is running the event's callback,
 * then waits until it has returned. So the program may free what the callback uses, unless the
 * callback adds the event again. event_del does not wait for an event with EV_FINALIZE;
 * event_del_block always waits; event_del_noblock never waits. A callback may delete its own event.
 */
EVENT2_EXPORT_SYMBOL
int event_del(struct event *event);
EVENT2_EXPORT_SYMBOL
int event_del_noblock(struct event *event);
EVENT2_EXPORT_SYMBOL
int event_del_block(struct event *event);

/* Makes an event active as if `what` had happened. For a signal event, ncalls says how often. */
EVENT2_EXPORT_SYMBOL
void event_active(struct event *event, int what, short ncalls);

/*
 * Returns which of the bits `events` the event is pending or active for. If that includes
 * EV_TIMEOUT because the event has a timeout, *timeout (unless NULL) becomes its deadline, by the
 * wall clock.
 */
EVENT2_EXPORT_SYMBOL
int event_pending(const struct event *event, short events, struct timeval *timeout);

/* Whether the event was ever assigned. False for memory that is all zero. */
EVENT2_EXPORT_SYMBOL
int event_initialized(const struct event *event);

/*
 * Calls a function once. The base owns and frees the event for this. Timeouts that are NULL or zero
 * run in the order of the calls.
 */
EVENT2_EXPORT_SYMBOL
int event_base_once(struct event_base *base, evutil_socket_t fd, short events,
		    event_callback_fn callback, void *arg, const struct timeval *timeout);

/*
 * Deletes an event. Then calls `callback`, when the event's own callback is not running and will
 * not run again. event_free_finalize also frees the event after that.
 */
typedef void (*event_finalize_callback_fn)(struct event *event, void *arg);
EVENT2_EXPORT_SYMBOL
int event_finalize(unsigned flags, struct event *event, event_finalize_callback_fn callback);
EVENT2_EXPORT_SYMBOL
int event_free_finalize(unsigned flags, struct event *event, event_finalize_callback_fn callback);

/* Moves an event that is neither pending nor active to another base. */
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
/* All of the above in one call. Each output pointer may be NULL. */
EVENT2_EXPORT_SYMBOL
void event_get_assignment(const struct event *event, struct event_base **base, evutil_socket_t *fd,
			  short *events, event_callback_fn *callback, void **arg);
EVENT2_EXPORT_SYMBOL
size_t event_get_struct_event_size(void);

/* The event whose callback is running in the calling thread, or NULL. */
EVENT2_EXPORT_SYMBOL
struct event *event_base_get_running_event(struct event_base *base);

/* Shorter names for timers, signals, and events that only the program activates. */
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

/* Sets 1 to 255 priorities. 0 runs first; new events get the middle one. Nothing may be active. */
EVENT2_EXPORT_SYMBOL
int event_base_priority_init(struct event_base *base, int priorities);
EVENT2_EXPORT_SYMBOL
int event_base_get_npriorities(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_priority_set(struct event *event, int priority);

/* ---------------------------------------------------------------------------------------- time */

/*
 * Makes a queue for events with this timeout. Adding an event to a queue that is not empty is O(1)
 * with any structure. The base owns the result, which is valid for its own events only: tv_usec
 * encodes the queue's number (20 bits of microseconds, 8 of index, 4 of mark). NULL without memory
 * or for the 257th queue.
 */
EVENT2_EXPORT_SYMBOL
const struct timeval *event_base_init_common_timeout(struct event_base *base,
						     const struct timeval *duration);

/* During callbacks, the wall clock's time when the loop woke up; otherwise the time now. */
EVENT2_EXPORT_SYMBOL
int event_base_gettimeofday_cached(struct event_base *base, struct timeval *now);

/* Refreshes the cached time, for a long callback. */
EVENT2_EXPORT_SYMBOL
int event_base_update_cache_time(struct event_base *base);

/* Reads the base's clock, without the cache. */
EVENT2_EXPORT_SYMBOL
int event_gettime_monotonic(struct event_base *base, struct timeval *now);

/* --------------------------------------------------------------------------------- looking in */

#define EVENT_BASE_COUNT_ACTIVE	 1U /* in an active queue, with the loop's own */
#define EVENT_BASE_COUNT_VIRTUAL 2U /* reasons other than events to keep the loop running */
#define EVENT_BASE_COUNT_ADDED	 4U /* one for each: map, timer, active queue */

/* The sum of these counts, and of their largest values so far, which `clear` sets to 0. */
EVENT2_EXPORT_SYMBOL
int event_base_get_num_events(struct event_base *base, unsigned int counts);
EVENT2_EXPORT_SYMBOL
int event_base_get_max_events(struct event_base *base, unsigned int counts, int clear);

/*
 * Visits pending and active events until `visit` does not return 0, and returns that result.
 * `visit` must not change the base.
 */
typedef int (*event_base_foreach_event_cb)(const struct event_base *base, const struct event *event,
					   void *arg);
EVENT2_EXPORT_SYMBOL
int event_base_foreach_event(struct event_base *base, event_base_foreach_event_cb visit, void *arg);

/* Prints the pending and active events, for people. */
EVENT2_EXPORT_SYMBOL
void event_base_dump_events(struct event_base *base, FILE *output);

/* Activate the events of a descriptor that wait for any of `events`, or the events of a signal. */
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

/* Sets the function that gets log messages. NULL: they go to stderr. */
typedef void (*event_log_cb)(int severity, const char *message);
EVENT2_EXPORT_SYMBOL
void event_set_log_callback(event_log_cb callback);
/*
 * Sets a function to call before a fatal exit. `error` is 1, or 0xdeaddead for misuse. If the
 * function returns, or is NULL, the process exits with this status, or aborts for misuse.
 */
typedef void (*event_fatal_cb)(int error);
EVENT2_EXPORT_SYMBOL
void event_set_fatal_callback(event_fatal_cb callback);

#define EVENT_DBG_NONE 0
#define EVENT_DBG_ALL  0xffffffffu
EVENT2_EXPORT_SYMBOL
void event_enable_debug_logging(ev_uint32_t which);

/*
 * Switches debug mode on, before any event or base is made. In debug mode, using an event that was
 * never assigned, or assigning a pending one, ends the process with a message. Call
 * event_debug_unassign before an event's memory goes out of use without event_free.
 */
EVENT2_EXPORT_SYMBOL
void event_enable_debug_mode(void);
EVENT2_EXPORT_SYMBOL
void event_debug_unassign(struct event *event);

/* Replaces the memory functions, before the first allocation. NULL: malloc, realloc, free. */
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

/* Frees the library's global memory, for leak checkers. No base may exist. */
EVENT2_EXPORT_SYMBOL
void libevent_global_shutdown(void);

/* ---------------------------------------------------------------------------- beyond libevent */

/*
 * Chooses the timer structure, by name and options, such as "hierarchical-wheel:tick=1ms". -1:
 * there is no such structure, or it cannot have these options. Without this call EVENT_TIMERS or
 * the default applies. event_base_get_timer_structure returns what the base has.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_timer_structure(struct event_config *config, const char *structure);
EVENT2_EXPORT_SYMBOL
const char *event_base_get_timer_structure(const struct event_base *base);

/*
 * Requires this backend. Only this call and EVENT_METHOD can choose `virtual`. No base is made if
 * the backend lacks a required feature, is avoided, or is disabled by EVENT_NO<BACKEND> in the
 * environment.
 */
EVENT2_EXPORT_SYMBOL
int event_config_require_method(struct event_config *config, const char *method);

/*
 * At most this many timers expire in one iteration, which keeps the iteration short; the others
 * wait for the next. 0: all that are due, as in libevent.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_expiry_budget(struct event_config *config, size_t timers);

/*
 * Simulated time, for a base with the backend `virtual`. Its clock advances only during waits,
 * which take no real time, and in event_base_virtual_advance, by which a callback says that it
 * takes time. Times are in ns. -1: the base has another backend.
 */
EVENT2_EXPORT_SYMBOL
int event_base_virtual_advance(struct event_base *base, uint64_t ns);
EVENT2_EXPORT_SYMBOL
int event_base_virtual_now(const struct event_base *base, uint64_t *ns);

/* How often the base has waited, and how often in vain. */
struct event_base_statistics {
	uint64_t waits;	   /* calls of the backend */
	uint64_t spurious; /* waits that could sleep, after which nothing was due or ready */
	uint64_t timers_expired;
	uint64_t wake_ups_sent; /* wake-ups by other threads */
};
EVENT2_EXPORT_SYMBOL
void event_base_get_statistics(const struct event_base *base,
			       struct event_base_statistics *statistics);

/* The bytes that the timer structure uses besides the events. */
EVENT2_EXPORT_SYMBOL
size_t event_base_get_timer_footprint(struct event_base *base);

/* Checks all invariants of the base. NULL, or the first broken one. For tests; O(n) or worse. */
EVENT2_EXPORT_SYMBOL
const char *event_base_check(struct event_base *base);

#ifdef __cplusplus
}
#endif

#endif
