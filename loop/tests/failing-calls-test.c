/*
 * failing-calls-test - what the loop logs, returns and leaves behind when system calls fail
 */
#include "loop/wake.h" /* first, because it declares the inside of a base */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include <event2/thread.h>
#include <event2/util.h>

#include "loop/tests/child.h"
#include "loop/tests/failing_waits.h"

static void count_call(int fd, short what, void *calls)
{
	(void)fd, (void)what;
	++*(int *)calls;
}

/* --------------------------------------------------------------------------------- backends */

static void test_waits(void **state)
{
	static const struct failing_wait waits[] = {
		{ "epoll", "epoll_pwait2", EIO, true },
		{ "epoll", "epoll_pwait2", EINTR, false },
		{ "poll", "ppoll", EIO, true },
		{ "poll", "ppoll", EINTR, false },
		{ "select", "pselect", EIO, true },
		{ "select", "pselect", EINTR, false },
		/* after EBADF the next wait shows whether a descriptor is bad */
		{ "select", "pselect", EBADF, false },
		{ "virtual", "poll", EIO, true },
		{ "virtual", "poll", EINTR, false },
	};

	(void)state;
	fail_to_wait_in_turn(waits, sizeof(waits) / sizeof(*waits));
}

/* Without epoll_pwait2 the backend uses epoll_wait, which may fail, too. */
static void test_waits_in_milliseconds(void **state)
{
	struct event_base *base = loop_test_base("epoll", NULL, 0);

	(void)state;
	fail_always("epoll_pwait2", ENOSYS);
	fail_first("epoll_wait", EINTR, EIO);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY), 0);
	assert_warned(NULL, 0);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY), -1);
	assert_warned("epoll: cannot wait", EIO);
	event_base_free(base);
}

/*
 * The kernel's set may contain more or less than the loop assumes. The backend corrects that, and
 * returns all other errors.
 */
static void test_changes_of_an_epoll_set(void **state)
{
	static const struct {
		short before, after;
		int first, second; /* errors of the first and the second call */
		int result, calls;
	} changes[] = {
		{ 0, EV_READ, 0, 0, 0, 1 },
		{ 0, EV_READ, EEXIST, 0, 0, 2 },
		{ 0, EV_READ, EEXIST, ENOSPC, -ENOSPC, 2 },
		{ 0, EV_READ, ENOENT, 0, -ENOENT, 1 },
		{ 0, EV_READ, EPERM, 0, -EPERM, 1 },
		{ EV_READ, EV_WRITE, 0, 0, 0, 1 },
		{ EV_READ, EV_WRITE, ENOENT, 0, 0, 2 },
		{ EV_READ, EV_WRITE, ENOENT, ENOMEM, -ENOMEM, 2 },
		{ EV_READ, EV_WRITE, EEXIST, 0, -EEXIST, 1 },
		{ EV_READ, EV_WRITE, EBADF, 0, -EBADF, 1 },
		{ EV_READ, 0, 0, 0, 0, 1 },
		{ EV_READ, 0, ENOENT, 0, 0, 1 },
		{ EV_READ, 0, EBADF, 0, 0, 1 },
		{ EV_READ, 0, EPERM, 0, 0, 1 },
		{ EV_READ, 0, EINVAL, 0, -EINVAL, 1 },
		{ EV_READ, 0, ENOMEM, 0, -ENOMEM, 1 },
	};
	struct event_base *base = loop_test_base("epoll", NULL, 0);
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		const struct backend_change change = { pair[0], changes[i].before, changes[i].after,
						       false };
		struct fault *fault = fail_first("epoll_ctl", changes[i].first, changes[i].second);
		int result;

		/* Makes the kernel's set match the first error. */
		if (changes[i].before ? changes[i].first != ENOENT : changes[i].first == EEXIST) {
			struct epoll_event event = { .events = 0 };

			__real_epoll_ctl(*(int *)base->io.backend_state, EPOLL_CTL_ADD, pair[0],
					 &event);
		}
		result = base->io.backend->change(base->io.backend_state, &change);
		if (result != changes[i].result || fault->calls != changes[i].calls)
			fail_msg("%zu: %d after %d calls", i, result, fault->calls);
		clear_faults();
		__real_epoll_ctl(*(int *)base->io.backend_state, EPOLL_CTL_DEL, pair[0], NULL);
	}
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

/* If epoll cannot be made, nothing may be left behind, and the loop must choose another backend. */
static void test_making_epoll(void **state)
{
	struct event_base *base;

	(void)state;
	fail_always("epoll_create1", EMFILE);
	assert_null(loop_test_base("epoll", NULL, 0));
	assert_warned("epoll", EMFILE);
	base = event_base_new();
	assert_non_null(base);
	assert_string_not_equal(event_base_get_method(base), "epoll");
	event_base_free(base);
	assert_warned(NULL, 0);
}

