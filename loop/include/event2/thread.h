/*
 * thread.h - locking: how several threads come to share a base
 *
 * Nothing is locked until a program asks for it, before it makes its first base: usually by
 * evthread_use_pthreads(), or with callbacks of its own. After that every base made without
 * EVENT_BASE_FLAG_NOLOCK may be used by any thread.
 */
#ifndef EVENT2_THREAD_H
#define EVENT2_THREAD_H

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct timeval;

/* How a lock is taken: for writing, for reading, or only if that needs no waiting. */
#define EVTHREAD_WRITE 0x04
#define EVTHREAD_READ  0x08
#define EVTHREAD_TRY   0x10

#define EVTHREAD_LOCK_API_VERSION   1
#define EVTHREAD_LOCKTYPE_RECURSIVE 1
#define EVTHREAD_LOCKTYPE_READWRITE 2

/* alloc returns NULL, and lock and unlock non-zero, when they fail. */
struct evthread_lock_callbacks {
	int lock_api_version;	      /* EVTHREAD_LOCK_API_VERSION */
	unsigned supported_locktypes; /* EVTHREAD_LOCKTYPE_ bits */
	void *(*alloc)(unsigned locktype);
	void (*free)(void *lock, unsigned locktype);
	int (*lock)(unsigned mode, void *lock);
	int (*unlock)(unsigned mode, void *lock);
};

/*
 * Sets the locking functions, which are copied; NULL takes them away again. 0, or -1 when a field
 * is missing or others are already set. Before any base is made.
 */
EVENT2_EXPORT_SYMBOL
int evthread_set_lock_callbacks(const struct evthread_lock_callbacks *callbacks);

#define EVTHREAD_CONDITION_API_VERSION 1

/* wait_condition returns 0 when woken, 1 when timed out, -1 on errors; timeout may be NULL. */
struct evthread_condition_callbacks {
	int condition_api_version; /* EVTHREAD_CONDITION_API_VERSION */
	void *(*alloc_condition)(unsigned condtype);
	void (*free_condition)(void *condition);
	int (*signal_condition)(void *condition, int broadcast);
	int (*wait_condition)(void *condition, void *lock, const struct timeval *timeout);
};

EVENT2_EXPORT_SYMBOL
int evthread_set_condition_callbacks(const struct evthread_condition_callbacks *callbacks);

/* Says how to tell threads apart. */
EVENT2_EXPORT_SYMBOL
void evthread_set_id_callback(unsigned long (*id)(void));

/* Sets all of the above to POSIX threads. 0, or -1 on failure. */
EVENT2_EXPORT_SYMBOL
int evthread_use_pthreads(void);
#define EVTHREAD_USE_PTHREADS_IMPLEMENTED 1

/*
 * Checks every lock: that it is held when it must be, and released by who holds it. Before any base
 * is made; aborts with a message on misuse. The second spelling is the first that libevent had.
 */
EVENT2_EXPORT_SYMBOL
void evthread_enable_lock_debugging(void);
EVENT2_EXPORT_SYMBOL
void evthread_enable_lock_debuging(void);

/* Lets other threads wake this base up. Done by itself for bases made with locking. 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evthread_make_base_notifiable(struct event_base *base);

#ifdef __cplusplus
}
#endif

#endif
