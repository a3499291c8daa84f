/*
 * backend-process-test - forks, signals, and a lack of descriptors, over every backend in real time
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "loop/tests/real_time.h"

static void test_fork_and_reinit(void **state)
{
	struct event_base *base = new_base();
	struct timeval soon = loop_test_timeval(5 * MILLISECOND);
	struct seen readable = { 0 }, timed = { 0 };
	struct event *reader, *timer;
	int pair[2], status;
	pid_t child;

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ | EV_PERSIST, see_and_read, &readable);
	timer = event_new(base, -1, 0, see, &timed);
	event_add(reader, NULL);
	event_add(timer, &soon);
	turn(base);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		int wrong = 0;

		if (event_reinit(base))
			_exit(10);
		if (write(pair[1], "c", 1) != 1)
			_exit(11);
		while (!readable.calls || !timed.calls)
			event_base_loop(base, EVLOOP_ONCE);
		wrong |= event_base_check(base) != NULL;
		event_del(reader); /* must not remove the descriptor from the parent's set */
		event_base_free(base);
		_exit(wrong);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(write(pair[1], "p", 1), 1);
	while (!readable.calls || !timed.calls)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(reader);
	event_free(timer);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static void see_signal(int fd, short what, void *arg)
{
	see(fd, what, arg);
}

static void break_loop(int fd, short what, void *base)
{
	(void)fd, (void)what;
	event_base_loopbreak(base);
}

/* Usually the loop sleeps after that time. If it does not, it finds the event without a wake-up. */
static void *activate_from_outside(void *event)
{
	usleep(20000);
	event_active(event, EV_TIMEOUT, 1);
	return NULL;
}

/* The parent's eventfd and signal pipe belong to the parent. The child must not use them. */
static void test_fork_leaves_the_parents_notices(void **state)
{
	struct event_base *base = new_base();
	struct seen seen = { 0 };
	struct event *event = evsignal_new(base, SIGUSR1, see_signal, &seen);
	struct event *leave = event_new(base, -1, 0, break_loop, base);
	pthread_t thread;
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(evthread_make_base_notifiable(base), 0);
	event_add(event, NULL);
	turn(base);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (event_reinit(base))
			_exit(10);
		raise(SIGUSR1);
		while (!seen.calls)
			event_base_loop(base, EVLOOP_ONCE);
		raise(SIGUSR1); /* the child does not read this signal */
		event_free(leave);
		event_free(event);
		event_base_free(base);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	turn(base);
	assert_int_equal(seen.calls, 0); /* the signals were sent to the child */
	alarm(600);
	assert_int_equal(pthread_create(&thread, NULL, activate_from_outside, leave), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY), 0);
	pthread_join(thread, NULL);
	raise(SIGUSR1);
	while (!seen.calls)
		event_base_loop(base, EVLOOP_ONCE);
	alarm(0);
	event_free(leave);
	event_free(event);
	event_base_free(base);
}

/* event_reinit must also work if the base's eventfd has the number 0. */
static void test_reinit_of_descriptor_0(void **state)
{
	int kept = dup(0), parents;
	uint64_t one = 1;
	struct event_base *base;

	(void)state;
	if (kept < 0)
		assert_int_equal(open("/dev/null", O_RDONLY), 0);
	/* With a lock, the base would make its eventfd at once, and with another number. */
	base = loop_test_base(backend->name, NULL, EVENT_BASE_FLAG_NOLOCK);
	if (!base)
		LOOP_TEST_SKIP("%s: this machine does not have it\n", backend->name);
	close(0);
	assert_int_equal(evthread_make_base_notifiable(base), 0);
	parents = dup(0);
	assert_true(parents > 0);
	assert_int_equal(event_reinit(base), 0);
	assert_int_equal(write(parents, &one, sizeof(one)), sizeof(one));
	assert_int_equal(read(0, &one, sizeof(one)), -1);
	assert_int_equal(errno, EAGAIN);
	event_base_free(base);
	assert_int_equal(fcntl(0, F_GETFD), -1);
	if (kept >= 0) {
		dup2(kept, 0);
		close(kept);
	}
	close(parents);
}

