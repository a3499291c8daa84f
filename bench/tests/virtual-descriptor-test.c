/*
 * virtual-descriptor-test.c - waits for descriptors in simulated time: the driver's, timerfds,
 * sockets
 *
 * Tests of what epoll, poll and select have in common run with each of them.
 */
#include "virtual-test.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Waits for at most `timeout` ms for one descriptor. Returns how many were reported. */
static int wait_epoll(int set, int fd, int timeout)
{
	struct epoll_event events[4];
	int count = epoll_wait(set, events, 4, timeout);

	(void)fd;
	if (count > 0)
		assert_int_equal(events[0].events, EPOLLIN);
	return count;
}

static int wait_poll(int set, int fd, int timeout)
{
	struct pollfd descriptor = { .fd = fd, .events = POLLIN | POLLOUT };
	int count = poll(&descriptor, 1, timeout);

	(void)set;
	assert_int_equal(descriptor.revents, count > 0 ? POLLIN : 0);
	return count;
}

static int wait_select(int set, int fd, int timeout)
{
	struct timeval tv = { .tv_sec = timeout / 1000, .tv_usec = timeout % 1000 * 1000 };
	uint64_t before = virtual_time_now(), end = before + (uint64_t)timeout * MS;
	fd_set in, out;
	int count;

	(void)set;
	FD_ZERO(&in);
	FD_SET(fd, &in);
	out = in;
	count = select(fd + 1, &in, &out, NULL, timeout < 0 ? NULL : &tv);
	assert_int_equal(!!FD_ISSET(fd, &in), count > 0);
	assert_false(FD_ISSET(fd, &out));
	if (timeout >= 0)
		assert_int_equal(tv.tv_sec * 1000000 + tv.tv_usec,
				 (end - virtual_time_now()) / 1000);
	return count;
}

static int (*const waits[])(int set, int fd, int timeout) = { wait_epoll, wait_poll, wait_select };

#define WAITS (sizeof(waits) / sizeof(*waits))

static void test_driver(void **state)
{
	struct epoll_event event = { .events = EPOLLIN };

	(void)state;
	for (size_t i = 0; i < WAITS * 2; i++) {
		int (*wait)(int, int, int) = waits[i / 2];
		struct driver driver;
		int set;

		begin(&driver, START + 30 * MS, i % 2);
		set = epoll_create1(0);
		assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, driver.fd, &event), 0);
		assert_int_equal(wait(set, driver.fd, 20), 0);
		assert_int_equal(virtual_time_now(), START + 20 * MS);
		assert_int_equal(wait(set, driver.fd, 20), 1);
		assert_int_equal(driver.timeout, 20 * MS);
		assert_int_equal(virtual_time_now(), START + 30 * MS);
		assert_int_equal(wait(set, driver.fd, 0), 1);
		assert_int_equal(driver.timeout, 0);
		driver.turn = START + 1000 * S;
		assert_int_equal(wait(set, driver.fd, -1), 1);
		assert_int_equal(driver.timeout, NEVER);
		assert_int_equal(virtual_time_now(), START + 1000 * S);
		assert_int_equal(driver.waits, 4);
		close(set);
		virtual_time_end();
	}
}

static bool late_wait(void *data, uint64_t timeout)
{
	(void)data;
	virtual_time_set(virtual_time_now() + timeout + 50000);
	return false;
}

static void test_late_wait(void **state)
{
	const struct virtual_time_hooks hooks = { .wait = late_wait };
	struct pollfd descriptor = { .events = POLLIN };

	(void)state;
	virtual_time_begin(START, &hooks, &descriptor.fd);
	assert_int_equal(poll(&descriptor, 1, 1), 0);
	assert_int_equal(virtual_time_now(), START + MS + 50000);
}

/* Only waits with timeout 0 that find nothing may advance the time by a step. */
static void test_step(void **state)
{
	struct virtual_time_hooks hooks = { .poll_descriptors = true, .step = 1 };
	struct epoll_event event = { .events = EPOLLIN };
	struct itimerspec setting = { .it_value = { .tv_nsec = 10 } };

	(void)state;
	for (size_t i = 0; i < WAITS; i++) {
		int set, timer;

		virtual_time_begin(START, &hooks, NULL);
		set = epoll_create1(0);
		timer = timerfd_create(CLOCK_MONOTONIC, 0);
		assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, timer, &event), 0);
		assert_int_equal(waits[i](set, timer, 1), 0);
		assert_int_equal(virtual_time_now(), START + MS);
		assert_int_equal(timerfd_settime(timer, 0, &setting, NULL), 0);
		for (uint64_t step = 1; step <= 9; step++) {
			struct pollfd descriptor = { .fd = timer, .events = POLLIN };

			assert_int_equal(poll(&descriptor, 1, 0), 0);
			assert_int_equal(virtual_time_now(), START + MS + step);
		}
		assert_int_equal(waits[i](set, timer, -1), 1);
		assert_int_equal(waits[i](set, timer, 0), 1);
		assert_int_equal(virtual_time_now(), START + MS + 10);
		close(timer);
		close(set);
		virtual_time_end();
	}
}

