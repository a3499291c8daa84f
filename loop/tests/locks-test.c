/*
 * locks-test - locks and conditions of pthreads, and locks that check their use
 */
#include "loop/lock.h"
#include "loop/lock_debug.h"

#include <pthread.h>
#include <signal.h>

#include <event2/thread.h>

#include "loop/tests/counted_locks.h"

/*
 * Includes the source file to call the wait with a timeout directly. The loop never waits with a
 * timeout.
 */
#define evthread_use_pthreads use_pthreads_of_this_file
#include "loop/thread_pthreads.c"
#undef evthread_use_pthreads

static const struct timeval second = { 1, 0 };

/* ------------------------------------------------------------------------------------- pthreads */

static void test_pthreads(void **state)
{
	void *lock, *condition;

	(void)state;
	assert_int_equal(evthread_use_pthreads(), 0);
	assert_int_equal(evthread_use_pthreads(), 0);
	assert_true(lock_available());
	assert_int_equal(thread_identity(), thread_identity());
	lock = lock_new();
	condition = condition_new();
	assert_non_null(lock);
	assert_non_null(condition);
	lock_acquire(lock);
	lock_acquire(lock); /* the locks are recursive */
	lock_release(lock);
	condition_broadcast(condition);
	lock_release(lock);
	condition_free(condition);
	lock_free(lock);
}

/* The state that several threads share. */
static struct {
	void *lock, *condition;
	int waiting, woken;
} handing;

static void *wait_to_be_woken(void *arg)
{
	(void)arg;
	lock_acquire(handing.lock);
	handing.waiting++;
	condition_broadcast(handing.condition);
	while (!handing.woken)
		condition_wait(handing.condition, handing.lock);
	handing.waiting--;
	lock_release(handing.lock);
	return NULL;
}

/*
 * A wait must release the lock, because otherwise the other threads could not count. It must hold
 * the lock again when it returns.
 */
static void wake_threads(void)
{
	enum { THREADS = 3 };
	pthread_t threads[THREADS];

	memset(&handing, 0, sizeof(handing));
	handing.lock = lock_new();
	handing.condition = condition_new();
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, wait_to_be_woken, NULL), 0);
	lock_acquire(handing.lock);
	while (handing.waiting < THREADS)
		condition_wait(handing.condition, handing.lock);
	handing.woken = 1;
	condition_broadcast(handing.condition);
	lock_release(handing.lock);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(handing.waiting, 0);
	condition_free(handing.condition);
	lock_free(handing.lock);
}

static void test_conditions(void **state)
{
	(void)state;
	assert_int_equal(evthread_use_pthreads(), 0);
	wake_threads();
	condition_free(NULL);
	lock_free(NULL);
}

static void *signal_it(void *arg)
{
	(void)arg;
	mutex_lock(0, handing.lock);
	handing.woken = 1;
	assert_int_equal(condition_signal(handing.condition, 0), 0);
	mutex_unlock(0, handing.lock);
	return NULL;
}

/*
 * The wait returns 1 when the timeout has passed, and 0 if it is woken earlier. The microseconds
 * may exceed a second.
 */
static void test_waiting_with_a_timeout(void **state)
{
	static const struct timeval over[] = { { 0, 0 }, { -5, 0 }, { 0, 1 }, { -2, 1999999 } };
	const struct timeval long_one = { 60, 5999999 };
	pthread_t thread;
	int result = 0;

	(void)state;
	memset(&handing, 0, sizeof(handing));
	handing.lock = mutex_alloc(0);
	handing.condition = condition_alloc(0);
	mutex_lock(0, handing.lock);
	for (size_t i = 0; i < sizeof(over) / sizeof(*over); i++) {
		assert_int_equal(condition_wait_for(handing.condition, handing.lock, &over[i]), 1);
		assert_int_equal(mutex_lock(EVTHREAD_TRY, handing.lock), EBUSY); /* held again */
	}
	assert_int_equal(pthread_create(&thread, NULL, signal_it, NULL), 0);
	while (!handing.woken && !result)
		result = condition_wait_for(handing.condition, handing.lock, &long_one);
	assert_int_equal(result, 0);
	assert_int_equal(mutex_unlock(0, handing.lock), 0);
	pthread_join(thread, NULL);
	condition_release(handing.condition);
	mutex_free(handing.lock, 0);
}

static int others_come_first(const struct evthread_lock_callbacks *locks,
			     const struct evthread_condition_callbacks *theirs)
{
	int result;

	reset(NULL);
	evthread_set_lock_callbacks(locks);
	evthread_set_condition_callbacks(theirs);
	result = evthread_use_pthreads();
	journal.warnings = 0;
	return result;
}

/* If the program has set its own locks or conditions, evthread_use_pthreads sets neither. */
static void test_pthreads_beside_others(void **state)
{
	(void)state;
	assert_int_equal(others_come_first(&counting, &counting_conditions), -1);
	assert_int_equal(others_come_first(&counting, NULL), -1);
	assert_int_equal(others_come_first(NULL, &counting_conditions), -1);
	assert_int_equal(others_come_first(NULL, NULL), 0);
	assert_int_not_equal(thread_identity(), 1);
}

/* --------------------------------------------------------------------------- lock debugging */

/* Set to one of the two spellings of the function. */
static void (*enable)(void) = evthread_enable_lock_debugging;

/* The lock that a misuse does not free. It is static, so that the leak checker finds it. */
static void *lock;

static void use_checked_locks(void)
{
	enable();
	if (evthread_use_pthreads())
		_exit(99);
}

static void release_what_is_free(void)
{
	use_checked_locks();
	lock = lock_new();
	lock_release(lock);
}

