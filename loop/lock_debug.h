/*
 * lock_debug.h - locks that check their use: evthread_enable_lock_debugging
 */
#ifndef LOCK_DEBUG_H
#define LOCK_DEBUG_H

#include <stdbool.h>

struct evthread_lock_callbacks;

/*
 * Returns checking functions, which call the program's own. From now on locks are checked.
 * `identity` returns a number for the calling thread, as thread_identity does.
 */
const struct evthread_lock_callbacks *lock_debug_wrap(
	const struct evthread_lock_callbacks *callbacks, unsigned long (*identity)(void));

/*
 * Conditions wait with the real lock, which is inside the checked lock. The other two functions
 * keep the holder right around such a wait.
 */
void *lock_debug_real(void *lock);
void lock_debug_before_wait(void *lock);
void lock_debug_after_wait(void *lock);

#endif
