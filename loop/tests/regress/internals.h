/*
 * internals.h - what libevent's own tests use of libevent's internal headers
 *
 * The tests come from Debian's source package (sources.py). They are built twice: against this
 * loop's headers, and, as the control, against those of the installed libevent. Both builds get
 * this file in place of libevent's internal headers. Functions that a test calls are implemented
 * with the public interface. Functions that only tests in left-out.tsv call are declared, but not
 * defined. The names have a prefix, because the installed libevent exports some of its own.
 */
#ifndef REGRESS_INTERNALS_H
#define REGRESS_INTERNALS_H

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/util.h>

/* The installed libevent also has a group of tests for TLS. */
#undef EVENT__HAVE_OPENSSL

/* -------------------------------------------------------------------------------- small helpers */

#define EVUTIL_SHUT_WR		     SHUT_WR
#define EVUTIL_ERR_RW_RETRIABLE(e)   ((e) == EINTR || (e) == EAGAIN)
#define EVUTIL_TOUPPER_(character)   toupper((unsigned char)(character))
#define EVUTIL_ISDIGIT_(character)   (!!isdigit((unsigned char)(character)))
#define EVUTIL_UPCAST(p, type, part) ((type *)(void *)((char *)(p)-offsetof(type, part)))
#define EV_U64_FMT		     "%llu"
#define EV_I64_FMT		     "%lld"
#define EV_SIZE_FMT		     "%zu"
#define EV_SSIZE_FMT		     "%zd"
#define EV_U64_ARG(value)	     ((unsigned long long)(value))
#define EV_I64_ARG(value)	     ((long long)(value))
#define EV_SIZE_ARG(value)	     ((size_t)(value))
#define EV_SSIZE_ARG(value)	     ((ssize_t)(value))
#define ev_flags		     ev_evcallback.evcb_flags

#define evutil_usleep_ regress_sleep
void regress_sleep(const struct timeval *duration);

struct evutil_weakrand_state {
	uint32_t seed;
};
#define evutil_weakrand_seed_  regress_random_seed
#define evutil_weakrand_       regress_random
#define evutil_weakrand_range_ regress_random_below
uint32_t regress_random_seed(struct evutil_weakrand_state *state, uint32_t seed);
int32_t regress_random(struct evutil_weakrand_state *state);
int32_t regress_random_below(struct evutil_weakrand_state *state, int32_t top);

/* The tests have these timers on the stack. The public interface allocates them. */
struct evutil_monotonic_timer {
	struct evutil_monotonic_timer *own;
};
#define evutil_configure_monotonic_time_ regress_configure_monotonic
#define evutil_gettime_monotonic_	 regress_gettime_monotonic
int regress_configure_monotonic(struct evutil_monotonic_timer *timer, int flags);
int regress_gettime_monotonic(struct evutil_monotonic_timer *timer, struct timeval *now);

/* ---------------------------------------------------------------------------------- the base */

/* The base of event_init, which is the base of the tests that use this name. */
#define event_global_current_base_ global_base

/* Aborts the process unless every event of the base is initialised and belongs to this base. */
#define event_base_assert_ok_ regress_check_base
void regress_check_base(struct event_base *base);

/*
 * Bufferevents keep a loop running by virtual events. internals.c counts them and adds them to the
 * loop's own counts.
 */
#define event_base_add_virtual_	  regress_add_virtual
#define event_base_get_num_events regress_get_num_events
#define event_base_get_max_events regress_get_max_events
void regress_add_virtual(struct event_base *base);
int regress_get_num_events(struct event_base *base, unsigned which);
int regress_get_max_events(struct event_base *base, unsigned which, int clear);

/*
 * Returns the eventfd by which other threads wake the loop, which must be the process's only
 * eventfd. Returns -1 if there is none.
 */
int regress_notify_descriptor(struct event_base *base);

/* ------------------------------------------------------------------------------- callbacks */

/* Callbacks without an event. An event emulates each of them. */
#define event_deferred_cb_init_	    regress_callback_init
#define event_deferred_cb_schedule_ regress_callback_activate
#define event_callback_activate_    regress_callback_activate
#define event_callback_finalize_    regress_callback_finalize
typedef void (*regress_callback)(struct event_callback *callback, void *argument);
void regress_callback_init(struct event_callback *callback, uint8_t priority, regress_callback run,
			   void *argument);
int regress_callback_activate(struct event_base *base, struct event_callback *callback);
void regress_callback_finalize(struct event_base *base, unsigned flags,
			       struct event_callback *callback, regress_callback finalize);

/* ----------------------------------------------------------------------- locks, conditions */

void *regress_lock_new(void);
void regress_lock_free(void *lock);
int regress_lock(void *lock);
int regress_unlock(void *lock);
void *regress_condition_new(void);
void regress_condition_free(void *condition);
int regress_signal(void *condition);
int regress_broadcast(void *condition);
/* Returns 0, or 1 after the timeout (NULL: none). */
int regress_wait(void *condition, void *lock, const struct timeval *timeout);

#define EVTHREAD_ALLOC_LOCK(lock, type)			 ((lock) = regress_lock_new())
#define EVTHREAD_FREE_LOCK(lock, type)			 regress_lock_free(lock)
#define EVLOCK_LOCK(lock, mode)				 regress_lock(lock)
#define EVLOCK_UNLOCK(lock, mode)			 regress_unlock(lock)
#define EVTHREAD_ALLOC_COND(condition)			 ((condition) = regress_condition_new())
#define EVTHREAD_FREE_COND(condition)			 regress_condition_free(condition)
#define EVTHREAD_COND_SIGNAL(condition)			 regress_signal(condition)
#define EVTHREAD_COND_BROADCAST(condition)		 regress_broadcast(condition)
#define EVTHREAD_COND_WAIT(condition, lock)		 regress_wait(condition, lock, NULL)
#define EVTHREAD_COND_WAIT_TIMED(condition, lock, until) regress_wait(condition, lock, until)

/* --------------------------------------------------------- named by tests that are left out */

struct sockaddr;
void event_active_later_(struct event *event, int what);
int regress_signal_descriptor(struct event_base *base);
const char *evutil_format_sockaddr_port_(const struct sockaddr *address, char *text, size_t size);
int evutil_sockaddr_is_loopback_(const struct sockaddr *address);
int evutil_v4addr_is_local_(const void *address);
int evutil_v6addr_is_local_(const void *address);
void evutil_rtrim_lws_(char *text);
size_t strlcpy(char *to, const char *from, size_t size);
void *mm_malloc(size_t size);
void *mm_calloc(size_t count, size_t size);
char *mm_strdup(const char *text);
void mm_free(void *memory);
void event_err(int status, const char *format, ...);
void event_errx(int status, const char *format, ...);
void event_sock_err(int status, int socket, const char *format, ...);
void event_warn(const char *format, ...);
void event_warnx(const char *format, ...);
void event_sock_warn(int socket, const char *format, ...);
void event_msgx(const char *format, ...);
#define event_debug(words) ((void)0)
int event_base_start_iocp_(struct event_base *base, int threads);

#endif
