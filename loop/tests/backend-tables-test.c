/*
 * backend-tables-test - every backend through its table, without a loop
 *
 * The tests check on real descriptors what backend.h promises: readiness, hang-ups, descriptors
 * that are closed and reopened without the backend's knowledge, timeouts that are never early,
 * signals, forks, limits, and system calls that a filter refuses. The first section stands in for
 * the loop. Its lock knows whether it is held, and its io_map_report writes down the reports.
 *
 * Without arguments, the program tests all backends that the loop would choose by itself. Arguments
 * name others. Backends with a clock of their own (simulated time) are left out. Backends that this
 * kernel lacks are reported as skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <event2/event.h>
#include <event2/thread.h>

#include "loop/backend.h"
#include "loop/clock.h"
#include "loop/io_map.h"
#include "loop/lock.h"
#include "loop/tests/test_seed.h"

#define MOST_DESCRIPTORS 8192
#define MS		 UINT64_C(1000000)
#define BOTH		 (EV_READ | EV_WRITE)

/* ------------------------------------------------------------------------- in place of the loop */

struct event_base {
	pthread_mutex_t lock;
	bool held;
	bool waiting; /* a thread is in `wait`; it sleeps there while the lock is free */
	short ready[MOST_DESCRIPTORS];
	int order[MOST_DESCRIPTORS]; /* the descriptors in the order of the reports */
	size_t reports;
};

static struct event_base base = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void insist(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "backend-tables-test: %s\n", what);
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

void io_map_report(struct event_base *of, int fd, short events)
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

/* The simulated clock refers to this function. No test asks that clock for the time. */
uint64_t time_read(struct event_base *of)
{
	(void)of;
	insist(false, "there is no loop to read the time");
	return 0;
}

/* ----------------------------------------------------------------------- the backend under test */

static const struct backend *backend;
static void *backend_state;
static short asked[MOST_DESCRIPTORS];
static bool mine[MOST_DESCRIPTORS]; /* opened by a test */
static int skipped;

static int begin(void **state)
{
	backend = *state;
	backend_state = NULL;
	memset(asked, 0, sizeof(asked));
	return backend->create(&base, &backend_state) ? -1 : 0;
}

/* Also closes and frees what a failed test has left behind. */
static int end(void **state)
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

static void say_skipped(const char *why)
{
	print_message("%s: skipped: %s\n", backend->name, why);
	skipped++;
	skip();
}

static bool can(int feature)
{
	return backend->features & feature;
}

/* Changes what is asked for, from `before`, which may differ from what the backend knows. */
static int ask_from(int fd, short before, short after)
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

static int try_to_ask(int fd, short after)
{
	return ask_from(fd, asked[fd], after);
}

static void ask(int fd, short after)
{
	int result = try_to_ask(fd, after);

	if (result)
		fail_msg("descriptor %d: %s", fd, strerror(-result));
}

static int try_to_wait(uint64_t timeout)
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

static void wait_for(uint64_t timeout)
{
	int result = try_to_wait(timeout);

	if (result)
		fail_msg("cannot wait: %s", strerror(-result));
}

/*
 * The bits that are ready now, of those asked for. A backend may report more. The I/O map filters
 * them.
 */
static short ready(int fd)
{
	wait_for(0);
	return base.ready[fd] & asked[fd];
}

static int keep(int fd)
{
	assert_in_range(fd, 0, MOST_DESCRIPTORS - 1);
	mine[fd] = true;
	return fd;
}

static void lose(int fd)
{
	mine[fd] = false;
	assert_int_equal(close(fd), 0);
}

static void make_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
			 0);
	keep(pair[0]), keep(pair[1]);
}

static void make_pipe(int ends[2])
{
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	keep(ends[0]), keep(ends[1]);
}