static void test_epoll_registration(void **state)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 42 }, got;
	struct driver driver;
	int set;

	(void)state;
	begin(&driver, START, true);
	set = epoll_create(1);
	assert_int_equal(epoll_create(0), -1);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_MOD, driver.fd, &event), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_DEL, driver.fd, NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(epoll_wait(set, &got, 1, 1), 0);
	assert_int_equal(driver.waits, 0);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, driver.fd, &event), 0);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, driver.fd, &event), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(epoll_ctl(set, 99, driver.fd, &event), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(epoll_wait(set, &got, 1, 1), 1);
	assert_int_equal(got.data.u64, 42);
	event.data.u64 = 43;
	event.events = EPOLLIN | EPOLLONESHOT;
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_MOD, driver.fd, &event), 0);
	assert_int_equal(epoll_wait(set, &got, 1, 1), 1);
	assert_int_equal(got.data.u64, 43);
	assert_int_equal(epoll_wait(set, &got, 1, 1), 0);
	event.events = EPOLLOUT;
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_MOD, driver.fd, &event), 0);
	assert_int_equal(epoll_wait(set, &got, 1, 1), 0);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_DEL, driver.fd, NULL), 0);
	assert_int_equal(epoll_wait(set, &got, 1, 1), 0);
	assert_int_equal(driver.waits, 2);
	/* A new set with the number of a closed set must be empty. */
	event.events = EPOLLIN;
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, driver.fd, &event), 0);
	close(set);
	assert_int_equal(epoll_create1(0), set);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, driver.fd, &event), 0);
	close(set);
}

/* Sockets must be reported at once, before any event in the future. */
static void test_sockets(void **state)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 1 }, got[4];
	struct pollfd descriptors[2];
	struct driver driver;
	int pair[2], set;
	fd_set in;

	(void)state;
	begin(&driver, START + S, true);
	set = epoll_create1(0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, pair[0], &event), 0);
	event.data.u64 = 2;
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, driver.fd, &event), 0);
	assert_int_equal(epoll_wait(set, got, 4, 10), 0);
	assert_int_equal(virtual_time_now(), START + 10 * MS);
	assert_int_equal(write(pair[1], "x", 1), 1);
	assert_int_equal(epoll_wait(set, got, 4, -1), 1);
	assert_int_equal(got[0].data.u64, 1);
	descriptors[0] = (struct pollfd){ .fd = driver.fd, .events = POLLIN };
	descriptors[1] = (struct pollfd){ .fd = pair[0], .events = POLLIN };
	assert_int_equal(poll(descriptors, 2, -1), 1);
	assert_int_equal(descriptors[0].revents, 0);
	assert_int_equal(descriptors[1].revents, POLLIN);
	FD_ZERO(&in);
	FD_SET(driver.fd, &in);
	FD_SET(pair[0], &in);
	assert_int_equal(select(32, &in, NULL, NULL, NULL), 1);
	assert_true(FD_ISSET(pair[0], &in));
	assert_false(FD_ISSET(driver.fd, &in));
	assert_int_equal(driver.timeout, 0);
	assert_int_equal(virtual_time_now(), START + 10 * MS);
	driver.turn = 0;
	assert_int_equal(epoll_wait(set, got, 4, -1), 2);
	assert_int_equal(poll(descriptors, 2, -1), 2);
	FD_SET(driver.fd, &in);
	assert_int_equal(select(32, &in, NULL, NULL, NULL), 2);
	driver.waits = 0;
	assert_int_equal(epoll_wait(set, got, 1, -1), 1);
	assert_int_equal(driver.waits, 0);
	close(pair[0]);
	close(pair[1]);
	close(set);
}

/* Without poll_descriptors the same socket must not be reported. */
static void test_sockets_not_asked(void **state)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct driver driver;
	int pair[2], set;

	(void)state;
	begin(&driver, NEVER, false);
	set = epoll_create1(0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, pair[0], &event), 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	for (size_t i = 0; i < WAITS; i++)
		assert_int_equal(waits[i](set, pair[0], 5), 0);
	assert_int_equal(virtual_time_now(), START + 15 * MS);
	close(pair[0]);
	close(pair[1]);
	close(set);
}

/*
 * The set was made before the simulation and contains a socket. The simulation does not know its
 * contents, so it must poll the set.
 */
