/*
 * backend-loop-test - the loop over every backend, in real time
 *
 * No test here depends on speed. The tests check that no timer is early and that every awaited
 * event comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/thread.h>

#include "loop/tests/over_backends.h"

/* The backend of the tests that are running. */
static const struct backend *backend;

static struct event_base *new_base(void)
{
	struct event_base *base = loop_test_base(backend->name, NULL, 0);

	if (!base)
		LOOP_TEST_SKIP("%s: this machine does not have it\n", backend->name);
	return base;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void socket_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
			 0);
}

/*
 * What a callback was called with: the number of calls, the bits of the latest call, and of all
 * calls.
 */
struct seen {
	int calls;
	short what;
	short all;
};

static void see(int fd, short what, void *arg)
{
	struct seen *seen = arg;

	(void)fd;
	seen->calls++;
	seen->what = what;
	seen->all |= what;
}

static void see_and_read(int fd, short what, void *arg)
{
	char buffer[64];

	see(fd, what, arg);
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
}

static void turn(struct event_base *base)
{
	event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	loop_test_check(base);
}

static void test_read_and_write(void **state)
{
	struct event_base *base = new_base();
	struct seen readable = { 0 }, writable = { 0 };
	struct event *reader, *writer;
	int pair[2];

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ | EV_PERSIST, see_and_read, &readable);
	writer = event_new(base, pair[0], EV_WRITE, see, &writable);
	assert_int_equal(event_add(reader, NULL), 0);
	turn(base);
	assert_int_equal(readable.calls, 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	turn(base);
	assert_int_equal(readable.calls, 1);
	assert_int_equal(readable.what, EV_READ);
	turn(base);
	assert_int_equal(readable.calls, 1);
	/*
	 * Two events on one descriptor: adding the writer changes what the backend waits for, and
	 * so does the end of the writer's call.
	 */
	assert_int_equal(event_add(writer, NULL), 0);
	turn(base);
	assert_int_equal(writable.calls, 1);
	assert_int_equal(writable.what, EV_WRITE);
	turn(base);
	assert_int_equal(writable.calls, 1);
	assert_int_equal(event_del(reader), 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	turn(base);
	assert_int_equal(readable.calls, 1);
	event_free(reader);
	event_free(writer);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static void test_hang_up(void **state)
{
	struct event_base *base = new_base();
	struct seen seen = { 0 };
	struct event *reader;
	int pair[2];

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ, see, &seen);
	event_add(reader, NULL);
	close(pair[1]);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.calls, 1);
	assert_true(seen.what & EV_READ);
	event_free(reader);
	event_base_free(base);
	close(pair[0]);
}

static void test_early_close(void **state)
{
	struct event_base *base = new_base();
	struct seen seen = { 0 };
	struct event *closed;
	int pair[2];

	(void)state;
	socket_pair(pair);
	closed = event_new(base, pair[0], EV_CLOSED, see, &seen);
	event_add(closed, NULL);
	assert_int_equal(write(pair[1], "unread", 6), 6);
	turn(base);
	assert_int_equal(seen.calls, 0);
	shutdown(pair[1], SHUT_WR);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.calls, 1);
	assert_true(seen.what & EV_CLOSED);
	event_free(closed);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static void test_edge_trigger(void **state)
{
	struct event_base *base = new_base();
	struct seen seen = { 0 };
	struct event *reader;
	int pair[2];

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ | EV_PERSIST | EV_ET, see, &seen);
	event_add(reader, NULL);
	assert_int_equal(write(pair[1], "x", 1), 1);
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(seen.calls, 1); /* although nothing was read */
	assert_int_equal(seen.what, EV_READ | EV_ET);
	assert_int_equal(write(pair[1], "y", 1), 1);
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(seen.calls, 2);
	event_free(reader);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

/*
 * The descriptor of a level-triggered and an edge-triggered event is level-triggered, so that the
 * first misses nothing.
 */