static void put_byte(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

static void drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static void fill(int fd)
{
	static const char bytes[4096];

	while (write(fd, bytes, sizeof(bytes)) > 0 || write(fd, bytes, 1) > 0)
		;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * TIMER_SECOND + (uint64_t)time.tv_nsec;
}

/* ------------------------------------------------------------------------------------ readiness */

static void test_sockets(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_int_equal(ready(pair[0]), 0);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(ready(pair[0]), EV_READ); /* level-triggered: until it is read */
	ask(pair[0], BOTH);
	assert_int_equal(ready(pair[0]), BOTH);
	drain(pair[0]);
	assert_int_equal(ready(pair[0]), EV_WRITE);
	ask(pair[0], EV_READ);
	assert_int_equal(ready(pair[0]), 0);
	put_byte(pair[1]);
	ask(pair[0], 0);
	wait_for(0);
	assert_int_equal(base.reports, 0);
	ask(pair[0], EV_READ);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(base.reports, 1);
}

static void test_pipes(void **state)
{
	int ends[2];

	(void)state;
	make_pipe(ends);
	ask(ends[0], EV_READ);
	ask(ends[1], EV_WRITE);
	assert_int_equal(ready(ends[0]), 0);
	assert_int_equal(ready(ends[1]), EV_WRITE);
	fill(ends[1]);
	assert_int_equal(ready(ends[0]), EV_READ);
	assert_int_equal(ready(ends[1]), 0);
	drain(ends[0]);
	assert_int_equal(ready(ends[0]), 0);
	assert_int_equal(ready(ends[1]), EV_WRITE);
}

/* A ready descriptor ends a wait without a limit, and waits with the longest limits. */
static void test_ready_ends_the_wait(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	ask(pair[0], EV_READ);
	put_byte(pair[1]);
	wait_for(BACKEND_FOREVER);
	assert_int_equal(base.ready[pair[0]] & EV_READ, EV_READ);
	wait_for(BACKEND_FOREVER - 1);
	assert_int_equal(base.ready[pair[0]] & EV_READ, EV_READ);
	wait_for((uint64_t)INT64_MAX + 1);
	assert_int_equal(base.ready[pair[0]] & EV_READ, EV_READ);
}

static void test_hang_up(void **state)
{
	int reader[2], writer[2], pair[2];

	(void)state;
	make_pipe(reader);
	make_pipe(writer);
	make_pair(pair);
	ask(reader[0], EV_READ);
	ask(writer[1], EV_WRITE);
	ask(pair[0], BOTH);
	fill(writer[1]);
	fill(pair[0]);
	assert_int_equal(ready(pair[0]), 0);
	assert_int_equal(ready(writer[1]), 0);
	lose(reader[1]);
	assert_int_equal(ready(reader[0]), EV_READ);
	lose(writer[0]);
	assert_int_equal(ready(writer[1]), EV_WRITE);
	lose(pair[1]); /* with unread data: an error */
	assert_int_equal(ready(pair[0]), BOTH);
}

static void test_edges(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	ask(pair[0], EV_READ | EV_ET);
	assert_int_equal(ready(pair[0]), 0);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(ready(pair[0]), 0);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(ready(pair[0]), 0);
	drain(pair[0]);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	ask(pair[0], 0);
	ask(pair[0], EV_READ);
	assert_int_equal(ready(pair[0]), EV_READ);
	assert_int_equal(ready(pair[0]), EV_READ);
}

static void test_closed_by_the_peer(void **state)
{
	int pair[2], other[2], ends[2];

	(void)state;
	make_pair(pair);
	make_pair(other);
	make_pipe(ends);
	ask(pair[0], EV_CLOSED);
	ask(other[0], EV_READ | EV_CLOSED);
	put_byte(pair[1]);
	put_byte(other[1]);
	assert_int_equal(ready(pair[0]), 0); /* readable, but not closed */
	assert_int_equal(ready(other[0]), EV_READ);
	shutdown(pair[1], SHUT_WR);
	lose(other[1]);
	assert_int_equal(ready(pair[0]), EV_CLOSED);
	assert_int_equal(ready(other[0]), EV_READ | EV_CLOSED);
	ask(pair[0], BOTH);
	assert_int_equal(ready(pair[0]), BOTH);

	/*
	 * A pipe's writing end shows a closed reading end only by an error, which nothing can mask.
	 */
	ask(pair[0], 0);
	ask(other[0], 0);
	ask(ends[1], EV_CLOSED);
	assert_int_equal(ready(ends[1]), 0);
	lose(ends[0]);
	assert_int_equal(ready(ends[1]), EV_CLOSED);
}

/*
 * A backend that cannot report EV_CLOSED refuses a request for EV_CLOSED alone. It never refuses a
 * request for less than before.
 */
static void test_closed_is_refused(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	assert_int_equal(try_to_ask(pair[0], EV_CLOSED), -EINVAL);
	ask(pair[0], EV_READ | EV_CLOSED);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
	ask(pair[0], EV_CLOSED);
	wait_for(0);
	assert_int_equal(base.reports, 0);
	ask(pair[0], EV_READ | EV_CLOSED);
	assert_int_equal(ready(pair[0]), EV_READ);
	ask(pair[0], EV_CLOSED);
	ask(pair[0], 0);
}

/* With a few descriptors, one wait reports all of them, and each is reported first at times. */
static void test_turns(void **state)
{
	int pairs[3][2];
	bool has_been_first[3] = { false };

	(void)state;
	for (int i = 0; i < 3; i++) {
		make_pair(pairs[i]);
		ask(pairs[i][0], EV_WRITE);
	}
	for (int turn = 0; turn < 3; turn++) {
		wait_for(BACKEND_FOREVER);
		assert_int_equal(base.reports, 3);
		for (int i = 0; i < 3; i++)
			has_been_first[i] |= base.order[0] == pairs[i][0];
	}
	assert_true(has_been_first[0] && has_been_first[1] && has_been_first[2]);
}

static void test_plain_file(void **state)
{
	int fd = keep(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	int result = try_to_ask(fd, EV_READ);

	(void)state;
	if (can(EV_FEATURE_FDS) || !result) {
		assert_int_equal(result, 0);
		assert_int_equal(ready(fd), EV_READ);
		ask(fd, 0);
	} else {
		assert_int_equal(result, -EPERM);
	}
	wait_for(0);
	assert_int_equal(base.reports, 0);
}

/* --------------------------------------------------------- descriptors closed and opened anew */

/* The backend refuses a closed descriptor, or reports it, so that its user meets the error. */
static void test_closed_is_added(void **state)
{
	int pair[2], result;

	(void)state;
	make_pair(pair);
	lose(pair[0]);
	result = try_to_ask(pair[0], BOTH);
	if (result)
		assert_int_equal(result, -EBADF);
	else
		assert_int_equal(ready(pair[0]), BOTH);
	assert_int_equal(try_to_ask(pair[0], 0), 0);
	wait_for(0);
	assert_int_equal(base.reports, 0);
}

static void test_closed_behind_its_back(void **state)
{
	int pair[2], other[2];
	uint64_t start;

	(void)state;
	make_pair(pair);
	make_pair(other);
	ask(pair[0], EV_READ);
	ask(other[0], EV_READ);
	lose(pair[0]);

	/*
	 * The backend may or may not report the closed descriptor. If the wait ends early, it must
	 * have.
	 */
	start = now();
	wait_for(20 * MS);
	assert_true(now() - start >= 20 * MS || base.ready[pair[0]]);
	assert_int_equal(base.ready[other[0]], 0);

	/* The other descriptors still work. */
	put_byte(other[1]);
	assert_int_equal(ready(other[0]), EV_READ);
	assert_int_equal(try_to_ask(pair[0], 0), 0);
	assert_int_equal(ready(other[0]), EV_READ);
	assert_int_equal(base.reports, 1);
}

static void test_number_is_used_again(void **state)
{
	int pair[2], other[2];

	(void)state;
	make_pair(pair);
	make_pair(other);
	put_byte(other[1]);

	/* A change: the backend knows the number, but the kernel may not. */
	ask(pair[0], EV_READ);
	assert_int_equal(dup2(other[0], pair[0]), pair[0]);
	ask(pair[0], BOTH);
	assert_int_equal(ready(pair[0]), BOTH);

	/* A deletion, when another file has the number. */
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_int_equal(dup2(other[0], pair[0]), pair[0]);
	ask(pair[0], 0);
	assert_int_equal(ready(pair[0]), 0);

	/* A deletion, when a plain file has the number. */
	make_pair(pair);
	ask(pair[0], EV_READ);
	lose(pair[0]);
	assert_int_equal(keep(open("/proc/self/exe", O_RDONLY)), pair[0]);
	ask(pair[0], 0);

	/* An addition, although the number was never deleted. */
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_int_equal(ask_from(pair[0], 0, BOTH), 0);
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), BOTH);

	/* A change, although the number was never added. */
	make_pair(pair);
	assert_int_equal(ask_from(pair[0], EV_READ, EV_WRITE), 0);
	assert_int_equal(ready(pair[0]), EV_WRITE);

	/* Two deletions, although the number was never added. */
	make_pair(pair);
	assert_int_equal(ask_from(pair[0], EV_READ, 0), 0);
	assert_int_equal(ask_from(pair[0], EV_READ, 0), 0);
}

