/*
 * counted_locks.h - locks and conditions that only count how many exist and how many are held
 */
#ifndef COUNTED_LOCKS_H
#define COUNTED_LOCKS_H

#include <event2/thread.h>

#include "loop/tests/child.h"
#include "loop/tests/journal.h"

/* The number of locks, how many are held, and the most held at once. */
static int made, held, most;
static char a_lock;

static inline void *count_alloc(unsigned type)
{
	assert_true(type & EVTHREAD_LOCKTYPE_RECURSIVE);
	made++;
	return &a_lock;
}

static inline void count_free(void *lock, unsigned type)
{
	assert_ptr_equal(lock, &a_lock);
	assert_true(type & EVTHREAD_LOCKTYPE_RECURSIVE);
	made--;
}

static inline int count_lock(unsigned mode, void *lock)
{
	(void)mode;
	assert_ptr_equal(lock, &a_lock);
	most = ++held > most ? held : most;
	return 0;
}

static inline int count_unlock(unsigned mode, void *lock)
{
	(void)mode, (void)lock;
	held--;
	return 0;
}

static inline unsigned long one_thread(void)
{
	return 1;
}

static const struct evthread_lock_callbacks counting = {
	.lock_api_version = EVTHREAD_LOCK_API_VERSION,
	.supported_locktypes = EVTHREAD_LOCKTYPE_RECURSIVE,
	.alloc = count_alloc,
	.free = count_free,
	.lock = count_lock,
	.unlock = count_unlock,
};

static int conditions_made;

static inline void *count_condition_alloc(unsigned type)
{
	(void)type;
	conditions_made++;
	return &a_lock;
}

static inline void count_condition_free(void *condition)
{
	assert_ptr_equal(condition, &a_lock);
	conditions_made--;
}

static inline int no_signal(void *condition, int all)
{
	(void)condition, (void)all;
	return 0;
}

static inline int no_wait(void *condition, void *lock, const struct timeval *timeout)
{
	(void)condition, (void)lock, (void)timeout;
	return 0;
}

static const struct evthread_condition_callbacks counting_conditions = {
	.condition_api_version = EVTHREAD_CONDITION_API_VERSION,
	.alloc_condition = count_condition_alloc,
	.free_condition = count_condition_free,
	.signal_condition = no_signal,
	.wait_condition = no_wait,
};

static inline void take_counted_locks(void)
{
	evthread_set_lock_callbacks(&counting);
	evthread_set_condition_callbacks(&counting_conditions);
	evthread_set_id_callback(one_thread);
}

static inline int refuse(unsigned mode, void *lock)
{
	(void)mode, (void)lock;
	return 1;
}

/* Removes all lock functions from the process and resets the counts. For setup and teardown. */
static inline int reset(void **state)
{
	(void)state;
	event_set_log_callback(say_nothing);
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
	made = held = most = conditions_made = 0;
	return journal_start(state);
}

#endif