static void test_edge_and_level_together(void **state)
{
	struct event_base *base = new_base();
	struct seen by_level = { 0 }, by_edge = { 0 };
	struct event *level, *edge;
	int pair[2];

	(void)state;
	socket_pair(pair);
	level = event_new(base, pair[0], EV_READ | EV_PERSIST, see, &by_level);
	edge = event_new(base, pair[0], EV_READ | EV_PERSIST | EV_ET, see, &by_edge);
	assert_int_equal(event_add(level, NULL), 0);
	assert_int_equal(event_add(edge, NULL), 0);
	loop_test_check(base);
	assert_int_equal(write(pair[1], "x", 1), 1);
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(by_level.calls, 5);
	assert_int_equal(by_level.what, EV_READ);
	assert_int_equal(by_edge.what, EV_READ); /* a report without an edge */
	event_del(level);
	loop_test_check(base);
	turn(base); /* now edge-triggered: the change itself may count as an edge */
	by_edge.calls = 0;
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(by_edge.calls, 0);
	assert_int_equal(event_add(level, NULL), 0);
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(by_level.calls, 10);
	event_free(level);
	event_free(edge);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static void test_many_events_on_one_descriptor(void **state)
{
	struct event_base *base = new_base();
	struct event *events[300];
	struct seen seen = { 0 };
	int pair[2];

	(void)state;
	socket_pair(pair);
	assert_int_equal(write(pair[1], "x", 1), 1);
	for (int i = 0; i < 300; i++) {
		events[i] = event_new(base, pair[0], i % 3 ? EV_READ : EV_WRITE, see, &seen);
		assert_int_equal(event_add(events[i], NULL), 0);
	}
	loop_test_check(base);
	for (int i = 0; i < 300; i += 10)
		event_del(events[i]);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.calls, 270);
	for (int i = 0; i < 300; i++)
		event_free(events[i]);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

/*
 * A program closes a descriptor, opens another that gets the same number, and only then deletes the
 * event of the first.
 */
static void test_descriptor_reused_after_close(void **state)
{
	struct event_base *base = new_base();
	struct seen before = { 0 }, after = { 0 };
	struct event *first, *second;
	int pair[2], again[2];

	(void)state;
	socket_pair(pair);
	first = event_new(base, pair[0], EV_READ | EV_PERSIST, see_and_read, &before);
	event_add(first, NULL);
	turn(base);
	close(pair[0]);
	close(pair[1]);
	socket_pair(again);
	assert_int_equal(again[0], pair[0]);
	event_del(first);
	second = event_new(base, again[0], EV_READ | EV_PERSIST, see_and_read, &after);
	assert_int_equal(event_add(second, NULL), 0);
	assert_int_equal(write(again[1], "x", 1), 1);
	turn(base);
	turn(base);
	assert_int_equal(before.calls, 0);
	assert_int_equal(after.calls, 1);
	event_free(first);
	event_free(second);
	event_base_free(base);
	close(again[0]);
	close(again[1]);
}

/*
 * A program closes a descriptor and does not delete its event. The event may or may not be called,
 * and the loop goes on.
 */
static void test_closed_descriptor(void **state)
{
	struct event_base *base = new_base();
	struct seen closed = { 0 }, open = { 0 }, late = { 0 };
	struct timeval soon = loop_test_timeval(5 * MILLISECOND);
	struct event *reader, *other, *timer;
	int pair[2], second[2];

	(void)state;
	socket_pair(pair);
	socket_pair(second);
	reader = event_new(base, pair[0], EV_READ, see, &closed);
	other = event_new(base, second[0], EV_READ, see, &open);
	timer = event_new(base, -1, 0, see, &late);
	event_add(reader, NULL);
	event_add(other, NULL);
	event_add(timer, &soon);
	turn(base);
	close(pair[0]);
	assert_int_equal(write(second[1], "x", 1), 1);
	event_base_loopexit(base, &(struct timeval){ 0, 20000 });
	assert_int_equal(event_base_dispatch(base) < 0, 0);
	assert_int_equal(open.calls, 1);
	assert_int_equal(late.calls, 1);
	event_free(reader);
	event_free(other);
	event_free(timer);
	event_base_free(base);
	close(pair[1]);
	close(second[0]);
	close(second[1]);
}

static void test_bad_descriptor_is_refused_or_reported(void **state)
{
	struct event_base *base = new_base();
	struct timeval soon = loop_test_timeval(5 * MILLISECOND);
	struct seen seen = { 0 }, timed = { 0 };
	struct event *reader = event_new(base, 987, EV_READ, see, &seen);
	struct event *timer = event_new(base, -1, 0, see, &timed);

	(void)state;
	assert_int_equal(fcntl(987, F_GETFD), -1);
	/*
	 * epoll refuses the descriptor at once, and then nothing has changed. poll reports it in
	 * the next wait.
	 */
	if (event_add(reader, &soon)) {
		assert_int_equal(event_pending(reader, EV_READ | EV_TIMEOUT, NULL), 0);
		assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	}
	loop_test_check(base);
	event_add(timer, &soon);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(timed.calls, 1);
	event_free(reader);
	event_free(timer);
	event_base_free(base);
}

/* A larger descriptor makes the tables of the loop and of the backend grow. */
static void test_larger_descriptors(void **state)
{
	struct event_base *base = new_base();
	struct seen seen[3] = { 0 };
	struct event *events[3];
	int pair[2];

	(void)state;
	socket_pair(pair);
	for (int i = 0; i < 3; i++) {
		int fd = i ? fcntl(pair[0], F_DUPFD_CLOEXEC, 200 << i) : pair[0];

		assert_true(fd >= 0);
		events[i] = event_new(base, fd, EV_READ | EV_PERSIST, see, &seen[i]);
		assert_int_equal(event_add(events[i], NULL), 0);
		loop_test_check(base);
	}
	assert_int_equal(write(pair[1], "x", 1), 1);
	turn(base);
	for (int i = 0; i < 3; i++) {
		int fd = event_get_fd(events[i]);

		assert_int_equal(seen[i].calls, 1);
		event_free(events[i]);
		loop_test_check(base);
		close(fd);
	}
	close(pair[1]);
	event_base_free(base);
}

/*
 * A timer never fires before its timeout has passed, including timeouts that are hard to round.
 * With the coarse clock this holds unless the kernel updates that clock more than a tick late. The
 * kernel promises no bound, so the test does not check it.
 */
static void test_never_early(void **state)
{
	static const uint64_t waits[] = { 0,	   1000,    900000,  1000000, 1001000, 1500000,
					  1999000, 2000000, 3333000, 7000000, 12345000 };
	static const int flags[] = { 0, EVENT_BASE_FLAG_COARSE_TIMER,
				     EVENT_BASE_FLAG_NO_CACHE_TIME };

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct event_base *base = loop_test_base(backend->name, NULL, flags[k]);

		if (!base)
			LOOP_TEST_SKIP("%s: this machine does not have it\n", backend->name);
		for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
			struct timeval timeout = loop_test_timeval(waits[i]);
			struct seen seen = { 0 };
			struct event *timer = event_new(base, -1, 0, see, &seen);
			uint64_t begun = now();

			event_add(timer, &timeout);
			assert_int_equal(event_base_dispatch(base), 1);
			assert_true(now() - begun >= waits[i] ||
				    flags[k] == EVENT_BASE_FLAG_COARSE_TIMER);
			assert_int_equal(seen.calls, 1);
			assert_int_equal(seen.what, EV_TIMEOUT);
			event_free(timer);
		}
		event_base_free(base);
	}
}