/* The descriptor is closed and restored from a copy, so the kernel does not drop the file. */
static void test_number_of_the_same_file(void **state)
{
	int pair[2], copy;

	(void)state;
	make_pair(pair);
	put_byte(pair[1]);
	ask(pair[0], EV_READ);
	copy = keep(dup(pair[0]));
	lose(pair[0]);
	assert_int_equal(keep(dup2(copy, pair[0])), pair[0]);
	assert_int_equal(ask_from(pair[0], 0, BOTH), 0);
	assert_int_equal(ready(pair[0]), BOTH);
	ask(pair[0], 0);
	wait_for(0);
	assert_int_equal(base.reports, 0);
}

/* ----------------------------------------------------------------------------------------- time */

static const uint64_t timeouts[] = {
	0,  1,	    999,	1000,	50 * 1000,   999999,
	MS, MS + 1, 3 * MS / 2, 2 * MS, 10 * MS + 1, 25 * MS - 1,
};

/* Returns false if a wait was early, failed, or reported a descriptor. */
static bool waits_are_never_early(void)
{
	for (size_t i = 0; i < sizeof(timeouts) / sizeof(*timeouts); i++) {
		for (int repeat = 0; repeat < 3; repeat++) {
			uint64_t start = now();

			if (try_to_wait(timeouts[i]) || base.reports)
				return false;
			if (now() - start >= timeouts[i])
				continue;
			print_error("%s: a wait of %llu ns is early\n", backend->name,
				    (unsigned long long)timeouts[i]);
			return false;
		}
	}
	return true;
}

