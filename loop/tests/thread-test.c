/*
 * thread-test - the program's own locking functions, and that the loop releases every lock
 *
 * threads-loop-test tests what several threads do to one loop at the same time.
 */
#include "loop/lock.h"
#include "loop/lock_debug.h"

#include <pthread.h>
#include <signal.h>

#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/watch.h>

#include "loop/tests/child.h"
#include "loop/tests/journal.h"

/*
 * Included once more to call the wait with a timeout directly. The loop never waits with a timeout.
 */
#define evthread_use_pthreads use_pthreads_of_this_file
#include "loop/thread_pthreads.c"
#undef evthread_use_pthreads

static const struct timeval second = { 1, 0 }, zero = { 0, 0 };

/* Locks that only count: how many exist, and how often they are held. */
static int made, held, most;
static char a_lock;

static void *count_alloc(unsigned type)
{
	assert_true(type & EVTHREAD_LOCKTYPE_RECURSIVE);
	made++;
	return &a_lock;
}

static void count_free(void *lock, unsigned type)
{
	assert_ptr_equal(lock, &a_lock);
	assert_true(type & EVTHREAD_LOCKTYPE_RECURSIVE);
	made--;
}

static int count_lock(unsigned mode, void *lock)
{
	(void)mode;
	assert_ptr_equal(lock, &a_lock);
	most = ++held > most ? held : most;
	return 0;
}

static int count_unlock(unsigned mode, void *lock)
{
	(void)mode, (void)lock;
	held--;
	return 0;
}

static unsigned long one_thread(void)
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

static void *count_condition_alloc(unsigned type)
{
	(void)type;
	conditions_made++;
	return &a_lock;
}

static void count_condition_free(void *condition)
{
	assert_ptr_equal(condition, &a_lock);
	conditions_made--;
}

static int no_signal(void *condition, int all)
{
	(void)condition, (void)all;
	return 0;
}

static int no_wait(void *condition, void *lock, const struct timeval *timeout)
{
	(void)condition, (void)lock, (void)timeout;
	return 0;
}

static const struct evthread_condition_callbacks conditions = {
	.condition_api_version = EVTHREAD_CONDITION_API_VERSION,
	.alloc_condition = count_condition_alloc,
	.free_condition = count_condition_free,
	.signal_condition = no_signal,
	.wait_condition = no_wait,
};

static int reset(void **state)
{
	(void)state;
	event_set_log_callback(say_nothing);
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
	made = held = most = conditions_made = 0;
	return journal_start(state);
}

static void test_lock_callbacks(void **state)
{
	struct evthread_lock_callbacks wrong;

	(void)state;
	for (int missing = 0; missing < 5; missing++) {
		wrong = counting;
		wrong.lock_api_version += missing == 0;
		wrong.alloc = missing == 1 ? NULL : wrong.alloc;
		wrong.free = missing == 2 ? NULL : wrong.free;
		wrong.lock = missing == 3 ? NULL : wrong.lock;
		wrong.unlock = missing == 4 ? NULL : wrong.unlock;
		assert_int_equal(evthread_set_lock_callbacks(&wrong), -1);
	}
	evthread_set_id_callback(one_thread);
	assert_false(lock_available()); /* none of them was accepted */
	evthread_set_id_callback(NULL);
	assert_int_equal(evthread_set_lock_callbacks(&counting), 0);
	assert_int_equal(evthread_set_lock_callbacks(&counting), 0); /* the same ones again */
	assert_not_warned();
	wrong = counting;
	wrong.lock = count_unlock;
	assert_int_equal(evthread_set_lock_callbacks(&wrong), -1);
	assert_warned("already set");
	assert_false(lock_available()); /* without a way to tell threads apart */
	evthread_set_id_callback(one_thread);
	assert_true(lock_available());
	assert_int_equal(evthread_set_lock_callbacks(NULL), 0);
	assert_warned("removed");
	assert_int_equal(evthread_set_lock_callbacks(NULL), 0);
	assert_not_warned();
}