static void free_what_is_held(void)
{
	use_checked_locks();
	lock = lock_new();
	lock_acquire(lock);
	lock_free(lock);
}

static void *release_it(void *arg)
{
	(void)arg;
	lock_release(lock);
	return NULL;
}

static void release_anothers(void)
{
	pthread_t thread;
	use_checked_locks();
	lock = lock_new();
	lock_acquire(lock);
	pthread_create(&thread, NULL, release_it, NULL);
	pthread_join(thread, NULL);
}

/*
 * Returns checked locks. The loop does not use these kinds of locks, so the tests call the checking
 * functions directly.
 */
static const struct evthread_lock_callbacks *checked_locks(void)
{
	take_counted_locks();
	return lock_debug_wrap(&counting, thread_identity);
}

static void take_twice_what_is_not_recursive(void)
{
	const struct evthread_lock_callbacks *checked = checked_locks();
	lock = checked->alloc(0);

	if (checked->lock(0, lock) || checked->unlock(0, lock) || checked->lock(0, lock))
		_exit(99);
	checked->lock(0, lock);
}

static void free_as_another_type(void)
{
	const struct evthread_lock_callbacks *checked = checked_locks();

	lock = checked->alloc(0);
	checked->free(lock, EVTHREAD_LOCKTYPE_RECURSIVE);
}

static void take_as_neither_reader_nor_writer(void)
{
	const struct evthread_lock_callbacks *checked = checked_locks();
	lock = checked->alloc(EVTHREAD_LOCKTYPE_READWRITE);

	if (checked->lock(EVTHREAD_READ, lock) || checked->unlock(EVTHREAD_READ, lock))
		_exit(99);
	if (checked->lock(EVTHREAD_WRITE, lock) || checked->unlock(EVTHREAD_WRITE, lock))
		_exit(99);
	checked->lock(0, lock);
}

/*
 * The identity of the calling thread. The counted locks do not lock. So a thread can take a lock
 * that another thread holds, whose identity is larger or smaller.
 */
static unsigned long who;

static unsigned long named(void)
{
	return who;
}

static void take_as(unsigned long second_one)
{
	const struct evthread_lock_callbacks *checked = checked_locks();

	evthread_set_id_callback(named);
	lock = checked->alloc(EVTHREAD_LOCKTYPE_RECURSIVE);
	who = 5;
	if (checked->lock(0, lock) || checked->lock(0, lock))
		_exit(99);
	who = second_one;
	checked->lock(0, lock);
}

static void take_as_a_smaller_one(void)
{
	take_as(4);
}

static void take_as_a_larger_one(void)
{
	take_as(6);
}

static void release_once_too_often(void)
{
	use_checked_locks();
	lock = lock_new();
	lock_acquire(lock);
	lock_acquire(lock);
	lock_release(lock);
	lock_release(lock);
	lock_release(lock);
}

static void wait_without_the_lock(void)
{
	use_checked_locks();
	lock = lock_new();
	handing.condition = condition_new();
	condition_wait(handing.condition, lock);
}

static void *wait_in_vain(void *arg)
{
	(void)arg;
	condition_wait(handing.condition, lock);
	return NULL;
}

static void wait_with_anothers_lock(void)
{
	pthread_t thread;
	use_checked_locks();
	lock = lock_new();
	handing.condition = condition_new();
	lock_acquire(lock);
	pthread_create(&thread, NULL, wait_in_vain, NULL);
	pthread_join(thread, NULL);
}

static void wake_checked_threads(void)
{
	use_checked_locks();
	wake_threads();
}

/* A try that fails is not a misuse, and the lock is not held afterwards. */
static void try_what_another_holds(void)
{
	struct evthread_lock_callbacks refusing = counting;
	const struct evthread_lock_callbacks *checked;
	refusing.lock = refuse;
	checked = lock_debug_wrap(&refusing, thread_identity);
	lock = checked->alloc(EVTHREAD_LOCKTYPE_RECURSIVE);
	if (checked->lock(EVTHREAD_TRY, lock) != 1)
		_exit(2);
	checked->free(lock, EVTHREAD_LOCKTYPE_RECURSIVE);
}

static void use_them_well(void)
{
	struct event_base *base;

	use_checked_locks();
	base = loop_test_base("virtual", NULL, 0);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	event_base_dispatch(base);
	event_base_free(base);
	if (strcmp(journal.text, "a"))
		_exit(2);
}

static void test_lock_debugging(void **state)
{
	static void (*const spellings[])(void) = { evthread_enable_lock_debugging,
						   evthread_enable_lock_debuging };
	static void (*const misuses[])(void) = {
		release_what_is_free,	 free_what_is_held,
		release_anothers,	 take_twice_what_is_not_recursive,
		free_as_another_type,	 take_as_neither_reader_nor_writer,
		release_once_too_often,	 wait_without_the_lock,
		wait_with_anothers_lock, take_as_a_smaller_one,
		take_as_a_larger_one,
	};

	(void)state;
	for (int spelling = 0; spelling < 2; spelling++) {
		enable = spellings[spelling];
		for (size_t i = 0; i < sizeof(misuses) / sizeof(*misuses); i++) {
			int end = end_of_child(misuses[i]);

			if (end != 128 + SIGABRT)
				fail_msg("misuse %zu: ended with %d", i, end);
		}
		assert_int_equal(end_of_child(use_them_well), 0);
		assert_int_equal(end_of_child(wake_checked_threads), 0);
		assert_int_equal(end_of_child(try_what_another_holds), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reset, reset)

static const struct CMUnitTest tests[] = {
	TEST(test_pthreads),
	TEST(test_conditions),
	TEST(test_waiting_with_a_timeout),
	TEST(test_pthreads_beside_others),
	TEST(test_lock_debugging),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
