/*
 * thread-test - the functions for locking that a program gives, and that every lock is given back
 *
 * What several threads do to one loop at the same time is tested by threads-loop-test.
 */
#include "loop/lock.h"

#include <pthread.h>

#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/watch.h>

#include "loop/tests/child.h"
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 }, zero = { 0, 0 };

/* Locks that count: how many there are, and how often they are held. */
static int made, held, most;
static char a_lock;

static void *count_alloc(unsigned type)
{
	assert_int_equal(type, EVTHREAD_LOCKTYPE_RECURSIVE);
	made++;
	return &a_lock;
}

static void count_free(void *lock, unsigned type)
{
	assert_ptr_equal(lock, &a_lock);
	assert_int_equal(type, EVTHREAD_LOCKTYPE_RECURSIVE);
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

static void *condition_alloc(unsigned type)
{
	(void)type;
	return &a_lock;
}

static void condition_release(void *condition)
{
	(void)condition;
}

static int condition_signal(void *condition, int all)
{
	(void)condition, (void)all;
	return 0;
}

static int condition_wait_for(void *condition, void *lock, const struct timeval *timeout)
{
	(void)condition, (void)lock, (void)timeout;
	return 0;
}

static const struct evthread_condition_callbacks conditions = {
	.condition_api_version = EVTHREAD_CONDITION_API_VERSION,
	.alloc_condition = condition_alloc,
	.free_condition = condition_release,
	.signal_condition = condition_signal,
	.wait_condition = condition_wait_for,
};

static int reset(void **state)
{
	(void)state;
	event_set_log_callback(say_nothing);
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
	made = held = most = 0;
	return journal_start(state);
}

static void test_lock_callbacks(void **state)
{
	struct evthread_lock_callbacks wrong = counting;

	(void)state;
	wrong.lock_api_version++;
	assert_int_equal(evthread_set_lock_callbacks(&wrong), -1);
	wrong = counting;
	wrong.unlock = NULL;
	assert_int_equal(evthread_set_lock_callbacks(&wrong), -1);
	assert_false(lock_available());
	assert_int_equal(evthread_set_lock_callbacks(&counting), 0);
	assert_int_equal(evthread_set_lock_callbacks(&counting), 0); /* the same ones again */
	assert_not_warned();
	wrong = counting;
	wrong.lock = count_unlock;
	assert_int_equal(evthread_set_lock_callbacks(&wrong), -1);
	assert_warned("set already");
	assert_false(lock_available()); /* without a way to tell threads apart */
	evthread_set_id_callback(one_thread);
	assert_true(lock_available());
	assert_int_equal(evthread_set_lock_callbacks(NULL), 0);
	assert_warned("taken away");
	assert_int_equal(evthread_set_lock_callbacks(NULL), 0);
	assert_not_warned();
}

static void test_condition_callbacks(void **state)
{
	struct evthread_condition_callbacks same, wrong = conditions;

	(void)state;
	wrong.condition_api_version++;
	assert_int_equal(evthread_set_condition_callbacks(&wrong), -1);
	wrong = conditions;
	wrong.wait_condition = NULL;
	assert_int_equal(evthread_set_condition_callbacks(&wrong), -1);
	assert_int_equal(evthread_set_condition_callbacks(&conditions), 0);
	memset(&same, 255, sizeof(same)); /* what is between the fields does not count */
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
	assert_warned("set already");
	assert_int_equal(evthread_set_condition_callbacks(NULL), 0);
	assert_warned("taken away");
}

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

/* Everything once, with a look at the lock after each: a macro, so that the line is the call's. */
static void use_everything(struct event_base *base, struct event *event)
{
#define FREE_AFTER(call)                                                                           \
	do {                                                                                       \
		(void)(call);                                                                      \
		assert_int_equal(held, 0);                                                         \
	} while (0)

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
#undef FREE_AFTER
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
	evthread_set_lock_callbacks(&counting);
	evthread_set_condition_callbacks(&conditions);
	evthread_set_id_callback(one_thread);
	base = virtual_base(0);
	assert_int_equal(made, 1);
	use_everything(base, &event);
	event_assign(&last, base, -1, 0, without_the_lock, "l");
	event_finalize(0, &last, finalizer);
	end_base(base);
	assert_string_equal(journal.text, "oF");
	assert_int_equal(held, 0);
	assert_int_equal(made, 0);
	assert_true(most >= 1);
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

/* --------------------------------------------------------------------- those of the C library */

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
	lock_acquire(lock); /* they are recursive */
	lock_release(lock);
	condition_broadcast(condition);
	lock_release(lock);
	condition_free(condition);
	lock_free(lock);
}

/* --------------------------------------------------------------------------- lock debugging */

static void use_checked_locks(void)
{
	evthread_enable_lock_debugging();
	if (evthread_use_pthreads())
		_exit(99);
}

static void release_what_is_free(void)
{
	use_checked_locks();
	lock_release(lock_new());
}

static void free_what_is_held(void)
{
	void *lock;

	use_checked_locks();
	lock = lock_new();
	lock_acquire(lock);
	lock_free(lock);
}

static void *release_it(void *lock)
{
	lock_release(lock);
	return NULL;
}

static void release_anothers(void)
{
	pthread_t thread;
	void *lock;

	use_checked_locks();
	lock = lock_new();
	lock_acquire(lock);
	pthread_create(&thread, NULL, release_it, lock);
	pthread_join(thread, NULL);
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
	(void)state;
	assert_int_equal(end_of_child(release_what_is_free), 1);
	assert_int_equal(end_of_child(free_what_is_held), 1);
	assert_int_equal(end_of_child(release_anothers), 1);
	assert_int_equal(end_of_child(use_them_well), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reset, reset)

static const struct CMUnitTest tests[] = {
	TEST(test_lock_callbacks),
	TEST(test_condition_callbacks),
	TEST(test_every_lock_is_given_back),
	TEST(test_bases_without_a_lock),
	TEST(test_a_base_made_before_there_were_locks),
	TEST(test_notifiable),
	TEST(test_pthreads),
	TEST(test_lock_debugging),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
