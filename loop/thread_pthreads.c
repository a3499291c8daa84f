/*
 * thread_pthreads.c - evthread_use_pthreads, which sets locking functions for POSIX threads
 *
 * All locks are mutexes, even if the caller asks for a readers-writer lock. The loop does not ask
 * for such locks. A mutex is stricter and so still correct.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#include "loop/memory.h"

#include <event2/thread.h>

static void *mutex_alloc(unsigned locktype)
{
	pthread_mutex_t *mutex = memory_allocate(sizeof(*mutex));
	pthread_mutexattr_t attributes;
	int result;

	if (!mutex)
		return NULL;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, locktype & EVTHREAD_LOCKTYPE_RECURSIVE
						       ? PTHREAD_MUTEX_RECURSIVE
						       : PTHREAD_MUTEX_NORMAL);
	result = pthread_mutex_init(mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	if (!result)
		return mutex;
	memory_free(mutex);
	return NULL;
}

static void mutex_free(void *mutex, unsigned locktype)
{
	(void)locktype;
	pthread_mutex_destroy(mutex);
	memory_free(mutex);
}

static int mutex_lock(unsigned mode, void *mutex)
{
	return mode & EVTHREAD_TRY ? pthread_mutex_trylock(mutex) : pthread_mutex_lock(mutex);
}

static int mutex_unlock(unsigned mode, void *mutex)
{
	(void)mode;
	return pthread_mutex_unlock(mutex);
}

/* Timed waits use the monotonic clock, so that a change of the wall clock does not affect them. */
static void *condition_alloc(unsigned type)
{
	pthread_cond_t *condition = memory_allocate(sizeof(*condition));
	pthread_condattr_t attributes;
	int result;

	(void)type;
	if (!condition)
		return NULL;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	result = pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
	if (!result)
		return condition;
	memory_free(condition);
	return NULL;
}

static void condition_release(void *condition)
{
	pthread_cond_destroy(condition);
	memory_free(condition);
}

static int condition_signal(void *condition, int broadcast)
{
	int result = broadcast ? pthread_cond_broadcast(condition) : pthread_cond_signal(condition);

	return result ? -1 : 0;
}

static int condition_wait_for(void *condition, void *mutex, const struct timeval *timeout)
{
	struct timespec until;
	int result;

	if (!timeout)
		return pthread_cond_wait(condition, mutex) ? -1 : 0;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout->tv_sec + timeout->tv_usec / 1000000;
	until.tv_nsec += timeout->tv_usec % 1000000 * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	result = pthread_cond_timedwait(condition, mutex, &until);
	if (result == ETIMEDOUT)
		return 1;
	return result ? -1 : 0;
}

static unsigned long thread_id(void)
{
	return (unsigned long)pthread_self();
}

int evthread_use_pthreads(void)
{
	static const struct evthread_lock_callbacks locks = {
		.lock_api_version = EVTHREAD_LOCK_API_VERSION,
		.supported_locktypes = EVTHREAD_LOCKTYPE_RECURSIVE,
		.alloc = mutex_alloc,
		.free = mutex_free,
		.lock = mutex_lock,
		.unlock = mutex_unlock,
	};
	static const struct evthread_condition_callbacks conditions = {
		.condition_api_version = EVTHREAD_CONDITION_API_VERSION,
		.alloc_condition = condition_alloc,
		.free_condition = condition_release,
		.signal_condition = condition_signal,
		.wait_condition = condition_wait_for,
	};

	evthread_set_id_callback(thread_id);
	if (evthread_set_lock_callbacks(&locks) || evthread_set_condition_callbacks(&conditions))
		return -1;
	return 0;
}
