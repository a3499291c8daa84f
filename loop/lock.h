/*
 * lock.h - locks, conditions and thread identities, by the functions that the program has set
 *
 * A program with threads sets the locking functions once, before it makes a base (thread.c). A base
 * that was made before that has no lock, and locking it costs one comparison. The functions of this
 * file need no lock, except condition_broadcast and condition_wait, whose caller holds the base's
 * lock.
 */
#ifndef LOCK_H
#define LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;

/*
 * lock_available returns whether the program has set locking functions and an identity function.
 * lock_new returns a recursive lock, or NULL if there are no locking functions or no memory.
 * lock_free accepts NULL. lock_acquire and lock_release end the process if they fail.
 */
void *lock_new(void);
void lock_free(void *lock);
void lock_acquire(void *lock);
void lock_release(void *lock);
bool lock_available(void);

/*
 * condition_available returns whether the program has set condition functions. condition_new
 * returns NULL if there are none, or if memory runs out. condition_free accepts NULL.
 * condition_wait releases the lock while it waits, and may end spuriously.
 */
bool condition_available(void);
void *condition_new(void);
void condition_free(void *condition);
void condition_broadcast(void *condition);
void condition_wait(void *condition, void *lock);

/* Returns a number for the calling thread, or 1 if the program has set no identity function. */
unsigned long thread_identity(void);

/* Take and release the base's lock, which is recursive. They do nothing if the base has no lock. */
void base_lock(struct event_base *base);
void base_unlock(struct event_base *base);

#endif