static void test_signals(void **state)
{
	struct event_base *base = new_base();
	struct seen persistent = { 0 }, single = { 0 };
	struct sigaction before, after;
	struct event *first = evsignal_new(base, SIGUSR1, see_signal, &persistent);
	struct event *second = event_new(base, SIGUSR1, EV_SIGNAL, see_signal, &single);

	(void)state;
	sigaction(SIGUSR1, NULL, &before);
	assert_int_equal(event_add(first, NULL), 0);
	assert_int_equal(event_add(second, NULL), 0);
	raise(SIGUSR1);
	raise(SIGUSR1);
	raise(SIGUSR1);
	while (persistent.calls < 3)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(persistent.calls, 3);
	assert_int_equal(persistent.what, EV_SIGNAL);
	assert_int_equal(single.calls, 3);
	assert_int_equal(event_pending(second, EV_SIGNAL, NULL), 0);
	loop_test_check(base);
	raise(SIGUSR1);
	while (persistent.calls < 4)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(single.calls, 3);
	event_del(first);
	sigaction(SIGUSR1, NULL, &after);
	assert_true(before.sa_handler == after.sa_handler);
	event_free(first);
	event_free(second);
	event_base_free(base);
}

static void delete_itself(int fd, short what, void *arg)
{
	struct event **event = arg;

	(void)fd, (void)what;
	event_del(*event);
	*event = NULL;
}

static void test_deleting_a_signal_aborts_its_calls(void **state)
{
	struct event_base *base = new_base();
	struct event *event = NULL, *kept;

	(void)state;
	event = kept = evsignal_new(base, SIGUSR2, delete_itself, &event);
	event_add(event, NULL);
	raise(SIGUSR2);
	raise(SIGUSR2);
	while (event)
		event_base_loop(base, EVLOOP_ONCE); /* a second call would crash */
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1);
	event_free(kept);
	event_base_free(base);
}

static void test_interrupted_by_a_signal(void **state)
{
	struct event_base *base = new_base();
	struct timeval timeout = loop_test_timeval(30 * MILLISECOND);
	struct seen timed = { 0 }, signalled = { 0 };
	struct event *timer = event_new(base, -1, 0, see, &timed);
	struct event *signal = evsignal_new(base, SIGALRM, see_signal, &signalled);
	uint64_t begun = now();

	(void)state;
	event_add(timer, &timeout);
	event_add(signal, NULL);
	ualarm(5000, 0);
	/* On a busy machine the signal may come after the timer. */
	while (!timed.calls || !signalled.calls)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_true(now() - begun >= 30 * MILLISECOND);
	assert_int_equal(signalled.calls, 1);
	event_free(timer);
	event_free(signal);
	event_base_free(base);
}

static void test_impossible_signals(void **state)
{
	struct event_base *base = new_base();
	static const int numbers[] = { -1, 0, 65, 1000, SIGKILL };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct seen seen = { 0 };
		struct event *event = evsignal_new(base, numbers[i], see, &seen);

		assert_int_equal(event_add(event, NULL), -1);
		loop_test_check(base);
		event_free(event);
	}
	event_base_free(base);
}

/* When a base fails to add a signal, the base that owns the process's signals must keep them. */
static void test_failed_signals_leave_the_owner(void **state)
{
	struct event_base *owner = new_base(), *other = new_base();
	struct seen seen = { 0 };
	struct event *event = evsignal_new(owner, SIGUSR1, see, &seen);
	struct event *impossible = evsignal_new(other, SIGKILL, see, &seen);

	(void)state;
	assert_int_equal(event_add(event, NULL), 0);
	assert_int_equal(event_add(impossible, NULL), -1);
	raise(SIGUSR1);
	assert_int_equal(event_base_loop(owner, EVLOOP_NONBLOCK), 0);
	assert_int_equal(seen.calls, 1);
	event_free(event);
	event_free(impossible);
	event_base_free(other);
	event_base_free(owner);
}

/* When no descriptors are left, adding a signal event must fail and change nothing. */
static void test_no_descriptors_left(void **state)
{
	struct event_base *base = new_base();
	struct rlimit limit, none;
	struct seen seen = { 0 };
	struct event *event = evsignal_new(base, SIGUSR1, see, &seen);
	struct timeval soon = loop_test_timeval(MILLISECOND);

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	none = limit;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(event_add(event, &soon), -1);
	loop_test_check(base);
	assert_int_equal(event_pending(event, EV_SIGNAL | EV_TIMEOUT, NULL), 0);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_int_equal(event_add(event, &soon), 0);
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(seen.what, EV_TIMEOUT);
	event_free(event);
	event_base_free(base);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fork_and_reinit),
	cmocka_unit_test(test_reinit_of_descriptor_0),
	cmocka_unit_test(test_signals),
	cmocka_unit_test(test_deleting_a_signal_aborts_its_calls),
	cmocka_unit_test(test_interrupted_by_a_signal),
	cmocka_unit_test(test_impossible_signals),
	cmocka_unit_test(test_failed_signals_leave_the_owner),
	cmocka_unit_test(test_no_descriptors_left),
	cmocka_unit_test(test_fork_leaves_the_parents_notices),
};

int main(void)
{
	return run_in_real_time(tests, sizeof(tests) / sizeof(*tests));
}
