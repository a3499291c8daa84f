/*
 * event.h - an event loop with libevent 2.1's core interface
 *
 * A program makes a base, assigns events to the base, adds the events, and dispatches. The loop
 * then sleeps until a descriptor is ready, a signal arrives or a timeout expires, and runs
 * callbacks. Names, constants, encodings and return values are libevent's. So a program that was
 * written for libevent's core compiles with other include and link flags and no other change. The
 * end of this file has what libevent lacks: a choice of the timer structure and of the backend, and
 * simulated time.
 *
 * RETURNS. Unless a comment says otherwise, 0 is success and -1 is failure, and a failed call
 * changes nothing.
 *
 * OWNERSHIP. The program owns the memory of events. A base keeps pointers to its pending and active
 * events. Freeing a base deletes its events and does not free them. event_free uses the event's
 * base, so the program must call event_free before it frees the base. A callback may add, delete or
 * free any event, also its own event.
 *
 * THREADS. A base belongs to one thread, unless the program called evthread_use_pthreads()
 * (thread.h) before it made the base. Then any thread may call any function of this file. A call
 * wakes a loop that sleeps in another thread, if necessary. There are three exceptions. A thread
 * must not call event_assign, event_free or event_priority_set for an event that another thread may
 * be using.
 *
 * COST. `timerbed explain NAME` shows the cost of each operation of a timer structure. Adding,
 * re-adding and deleting a timeout have this cost. All other operations on an event are O(1) in the
 * loop, plus the cost of a backend without EV_FEATURE_O1.
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

/*
 * Makes a base with the default configuration and the settings of the environment. Returns NULL on
 * failure. The caller frees the base with event_base_free.
 */
EVENT2_EXPORT_SYMBOL
struct event_base *event_base_new(void);

/*
 * Makes a base with this configuration, which the caller may free at once. NULL is the default
 * configuration. Returns NULL on failure. The caller frees the base with event_base_free.
 */
EVENT2_EXPORT_SYMBOL
struct event_base *event_base_new_with_config(const struct event_config *config);

/*
 * Free a base. Delete its events, run its pending finalizers, and free the events of
 * event_base_once. NULL is the current base of event_compat.h. event_base_free_nofinalize does not
 * run finalizers. The loop must not be running, and no other thread may use the base.
 */
EVENT2_EXPORT_SYMBOL
void event_base_free(struct event_base *base);
EVENT2_EXPORT_SYMBOL
void event_base_free_nofinalize(struct event_base *base);

/*
 * Makes new kernel objects for the base, in the child of a fork. Before this call, the child must
 * not use the base, except to free it. A failure may leave the base without some descriptors or
 * signals. If the backend cannot be made, the process aborts.
 */
EVENT2_EXPORT_SYMBOL
int event_reinit(struct event_base *base);

/*
 * event_base_get_method returns the name of the base's backend, or NULL if base is NULL.
 * event_get_supported_methods returns the names of the backends that a base may choose without a
 * request by name, in order of preference and terminated by NULL. The library owns the names and
 * the array.
 */
EVENT2_EXPORT_SYMBOL
const char *event_base_get_method(const struct event_base *base);
EVENT2_EXPORT_SYMBOL
const char **event_get_supported_methods(void);

enum event_method_feature {
	EV_FEATURE_ET = 0x01,	       /* edge-triggered events */
	EV_FEATURE_O1 = 0x02,	       /* adding, deleting and reporting a descriptor are O(1) */
	EV_FEATURE_FDS = 0x04,	       /* any descriptor, also of a plain file */
	EV_FEATURE_EARLY_CLOSE = 0x08, /* EV_CLOSED, which reports a close without a read */
};

/* Returns the event_method_feature bits of the base's backend. */
EVENT2_EXPORT_SYMBOL
int event_base_get_features(const struct event_base *base);

/* ------------------------------------------------------------------------------- configuration */

enum event_base_config_flag {
	EVENT_BASE_FLAG_NOLOCK = 0x01,	      /* no lock, even in a program with threads */
	EVENT_BASE_FLAG_IGNORE_ENV = 0x02,    /* ignore EVENT_* variables */
	EVENT_BASE_FLAG_STARTUP_IOCP = 0x04,  /* has no effect */
	EVENT_BASE_FLAG_NO_CACHE_TIME = 0x08, /* read the clock whenever the time is needed */
	EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST = 0x10, /* has no effect: changes are made at once */
	EVENT_BASE_FLAG_PRECISE_TIMER = 0x20,	     /* the precise clock, whatever else is set */
	/* These flags are not in libevent 2.1: */
	EVENT_BASE_FLAG_COARSE_TIMER = 0x10000,	  /* the kernel's coarse clock, cheaper and later */
	EVENT_BASE_FLAG_LIBEVENT_2_1 = 0x20000,	  /* do as libevent where this loop deviates */
	EVENT_BASE_FLAG_TIMER_REINSERT = 0x40000, /* a re-add moves the timer in place */
};