static void test_condition_callbacks(void **state)
{
	struct evthread_condition_callbacks same, wrong;

	(void)state;
	for (int missing = 0; missing < 5; missing++) {
		wrong = conditions;
		wrong.condition_api_version += missing == 0;
		wrong.alloc_condition = missing == 1 ? NULL : wrong.alloc_condition;
		wrong.free_condition = missing == 2 ? NULL : wrong.free_condition;
		wrong.signal_condition = missing == 3 ? NULL : wrong.signal_condition;
		wrong.wait_condition = missing == 4 ? NULL : wrong.wait_condition;
		assert_int_equal(evthread_set_condition_callbacks(&wrong), -1);
	}
	assert_null(condition_new()); /* none of them was accepted */
	assert_int_equal(evthread_set_condition_callbacks(&conditions), 0);
	memset(&same, 255, sizeof(same)); /* padding does not count */
	same.condition_api_version = conditions.condition_api_version;
	same.alloc_condition = conditions.alloc_condition;
	same.free_condition = conditions.free_condition;
	same.signal_condition = conditions.signal_condition;
	same.wait_condition = conditions.wait_condition;
	assert_int_equal(evthread_set_condition_callbacks(&same), 0);
	assert_not_warned();
	wrong = conditions;
	wrong.free_condition = NULL;
	assert_int_equal(evthread_set_condition_callbacks(&wrong), -1);
	assert_warned("already set");
	assert_int_equal(evthread_set_condition_callbacks(NULL), 0);
	assert_warned("removed");
}

static unsigned long a_thread(void)
{
	return 17;
}

static void test_id_callback(void **state)
{
	(void)state;
	assert_int_equal(thread_identity(), 1); /* without a callback all threads are one */
	evthread_set_id_callback(a_thread);
	assert_int_equal(thread_identity(), 17);
	evthread_set_id_callback(NULL);
	assert_int_equal(thread_identity(), 1);
	evthread_set_lock_callbacks(&counting);
	assert_false(lock_available());
}

/* ----------------------------------------------------------------------- every lock is released */

static void count_prepare(struct evwatch *watch, const struct evwatch_prepare_cb_info *info,
			  void *arg)
{
	(void)watch, (void)info, (void)arg;
	assert_int_equal(held, 0);
}

static void without_the_lock(evutil_socket_t fd, short what, void *arg)
{
	assert_int_equal(held, 0);
	note(fd, what, arg);
}

/* A macro, so that a failure names the line of the call. */
#define FREE_AFTER(call)                                                                           \
	do {                                                                                       \
		(void)(call);                                                                      \
		assert_int_equal(held, 0);                                                         \
	} while (0)

/* Functions that change something. After each of them the lock is free. */
static void use_everything(struct event_base *base, struct event *event)
{
	struct timeval time;

	FREE_AFTER(event_assign(event, base, -1, EV_PERSIST, without_the_lock, "a"));
	FREE_AFTER(event_add(event, &second));
	FREE_AFTER(event_add(event, event_base_init_common_timeout(base, &second)));
	FREE_AFTER(event_pending(event, EV_TIMEOUT, &time));
	FREE_AFTER(event_remove_timer(event));
	FREE_AFTER(event_priority_set(event, 0));
	FREE_AFTER(event_active(event, EV_READ, 1));
	FREE_AFTER(event_del(event));
	FREE_AFTER(event_del_block(event));
	FREE_AFTER(event_del_noblock(event));
	FREE_AFTER(event_base_once(base, -1, EV_TIMEOUT, without_the_lock, "o", NULL));
	FREE_AFTER(event_base_once(base, -1, EV_PERSIST, without_the_lock, "o", NULL));
	FREE_AFTER(event_base_loopexit(base, &second));
	FREE_AFTER(event_base_loopbreak(base));
	FREE_AFTER(event_base_loopcontinue(base));
	FREE_AFTER(event_base_got_exit(base));
	FREE_AFTER(event_base_got_break(base));
	FREE_AFTER(event_base_gettimeofday_cached(base, &time));
	FREE_AFTER(event_base_update_cache_time(base));
	FREE_AFTER(event_gettime_monotonic(base, &time));
	FREE_AFTER(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED));
	FREE_AFTER(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 1));
	FREE_AFTER(event_base_get_running_event(base));
	FREE_AFTER(event_base_priority_init(base, 2));
	FREE_AFTER(event_base_get_npriorities(base));
	FREE_AFTER(event_base_active_by_fd(base, 7, EV_READ));
	FREE_AFTER(event_base_active_by_signal(base, SIGUSR1));
	FREE_AFTER(event_base_get_timer_footprint(base));
	FREE_AFTER(event_base_virtual_advance(base, 1));
	FREE_AFTER(evwatch_prepare_new(base, count_prepare, NULL));
	FREE_AFTER(event_reinit(base));
	FREE_AFTER(event_base_loop(base, 0));
	FREE_AFTER(event_base_loop(base, EVLOOP_ONCE));
	FREE_AFTER(event_base_check(base));
}

