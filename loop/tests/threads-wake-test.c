/*
 * threads-wake-test - every call from another thread that must wake a sleeping loop wakes it
 *
 * The loop sleeps without limit, or for an hour. The loop calls a watcher right before each wait,
 * so that the test knows that the wait's deadline has been computed. If a call does not wake the
 * loop, the test hangs, and an alarm ends it after two minutes. The tests run under the thread
 * sanitizer.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/watch.h>

#include "loop/tests/over_backends.h"

#define TOO_LONG 120 /* s */

static const struct timeval an_hour = { 3600, 0 }, soon = { 0, 1000 };

/* What the loop's thread has done, and what it waits for. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int sleeps, calls, waiters;
	bool inside, may_return;
} seen = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static void raise_count(int *count)
{
	pthread_mutex_lock(&seen.lock);
	++*count;
	pthread_cond_broadcast(&seen.changed);
	pthread_mutex_unlock(&seen.lock);
}

static void wait_for_count(const int *count, int least)
{
	pthread_mutex_lock(&seen.lock);
	while (*count < least)
		pthread_cond_wait(&seen.changed, &seen.lock);
	pthread_mutex_unlock(&seen.lock);
}

static void set(bool *what)
{
	pthread_mutex_lock(&seen.lock);
	*what = true;
	pthread_cond_broadcast(&seen.changed);
	pthread_mutex_unlock(&seen.lock);
}

static void wait_until(const bool *what)
{
	pthread_mutex_lock(&seen.lock);
	while (!*what)
		pthread_cond_wait(&seen.changed, &seen.lock);
	pthread_mutex_unlock(&seen.lock);
}

/* -------------------------------------------------------------------------- the sleeping loop */

static const struct backend *backend;
static struct event_base *base;
static struct event *longest;
static pthread_t thread;
static int result;

static void about_to_sleep(struct evwatch *watcher, const struct evwatch_prepare_cb_info *info,
			   void *arg)
{
	struct timeval timeout;

	(void)watcher, (void)arg;
	/* If an event is active already, the wait does not sleep. */
	if (!evwatch_prepare_get_timeout(info, &timeout) || timeout.tv_sec || timeout.tv_usec)
		raise_count(&seen.sleeps);
}

static void see(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	raise_count(&seen.calls);
}

static void *run(void *flags)
{
	result = event_base_loop(base, *(int *)flags);
	return NULL;
}

static int flags_of_loop;

static void make_base(void)
{
	seen.sleeps = seen.calls = seen.waiters = 0;
	seen.inside = seen.may_return = false;
	alarm(TOO_LONG);
	base = loop_test_base(backend->name, NULL, 0);
	if (!base)
		LOOP_TEST_SKIP("%s: this machine lacks the backend\n", backend->name);
	assert_non_null(evwatch_prepare_new(base, about_to_sleep, NULL));
	longest = NULL;
}

static void start_loop(int flags, const struct timeval *timeout)
{
	longest = event_new(base, -1, 0, see, NULL);
	if (timeout)
		event_add(longest, timeout);
	flags_of_loop = flags;
	assert_int_equal(pthread_create(&thread, NULL, run, &flags_of_loop), 0);
}

static void fall_asleep(int flags, const struct timeval *timeout)
{
	start_loop(flags, timeout);
	wait_for_count(&seen.sleeps, 1);
}

static void end_loop(int expected)
{
	pthread_join(thread, NULL);
	assert_int_equal(result, expected);
	loop_test_check(base);
	event_free(longest);
	event_base_free(base);
	alarm(0);
}

static void stop_loop(void)
{
	event_base_loopbreak(base);
	end_loop(0);
}

static uint64_t wake_ups(void)
{
	struct event_base_statistics statistics;

	event_base_get_statistics(base, &statistics);
	return statistics.wake_ups_sent;
}

/* ------------------------------------------------------------------------------------- timers */