/*
 * event_config_new returns a configuration, or NULL if memory runs out. The caller frees it with
 * event_config_free, which accepts NULL. Only one thread at a time may use a configuration. The
 * functions below copy the texts that they get.
 */
EVENT2_EXPORT_SYMBOL
struct event_config *event_config_new(void);
EVENT2_EXPORT_SYMBOL
void event_config_free(struct event_config *config);

/* Excludes the backend of this name. May be called for several backends. */
EVENT2_EXPORT_SYMBOL
int event_config_avoid_method(struct event_config *config, const char *method);

/* Excludes backends that lack one of these event_method_feature bits. The last call counts. */
EVENT2_EXPORT_SYMBOL
int event_config_require_features(struct event_config *config, int features);

/* Adds event_base_config_flag bits. */
EVENT2_EXPORT_SYMBOL
int event_config_set_flag(struct event_config *config, int flag);

/* Stores the number of CPUs, which the loop does not use. libevent uses it only on Windows. */
EVENT2_EXPORT_SYMBOL
int event_config_set_num_cpus_hint(struct event_config *config, int cpus);

/*
 * Limits the callbacks that run before the loop polls again, by time and by number. NULL is no
 * limit of the time, and a negative number is no limit of the number. The limits apply to
 * priorities from min_priority on.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_max_dispatch_interval(struct event_config *config,
					   const struct timeval *max_interval, int max_callbacks,
					   int min_priority);

/* --------------------------------------------------------------------------------- dispatching */

#define EVLOOP_ONCE		0x01 /* return when callbacks have run and no event is active */
#define EVLOOP_NONBLOCK		0x02 /* do not sleep, and return when no event is active */
#define EVLOOP_NO_EXIT_ON_EMPTY 0x04 /* do not return without events: threads may add some */

/*
 * Runs the loop. `flags` has EVLOOP_ bits. Returns 0 if the program stopped the loop or because of
 * the flags, 1 if there is nothing to wait for, or -1 if the backend fails or the loop is already
 * running. event_base_dispatch calls event_base_loop with flags of 0.
 */
EVENT2_EXPORT_SYMBOL
int event_base_loop(struct event_base *base, int flags);
EVENT2_EXPORT_SYMBOL
int event_base_dispatch(struct event_base *base);

/*
 * event_base_loopexit stops the loop after a time, or without delay if `after` is NULL. The loop
 * first finishes its iteration. event_base_loopbreak stops the running loop after the running
 * callback. event_base_loopcontinue does not stop the loop, but starts the next iteration after the
 * running callback.
 */