static int is_this(const struct event_base *base, const struct event *event, void *arg)
{
	(void)base;
	return event == arg;
}

static void count_check(struct evwatch *watch, const struct evwatch_check_cb_info *info, void *arg)
{
	(void)info, (void)arg;
	assert_int_equal(held, 0);
	evwatch_free(watch);
	assert_int_equal(held, 0);
}

/* Functions that ask for something, or that make and free it. */
static void look_at_everything(struct event_base *base, struct event *event, FILE *output)
{
	struct event_base_statistics statistics;
	int found = 0;

	FREE_AFTER(event_assign(event, base, -1, 0, without_the_lock, "a"));
	FREE_AFTER(event_add(event, &second));
	FREE_AFTER(found = event_base_foreach_event(base, is_this, event));
	assert_int_equal(found, 1);
	FREE_AFTER(event_base_dump_events(base, output));
	FREE_AFTER(event_base_get_statistics(base, &statistics));
	FREE_AFTER(event_initialized(event));
	FREE_AFTER(event_base_get_method(base));
	FREE_AFTER(event_base_get_features(base));
	FREE_AFTER(evwatch_check_new(base, count_check, NULL));
	FREE_AFTER(evwatch_free(evwatch_prepare_new(base, count_prepare, NULL)));
	FREE_AFTER(event_del(event));
	FREE_AFTER(event_base_set(base, event));
	FREE_AFTER(event_free(event_new(base, -1, 0, without_the_lock, "a")));
	FREE_AFTER(evthread_make_base_notifiable(base));
	FREE_AFTER(event_base_dispatch(base));
	FREE_AFTER(event_base_loop(base, EVLOOP_NONBLOCK));
}

/* A function that fails releases the lock as well. */
static void fail_at_everything(struct event_base *base, struct event *event)
{
	event_assign(event, base, 1 << 20, EV_READ, without_the_lock, "a"); /* not open */
	FREE_AFTER(event_base_loop(base, EVLOOP_NONBLOCK));
	FREE_AFTER(event_base_priority_init(base, 0));
	FREE_AFTER(event_base_priority_init(base, EVENT_MAX_PRIORITIES));
	FREE_AFTER(event_base_once(base, -1, EV_SIGNAL, without_the_lock, "o", NULL));
	FREE_AFTER(event_base_once(base, -1, 0, without_the_lock, "o", NULL));
	FREE_AFTER(event_base_init_common_timeout(base, NULL));
	FREE_AFTER(event_base_foreach_event(base, NULL, NULL));
	FREE_AFTER(event_base_active_by_fd(base, -1, EV_READ));
	FREE_AFTER(event_base_active_by_fd(base, 1 << 20, EV_READ | EV_TIMEOUT));
	FREE_AFTER(event_base_active_by_signal(base, -1));
	FREE_AFTER(event_base_active_by_signal(base, 1 << 20));
	FREE_AFTER(event_priority_set(event, 99));
	event_assign(event, base, SIGKILL, EV_SIGNAL, without_the_lock, "a");
	assert_int_equal(event_add(event, &second), -1);
	assert_int_equal(held, 0);
	event_assign(event, base, 1 << 20, EV_SIGNAL, without_the_lock, "a");
	assert_int_equal(event_add(event, &second), -1);
	assert_int_equal(held, 0);
	for (int i = 0; i < 300; i++) {
		const struct timeval duration = { 1000 + i, 0 };

		FREE_AFTER(event_base_init_common_timeout(base, &duration));
	}
}

static void take_counted_locks(void)
{
	evthread_set_lock_callbacks(&counting);
	evthread_set_condition_callbacks(&conditions);
	evthread_set_id_callback(one_thread);
}

static void test_locks_are_given_back_after_questions_and_failures(void **state)
{
	FILE *output = tmpfile();
	struct event_base *base;
	struct event event;

	(void)state;
	take_counted_locks();
	base = virtual_base(0);
	look_at_everything(base, &event, output);
	assert_string_equal(journal.text, "");
	fail_at_everything(base, &event);
	end_base(base);
	assert_true(most >= 1);
	assert_int_equal(made + conditions_made, 0);
	fclose(output);
}

static void loop_inside(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = arg;

	(void)fd, (void)what;
	assert_int_equal(event_base_loop(base, 0), -1);
	assert_int_equal(held, 0);
	assert_int_equal(event_base_priority_init(base, 3), -1);
	assert_int_equal(held, 0);
	event_base_loopbreak(base);
	assert_int_equal(held, 0);
}