static void test_timers(void **state)
{
	static const short kinds[] = { 0, EV_PERSIST };

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		for (int common = 0; common < 2; common++) {
			for (int again = 0; again < 2; again++) {
				const struct timeval *timeout = &soon, *later = &an_hour;
				struct event *event;

				make_base();
				if (common) {
					timeout = event_base_init_common_timeout(base, timeout);
					later = event_base_init_common_timeout(base, later);
				}
				event = event_new(base, -1, kinds[kind], see, NULL);
				if (again)
					event_add(event, later);
				fall_asleep(0, &an_hour);
				event_add(event, timeout);
				wait_for_count(&seen.calls, 1);
				event_free(event);
				stop_loop();
			}
		}
	}
}

/* A timer that expires after the loop's wake-up time must not wake the loop. */
static void test_later_timers(void **state)
{
	const struct timeval two_hours = { 7200, 0 };
	const struct timeval *queue;
	struct event *event;
	uint64_t before;

	(void)state;
	make_base();
	queue = event_base_init_common_timeout(base, &two_hours);
	event = event_new(base, -1, 0, see, NULL);
	fall_asleep(0, &an_hour);
	before = wake_ups();
	event_add(event, queue);
	event_add(event, queue);
	event_add(event, &two_hours);
	event_del(event);
	assert_int_equal(wake_ups(), before);
	event_free(event);
	stop_loop();
}

/* -------------------------------------------------------------------- events that are no timers */

static struct event *event;
static int pair[2];

static void add_readable(void)
{
	assert_int_equal(write(pair[1], "x", 1), 1);
	event = event_new(base, pair[0], EV_READ, see, NULL);
	event_add(event, NULL);
}

/* Adds a writer for a descriptor that is already watched for reading. */
static void add_writable(void)
{
	event_add(event, NULL);
}

static void activate(void)
{
	event = event_new(base, -1, 0, see, NULL);
	event_active(event, EV_READ, 1);
}

static void once(void)
{
	event = NULL;
	event_base_once(base, -1, EV_TIMEOUT, see, NULL, NULL);
}

static void add_signal(void)
{
	event = evsignal_new(base, SIGUSR1, see, NULL);
	event_add(event, NULL);
	raise(SIGUSR1);
}

static void finalizer(struct event *finalized, void *arg)
{
	(void)finalized, (void)arg;
	raise_count(&seen.calls);
}

static void finalize(void)
{
	event = event_new(base, -1, 0, see, NULL);
	event_finalize(0, event, finalizer);
}

static void test_other_events_wake_the_loop(void **state)
{
	static void (*const acts[])(void) = { add_readable, activate, once, add_signal, finalize };

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		make_base();
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
		fall_asleep(EVLOOP_NO_EXIT_ON_EMPTY, NULL);
		acts[i]();
		wait_for_count(&seen.calls, 1);
		event_free(event);
		stop_loop();
		close(pair[0]);
		close(pair[1]);
	}
}

static void test_another_event_of_a_descriptor(void **state)
{
	struct event *reader;

	(void)state;
	make_base();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	reader = event_new(base, pair[0], EV_READ, see, NULL);
	event = event_new(base, pair[0], EV_WRITE, see, NULL);
	event_add(reader, NULL);
	fall_asleep(0, NULL);
	add_writable();
	wait_for_count(&seen.calls, 1);
	event_free(event);
	event_free(reader); /* the last event, so the loop ends */
	end_loop(1);
	close(pair[0]);
	close(pair[1]);
}

/*
 * As in libevent, a deletion wakes the loop, because the kernel still waits for the deleted event's
 * descriptor.
 */
static void test_one_of_two_is_deleted(void **state)
{
	struct event *events[2];

	(void)state;
	make_base();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	for (int i = 0; i < 2; i++) {
		events[i] = event_new(base, pair[i], EV_READ, see, NULL);
		event_add(events[i], NULL);
	}
	fall_asleep(0, NULL);
	event_del(events[0]);
	wait_for_count(&seen.sleeps, 2);
	event_free(events[0]);
	event_free(events[1]);
	end_loop(1);
	close(pair[0]);
	close(pair[1]);
}