static void test_never_early(void **state)
{
	int pair[2];

	(void)state;
	assert_true(waits_are_never_early());
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_true(waits_are_never_early());
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
	(void)number;
	alarms++;
}

/*
 * Waits for so long that only a signal can end the wait. Returns false if something else ended it.
 * The alarm repeats, because the first may come before the wait begins.
 */
static bool only_a_signal_ends_the_wait(void)
{
	static const uint64_t long_ones[] = {
		BACKEND_FOREVER,
		BACKEND_FOREVER - 1,
		(uint64_t)INT64_MAX + 1,
		INT64_MAX,
		MS << 31,
		MS << 32,
		MS << 33,
		TIMER_SECOND << 31,
		TIMER_SECOND << 32,
	};
	const struct itimerval often = { { 0, 5000 }, { 0, 5000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = count_alarm }, before;
	bool passed = true;

	if (sigaction(SIGALRM, &action, &before) || setitimer(ITIMER_REAL, &often, NULL))
		return false;
	for (size_t i = 0; i < sizeof(long_ones) / sizeof(*long_ones) && passed; i++) {
		alarms = 0;
		passed = !try_to_wait(long_ones[i]) && !base.reports && alarms;
		if (!passed)
			print_error("%s: a wait of %llu ns\n", backend->name,
				    (unsigned long long)long_ones[i]);
	}
	return !setitimer(ITIMER_REAL, &never, NULL) && !sigaction(SIGALRM, &before, NULL) &&
	       passed;
}

static void test_signal(void **state)
{
	int pair[2];

	(void)state;
	make_pair(pair);
	ask(pair[0], EV_READ);
	assert_true(only_a_signal_ends_the_wait());
	put_byte(pair[1]);
	assert_int_equal(ready(pair[0]), EV_READ);
}

/* ----------------------------------------------------------------------------------------- many */

#define PAIRS	    1000
#define HIGH_NUMBER 5000

static struct rlimit limit;

/* Waits until no more descriptors are reported. A backend may report them in several portions. */
static size_t count_ready(const int *descriptors, size_t count, short events)
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

static void test_many(void **state)
{
	static int all[2 * PAIRS + 1];
	int pair[2];

	(void)state;
	if (limit.rlim_cur < HIGH_NUMBER + 1)
		say_skipped("not enough descriptors allowed");
	for (int i = 0; i < PAIRS; i++)
		make_pair(&all[2 * (size_t)i]);
	make_pair(pair);
	all[2 * PAIRS] = keep(dup2(pair[0], HIGH_NUMBER));
	for (int i = 0; i <= 2 * PAIRS; i++)
		ask(all[i], EV_READ);
	assert_int_equal(count_ready(all, 2 * PAIRS + 1, EV_READ), 0);
	for (int i = 0; i < 2 * PAIRS; i++)
		put_byte(all[i]);
	put_byte(pair[1]);
	assert_int_equal(count_ready(all, 2 * PAIRS + 1, EV_READ), 2 * PAIRS + 1);

	/*
	 * Every third descriptor is taken out, from the end. Then every other one of the rest asks
	 * for more.
	 */
	for (int i = 2 * PAIRS - 2; i >= 0; i -= 3)
		ask(all[i], 0);
	assert_int_equal(count_ready(all, 2 * PAIRS + 1, EV_READ), 2 * PAIRS + 1 - 667);
	for (int i = 0; i < 2 * PAIRS; i++)
		drain(all[i]);
	assert_int_equal(count_ready(all, 2 * PAIRS + 1, EV_READ), 1);
	for (int i = 0; i < 2 * PAIRS; i += 2) {
		if (asked[all[i]])
			ask(all[i], BOTH);
	}
	assert_int_equal(count_ready(all, 2 * PAIRS, EV_WRITE), 666);
	for (int i = 0; i < 2 * PAIRS; i++) {
		if (asked[all[i]])
			ask(all[i], 0);
	}
	wait_for(BACKEND_FOREVER);
	assert_int_equal(base.reports, 1);
	assert_int_equal(base.ready[HIGH_NUMBER] & EV_READ, EV_READ);

	/* Without the highest number the low ones still work. */
	ask(all[0], EV_WRITE);
	ask(HIGH_NUMBER, 0);
	assert_int_equal(ready(all[0]), EV_WRITE);
	assert_int_equal(base.reports, 1);
}

/* --------------------------------------------------------------------- random steps and a model */

#define RANDOM_PAIRS 24
#define RANDOM_STEPS 3000

static uint64_t seed;

static unsigned random_below(unsigned limit_)
{
	static uint64_t word;

	if (!word)
		word = seed;
	word ^= word << 13, word ^= word >> 7, word ^= word << 17;
	return (unsigned)((word >> 33) % limit_);
}

/* What poll says of a single descriptor. select reports less. */
static short oracle(int fd)
{
	struct pollfd descriptor = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };
	short events;

	poll(&descriptor, 1, 0);
	events = (short)((descriptor.revents & (POLLIN | POLLERR | POLLHUP) ? EV_READ : 0) |
			 (descriptor.revents & (POLLOUT | POLLERR) ? EV_WRITE : 0));
	if (!can(EV_FEATURE_EARLY_CLOSE))
		return events;
	return (short)(events | (descriptor.revents & POLLHUP ? EV_WRITE : 0) |
		       (descriptor.revents & POLLRDHUP ? EV_CLOSED : 0));
}

