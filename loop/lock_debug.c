/*
 * lock_debug.c - checked locks, which report misuse
 *
 * A checked lock consists of the program's own lock, the thread that holds it, and a count of how
 * often that thread holds it. Only the thread that holds the lock writes the holder and the count,
 * so they need no further lock.
 */
#include "loop/lock_debug.h"

#include "loop/log.h"
#include "loop/memory.h"

#include <event2/thread.h>

struct checked_lock {
	void *real;
	unsigned locktype;
	unsigned long holder;
	int count;
};

static bool debugging;
static struct evthread_lock_callbacks real_callbacks;
static unsigned long (*thread_of_caller)(void);

static void *checked_alloc(unsigned locktype)
{
	struct checked_lock *lock = memory_allocate_zeroed(1, sizeof(*lock));

	if (!lock)
		return NULL;
	/* The real lock is always recursive, so a thread that takes it twice is not blocked. */
	lock->real = real_callbacks.alloc(locktype | EVTHREAD_LOCKTYPE_RECURSIVE);
	lock->locktype = locktype;
	if (lock->real)
		return lock;
	memory_free(lock);
	return NULL;
}

static void checked_free(void *memory, unsigned locktype)
{
	struct checked_lock *lock = memory;

	if (lock->count)
		log_fatal(LOG_MISUSE, "lock debugging: a lock is freed while it is held");
	if (lock->locktype != locktype)
		log_fatal(LOG_MISUSE,
			  "lock debugging: a lock is freed with another type than at creation");
	real_callbacks.free(lock->real, locktype | EVTHREAD_LOCKTYPE_RECURSIVE);
	memory_free(lock);
}

static int checked_lock(unsigned mode, void *memory)
{
	struct checked_lock *lock = memory;
	int result;

	if ((lock->locktype & EVTHREAD_LOCKTYPE_READWRITE) &&
	    !(mode & (EVTHREAD_READ | EVTHREAD_WRITE)))
		log_fatal(LOG_MISUSE,
			  "lock debugging: a readers-writer lock is taken for neither use");
	result = real_callbacks.lock(mode, lock->real);
	if (result)
		return result;
	if (lock->count && lock->holder != thread_of_caller())
		log_fatal(LOG_MISUSE, "lock debugging: a lock is held by two threads");
	if (lock->count && !(lock->locktype & EVTHREAD_LOCKTYPE_RECURSIVE))
		log_fatal(LOG_MISUSE,
			  "lock debugging: a lock that is not recursive is taken twice");
	lock->holder = thread_of_caller();
	lock->count++;
	return 0;
}

static void give_back(struct checked_lock *lock)
{
	if (!lock->count)
		log_fatal(LOG_MISUSE, "lock debugging: a lock is released that is not held");
	if (lock->holder != thread_of_caller())
		log_fatal(LOG_MISUSE,
			  "lock debugging: a lock is released by a thread that does not hold it");
	if (!--lock->count)
		lock->holder = 0;
}

static int checked_unlock(unsigned mode, void *memory)
{
	struct checked_lock *lock = memory;

	give_back(lock);
	return real_callbacks.unlock(mode, lock->real);
}

const struct evthread_lock_callbacks *lock_debug_wrap(
	const struct evthread_lock_callbacks *callbacks, unsigned long (*identity)(void))
{
	static const struct evthread_lock_callbacks checked = {
		.lock_api_version = EVTHREAD_LOCK_API_VERSION,
		.supported_locktypes = EVTHREAD_LOCKTYPE_RECURSIVE,
		.alloc = checked_alloc,
		.free = checked_free,
		.lock = checked_lock,
		.unlock = checked_unlock,
	};

	real_callbacks = *callbacks;
	thread_of_caller = identity;
	debugging = true;
	return &checked;
}

void *lock_debug_real(void *lock)
{
	return debugging ? ((struct checked_lock *)lock)->real : lock;
}

/* A wait releases and takes the real lock without calling checked_unlock and checked_lock. */
void lock_debug_before_wait(void *lock)
{
	if (debugging)
		give_back(lock);
}

void lock_debug_after_wait(void *memory)
{
	struct checked_lock *lock = memory;

	if (!debugging)
		return;
	lock->holder = thread_of_caller();
	lock->count++;
}
