/*
 * lock.h - the base's lock, where there is one
 *
 * Whoever uses threads sets functions once (thread.c); until then a base has no lock and these cost
 * a comparison.
 */
#ifndef LOCK_H
#define LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;

/* A lock of the process's kind, or NULL when there are none, or no memory: see lock_available. */
void *lock_new(void);
void lock_free(void *lock);
void lock_acquire(void *lock);
void lock_release(void *lock);
bool lock_available(void);

bool condition_available(void);
void *condition_new(void);
void condition_free(void *condition);
void condition_broadcast(void *condition);
void condition_wait(void *condition, void *lock);

/* The calling thread's identity; 1 for all while there are no threads: 0 is nobody's. */
unsigned long thread_identity(void);

/* The base's lock, which is recursive; nothing when it has none. */
void base_lock(struct event_base *base);
void base_unlock(struct event_base *base);

#endif