static void random_step(int pair[2])
{
	static const short wanted[] = { 0, EV_READ, EV_WRITE, BOTH, BOTH | EV_CLOSED, EV_CLOSED };
	int fresh[2];

	switch (random_below(8)) {
	case 0:
		(void)!write(pair[1], "x", 1);
		break;
	case 1:
		drain(pair[0]);
		break;
	case 2:
		fill(pair[0]);
		break;
	case 3:
		drain(pair[1]);
		break;
	case 4:
		shutdown(pair[1], random_below(2) ? SHUT_WR : SHUT_RDWR);
		break;
	case 5: /* reopened without being taken out; the same is asked for again */
		make_pair(fresh);
		assert_int_equal(dup2(fresh[0], pair[0]), pair[0]);
		assert_int_equal(dup2(fresh[1], pair[1]), pair[1]);
		lose(fresh[0]), lose(fresh[1]);
		ask(pair[0], asked[pair[0]]);
		break;
	default:
		ask(pair[0], wanted[random_below(can(EV_FEATURE_EARLY_CLOSE) ? 6 : 4)]);
		break;
	}
}

static void test_random(void **state)
{
	int pairs[RANDOM_PAIRS][2];

	(void)state;
	for (int i = 0; i < RANDOM_PAIRS; i++)
		make_pair(pairs[i]);
	for (int step = 0; step < RANDOM_STEPS; step++) {
		short come[RANDOM_PAIRS] = { 0 };

		random_step(pairs[random_below(RANDOM_PAIRS)]);
		for (int repeat = 0; repeat < 2; repeat++) {
			wait_for(0);
			for (int i = 0; i < RANDOM_PAIRS; i++)
				come[i] |= base.ready[pairs[i][0]];
		}
		for (int i = 0; i < RANDOM_PAIRS; i++) {
			int fd = pairs[i][0];

			if ((come[i] ^ oracle(fd)) & asked[fd])
				fail_msg("seed %llu, step %d: descriptor %d is %#x, not %#x",
					 (unsigned long long)seed, step, fd, come[i], oracle(fd));
		}
	}
}

