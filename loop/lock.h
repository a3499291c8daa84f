/*
 * lock.h - the base's lock, if it has one
 *
 * A program with threads sets the locking functions once (thread.c). Until then a base has no lock,
 * and locking it costs one comparison.
 */
#ifndef LOCK_H
#define LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;

/* lock_new returns NULL if no functions are set, which lock_available tells, or without memory. */
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

/* Identifies the calling thread; 1 if the program has set no function. 0 stands for no thread. */
unsigned long thread_identity(void);

/* Take and release the base's lock, which is recursive. They do nothing if the base has none. */
void base_lock(struct event_base *base);
void base_unlock(struct event_base *base);

#endif
