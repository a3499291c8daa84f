/*
 * thread.c - the locking functions of the process, which a program sets once
 */
#include "loop/lock.h"

#include <string.h>

#include "loop/lock_debug.h"
#include "loop/log.h"

#include <event2/thread.h>

static struct evthread_lock_callbacks locks;
static struct evthread_condition_callbacks conditions;
static unsigned long (*identity)(void);
static bool debug_wanted;

/* The functions in use: the functions that were set, or checking functions that call them. */
static const struct evthread_lock_callbacks *active_locks = &locks;

static void choose(void)
{
	active_locks =
		debug_wanted && locks.alloc ? lock_debug_wrap(&locks, thread_identity) : &locks;
}

static bool are_complete(const struct evthread_lock_callbacks *callbacks)
{
	return callbacks->lock_api_version == EVTHREAD_LOCK_API_VERSION && callbacks->alloc &&
	       callbacks->free && callbacks->lock && callbacks->unlock;
}

int evthread_set_lock_callbacks(const struct evthread_lock_callbacks *callbacks)
{
	if (!callbacks) {
		if (locks.alloc)
			log_warning("evthread_set_lock_callbacks: the lock functions are removed "
				    "while they may be in use");
		locks = (struct evthread_lock_callbacks){ 0 };
		choose();
		return 0;
	}
	if (locks.alloc) {
		if (!memcmp(&locks, callbacks, sizeof(locks)))
			return 0;
		log_warning("evthread_set_lock_callbacks: other functions are already set");
		return -1;
	}
	if (!are_complete(callbacks))
		return -1;
	locks = *callbacks;
	choose();
	return 0;
}

/* Compares each field, because the padding after the version may differ. */
static bool are_these_conditions(const struct evthread_condition_callbacks *callbacks)
{
	return callbacks->condition_api_version == conditions.condition_api_version &&
	       callbacks->alloc_condition == conditions.alloc_condition &&
	       callbacks->free_condition == conditions.free_condition &&
	       callbacks->signal_condition == conditions.signal_condition &&
	       callbacks->wait_condition == conditions.wait_condition;
}

int evthread_set_condition_callbacks(const struct evthread_condition_callbacks *callbacks)
{
	if (!callbacks) {
		if (conditions.alloc_condition)
			log_warning("evthread_set_condition_callbacks: the condition functions are "
				    "removed while they may be in use");
		conditions = (struct evthread_condition_callbacks){ 0 };
		return 0;
	}
	if (conditions.alloc_condition) {
		if (are_these_conditions(callbacks))
			return 0;
		log_warning("evthread_set_condition_callbacks: other functions are already set");
		return -1;
	}
	if (callbacks->condition_api_version != EVTHREAD_CONDITION_API_VERSION ||
	    !callbacks->alloc_condition || !callbacks->free_condition ||
	    !callbacks->signal_condition || !callbacks->wait_condition)
		return -1;
	conditions = *callbacks;
	return 0;
}

void evthread_set_id_callback(unsigned long (*id)(void))
{
	identity = id;
}

void evthread_enable_lock_debugging(void)
{
	debug_wanted = true;
	choose();
}

void evthread_enable_lock_debuging(void)
{
	evthread_enable_lock_debugging();
}

/* ------------------------------------------------------------------------------------- lock.h */

bool condition_available(void)
{
	return conditions.alloc_condition;
}

bool lock_available(void)
{
	return locks.alloc && identity;
}

void *lock_new(void)
{
	return active_locks->alloc ? active_locks->alloc(EVTHREAD_LOCKTYPE_RECURSIVE) : NULL;
}

void lock_free(void *lock)
{
	if (lock && active_locks->free)
		active_locks->free(lock, EVTHREAD_LOCKTYPE_RECURSIVE);
}

void lock_acquire(void *lock)
{
	if (active_locks->lock(0, lock))
		log_fatal(LOG_MISUSE, "a lock cannot be taken");
}

void lock_release(void *lock)
{
	if (active_locks->unlock(0, lock))
		log_fatal(LOG_MISUSE, "a lock cannot be released");
}

void *condition_new(void)
{
	return conditions.alloc_condition ? conditions.alloc_condition(0) : NULL;
}

void condition_free(void *condition)
{
	if (condition && conditions.free_condition)
		conditions.free_condition(condition);
}

void condition_broadcast(void *condition)
{
	conditions.signal_condition(condition, 1);
}

void condition_wait(void *condition, void *lock)
{
	lock_debug_before_wait(lock);
	conditions.wait_condition(condition, lock_debug_real(lock), NULL);
	lock_debug_after_wait(lock);
}

unsigned long thread_identity(void)
{
	return identity ? identity() : 1;
}