/* -------------------------------------------------------------------------------------- threads */

static void *allocate_lock(unsigned type)
{
	(void)type;
	return &base.lock;
}

static void free_lock(void *lock, unsigned type)
{
	(void)lock, (void)type;
}

static int use_lock(unsigned mode, void *lock)
{
	(void)mode, (void)lock;
	return 0;
}

static unsigned long identity(void)
{
	return 1;
}

static void say_nothing(int severity, const char *message)
{
	(void)severity, (void)message;
}

static void *wait_in_thread(void *result)
{
	*(int *)result = try_to_wait(BACKEND_FOREVER);
	return NULL;
}

/* While one thread sleeps in `wait`, another one makes all tables grow and move. */
static void change_during_the_wait(void)
{
	enum { OTHERS = 90 };
	int watched[2], pairs[OTHERS][2], descriptors[OTHERS], result = -1;
	bool sleeps = false;
	pthread_t thread;

	make_pair(watched);
	for (int i = 0; i < OTHERS; i++)
		make_pair(pairs[i]);
	ask(pairs[0][0], EV_READ);
	ask(watched[0], EV_READ);
	assert_int_equal(pthread_create(&thread, NULL, wait_in_thread, &result), 0);
	while (!sleeps) {
		base_lock(&base);
		sleeps = base.waiting;
		base_unlock(&base);
	}
	ask(pairs[0][0], 0);
	for (int i = 0; i < OTHERS; i++)
		ask(pairs[i][0], EV_READ);
	for (int i = 0; i < OTHERS; i += 2)
		ask(pairs[i][0], 0);
	put_byte(watched[1]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(result, 0);
	assert_int_equal(base.ready[watched[0]] & EV_READ, EV_READ);
	for (int i = 0; i < OTHERS; i++)
		put_byte(pairs[i][1]);
	for (int i = 0; i < OTHERS; i++)
		descriptors[i] = pairs[i][0];
	assert_int_equal(count_ready(descriptors, OTHERS, EV_READ), OTHERS / 2);
}

static void test_threads(void **state)
{
	const struct evthread_lock_callbacks locks = {
		.lock_api_version = EVTHREAD_LOCK_API_VERSION,
		.supported_locktypes = EVTHREAD_LOCKTYPE_RECURSIVE,
		.alloc = allocate_lock,
		.free = free_lock,
		.lock = use_lock,
		.unlock = use_lock,
	};

	event_set_log_callback(say_nothing); /* it would warn of locks that are taken away */
	assert_int_equal(evthread_set_lock_callbacks(&locks), 0);
	evthread_set_id_callback(identity);
	assert_true(lock_available());
	/* A backend learns whether there are threads when it is made, so it is made again. */
	end(state);
	*state = (void *)(uintptr_t)backend;
	assert_int_equal(begin(state), 0);
	change_during_the_wait();
}

static int end_threads(void **state)
{
	evthread_set_lock_callbacks(NULL);
	evthread_set_id_callback(NULL);
	event_set_log_callback(NULL);
	return end(state);
}

/* --------------------------------------------------------------------------- forks and failures */

#define NOT_ALLOWED 77

/*
 * Runs the function in a child process. Returns its result, or 128 plus the signal that ended it.
 */
static int in_child(int (*function)(int argument), int argument)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		alarm(600);
		_exit(function(argument));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int start_again_in_child(int pair[2])
{
	const short before = asked[pair[0]];

	backend->destroy(backend_state);
	backend_state = NULL;
	if (backend->create(&base, &backend_state))
		return 1;
	if (try_to_wait(0) || base.reports)
		return 2;
	if (ask_from(pair[0], 0, before) || try_to_wait(BACKEND_FOREVER))
		return 3;
	if (!(base.ready[pair[0]] & EV_READ))
		return 4;
	if (try_to_ask(pair[0], 0) || try_to_wait(0) || base.reports)
		return 5;
	backend->destroy(backend_state);
	return 0;
}

static int forked_pair[2];

static int child_of_fork(int unused)
{
	(void)unused;
	return start_again_in_child(forked_pair);
}

static void test_fork(void **state)
{
	(void)state;
	make_pair(forked_pair);
	ask(forked_pair[0], EV_READ);
	put_byte(forked_pair[1]);
	assert_int_equal(in_child(child_of_fork, 0), 0);

	/* The child has taken nothing out of the parent's set. */
	assert_int_equal(ready(forked_pair[0]), EV_READ);
	drain(forked_pair[0]);
	assert_int_equal(ready(forked_pair[0]), 0);
}

static void test_no_descriptors_left(void **state)
{
	const struct rlimit none = { 0, limit.rlim_max };
	void *another = NULL;
	int result;

	(void)state;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	result = backend->create(&base, &another);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	if (result)
		assert_int_equal(result, -EMFILE);
	else
		backend->destroy(another);
}

static int allocations_left;

static void *allocate_sometimes(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

static void *reallocate_sometimes(void *memory, size_t size)
{
	return allocations_left-- > 0 ? realloc(memory, size) : NULL;
}

/* A failed change has changed nothing, and succeeds when it is tried again. */
static bool survives_without_memory(const int (*pairs)[2], int count)
{
	for (int i = 0; i < count; i++) {
		int fd = pairs[i][0], result;

		allocations_left = 0;
		while ((result = try_to_ask(fd, EV_WRITE))) {
			if (result != -ENOMEM || allocations_left < -8)
				return false;
			allocations_left = 1 - allocations_left;
		}
		allocations_left = 0;
		result = try_to_wait(0);
		if (result && result != -ENOMEM)
			return false;
	}
	return true;
}

static void test_no_memory(void **state)
{
	enum { COUNT = 100 };
	int pairs[COUNT][2], descriptors[COUNT], result = -ENOMEM;
	bool survived;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		make_pair(pairs[i]);
	backend->destroy(backend_state);
	backend_state = NULL;
	event_set_mem_functions(allocate_sometimes, reallocate_sometimes, free);
	for (int budget = 0; result == -ENOMEM && budget < 100; budget++) {
		allocations_left = budget;
		result = backend->create(&base, &backend_state);
	}
	survived = !result && survives_without_memory((const int(*)[2])pairs, COUNT);
	event_set_mem_functions(NULL, NULL, NULL);
	assert_int_equal(result, 0);
	assert_true(survived);
	for (int i = 0; i < COUNT; i++)
		descriptors[i] = pairs[i][0];
	assert_int_equal(count_ready(descriptors, COUNT, EV_WRITE), COUNT);
}

/* From now on this system call fails with this error. Returns false if filters are not allowed. */
static bool refuse(long call, int error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(rules) / sizeof(*rules), rules };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* As on a kernel before 5.11, or under a filter that does not know the call. */
static int child_without_nanoseconds(int error)
{
	int pair[2];

	if (!refuse(SYS_epoll_pwait2, error))
		return NOT_ALLOWED;
	if (syscall(SYS_epoll_pwait2, -1, NULL, 0, NULL, NULL, 0) != -1 || errno != error)
		return 1;
	backend->destroy(backend_state); /* the parent's */
	if (backend->create(&base, &backend_state))
		return 8;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || try_to_ask(pair[0], EV_READ))
		return 2;
	if (!waits_are_never_early() || !waits_are_never_early())
		return 3;
	if (!only_a_signal_ends_the_wait())
		return 7;
	alarm(600); /* the alarm before used the same timer */
	if (write(pair[1], "x", 1) != 1 || try_to_wait(BACKEND_FOREVER) || !base.ready[pair[0]])
		return 4;
	if (try_to_wait(BACKEND_FOREVER - 1) || !base.ready[pair[0]])
		return 5;
	return try_to_wait(0) || !base.ready[pair[0]] ? 6 : 0;
}

static void test_without_nanoseconds(void **state)
{
	const int errors[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int result = in_child(child_without_nanoseconds, errors[i]);

		if (result == NOT_ALLOWED)
			say_skipped("filters of system calls are not allowed here");
		assert_int_equal(result, 0);
	}
}

/* A backend must say that its system calls are refused, so that the loop tries another backend. */
static int child_refused(int error)
{
	const long calls[] = { SYS_epoll_create1, SYS_io_uring_setup };
	void *another = NULL;
	int result;

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (!refuse(calls[i], error))
			return NOT_ALLOWED;
	}
	result = backend->create(&base, &another);
	if (!result)
		backend->destroy(another);
	return result && result != -error;
}

