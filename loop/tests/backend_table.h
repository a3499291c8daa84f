/*
 * backend_table.h - tests of a backend through its table, without a loop
 *
 * The tests check on real descriptors what backend.h promises. The first section replaces the loop:
 * a lock that knows whether it is held, and a backend_report that records the reports.
 *
 * Without arguments, a program tests all backends that the loop would choose without a request for
 * one. Arguments name the backends to test. Backends with their own clock (simulated time) are not
 * tested. Backends that this kernel lacks are reported as skipped.
 */
#ifndef BACKEND_TABLE_H
#define BACKEND_TABLE_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <event2/event.h>

#include "loop/backend.h"
#include "loop/lock.h"
#include "structures/timer.h"

#define MOST_DESCRIPTORS 8192
#define MS		 UINT64_C(1000000)
#define BOTH		 (EV_READ | EV_WRITE)

/* ------------------------------------------------------------------------- in place of the loop */

struct event_base {
	pthread_mutex_t lock;
	bool held;
	bool waiting; /* a thread is in `wait`; it sleeps while the lock is free */
	short ready[MOST_DESCRIPTORS];
	int order[MOST_DESCRIPTORS]; /* the descriptors in the order of the reports */
	size_t reports;
};

static struct event_base base = { .lock = PTHREAD_MUTEX_INITIALIZER };

static inline void insist(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "backend_table: %s\n", what);
	abort();
}

void base_lock(struct event_base *of)
{
	pthread_mutex_lock(&of->lock);
	insist(!of->held, "the lock is taken twice");
	of->held = true;
	errno = ENOTTY; /* a backend must read errno before it takes the lock */
}

void base_unlock(struct event_base *of)
{
	insist(of->held, "the lock is released and was not held");
	of->held = false;
	pthread_mutex_unlock(&of->lock);
}

void backend_report(struct event_base *of, int fd, short events)
{
	insist(of->held, "a report without the lock");
	insist(fd >= 0 && fd < MOST_DESCRIPTORS, "a report of no descriptor");
	insist(events && !(events & ~(EV_READ | EV_WRITE | EV_CLOSED)), "a report of nothing");
	of->ready[fd] |= events;
	if (of->reports < MOST_DESCRIPTORS)
		of->order[of->reports] = fd;
	of->reports++;
	errno = ENOTTY;
}

/* ----------------------------------------------------------------------- the backend under test */

static const struct backend *backend;
static void *backend_state;
static short asked[MOST_DESCRIPTORS];
static bool mine[MOST_DESCRIPTORS]; /* descriptors that a test has opened */
static int skipped;

static inline int begin(void **state)
{
	backend = *state;
	backend_state = NULL;
	memset(asked, 0, sizeof(asked));
	return backend->create(&base, &backend_state) ? -1 : 0;
}

/* Also closes and frees what a failed test has left open. */
static inline int end(void **state)
{
	(void)state;
	if (backend_state)
		backend->destroy(backend_state);
	backend_state = NULL;
	for (int fd = 0; fd < MOST_DESCRIPTORS; fd++) {
		if (mine[fd])
			close(fd);
		mine[fd] = false;
	}
	return 0;
}

static inline void say_skipped(const char *why)
{
	print_message("%s: skipped: %s\n", backend->name, why);
	skipped++;
	skip();
}

static inline bool can(int feature)
{
	return backend->features & feature;
}

/*
 * Changes the requested events to `after`. `before` is what the backend is told as the former
 * request, and may differ from what it knows.
 */
static inline int ask_from(int fd, short before, short after)
{
	const struct backend_change change = { fd, before, after, true };
	const char *broken;
	int result;

	base_lock(&base);
	result = backend->change(backend_state, &change);
	broken = backend->check ? backend->check(backend_state) : NULL;
	base_unlock(&base);
	insist(!broken, broken);
	if (!result)
		asked[fd] = after;
	return result;
}

static inline int try_to_ask(int fd, short after)
{
	return ask_from(fd, asked[fd], after);
}

static inline void ask(int fd, short after)
{
	int result = try_to_ask(fd, after);

	if (result)
		fail_msg("descriptor %d: %s", fd, strerror(-result));
}

static inline int try_to_wait(uint64_t timeout)
{
	int result;

	base_lock(&base);
	memset(base.ready, 0, sizeof(base.ready));
	base.reports = 0;
	base.waiting = true;
	result = backend->wait(&base, backend_state, timeout);
	base.waiting = false;
	base_unlock(&base);
	return result;
}

static inline void wait_for(uint64_t timeout)
{
	int result = try_to_wait(timeout);

	if (result)
		fail_msg("cannot wait: %s", strerror(-result));
}