EVENT2_EXPORT_SYMBOL
int event_base_loopexit(struct event_base *base, const struct timeval *after);
EVENT2_EXPORT_SYMBOL
int event_base_loopbreak(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_base_loopcontinue(struct event_base *base);

/* Return whether event_base_loopexit or event_base_loopbreak ended the last run, or -1 for NULL. */
EVENT2_EXPORT_SYMBOL
int event_base_got_exit(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_base_got_break(struct event_base *base);

/* -------------------------------------------------------------------------------------- events */

#define EV_TIMEOUT  0x01
#define EV_READ	    0x02
#define EV_WRITE    0x04
#define EV_SIGNAL   0x08 /* the descriptor argument is the number of a signal */
#define EV_PERSIST  0x10 /* the event stays pending after a call, and its timeout starts again */
#define EV_ET	    0x20 /* edge-triggered, if the backend supports it */
#define EV_FINALIZE 0x40 /* event_del does not wait for a callback in another thread */
#define EV_CLOSED   0x80 /* the peer has closed its end */

typedef void (*event_callback_fn)(evutil_socket_t fd, short what, void *arg);

/*
 * Prepares an event, which must not be pending or active. `events` has the EV_ bits to wait for.
 * The callback gets the descriptor, the EV_ bits that happened, and arg. fd is -1 for timers. If
 * base is NULL, the event gets the current base of event_compat.h. Returns -1 for EV_SIGNAL
 * together with EV_READ, EV_WRITE or EV_CLOSED.
 */
EVENT2_EXPORT_SYMBOL
int event_assign(struct event *event, struct event_base *base, evutil_socket_t fd, short events,
		 event_callback_fn callback, void *arg);

/*
 * event_new allocates an event and assigns it like event_assign. It returns NULL on failure. The
 * caller frees the event with event_free. event_free deletes the event like event_del, and frees
 * its memory. If the event's callback adds the event during that time, event_free deletes it again.
 * event_free accepts NULL.
 */
EVENT2_EXPORT_SYMBOL
struct event *event_new(struct event_base *base, evutil_socket_t fd, short events,
			event_callback_fn callback, void *arg);
EVENT2_EXPORT_SYMBOL
void event_free(struct event *event);

/* Returns an argument for event_assign and event_new: the callback then gets the event as arg. */
EVENT2_EXPORT_SYMBOL
void *event_self_cbarg(void);

/*
 * Makes an event pending for its descriptor or signal. If `timeout` is not NULL, also arms or
 * re-arms the event's timer, to expire after this time. If `timeout` is NULL, does not change the
 * timer. A timeout from event_base_init_common_timeout uses the queue of that duration. Returns -1
 * with nothing changed if memory runs out, if the backend refuses the descriptor, or if the event
 * is finalizing or has no base.
 */
EVENT2_EXPORT_SYMBOL
int event_add(struct event *event, const struct timeval *timeout);

/* Removes the event's timeout. The event stays pending for its descriptor or signal. */
EVENT2_EXPORT_SYMBOL
int event_remove_timer(struct event *event);

/*
 * Make an event neither pending nor active. If another thread is running the event's callback, then
 * wait until the callback has returned. So the program may free what the callback uses, unless the
 * callback adds the event again. event_del does not wait if the event has EV_FINALIZE.
 * event_del_block always waits, and event_del_noblock never waits. A callback may delete its own
 * event.
 */
EVENT2_EXPORT_SYMBOL
int event_del(struct event *event);
EVENT2_EXPORT_SYMBOL
int event_del_noblock(struct event *event);
EVENT2_EXPORT_SYMBOL
int event_del_block(struct event *event);

/*
 * Makes an event active, as if the EV_ bits `what` had happened. The loop calls a signal event
 * `ncalls` times, and any other event once.
 */
EVENT2_EXPORT_SYMBOL
void event_active(struct event *event, int what, short ncalls);

/*
 * Returns those of the bits `events` for which the event is pending or active. If the event has a
 * timeout, `events` includes EV_TIMEOUT, and `timeout` is not NULL, stores the deadline in
 * *timeout, as a time of the wall clock.
 */
EVENT2_EXPORT_SYMBOL
int event_pending(const struct event *event, short events, struct timeval *timeout);

/* Returns whether the event was ever assigned. Returns 0 for memory that is all zero. */
EVENT2_EXPORT_SYMBOL
int event_initialized(const struct event *event);

/*
 * Calls a function once, when one of the bits `events` happens: EV_TIMEOUT, EV_READ, EV_WRITE,
 * EV_CLOSED. The base makes, owns and frees the event. Events that wait only for a timeout of NULL
 * or zero become active at once, in the order of the calls.
 */
EVENT2_EXPORT_SYMBOL
int event_base_once(struct event_base *base, evutil_socket_t fd, short events,
		    event_callback_fn callback, void *arg, const struct timeval *timeout);

/*
 * Delete an event without waiting. The loop later calls `callback`, the finalizer, with the event
 * and its arg. The event's own callback is not running then and will not run again. After the
 * finalizer of event_free_finalize, the loop frees the event. `flags` has no effect.
 */
typedef void (*event_finalize_callback_fn)(struct event *event, void *arg);
EVENT2_EXPORT_SYMBOL
int event_finalize(unsigned flags, struct event *event, event_finalize_callback_fn callback);
EVENT2_EXPORT_SYMBOL
int event_free_finalize(unsigned flags, struct event *event, event_finalize_callback_fn callback);

/* Moves an event to another base. Returns -1 if the event is pending or active. */
EVENT2_EXPORT_SYMBOL
int event_base_set(struct event_base *base, struct event *event);

/* Return what the event was assigned. */
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
/* Stores the results of the functions above, without the priority. Each pointer may be NULL. */
EVENT2_EXPORT_SYMBOL
void event_get_assignment(const struct event *event, struct event_base **base, evutil_socket_t *fd,
			  short *events, event_callback_fn *callback, void **arg);
/* Returns the size of struct event in bytes. */
EVENT2_EXPORT_SYMBOL
size_t event_get_struct_event_size(void);

/* Returns the event of this base whose callback is running in the calling thread, or NULL. */
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

/*
 * event_base_priority_init sets the number of priorities, 1 to 255. It returns -1 if an event is
 * active or a callback is running. Priority 0 runs first, and a new event gets the middle priority.
 * event_base_get_npriorities returns the number. event_priority_set changes the priority of an
 * event that is not active.
 */
EVENT2_EXPORT_SYMBOL
int event_base_priority_init(struct event_base *base, int priorities);
EVENT2_EXPORT_SYMBOL
int event_base_get_npriorities(struct event_base *base);
EVENT2_EXPORT_SYMBOL
int event_priority_set(struct event *event, int priority);

/* ---------------------------------------------------------------------------------------- time */

/*
 * Makes a queue for events with this timeout. Returns a timeout that makes event_add use the queue,
 * or NULL if memory runs out, or for the 257th queue. Adding an event to a queue that is not empty
 * is O(1) with any structure. The base owns the result, which is valid only for events of this
 * base. Its tv_usec encodes the queue's index, in 20 bits of microseconds, 8 bits of index and 4
 * bits of mark.
 */
EVENT2_EXPORT_SYMBOL
const struct timeval *event_base_init_common_timeout(struct event_base *base,
						     const struct timeval *duration);

/*
 * Stores a time of the wall clock. During callbacks this is the time at which the loop woke up, and
 * otherwise the present time.
 */
EVENT2_EXPORT_SYMBOL
int event_base_gettimeofday_cached(struct event_base *base, struct timeval *now);

/* Sets the cached time to the present time. A long callback may call this. */
EVENT2_EXPORT_SYMBOL
int event_base_update_cache_time(struct event_base *base);

/* Stores the present time of the base's clock, which is not the wall clock. */
EVENT2_EXPORT_SYMBOL
int event_gettime_monotonic(struct event_base *base, struct timeval *now);

/* --------------------------------------------------------------------------------- looking in */

#define EVENT_BASE_COUNT_ACTIVE	 1U /* active events, including the loop's own */
#define EVENT_BASE_COUNT_VIRTUAL 2U /* always 0 */
#define EVENT_BASE_COUNT_ADDED	 4U /* counts an event once each for map, timer, active queue */

/*
 * event_base_get_num_events returns the sum of these counts. event_base_get_max_events returns the
 * sum of their largest values so far, and sets these to 0 if `clear` is not 0.
 */
EVENT2_EXPORT_SYMBOL
int event_base_get_num_events(struct event_base *base, unsigned int counts);
EVENT2_EXPORT_SYMBOL
int event_base_get_max_events(struct event_base *base, unsigned int counts, int clear);

/*
 * Calls `visit` for all pending and active events, including the loop's own. Stops at the first
 * result that is not 0, and returns that result. Otherwise returns 0, or -1 if base or visit is
 * NULL. `visit` must not change the base. A base with a lock holds it during the calls.
 */
typedef int (*event_base_foreach_event_cb)(const struct event_base *base, const struct event *event,
					   void *arg);
EVENT2_EXPORT_SYMBOL
int event_base_foreach_event(struct event_base *base, event_base_foreach_event_cb visit, void *arg);

/* Prints the pending and active events as text for people. */
EVENT2_EXPORT_SYMBOL
void event_base_dump_events(struct event_base *base, FILE *output);

/*
 * event_base_active_by_fd activates the events of a descriptor that wait for any of `events`.
 * EV_TIMEOUT also activates the events of the descriptor that have a timeout.
 * event_base_active_by_signal activates the events of a signal.
 */
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

/*
 * The functions that set or switch something for the whole process are not thread-safe. Call them
 * before other threads use the library.
 */

/* Sets the function that gets log messages. If `callback` is NULL, messages go to stderr. */
typedef void (*event_log_cb)(int severity, const char *message);
EVENT2_EXPORT_SYMBOL
void event_set_log_callback(event_log_cb callback);
/*
 * Sets a function that the library calls before it ends the process. `error` is 1, or 0xdeaddead
 * for misuse. If the function returns, or is NULL, the process exits with status `error`, or aborts
 * for misuse.
 */
typedef void (*event_fatal_cb)(int error);
EVENT2_EXPORT_SYMBOL
void event_set_fatal_callback(event_fatal_cb callback);

/* Switches debug messages on (EVENT_DBG_ALL) or off (EVENT_DBG_NONE). */
#define EVENT_DBG_NONE 0
#define EVENT_DBG_ALL  0xffffffffu
EVENT2_EXPORT_SYMBOL
void event_enable_debug_logging(ev_uint32_t which);

/*
 * event_enable_debug_mode switches debug mode on. Must be called before any event or base is made.
 * In debug mode the process ends with a message if it uses an event that was never assigned, or
 * assigns a pending or active event. event_debug_unassign makes debug mode forget an event. Call it
 * before an event's memory is freed or reused without event_free.
 */
EVENT2_EXPORT_SYMBOL
void event_enable_debug_mode(void);
EVENT2_EXPORT_SYMBOL
void event_debug_unassign(struct event *event);

/*
 * Replaces the functions that allocate the loop's memory. NULL restores malloc, realloc or free.
 * Must be called before the library's first allocation.
 */
EVENT2_EXPORT_SYMBOL
void event_set_mem_functions(void *(*malloc_fn)(size_t), void *(*realloc_fn)(void *, size_t),
			     void (*free_fn)(void *));
#define EVENT_SET_MEM_FUNCTIONS_IMPLEMENTED

/* Return the version of the interface (event-config.h). */
EVENT2_EXPORT_SYMBOL
const char *event_get_version(void);
EVENT2_EXPORT_SYMBOL
ev_uint32_t event_get_version_number(void);
#define LIBEVENT_VERSION	EVENT__VERSION
#define LIBEVENT_VERSION_NUMBER EVENT__NUMERIC_VERSION

/*
 * Frees the library's global memory, for leak checkers, and switches debug mode off. No base may
 * exist.
 */
EVENT2_EXPORT_SYMBOL
void libevent_global_shutdown(void);

/* ---------------------------------------------------------------------------- beyond libevent */

/*
 * event_config_set_timer_structure chooses the timer structure by name and options, such as
 * "hierarchical-wheel:tick=1ms". It returns -1 if there is no such structure, if the structure
 * cannot have these options, or if memory runs out. Without this call, or if `structure` is NULL,
 * EVENT_TIMERS or the default chooses. event_base_get_timer_structure returns the name and options
 * of the base's structure, which the base owns.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_timer_structure(struct event_config *config, const char *structure);
EVENT2_EXPORT_SYMBOL
const char *event_base_get_timer_structure(const struct event_base *base);

/*
 * Requires the backend of this name. NULL requires none. Only this call and EVENT_METHOD can choose
 * `virtual`. Making a base fails if the backend lacks a required feature, is avoided, or is
 * disabled by EVENT_NO<BACKEND> in the environment.
 */
EVENT2_EXPORT_SYMBOL
int event_config_require_method(struct event_config *config, const char *method);

/*
 * Limits how many timers expire in one iteration, to keep the iteration short. Other due timers
 * expire in the next iterations. 0 is no limit, as in libevent.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_expiry_budget(struct event_config *config, size_t timers);

/*
 * These functions are for a base with the backend `virtual`, which simulates time. Its clock
 * advances only during waits, which take no real time, and by event_base_virtual_advance, which a
 * callback calls to take time. event_base_virtual_now stores the present time. Times are in ns.
 * Both return -1 if the base has another backend.
 */
EVENT2_EXPORT_SYMBOL
int event_base_virtual_advance(struct event_base *base, uint64_t ns);
EVENT2_EXPORT_SYMBOL
int event_base_virtual_now(const struct event_base *base, uint64_t *ns);

/* Counts since the base was made. */
struct event_base_statistics {
	uint64_t waits;		 /* waits of the backend, also those that did not sleep */
	uint64_t spurious;	 /* waits that could sleep and ended with nothing due or ready */
	uint64_t timers_expired; /* expired timeouts of the program's events */
	uint64_t wake_ups_sent;	 /* writes to the eventfd, by other threads */
};
EVENT2_EXPORT_SYMBOL
void event_base_get_statistics(const struct event_base *base,
			       struct event_base_statistics *statistics);

/* Returns how many bytes the timer structure uses, without the events. */
EVENT2_EXPORT_SYMBOL
size_t event_base_get_timer_footprint(struct event_base *base);

/*
 * Checks the invariants of the base. Returns NULL, or a static text that names the first broken
 * invariant. For tests. O(n) or worse.
 */
EVENT2_EXPORT_SYMBOL
const char *event_base_check(struct event_base *base);

#ifdef __cplusplus
}
#endif

#endif
