/*
 * without_memory.h - runs tests over every backend, with and without locks, and forbids allocations
 *
 * While the loop runs, every allocation of its thread fails and is counted. The tests check that
 * none was tried. In the tests that include this file, the linker redirects allocations to
 * allocations.h.
 */
#ifndef WITHOUT_MEMORY_H
#define WITHOUT_MEMORY_H

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event_struct.h>
#include <event2/thread.h>

#include "loop/tests/allocations.h"
#include "loop/tests/over_backends.h"

/* The backend and the base of the current test. */
static const struct backend *backend;

static struct event_base *base;

#define MOST 200 /* several times the initial room of each of the loop's tables */

/*
 * Each element has a readable descriptor, the descriptor's event, and the number of calls of the
 * event's callback.
 */
static struct watched {
	int fd;
	struct event event;
	int calls;
	short what;
} watched[MOST];

static void see(int fd, short what, void *arg)
{
	struct watched *one = arg;

	(void)fd;
	one->calls++;
	one->what |= what;
}

static struct event_base *new_base(int flags)
{
	base = loop_test_base(backend->name, NULL, flags);
	if (!base)
		LOOP_TEST_SKIP("%s: this machine lacks the backend\n", backend->name);
	return base;
}

static void end_base(void)
{
	loop_test_check(base);
	event_base_free(base);
	base = NULL;
}

/* Runs the loop and checks that it did not try to allocate. */
static void run(int flags)
{
	int result;

	atomic_store(&refused_allocations, 0);
	allocation_is_forbidden = true;
	result = event_base_loop(base, flags);
	allocation_is_forbidden = false;
	assert_int_not_equal(result, -1);
	assert_int_equal(atomic_load(&refused_allocations), 0);
	loop_test_check(base);
}

static void turn(void)
{
	run(EVLOOP_ONCE);
}

static void assign_all(short events)
{
	for (int i = 0; i < MOST; i++) {
		event_assign(&watched[i].event, base, watched[i].fd, events, see, &watched[i]);
		watched[i].calls = 0;
		watched[i].what = 0;
	}
}

static void assert_called(int count, int calls)
{
	for (int i = 0; i < count; i++) {
		if (watched[i].calls != calls)
			fail_msg("descriptor %d of %d: called %d times, not %d", i, count,
				 watched[i].calls, calls);
	}
}

/* ----------------------------------------------------------------- the loop in another thread */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int seen;
	int result;
} others = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

/* Counts each event's first call in `others.seen`. Later calls do not count. */
static void tell(int fd, short what, void *arg)
{
	struct watched *one = arg;

	(void)fd, (void)what;
	pthread_mutex_lock(&others.lock);
	others.seen += !one->calls++;
	pthread_cond_signal(&others.changed);
	pthread_mutex_unlock(&others.lock);
}

static void *run_loop(void *unused)
{
	(void)unused;
	allocation_is_forbidden = true;
	others.result = event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	allocation_is_forbidden = false;
	return NULL;
}

static void wait_until_seen(int count)
{
	pthread_mutex_lock(&others.lock);
	while (others.seen < count)
		pthread_cond_wait(&others.changed, &others.lock);
	pthread_mutex_unlock(&others.lock);
}

/* --------------------------------------------------------------------------------- all backends */

static int open_descriptors(void)
{
	for (int i = 0; i < MOST; i++) {
		int ends[2];

		/*
		 * The number of the other end is not stored. The other end stays open, so that the
		 * watched end reports its byte and not a hang-up.
		 */
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends))
			return -1;
		watched[i].fd = ends[0];
		if (write(ends[1], "x", 1) != 1)
			return -1;
	}
	return 0;
}

static void say_nothing(int severity, const char *message)
{
	(void)severity, (void)message;
}

static void use_locks(bool wanted)
{
	if (wanted) {
		evthread_use_pthreads();
		return;
	}
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
}

/*
 * Sets the limit of open descriptors to the highest value that is allowed, and at most to 8192.
 * Returns the limit.
 */
static int raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
	return (int)limit.rlim_cur;
}

static const struct test_need locks_needed = { .locks = true };

/* Runs the tests over all backends, without locks and with locks. */
static void run_over_all_backends(struct backends_run *sum, const char *name,
				  const struct CMUnitTest *tests, size_t count)
{
	assert_int_equal(open_descriptors(), 0);
	for (size_t i = 0; backends[i]; i++) {
		backend = backends[i];
		for (int locks = 0; locks < 2; locks++) {
			use_locks(locks);
			print_message("%s: %s, %s\n", name, backend->name,
				      locks ? "locks" : "no locks");
			run_where_they_apply(sum, backend, locks, tests, count);
		}
	}
}

#endif