/* ------------------------------------------------------------------------------- ends of a loop */

static void delete_last(void)
{
	event_del(longest);
}

static void break_loop(void)
{
	event_base_loopbreak(base);
}

static void exit_loop(void)
{
	event_base_loopexit(base, NULL);
}

static void exit_soon(void)
{
	event_base_loopexit(base, &soon);
}

static void test_ends(void **state)
{
	static const struct {
		void (*act)(void);
		int result;
	} ends[] = { { delete_last, 1 }, { break_loop, 0 }, { exit_loop, 0 }, { exit_soon, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		make_base();
		fall_asleep(0, &an_hour);
		ends[i].act();
		end_loop(ends[i].result);
	}
}

/* event_base_loopcontinue wakes the loop, which then sleeps again. */
static void test_continue(void **state)
{
	(void)state;
	make_base();
	fall_asleep(EVLOOP_NO_EXIT_ON_EMPTY, NULL);
	event_base_loopcontinue(base);
	wait_for_count(&seen.sleeps, 2);
	event_base_loopcontinue(base);
	wait_for_count(&seen.sleeps, 3);
	stop_loop();
}

/* ------------------------------------------------------------- waiting for a callback's end */

/* Condition functions that count the threads that begin to wait. */
static void *make_condition(unsigned type)
{
	pthread_cond_t *condition = malloc(sizeof(*condition));

	(void)type;
	pthread_cond_init(condition, NULL);
	return condition;
}

static void end_condition(void *condition)
{
	pthread_cond_destroy(condition);
	free(condition);
}

static int signal_condition(void *condition, int broadcast)
{
	return broadcast ? pthread_cond_broadcast(condition) : pthread_cond_signal(condition);
}

static int wait_for_condition(void *condition, void *lock, const struct timeval *timeout)
{
	(void)timeout;
	raise_count(&seen.waiters);
	return pthread_cond_wait(condition, lock);
}

static void use_own_conditions(void)
{
	static const struct evthread_condition_callbacks conditions = {
		.condition_api_version = EVTHREAD_CONDITION_API_VERSION,
		.alloc_condition = make_condition,
		.free_condition = end_condition,
		.signal_condition = signal_condition,
		.wait_condition = wait_for_condition,
	};

	evthread_set_condition_callbacks(NULL);
	assert_int_equal(evthread_set_condition_callbacks(&conditions), 0);
}

/* Returns when enough threads wait for the callback to return. */
static void stay(evutil_socket_t fd, short what, void *arg)
{
	see(fd, what, arg);
	set(&seen.inside);
	wait_for_count(&seen.waiters, *(int *)arg);
	set(&seen.may_return);
}

static void *activate_running(void *unused)
{
	(void)unused;
	event_active(event, EV_SIGNAL, 1);
	raise_count(&seen.calls);
	return NULL;
}

static void *add_running(void *unused)
{
	(void)unused;
	event_add(event, &an_hour);
	raise_count(&seen.calls);
	return NULL;
}

static void *delete_running(void *unused)
{
	(void)unused;
	event_del(event);
	raise_count(&seen.calls);
	return NULL;
}

/*
 * Several threads activate, add or delete a signal's event while its callback runs. They wait until
 * the callback has returned, because they reset the number of the event's calls. All of them must
 * then continue.
 */
static void test_waiting_for_a_signals_callback(void **state)
{
	static void *(*const acts[])(void *) = { activate_running, add_running, delete_running };

	(void)state;
	use_own_conditions();
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		for (int count = 1; count <= 3; count++) {
			pthread_t others[3];
			int needed = count;

			make_base();
			event = evsignal_new(base, SIGUSR2, stay, &needed);
			event_add(event, NULL);
			fall_asleep(EVLOOP_NO_EXIT_ON_EMPTY, NULL);
			raise(SIGUSR2);
			wait_until(&seen.inside);
			for (int j = 0; j < count; j++)
				pthread_create(&others[j], NULL, acts[i], NULL);
			for (int j = 0; j < count; j++)
				pthread_join(others[j], NULL);
			wait_until(&seen.may_return);
			event_free(event);
			stop_loop();
		}
	}
}