static void free_what_was_finalized(struct event *event, void *arg)
{
	(void)event, (void)arg;
	assert_int_equal(held, 0);
	write_down("f");
}

/* Every way out of the loop, and event_base_free_nofinalize. */
static void test_locks_are_given_back_by_every_way_out(void **state)
{
	struct event_base *base;

	(void)state;
	take_counted_locks();
	base = virtual_base(0);
	event_base_once(base, -1, EV_TIMEOUT, loop_inside, base, NULL);
	assert_int_equal(event_base_dispatch(base), 0);
	assert_int_equal(held, 0);
	event_base_loopexit(base, NULL);
	assert_int_equal(event_base_dispatch(base), 0);
	assert_int_equal(held, 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(held, 0);
	event_free_finalize(0, event_new(base, -1, 0, without_the_lock, "n"),
			    free_what_was_finalized);
	assert_int_equal(held, 0);
	event_base_dispatch(base);
	assert_journal("f");
	loop_test_check(base);
	event_base_free_nofinalize(base);
	assert_int_equal(held, 0);
	assert_int_equal(made + conditions_made, 0);
}

static void finalizer(struct event *event, void *arg)
{
	(void)event, (void)arg;
	assert_int_equal(held, 0);
	write_down("F");
}

static void test_every_lock_is_given_back(void **state)
{
	struct event_base *base;
	struct event event, last;

	(void)state;
	take_counted_locks();
	base = virtual_base(0);
	assert_int_equal(made, 1);
	assert_int_equal(conditions_made, 1);
	use_everything(base, &event);
	event_assign(&last, base, -1, 0, without_the_lock, "l");
	event_finalize(0, &last, finalizer);
	end_base(base);
	assert_string_equal(journal.text, "oF");
	assert_int_equal(held, 0);
	assert_int_equal(made, 0);
	assert_int_equal(conditions_made, 0);
	assert_true(most >= 1);
}

static void *no_alloc(unsigned type)
{
	(void)type;
	return NULL;
}

/* Without its lock or its condition a base would only seem to be safe. So no base is made. */
static void test_locks_that_cannot_be_made(void **state)
{
	struct evthread_lock_callbacks locks = counting;
	struct evthread_condition_callbacks none = conditions;

	(void)state;
	locks.alloc = no_alloc;
	evthread_set_lock_callbacks(&locks);
	evthread_set_condition_callbacks(&conditions);
	evthread_set_id_callback(one_thread);
	assert_null(loop_test_base("virtual", NULL, 0));
	assert_int_equal(conditions_made, 0);
	reset(NULL);
	none.alloc_condition = no_alloc;
	evthread_set_lock_callbacks(&counting);
	evthread_set_condition_callbacks(&none);
	evthread_set_id_callback(one_thread);
	assert_null(loop_test_base("virtual", NULL, 0));
	assert_int_equal(made, 0);
}

/*
 * A program may set locks and no conditions. It gets bases, whose deletions do not wait for
 * callbacks.
 */
static void test_locks_without_conditions(void **state)
{
	struct event_base *base;
	struct event *event;

	(void)state;
	evthread_set_lock_callbacks(&counting);
	evthread_set_id_callback(one_thread);
	base = loop_test_base("virtual", NULL, 0);
	assert_non_null(base);
	assert_true(made > 0);
	event = evtimer_new(base, note, "a");
	assert_int_equal(event_add(event, &second), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(event_del_block(event), 0);
	assert_string_equal(journal.text, "a");
	event_free(event);
	event_base_free(base);
}

static int refuse(unsigned mode, void *lock)
{
	(void)mode, (void)lock;
	return 1;
}

static void lock_what_refuses(void)
{
	struct evthread_lock_callbacks locks = counting;

	locks.lock = refuse;
	evthread_set_lock_callbacks(&locks);
	lock_acquire(lock_new());
}

static void unlock_what_refuses(void)
{
	struct evthread_lock_callbacks locks = counting;

	locks.unlock = refuse;
	evthread_set_lock_callbacks(&locks);
	lock_release(lock_new());
}

/* The process ends, since it cannot go on without the data that the lock protects. */
static void test_locks_that_fail(void **state)
{
	(void)state;
	assert_int_equal(end_of_child(lock_what_refuses), 128 + SIGABRT);
	assert_int_equal(end_of_child(unlock_what_refuses), 128 + SIGABRT);
}

static void test_bases_without_a_lock(void **state)
{
	struct event_base *base;

	(void)state;
	evthread_set_lock_callbacks(&counting);
	evthread_set_id_callback(one_thread);
	base = virtual_base(EVENT_BASE_FLAG_NOLOCK);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &zero);
	event_base_dispatch(base);
	end_base(base);
	assert_journal("a");
	assert_int_equal(made, 0);
	assert_int_equal(most, 0);
}

static void test_a_base_made_before_there_were_locks(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	evthread_set_lock_callbacks(&counting);
	evthread_set_id_callback(one_thread);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &zero);
	event_base_dispatch(base);
	end_base(base);
	assert_journal("a");
	assert_int_equal(most, 0);
}

