/*
 * lock_debug.h - checked locks, which report misuse (evthread_enable_lock_debugging)
 *
 * Only thread.c calls these functions.
 */
#ifndef LOCK_DEBUG_H
#define LOCK_DEBUG_H

#include <stdbool.h>

struct evthread_lock_callbacks;

/*
 * Returns locking functions that check each use of a lock and then call `callbacks`, which are
 * copied. From this call on, every lock must be a checked lock. `identity` returns a number for the
 * calling thread, as thread_identity does.
 */
const struct evthread_lock_callbacks *lock_debug_wrap(
	const struct evthread_lock_callbacks *callbacks, unsigned long (*identity)(void));

/*
 * A wait for a condition needs the program's own lock, which lock_debug_real returns. Before and
 * after such a wait, the other two functions update the holder of the checked lock. If checking is
 * off, lock_debug_real returns its argument, and the other two do nothing.
 */
void *lock_debug_real(void *lock);
void lock_debug_before_wait(void *lock);
void lock_debug_after_wait(void *lock);

#endif