static void test_refused(void **state)
{
	const int errors[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int result = in_child(child_refused, errors[i]);

		if (result == NOT_ALLOWED)
			say_skipped("filters of system calls are not allowed here");
		assert_int_equal(result, 0);
	}
}

/* ------------------------------------------------------------------------------------ all tests */

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

static const struct {
	struct CMUnitTest test;
	int with, without; /* features that the backend must have, and must lack */
} tests[] = {
	{ TEST(test_sockets), 0, 0 },
	{ TEST(test_pipes), 0, 0 },
	{ TEST(test_ready_ends_the_wait), 0, 0 },
	{ TEST(test_hang_up), 0, 0 },
	{ TEST(test_edges), EV_FEATURE_ET, 0 },
	{ TEST(test_closed_by_the_peer), EV_FEATURE_EARLY_CLOSE, 0 },
	{ TEST(test_closed_is_refused), 0, EV_FEATURE_EARLY_CLOSE },
	{ TEST(test_turns), 0, EV_FEATURE_O1 },
	{ TEST(test_plain_file), 0, 0 },
	{ TEST(test_closed_is_added), 0, 0 },
	{ TEST(test_closed_behind_its_back), 0, 0 },
	{ TEST(test_number_is_used_again), 0, 0 },
	{ TEST(test_number_of_the_same_file), 0, 0 },
	{ TEST(test_never_early), 0, 0 },
	{ TEST(test_signal), 0, 0 },
	{ TEST(test_many), 0, 0 },
	{ TEST(test_random), 0, 0 },
	{ cmocka_unit_test_setup_teardown(test_threads, begin, end_threads), 0, 0 },
	{ TEST(test_fork), 0, 0 },
	{ TEST(test_no_descriptors_left), 0, 0 },
	{ TEST(test_no_memory), 0, 0 },
	{ TEST(test_without_nanoseconds), 0, 0 },
	{ TEST(test_refused), 0, 0 },
};

