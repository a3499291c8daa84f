/*
 * real_time.h - tests of the loop over every backend, in real time
 *
 * No test depends on speed. The tests check that no timer is early and that every expected event is
 * reported.
 */
#ifndef REAL_TIME_H
#define REAL_TIME_H

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/thread.h>

#include "loop/tests/over_backends.h"

/* The backend of the current tests. */
static const struct backend *backend;

static inline struct event_base *new_base(void)
{
	struct event_base *base = loop_test_base(backend->name, NULL, 0);

	if (!base)
		LOOP_TEST_SKIP("%s: this machine does not have it\n", backend->name);
	return base;
}

static inline uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static inline void socket_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
			 0);
}

/* The number of a callback's calls, the event bits of the latest call, and those of all calls. */
struct seen {
	int calls;
	short what;
	short all;
};

static inline void see(int fd, short what, void *arg)
{
	struct seen *seen = arg;

	(void)fd;
	seen->calls++;
	seen->what = what;
	seen->all |= what;
}

static inline void see_and_read(int fd, short what, void *arg)
{
	char buffer[64];

	see(fd, what, arg);
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
}

static inline void turn(struct event_base *base)
{
	event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	loop_test_check(base);
}

/*
 * Runs the tests over all backends that wait in real time, with locks. Returns the exit status of
 * the program.
 */
static inline int run_in_real_time(const struct CMUnitTest *tests, size_t count)
{
	struct backends_run sum = { 0 };

	if (evthread_use_pthreads())
		return 1;
	for (size_t i = 0; backends[i]; i++) {
		backend = backends[i];
		if (!backend->clock)
			run_where_they_apply(&sum, backend, true, tests, count);
	}
	return end_backends_run(&sum);
}

#endif
