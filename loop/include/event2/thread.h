/*
 * thread.h - locks, with which several threads may share a base
 *
 * A base has no lock unless the program sets locking functions before it makes its first base,
 * usually by evthread_use_pthreads(). After that any thread may use any base made without
 * EVENT_BASE_FLAG_NOLOCK.
 */
#ifndef EVENT2_THREAD_H
#define EVENT2_THREAD_H

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct timeval;

/* How to take a lock: for writing, for reading, without waiting. */
#define EVTHREAD_WRITE 0x04
#define EVTHREAD_READ  0x08
#define EVTHREAD_TRY   0x10

#define EVTHREAD_LOCK_API_VERSION   1
#define EVTHREAD_LOCKTYPE_RECURSIVE 1
#define EVTHREAD_LOCKTYPE_READWRITE 2

/* On failure alloc returns NULL, and lock and unlock return a number other than 0. */
struct evthread_lock_callbacks {
	int lock_api_version;	      /* EVTHREAD_LOCK_API_VERSION */
	unsigned supported_locktypes; /* EVTHREAD_LOCKTYPE_ bits */
	void *(*alloc)(unsigned locktype);
	void (*free)(void *lock, unsigned locktype);
	int (*lock)(unsigned mode, void *lock);
	int (*unlock)(unsigned mode, void *lock);
};

/*
 * Sets the locking functions, before any base is made. Copies them. NULL removes them. Returns -1
 * if a function is missing, or if other functions are already set.
 */
EVENT2_EXPORT_SYMBOL
int evthread_set_lock_callbacks(const struct evthread_lock_callbacks *callbacks);

#define EVTHREAD_CONDITION_API_VERSION 1

/* wait_condition returns 0 when woken, 1 after the timeout (NULL: none), -1 on errors. */
struct evthread_condition_callbacks {
	int condition_api_version; /* EVTHREAD_CONDITION_API_VERSION */
	void *(*alloc_condition)(unsigned condtype);
	void (*free_condition)(void *condition);
	int (*signal_condition)(void *condition, int broadcast);
	int (*wait_condition)(void *condition, void *lock, const struct timeval *timeout);
};

EVENT2_EXPORT_SYMBOL
int evthread_set_condition_callbacks(const struct evthread_condition_callbacks *callbacks);

/* Sets the function that identifies the calling thread. */
EVENT2_EXPORT_SYMBOL
void evthread_set_id_callback(unsigned long (*id)(void));

/* Sets all of the above to functions for POSIX threads. Returns 0, or -1 on failure. */
EVENT2_EXPORT_SYMBOL
int evthread_use_pthreads(void);
#define EVTHREAD_USE_PTHREADS_IMPLEMENTED 1

/*
 * Checks each use of a lock, before any base is made. If a thread releases a lock that it does not
 * hold, or misuses it otherwise, the process aborts with a message. libevent first had the second
 * spelling.
 */
EVENT2_EXPORT_SYMBOL
void evthread_enable_lock_debugging(void);
EVENT2_EXPORT_SYMBOL
void evthread_enable_lock_debuging(void);

/* Lets other threads wake this base, as they always can if it has a lock. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evthread_make_base_notifiable(struct event_base *base);

#ifdef __cplusplus
}
#endif

#endif