/* Returns when the main thread allows it. */
static void stay_until_told(evutil_socket_t fd, short what, void *arg)
{
	see(fd, what, arg);
	set(&seen.inside);
	wait_until(&seen.may_return);
}

/*
 * A loop that is awake needs no wake-up for a timer, and only one wake-up for all events that are
 * activated.
 */
static void test_wake_ups_are_few(void **state)
{
	struct event *timer, *active[20];
	uint64_t before;

	(void)state;
	make_base();
	event = event_new(base, -1, 0, stay_until_told, NULL);
	timer = event_new(base, -1, 0, see, NULL);
	event_add(event, &soon);
	start_loop(0, NULL);
	wait_until(&seen.inside);
	before = wake_ups();
	event_add(timer, &an_hour);
	event_add(timer, &soon);
	assert_int_equal(wake_ups(), before);
	for (int i = 0; i < 20; i++) {
		active[i] = event_new(base, -1, 0, see, NULL);
		event_active(active[i], EV_READ, 1);
	}
	assert_int_equal(wake_ups(), before + 1);
	set(&seen.may_return);
	wait_for_count(&seen.calls, 22);
	for (int i = 0; i < 20; i++)
		event_free(active[i]);
	event_free(timer);
	event_free(event);
	end_loop(1);
}

/* A callback that changes its own event must not wait for its own return. */
static void act_on_itself(evutil_socket_t fd, short what, void *arg)
{
	see(fd, what, arg);
	if (what & EV_WRITE)
		return;
	event_active(event, EV_SIGNAL | EV_WRITE, 1);
	event_add(event, &an_hour);
	event_del(event);
	event_del_block(event);
	event_add(event, NULL);
	event_active(event, EV_SIGNAL | EV_WRITE, 1);
}

static void test_acting_on_itself(void **state)
{
	(void)state;
	make_base();
	event = evsignal_new(base, SIGUSR2, act_on_itself, NULL);
	event_add(event, NULL);
	fall_asleep(EVLOOP_NO_EXIT_ON_EMPTY, NULL);
	raise(SIGUSR2);
	wait_for_count(&seen.calls, 2);
	event_free(event);
	stop_loop();
}

/* In simulated time a wait with a deadline ends at once, so the loop would not sleep. */
static const struct test_need sleep_until_a_deadline = { .real_time = true };

static const struct CMUnitTest tests[] = {
	TEST_WITH_NEED(test_timers, &sleep_until_a_deadline),
	TEST_WITH_NEED(test_later_timers, &sleep_until_a_deadline),
	cmocka_unit_test(test_other_events_wake_the_loop),
	cmocka_unit_test(test_another_event_of_a_descriptor),
	cmocka_unit_test(test_one_of_two_is_deleted),
	TEST_WITH_NEED(test_ends, &sleep_until_a_deadline),
	cmocka_unit_test(test_continue),
	cmocka_unit_test(test_wake_ups_are_few),
	cmocka_unit_test(test_acting_on_itself),
};

static const struct CMUnitTest tests_of_waiting[] = {
	cmocka_unit_test(test_waiting_for_a_signals_callback),
};

static void say_nothing(int severity, const char *message)
{
	(void)severity, (void)message;
}

int main(void)
{
	struct backends_run sum = { 0 };

	event_set_log_callback(say_nothing);
	if (evthread_use_pthreads())
		return 1;
	for (size_t i = 0; backends[i]; i++) {
		backend = backends[i];
		run_where_they_apply(&sum, backend, true, tests, sizeof(tests) / sizeof(*tests));
	}
	backend = backends[0];
	run_where_they_apply(&sum, backend, true, tests_of_waiting,
			     sizeof(tests_of_waiting) / sizeof(*tests_of_waiting));
	return end_backends_run(&sum);
}