static void test_timeout_and_io(void **state)
{
	struct event_base *base = new_base();
	struct timeval timeout = loop_test_timeval(3 * MILLISECOND);
	struct seen seen = { 0 };
	struct event *reader;
	uint64_t begun;
	int pair[2];

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ | EV_PERSIST, see_and_read, &seen);
	event_add(reader, &timeout);
	begun = now();
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(seen.what, EV_TIMEOUT);
	assert_true(now() - begun >= 3 * MILLISECOND);
	/* The event is persistent, so it still waits for reading. */
	assert_int_equal(event_pending(reader, EV_READ | EV_TIMEOUT, NULL), EV_READ | EV_TIMEOUT);
	assert_int_equal(write(pair[1], "x", 1), 1);
	while (!(seen.all & EV_READ))
		event_base_loop(base, EVLOOP_ONCE);
	loop_test_check(base);
	event_free(reader);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

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
		event_del(reader); /* must not take the descriptor out of the parent's set */
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

/* The loop is asleep by then. If it is not, it finds the event without being woken. */
static void *activate_from_outside(void *event)
{
	usleep(20000);
	event_active(event, EV_TIMEOUT, 1);
	return NULL;
}

/* The parent's eventfd and signal pipe are the parent's own. The child must not use them. */
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
		raise(SIGUSR1); /* the child does not read this one */
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

/* event_reinit also works if the base's eventfd has the number 0. */
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

/* When a base fails to add a signal, the base that owns the process's signals keeps them. */
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

/* With no descriptors left, adding a signal event fails and changes nothing. */
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

static const struct test_need early_close = { .features = EV_FEATURE_EARLY_CLOSE };
static const struct test_need edges = { .features = EV_FEATURE_ET };

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_read_and_write),
	cmocka_unit_test(test_hang_up),
	TEST_WITH_NEED(test_early_close, &early_close),
	TEST_WITH_NEED(test_edge_trigger, &edges),
	TEST_WITH_NEED(test_edge_and_level_together, &edges),
	cmocka_unit_test(test_many_events_on_one_descriptor),
	cmocka_unit_test(test_descriptor_reused_after_close),
	cmocka_unit_test(test_closed_descriptor),
	cmocka_unit_test(test_bad_descriptor_is_refused_or_reported),
	cmocka_unit_test(test_larger_descriptors),
	cmocka_unit_test(test_never_early),
	cmocka_unit_test(test_timeout_and_io),
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
	struct backends_run sum = { 0 };

	if (evthread_use_pthreads())
		return 1;
	for (size_t i = 0; backends[i]; i++) {
		backend = backends[i];
		if (!backend->clock) /* the tests are in real time */
			run_where_they_apply(&sum, backend, true, tests,
					     sizeof(tests) / sizeof(*tests));
	}
	return end_backends_run(&sum);
}
