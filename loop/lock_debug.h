/*
 * lock_debug.h - locks that know who holds them: evthread_enable_lock_debugging
 */
#ifndef LOCK_DEBUG_H
#define LOCK_DEBUG_H

#include <stdbool.h>

struct evthread_lock_callbacks;

/* The functions that check, around the program's own. From now on locks are checked. */
const struct evthread_lock_callbacks *lock_debug_wrap(
	const struct evthread_lock_callbacks *callbacks);

/* The lock inside of a checked one, for conditions, which wait on that; and around the wait. */
void *lock_debug_real(void *lock);
void lock_debug_before_wait(void *lock);
void lock_debug_after_wait(void *lock);

#endif