static void test_older_set(void **state)
{
	struct epoll_event event = { .events = EPOLLIN };
	int pair[2], set = epoll_create1(0);

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, pair[0], &event), 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	virtual_time_begin(START, NULL, NULL);
	assert_int_equal(epoll_wait(set, &event, 1, -1), 1);
	close(pair[0]);
	close(pair[1]);
	close(set);
}

static void arm(int timer, int flags, uint64_t first, uint64_t interval)
{
	struct itimerspec setting = { .it_value = timespec(first),
				      .it_interval = timespec(interval) };

	assert_int_equal(timerfd_settime(timer, flags, &setting, NULL), 0);
}

static void test_timerfd(void **state)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct itimerspec setting;

	(void)state;
	for (size_t i = 0; i < WAITS; i++) {
		uint64_t count = 0;
		int set, timer;

		virtual_time_begin(START, NULL, NULL);
		set = epoll_create1(0);
		timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
		assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, timer, &event), 0);
		assert_int_equal(waits[i](set, timer, 1), 0);
		assert_int_equal(read(timer, &count, sizeof(count)), -1);
		assert_int_equal(errno, EAGAIN);
		virtual_time_set(START);
		arm(timer, 0, 12345000, 0);
		assert_int_equal(waits[i](set, timer, 12), 0);
		assert_int_equal(timerfd_gettime(timer, &setting), 0);
		assert_int_equal(ns(&setting.it_value), 345000);
		assert_int_equal(waits[i](set, timer, -1), 1);
		assert_int_equal(virtual_time_now(), START + 12345000);
		assert_int_equal(waits[i](set, timer, -1), 1);
		assert_int_equal(read(timer, &count, 4), -1);
		assert_int_equal(errno, EINVAL);
		assert_int_equal(read(timer, &count, sizeof(count)), sizeof(count));
		assert_int_equal(count, 1);
		assert_int_equal(waits[i](set, timer, 1), 0);
		arm(timer, TFD_TIMER_ABSTIME, START + S + 1000, 100 * MS);
		assert_int_equal(waits[i](set, timer, -1), 1);
		assert_int_equal(virtual_time_now(), START + S + 1000);
		virtual_time_set(START + S + 350 * MS);
		assert_int_equal(read(timer, &count, sizeof(count)), sizeof(count));
		assert_int_equal(count, 4);
		assert_int_equal(waits[i](set, timer, -1), 1);
		assert_int_equal(virtual_time_now(), START + S + 1000 + 400 * MS);
		arm(timer, 0, 0, 0);
		assert_int_equal(waits[i](set, timer, 1), 0);
		close(timer);
		close(set);
		virtual_time_end();
	}
}

/*
 * An edge-triggered timerfd is reported once for each expiry, whether it is read or not. Arming it
 * again makes a new edge.
 */
static void test_timerfd_edges(void **state)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = 9 }, got;
	uint64_t count;
	int set, timer;

	(void)state;
	virtual_time_begin(START, NULL, NULL);
	set = epoll_create1(0);
	timer = timerfd_create(CLOCK_REALTIME, 0);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, timer, &event), 0);
	arm(timer, TFD_TIMER_ABSTIME, VIRTUAL_TIME_EPOCH * S + START + MS, 0);
	assert_int_equal(epoll_wait(set, &got, 1, -1), 1);
	assert_int_equal(got.data.u64, 9);
	assert_int_equal(virtual_time_now(), START + MS);
	assert_int_equal(epoll_wait(set, &got, 1, 1), 0);
	arm(timer, 0, 500, 10 * MS);
	assert_int_equal(epoll_wait(set, &got, 1, -1), 1);
	assert_int_equal(virtual_time_now(), START + 2 * MS + 500);
	assert_int_equal(epoll_wait(set, &got, 1, -1), 1);
	assert_int_equal(virtual_time_now(), START + 12 * MS + 500);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_DEL, timer, NULL), 0);
	assert_int_equal(epoll_wait(set, &got, 1, 1), 0);
	/* A read that blocks counts as a wait, too. */
	assert_int_equal(read(timer, &count, sizeof(count)), sizeof(count));
	assert_int_equal(count, 2);
	assert_int_equal(read(timer, &count, sizeof(count)), sizeof(count));
	assert_int_equal(virtual_time_now(), START + 22 * MS + 500);
	close(timer);
	/* The next descriptor with that number is an ordinary descriptor. */
	assert_int_equal(dup(0), timer);
	assert_int_equal(timerfd_gettime(timer, &(struct itimerspec){ 0 }), -1);
	close(timer);
	close(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		simulation_test(test_driver),	     simulation_test(test_late_wait),
		simulation_test(test_step),	     simulation_test(test_epoll_registration),
		simulation_test(test_sockets),	     simulation_test(test_sockets_not_asked),
		simulation_test(test_older_set),     simulation_test(test_timerfd),
		simulation_test(test_timerfd_edges),
	};

	RUN_TESTS(tests);
}