static void reinit_without_backend(void)
{
	struct event_base *base = loop_test_base("epoll", NULL, 0);

	fail_always("epoll_create1", EMFILE);
	event_reinit(base);
}

static void test_reinit_without_backend(void **state)
{
	(void)state;
	assert_int_equal(end_of_child(reinit_without_backend), 128 + SIGABRT);
}

/*
 * If event_reinit cannot make something again, it returns an error. The base must still work, and
 * can be freed.
 */
static void test_reinit(void **state)
{
	static const char *const functions[] = { "eventfd", "pipe2", "epoll_ctl" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct event_base *base = loop_test_base("epoll", NULL, 0);
		int calls = 0;
		struct event *event = evsignal_new(base, SIGUSR1, count_call, &calls);

		assert_int_equal(evthread_make_base_notifiable(base), 0);
		assert_int_equal(event_add(event, NULL), 0);
		fail_first(functions[i], EMFILE, 0);
		assert_int_equal(event_reinit(base), -1);
		assert_int_equal(event_reinit(base), 0);
		clear_faults();
		loop_test_check(base);
		event_free(event);
		event_base_free(base);
	}
}

/* --------------------------------------------------------------------------------- wake-ups */

static void test_notifiable(void **state)
{
	struct event_base *base = loop_test_base("epoll", NULL, 0);

	(void)state;
	fail_first("eventfd", EMFILE, 0);
	fail_first("epoll_ctl", ENOSPC, 0);
	assert_int_equal(evthread_make_base_notifiable(base), -1);
	assert_int_equal(base->notify.descriptor, -1);
	assert_warned(NULL, 0);
	assert_int_equal(evthread_make_base_notifiable(base), -1);
	assert_int_equal(base->notify.descriptor, -1);
	assert_warned("epoll", ENOSPC);
	assert_int_equal(open_descriptors(), open_before + 1);
	assert_int_equal(evthread_make_base_notifiable(base), 0);
	event_base_free(base);
}

/* Wakes the base as if another thread ran its loop. */
static void wake(struct event_base *base)
{
	base->running = true;
	base->thread = thread_identity() + 1;
	wake_other(base);
	base->running = false;
}

static void test_wake_ups(void **state)
{
	static const struct {
		const char *function;
		int error;
		const char *warning;
	} failures[] = {
		{ "write", EIO, "cannot write to the eventfd" },
		{ "write", EAGAIN, NULL }, /* full, so it is readable */
		{ "read", EIO, "cannot read the eventfd" },
		{ "read", EAGAIN, NULL },
		{ "read", EINTR, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		struct event_base *base = loop_test_base("epoll", NULL, 0);

		assert_int_equal(evthread_make_base_notifiable(base), 0);
		fail_first(failures[i].function, failures[i].error, 0);
		wake(base);
		assert_true(base->notify.pending);
		event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY);
		assert_warned(failures[i].warning, failures[i].error);
		if (!strcmp(failures[i].function, "read"))
			assert_false(base->notify.pending);
		event_base_free(base);
		clear_faults();
	}
}

/* ---------------------------------------------------------------------------------- signals */

