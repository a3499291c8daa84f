/*
 * thread.h - locking functions, with which several threads may share a base
 *
 * A base has a lock only if the program has set locking functions and an identity function before
 * it made the base, usually by evthread_use_pthreads(), and did not set EVENT_BASE_FLAG_NOLOCK. Any
 * thread may use a base that has a lock. The functions of this file must not be called while
 * another thread uses this library, except evthread_make_base_notifiable.
 */
#ifndef EVENT2_THREAD_H
#define EVENT2_THREAD_H

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct timeval;

/* Modes of taking a lock: for writing, for reading, without waiting. */
#define EVTHREAD_WRITE 0x04
#define EVTHREAD_READ  0x08
#define EVTHREAD_TRY   0x10

#define EVTHREAD_LOCK_API_VERSION   1
#define EVTHREAD_LOCKTYPE_RECURSIVE 1
#define EVTHREAD_LOCKTYPE_READWRITE 2

/* alloc returns NULL on failure. lock and unlock return 0, or another number on failure. */
struct evthread_lock_callbacks {
	int lock_api_version;	      /* EVTHREAD_LOCK_API_VERSION */
	unsigned supported_locktypes; /* EVTHREAD_LOCKTYPE_ bits */
	void *(*alloc)(unsigned locktype);
	void (*free)(void *lock, unsigned locktype);
	int (*lock)(unsigned mode, void *lock);
	int (*unlock)(unsigned mode, void *lock);
};

/*
 * Sets the locking functions, which are copied. NULL removes them. Must be called before any base
 * is made. Returns 0, or -1 if a function is missing or if other functions are already set.
 */
EVENT2_EXPORT_SYMBOL
int evthread_set_lock_callbacks(const struct evthread_lock_callbacks *callbacks);

#define EVTHREAD_CONDITION_API_VERSION 1

/*
 * wait_condition returns 0 after a signal, 1 after the timeout, or -1 on failure. A timeout of NULL
 * is no limit. alloc_condition returns NULL on failure. signal_condition wakes one waiter, or all
 * waiters if `broadcast` is not 0, and returns 0, or -1 on failure.
 */
struct evthread_condition_callbacks {
	int condition_api_version; /* EVTHREAD_CONDITION_API_VERSION */
	void *(*alloc_condition)(unsigned condtype);
	void (*free_condition)(void *condition);
	int (*signal_condition)(void *condition, int broadcast);
	int (*wait_condition)(void *condition, void *lock, const struct timeval *timeout);
};

/* Sets the functions for conditions, with the rules of evthread_set_lock_callbacks. */
EVENT2_EXPORT_SYMBOL
int evthread_set_condition_callbacks(const struct evthread_condition_callbacks *callbacks);

/* Sets the identity function, which returns a number for the calling thread, other than 0. */
EVENT2_EXPORT_SYMBOL
void evthread_set_id_callback(unsigned long (*id)(void));

/* Sets all of the functions above to functions for POSIX threads. Returns 0, or -1 on failure. */
EVENT2_EXPORT_SYMBOL
int evthread_use_pthreads(void);
#define EVTHREAD_USE_PTHREADS_IMPLEMENTED 1

/*
 * Switches on checks of each use of a lock. Must be called before any base is made. If a thread
 * misuses a lock, for example by releasing a lock that it does not hold, the process aborts with a
 * message. The second spelling is that of older versions of libevent.
 */
EVENT2_EXPORT_SYMBOL
void evthread_enable_lock_debugging(void);
EVENT2_EXPORT_SYMBOL
void evthread_enable_lock_debuging(void);

/*
 * Creates the eventfd by which other threads wake this base. A base that has a lock already has its
 * eventfd. A base without a lock is not woken, because no other thread may use it. Returns 0 or -1.
 */
EVENT2_EXPORT_SYMBOL
int evthread_make_base_notifiable(struct event_base *base);

#ifdef __cplusplus
}
#endif

#endif