static void test_notifiable(void **state)
{
	struct event_base *base;

	(void)state;
	assert_int_equal(evthread_make_base_notifiable(NULL), -1);
	base = virtual_base(0);
	assert_int_equal(evthread_make_base_notifiable(base), 0);
	assert_int_equal(evthread_make_base_notifiable(base), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	assert_int_equal(event_base_dispatch(base), 1);
	end_base(base);
}

/*
 * With locks, a base is notifiable from the start. The eventfd's event is not one of the program's.
 */
static void test_notifiable_with_locks(void **state)
{
	static const int flags[] = { 0, EVENT_BASE_FLAG_NOLOCK };

	(void)state;
	take_counted_locks();
	for (int i = 0; i < 2; i++) {
		int before = dup(0), after;
		struct event_base *base;

		close(before);
		base = virtual_base(flags[i]);
		if (!flags[i]) {
			after = dup(0);
			close(after);
			assert_int_equal(after, before + 1); /* its eventfd */
		}
		assert_int_equal(evthread_make_base_notifiable(base), 0);
		assert_int_equal(evthread_make_base_notifiable(base), 0);
		after = dup(0);
		close(after);
		assert_int_equal(after, before + 1);
		assert_int_equal(held, 0);
		assert_int_equal(event_base_dispatch(base), 1);
		end_base(base);
		after = dup(0);
		close(after);
		assert_int_equal(after, before);
	}
}

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

/* What several threads share, and how far they are. */
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
 * A wait releases the lock, or the other threads could not count. It holds the lock again when it
 * returns.
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
 * The wait returns 1 when its time is over, and 0 if it is woken before. The microseconds may
 * exceed a second.
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

/* If the program has set locks or conditions of its own, evthread_use_pthreads sets neither. */
static void test_pthreads_beside_others(void **state)
{
	(void)state;
	assert_int_equal(others_come_first(&counting, &conditions), -1);
	assert_int_equal(others_come_first(&counting, NULL), -1);
	assert_int_equal(others_come_first(NULL, &conditions), -1);
	assert_int_equal(others_come_first(NULL, NULL), 0);
	assert_int_not_equal(thread_identity(), 1);
}

/* --------------------------------------------------------------------------- lock debugging */

/* The function has two spellings. */
static void (*enable)(void) = evthread_enable_lock_debugging;

/* The lock that a misuse leaves behind. It is static, so that the leak checker finds it. */
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

/* The loop does not use these kinds of locks, so the tests call the checking functions directly. */
static const struct evthread_lock_callbacks *checked_locks(void)
{
	take_counted_locks();
	return lock_debug_wrap(&counting);
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
 * These locks do not lock. So a thread can take a lock that another thread holds, whose identity is
 * larger or smaller.
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

/* A lock that cannot be taken at once is no misuse, and is not held afterwards. */
static void try_what_another_holds(void)
{
	struct evthread_lock_callbacks refusing = counting;
	const struct evthread_lock_callbacks *checked;
	refusing.lock = refuse;
	checked = lock_debug_wrap(&refusing);
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
	TEST(test_lock_callbacks),
	TEST(test_condition_callbacks),
	TEST(test_id_callback),
	TEST(test_every_lock_is_given_back),
	TEST(test_locks_are_given_back_after_questions_and_failures),
	TEST(test_locks_are_given_back_by_every_way_out),
	TEST(test_locks_that_cannot_be_made),
	TEST(test_locks_that_fail),
	TEST(test_locks_without_conditions),
	TEST(test_bases_without_a_lock),
	TEST(test_a_base_made_before_there_were_locks),
	TEST(test_notifiable),
	TEST(test_notifiable_with_locks),
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
