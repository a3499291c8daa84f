/*
 * thread-test - the program's own locking functions, and that the loop releases every lock
 *
 * threads-loop-test tests what several threads do to one loop at the same time.
 */
#include "loop/lock.h"

#include <signal.h>

#include <event2/event_struct.h>
#include <event2/watch.h>

#include "loop/tests/counted_locks.h"

static const struct timeval second = { 1, 0 }, zero = { 0, 0 };

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
	assert_false(lock_available()); /* none of the calls above was accepted */
	evthread_set_id_callback(NULL);
	assert_int_equal(evthread_set_lock_callbacks(&counting), 0);
	assert_int_equal(evthread_set_lock_callbacks(&counting), 0); /* the same ones again */
	assert_not_warned();
	wrong = counting;
	wrong.lock = count_unlock;
	assert_int_equal(evthread_set_lock_callbacks(&wrong), -1);
	assert_warned("already set");
	assert_false(lock_available()); /* threads cannot be told apart yet */
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
		wrong = counting_conditions;
		wrong.condition_api_version += missing == 0;
		wrong.alloc_condition = missing == 1 ? NULL : wrong.alloc_condition;
		wrong.free_condition = missing == 2 ? NULL : wrong.free_condition;
		wrong.signal_condition = missing == 3 ? NULL : wrong.signal_condition;
		wrong.wait_condition = missing == 4 ? NULL : wrong.wait_condition;
		assert_int_equal(evthread_set_condition_callbacks(&wrong), -1);
	}
	assert_null(condition_new()); /* none of the calls above was accepted */
	assert_int_equal(evthread_set_condition_callbacks(&counting_conditions), 0);
	memset(&same, 255, sizeof(same)); /* the padding is not compared */
	same.condition_api_version = counting_conditions.condition_api_version;
	same.alloc_condition = counting_conditions.alloc_condition;
	same.free_condition = counting_conditions.free_condition;
	same.signal_condition = counting_conditions.signal_condition;
	same.wait_condition = counting_conditions.wait_condition;
	assert_int_equal(evthread_set_condition_callbacks(&same), 0);
	assert_not_warned();
	wrong = counting_conditions;
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
	assert_int_equal(thread_identity(), 1); /* without a callback all threads are equal */
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

/* A macro, so that a failure reports the line of the call. */
#define FREE_AFTER(call)                                                                           \
	do {                                                                                       \
		(void)(call);                                                                      \
		assert_int_equal(held, 0);                                                         \
	} while (0)

/* Calls functions that change something, and checks that each of them releases the lock. */
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

/* Calls functions that read something, or that make and free it. */
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

/* Makes functions fail. Each of them must release the lock. */
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

/* Leaves the loop in every way, and calls event_base_free_nofinalize. */
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

/* If the lock or the condition of a base cannot be made, no base may be made. */
static void test_locks_that_cannot_be_made(void **state)
{
	struct evthread_lock_callbacks locks = counting;
	struct evthread_condition_callbacks none = counting_conditions;

	(void)state;
	locks.alloc = no_alloc;
	evthread_set_lock_callbacks(&locks);
	evthread_set_condition_callbacks(&counting_conditions);
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

/* A program may set locks without condition callbacks. Then deletions do not wait for callbacks. */
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

/* The process must end, because it cannot continue without the data that the lock protects. */
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
 * With locks, a base is notifiable from the start. The eventfd's event does not count as one of the
 * program's events.
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
			assert_int_equal(after, before + 1); /* the eventfd of the base */
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, reset, reset)

static const struct CMUnitTest tests[] = {
	TEST(test_lock_callbacks),
	TEST(test_condition_callbacks),
	TEST(test_id_callback),
	TEST(test_locks_are_given_back_after_questions_and_failures),
	TEST(test_locks_are_given_back_by_every_way_out),
	TEST(test_every_lock_is_given_back),
	TEST(test_locks_that_cannot_be_made),
	TEST(test_locks_without_conditions),
	TEST(test_locks_that_fail),
	TEST(test_bases_without_a_lock),
	TEST(test_a_base_made_before_there_were_locks),
	TEST(test_notifiable),
	TEST(test_notifiable_with_locks),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