/* A failed add changes nothing: the signals still go to the other base. */
static void test_adding_signals(void **state)
{
	static const struct {
		const char *function;
		int error;
	} failures[] = { { "pipe2", EMFILE }, { "sigaction", EINVAL }, { "epoll_ctl", ENOSPC } };
	struct event_base *first = loop_test_base("epoll", NULL, 0);
	int first_calls = 0;
	struct event *old = evsignal_new(first, SIGUSR1, count_call, &first_calls);

	(void)state;
	assert_int_equal(event_add(old, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		struct event_base *base = loop_test_base("epoll", NULL, 0);
		int calls = 0, open = open_descriptors();
		struct event *event = evsignal_new(base, SIGUSR2, count_call, &calls);

		assert_int_equal(event_base_loop(first, EVLOOP_NONBLOCK), 0);
		fail_first(failures[i].function, failures[i].error, 0);
		assert_int_equal(event_add(event, NULL), -1);
		clear_faults();
		if (i != 1) /* the base has made a pipe, and keeps it for the next add */
			assert_int_equal(open_descriptors(), open);
		warnings = 0;
		loop_test_check(base);
		assert_false(event_pending(event, EV_SIGNAL, NULL));
		first_calls = 0;
		assert_int_equal(raise(SIGUSR1), 0);
		assert_int_equal(event_base_loop(first, EVLOOP_NONBLOCK), 0);
		assert_int_equal(first_calls, 1);
		assert_int_equal(event_add(event, NULL), 0);
		warnings = 0; /* the warning that signals go to another base */
		assert_int_equal(raise(SIGUSR2), 0);
		assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
		assert_int_equal(calls, 1);
		event_free(event);
		event_base_free(base);
	}
	event_free(old);
	event_base_free(first);
}

static void test_restoring_signals(void **state)
{
	struct event_base *base = loop_test_base("epoll", NULL, 0);
	struct sigaction before;
	int calls = 0;
	struct event *event = evsignal_new(base, SIGUSR1, count_call, &calls);

	(void)state;
	__real_sigaction(SIGUSR1, NULL, &before);
	assert_int_equal(event_add(event, NULL), 0);
	fail_first("sigaction", EINVAL, 0);
	event_free(event);
	assert_warned("cannot restore the handler of signal", EINVAL);
	event_base_free(base);
	__real_sigaction(SIGUSR1, &before, NULL);
}

/* A signal that does not fit into the pipe must be reported together with the next signal. */
static void test_reading_signals(void **state)
{
	static const struct {
		const char *function, *warning;
		int error;
	} failures[] = {
		{ "write", NULL, EAGAIN },
		{ "read", "cannot read signals", EIO },
		{ "read", NULL, EAGAIN },
		{ "read", NULL, EINTR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		struct event_base *base = loop_test_base("epoll", NULL, 0);
		int calls = 0;
		struct event *event = evsignal_new(base, SIGUSR1, count_call, &calls);

		assert_int_equal(event_add(event, NULL), 0);
		fail_first(failures[i].function, failures[i].error, 0);
		errno = ENOTTY;
		assert_int_equal(raise(SIGUSR1), 0);
		assert_int_equal(errno, ENOTTY);
		assert_int_equal(raise(SIGUSR1), 0);
		for (int turns = 0; turns < 2; turns++)
			assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
		assert_int_equal(calls, 2);
		assert_warned(failures[i].warning, failures[i].error);
		clear_faults();
		event_free(event);
		event_base_free(base);
	}
}

/* ---------------------------------------------------------------------------- locks and time */

static void test_locks(void **state)
{
	static const char *const functions[] = { "pthread_mutex_init", "pthread_cond_init" };

	(void)state;
	assert_int_equal(evthread_use_pthreads(), 0);
	for (size_t i = 0; i < 2; i++) {
		struct event_base *base;

		fail_first(functions[i], EAGAIN, 0);
		assert_null(event_base_new());
		assert_int_equal(live, live_before);
		base = event_base_new();
		assert_non_null(base);
		event_base_free(base);
		clear_faults();
	}
	assert_warned(NULL, 0);
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
}

static void test_clocks(void **state)
{
	static const struct {
		const char *function;
		int flags;
	} clocks[] = {
		{ "clock_gettime", 0 },
		{ "clock_gettime", EV_MONOT_PRECISE },
		{ "gettimeofday", EV_MONOT_FALLBACK },
	};
	struct timeval now;

	(void)state;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		struct evutil_monotonic_timer *timer = evutil_monotonic_timer_new();

		assert_int_equal(evutil_configure_monotonic_time(timer, clocks[i].flags), 0);
		fail_first(clocks[i].function, EINVAL, 0);
		assert_int_equal(evutil_gettime_monotonic(timer, &now), -1);
		assert_int_equal(evutil_gettime_monotonic(timer, &now), 0);
		clear_faults();
		evutil_monotonic_timer_free(timer);
	}
	fail_first("gettimeofday", EINVAL, 0);
	assert_int_equal(event_base_gettimeofday_cached(NULL, &now), -1);
	assert_int_equal(event_base_gettimeofday_cached(NULL, &now), 0);
}

/* ---------------------------------------------------------------------------------- sockets */

/*
 * A socket pair over loopback takes nine calls. If any of them fails, no descriptor may stay open.
 */
static void test_socket_pairs(void **state)
{
	static const struct {
		const char *function;
		int first, second;
	} failures[] = {
		{ "socket", EMFILE, 0 },	{ "bind", EADDRINUSE, 0 },
		{ "listen", EADDRINUSE, 0 },	{ "socket", 0, EMFILE },
		{ "getsockname", ENOBUFS, 0 },	{ "connect", ETIMEDOUT, 0 },
		{ "accept", EMFILE, 0 },	{ "getsockname", 0, ENOBUFS },
		{ "getpeername", ENOTCONN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		int pair[2] = { -1, -1 }, result, error;

		fail_first(failures[i].function, failures[i].first, failures[i].second);
		errno = 0;
		result = evutil_socketpair(AF_INET, SOCK_STREAM, 0, pair);
		error = errno;
		clear_faults();
		assert_int_equal(result, -1);
		assert_int_equal(error, failures[i].first + failures[i].second);
		assert_int_equal(open_descriptors(), open_before);
		assert_true(pair[0] == -1 && pair[1] == -1);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(test_waits),
	TEST(test_waits_in_milliseconds),
	TEST(test_changes_of_an_epoll_set),
	TEST(test_making_epoll),
	TEST(test_reinit_without_backend),
	TEST(test_reinit),
	TEST(test_notifiable),
	TEST(test_wake_ups),
	TEST(test_adding_signals),
	TEST(test_restoring_signals),
	TEST(test_reading_signals),
	TEST(test_locks),
	TEST(test_clocks),
	TEST(test_socket_pairs),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