/*
 * Returns the requested events for which the descriptor is ready. A backend may report more events.
 * The I/O map filters them.
 */
static inline short ready(int fd)
{
	wait_for(0);
	return base.ready[fd] & asked[fd];
}

static inline int keep(int fd)
{
	assert_in_range(fd, 0, MOST_DESCRIPTORS - 1);
	mine[fd] = true;
	return fd;
}

static inline void lose(int fd)
{
	mine[fd] = false;
	assert_int_equal(close(fd), 0);
}

static inline void make_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
			 0);
	keep(pair[0]), keep(pair[1]);
}

static inline void make_pipe(int ends[2])
{
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	keep(ends[0]), keep(ends[1]);
}

static inline void put_byte(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

static inline void drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static inline void fill(int fd)
{
	static const char bytes[4096];

	while (write(fd, bytes, sizeof(bytes)) > 0 || write(fd, bytes, 1) > 0)
		;
}

static inline uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * TIMER_SECOND + (uint64_t)time.tv_nsec;
}

static struct rlimit limit;

/*
 * Waits until no more descriptors are reported, because a backend may report them in several
 * portions. Returns how many of `descriptors` were reported with the events.
 */
static inline size_t count_ready(const int *descriptors, size_t count, short events)
{
	static bool has_come[MOST_DESCRIPTORS];
	size_t come = 0, before;
	int idle = 0;

	memset(has_come, 0, sizeof(has_come));
	while (idle < 64) {
		before = come;
		wait_for(0);
		for (size_t i = 0; i < count; i++) {
			int fd = descriptors[i];

			if (!has_come[fd] && (base.ready[fd] & asked[fd] & events)) {
				has_come[fd] = true;
				come++;
			}
		}
		idle = come == before ? idle + 1 : 0;
	}
	return come;
}

/* ------------------------------------------------------------------------------------ all tests */

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

#define MOST_TESTS 16

struct backend_test {
	struct CMUnitTest test;
	int with, without; /* features that the backend must have, or must lack */
};

static inline bool is_named(const struct backend *one, char **names)
{
	for (; *names; names++) {
		if (!strcmp(one->name, *names))
			return true;
	}
	return false;
}

/*
 * Returns whether to test the backend. It must wait in real time. It must be named, or preferred if
 * no backend is named.
 */
static inline bool is_tested(const struct backend *one, char **names)
{
	return !one->clock && (*names ? is_named(one, names) : one->preference);
}

static inline bool kernel_has(const struct backend *one)
{
	void *state;
	int result = one->create(&base, &state);

	if (!result)
		one->destroy(state);
	return result != -ENOSYS && result != -EPERM;
}

struct tally {
	int run, failed;
};

static inline void test_backend(const struct backend *one, const struct backend_test *tests,
				size_t most, struct tally *tally)
{
	static char names[MOST_TESTS][96];
	struct CMUnitTest chosen[MOST_TESTS] = { 0 };
	int count = 0, failed;

	insist(most <= MOST_TESTS, "too many tests");
	for (size_t i = 0; i < most; i++) {
		if ((one->features & tests[i].with) != tests[i].with ||
		    (one->features & tests[i].without))
			continue;
		snprintf(names[i], sizeof(names[i]), "%s: %s", one->name, tests[i].test.name);
		chosen[count] = tests[i].test;
		chosen[count].name = names[i];
		chosen[count].initial_state = (void *)(uintptr_t)one;
		count++;
	}
	/* cmocka skips the rest of the array, which has no functions. */
	failed = cmocka_run_group_tests_name(one->name, chosen, NULL, NULL);
	tally->run += count;
	tally->failed += failed < 0 || failed > count ? count : failed;
}

/* Raises the limit of descriptors to what the tests need, or to the hard limit if that is lower. */
static inline void raise_limit(void)
{
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < MOST_DESCRIPTORS ? limit.rlim_max : MOST_DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
}

/* Tests the named backends. Prints the last line. Returns the exit status of the program. */
static inline int run_backend_tests(const struct backend_test *tests, size_t count, char **names)
{
	struct tally tally = { 0 };

	raise_limit();
	signal(SIGPIPE, SIG_IGN);
	for (const struct backend *const *one = backends; *one; one++) {
		if (!is_tested(*one, names))
			continue;
		if (!kernel_has(*one)) {
			printf("%s: skipped: this kernel does not have it\n", (*one)->name);
			skipped++;
			tally.run++;
			continue;
		}
		fflush(stdout);
		test_backend(*one, tests, count, &tally);
	}
	fflush(stderr);
	printf("%d passed, %d failed, %d skipped\n", tally.run - tally.failed - skipped,
	       tally.failed, skipped);
	return tally.failed != 0;
}

#endif