#define TESTS (sizeof(tests) / sizeof(*tests))

static bool is_named(const struct backend *one, char **names)
{
	for (; *names; names++) {
		if (!strcmp(one->name, *names))
			return true;
	}
	return false;
}

/* Whether to test the backend: it waits in real time, and is named or, without names, preferred. */
static bool is_tested(const struct backend *one, char **names)
{
	return !one->clock && (*names ? is_named(one, names) : one->preference);
}

static bool kernel_has(const struct backend *one)
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

static void test_backend(const struct backend *one, struct tally *tally)
{
	static char names[TESTS][96];
	struct CMUnitTest chosen[TESTS] = { 0 };
	int count = 0, failed;

	for (size_t i = 0; i < TESTS; i++) {
		if ((one->features & tests[i].with) != tests[i].with ||
		    (one->features & tests[i].without))
			continue;
		snprintf(names[i], sizeof(names[i]), "%s: %s", one->name, tests[i].test.name);
		chosen[count] = tests[i].test;
		chosen[count].name = names[i];
		chosen[count].initial_state = (void *)(uintptr_t)one;
		count++;
	}
	/* cmocka leaves out the rest of the array, which has no functions. */
	failed = cmocka_run_group_tests_name(one->name, chosen, NULL, NULL);
	tally->run += count;
	tally->failed += failed < 0 || failed > count ? count : failed;
}

/* Allows as many descriptors as the tests need, if the hard limit permits it. */
static void raise_limit(void)
{
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < MOST_DESCRIPTORS ? limit.rlim_max : MOST_DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments)
{
	struct tally tally = { 0 };

	(void)count;
	seed = test_seed();
	raise_limit();
	signal(SIGPIPE, SIG_IGN);
	for (const struct backend *const *one = backends; *one; one++) {
		if (!is_tested(*one, arguments + 1))
			continue;
		if (!kernel_has(*one)) {
			printf("%s: skipped: this kernel does not have it\n", (*one)->name);
			skipped++;
			tally.run++;
			continue;
		}
		fflush(stdout);
		test_backend(*one, &tally);
	}
	fflush(stderr);
	printf("%d passed, %d failed, %d skipped\n", tally.run - tally.failed - skipped,
	       tally.failed, skipped);
	return tally.failed != 0;
}
