/*
 * wait-span-test - how long each backend lets the kernel wait, to the nanosecond
 *
 * The linker replaces the system calls (--wrap). The replacements note their arguments and return
 * at once.
 */
#include <errno.h>
#include <liburing.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "loop/base.h"
#include "loop/tests/loop_test.h"

#define SECOND	    UINT64_C(1000000000)
#define NO_CALL	    (BACKEND_FOREVER - 1) /* the call was not made */
#define IN_A_MINUTE (60 * SECOND)

static uint64_t noted;
static int noted_milliseconds;
static bool has_pwait2;
static const struct event_base *watched; /* the base whose waits are counted, or NULL */
static int waits, waits_with_cached_time;

static int note(const struct timespec *span)
{
	if (watched) {
		waits++;
		waits_with_cached_time += watched->time.is_cached;
	}
	noted = BACKEND_FOREVER;
	if (span) {
		assert_in_range(span->tv_nsec, 0, SECOND - 1);
		noted = (uint64_t)span->tv_sec * SECOND + (uint64_t)span->tv_nsec;
	}
	return 0;
}

int __wrap_ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *span,
		 const sigset_t *mask)
{
	(void)descriptors, (void)count, (void)mask;
	return note(span);
}

int __wrap_pselect(int count, fd_set *read, fd_set *write, fd_set *except,
		   const struct timespec *span, const sigset_t *mask)
{
	(void)count, (void)read, (void)write, (void)except, (void)mask;
	return note(span);
}

int __wrap_epoll_pwait2(int fd, struct epoll_event *events, int most, const struct timespec *span,
			const sigset_t *mask)
{
	(void)fd, (void)events, (void)most, (void)mask;
	if (has_pwait2)
		return note(span);
	errno = ENOSYS;
	return -1;
}

int __wrap_epoll_wait(int fd, struct epoll_event *events, int most, int milliseconds)
{
	(void)fd, (void)events, (void)most;
	noted_milliseconds = milliseconds;
	return 0;
}

int __wrap_io_uring_wait_cqes(struct io_uring *ring, struct io_uring_cqe **completion,
			      unsigned least, struct __kernel_timespec *span, sigset_t *mask)
{
	const struct timespec given = { span ? span->tv_sec : 0, span ? span->tv_nsec : 0 };

	(void)ring, (void)completion, (void)mask;
	assert_int_equal(least, 1);
	note(span ? &given : NULL);
	return -EINTR; /* as if a signal had ended the wait */
}

static bool submits_nothing;

int __real_io_uring_submit(struct io_uring *ring);

int __wrap_io_uring_submit(struct io_uring *ring)
{
	return submits_nothing ? -EAGAIN : __real_io_uring_submit(ring);
}

static void wait_for(struct event_base *base, uint64_t span)
{
	noted = NO_CALL;
	noted_milliseconds = INT_MIN;
	assert_int_equal(base->io.backend->wait(base, base->io.backend_state, span), 0);
}

static const uint64_t spans[] = {
	0,
	1,
	999999,
	SECOND - 1,
	SECOND,
	SECOND + 1,
	IN_A_MINUTE - 1,
	IN_A_MINUTE,
	UINT64_C(1) << 62,
	BACKEND_FOREVER,
};

static void test_nanoseconds(void **state)
{
	(void)state;
	has_pwait2 = true;
	for (size_t i = 0; backends[i]; i++) {
		struct event_base *base = loop_test_base(backends[i]->name, NULL, 0);

		if (!base || backends[i]->clock) { /* the tests of the backends say so */
			if (base)
				event_base_free(base);
			continue;
		}
		for (size_t j = 0; j < sizeof(spans) / sizeof(*spans); j++) {
			wait_for(base, spans[j]);
			if (noted != spans[j])
				fail_msg("%s: %llu ns for %llu", backends[i]->name,
					 (unsigned long long)noted, (unsigned long long)spans[j]);
		}
		event_base_free(base);
	}
}

/*
 * Without epoll_pwait2, a wait is rounded up to ms, so that it is not too short, and fits an int.
 */
static void test_milliseconds(void **state)
{
	static const struct {
		uint64_t span;
		int milliseconds;
	} rounded[] = {
		{ 0, 0 },
		{ 1, 1 },
		{ 999999, 1 },
		{ 1000000, 1 },
		{ 1000001, 2 },
		{ SECOND - 1, 1000 },
		{ SECOND, 1000 },
		{ INT_MAX * UINT64_C(1000000) - 1000000, INT_MAX - 1 },
		{ INT_MAX * UINT64_C(1000000), INT_MAX },
		{ INT_MAX * UINT64_C(1000000) + 1000000, INT_MAX },
		{ BACKEND_FOREVER - 1, INT_MAX },
		{ BACKEND_FOREVER, -1 },
	};
	struct event_base *base = loop_test_base("epoll", NULL, 0);

	(void)state;
	assert_non_null(base);
	has_pwait2 = false;
	for (size_t i = 0; i < sizeof(rounded) / sizeof(*rounded); i++) {
		wait_for(base, rounded[i].span);
		assert_int_equal(noted_milliseconds, rounded[i].milliseconds);
		has_pwait2 = true; /* the backend does not try it again */
	}
	event_base_free(base);
}

static void nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

static void activate(evutil_socket_t fd, short what, void *event)
{
	(void)fd, (void)what;
	event_active(event, EV_TIMEOUT, 1);
}

/*
 * If the time were cached during a wait, a timer that another thread adds meanwhile would start at
 * the time at which the loop last woke up.
 */
static void test_no_time_is_cached_during_a_wait(void **state)
{
	struct event_base *base = loop_test_base("epoll", NULL, 0);
	struct event *first, *second;

	(void)state;
	has_pwait2 = true;
	assert_int_equal(event_base_priority_init(base, 2), 0);
	second = event_new(base, -1, 0, nothing, NULL);
	first = event_new(base, -1, 0, activate, second);
	event_priority_set(first, 1);
	event_priority_set(second, 0);
	event_active(first, EV_TIMEOUT, 1);
	waits = waits_with_cached_time = 0;
	watched = base;
	assert_int_equal(event_base_loop(base, 0), 1);
	watched = NULL;
	assert_int_equal(waits, 2);
	assert_int_equal(waits_with_cached_time, 0);
	event_free(first);
	event_free(second);
	event_base_free(base);
}

/*
 * If the kernel has not taken the backend's requests, no descriptor would wake the loop. So the
 * backend tries again after 1 ms at most.
 */
static void test_requests_that_the_kernel_does_not_take(void **state)
{
	struct event_base *base = loop_test_base("io_uring", NULL, 0);
	struct event *event;
	int ends[2];

	(void)state;
	if (!base)
		return; /* the tests of the backends say so */
	assert_int_equal(pipe(ends), 0);
	event = event_new(base, ends[0], EV_READ, nothing, NULL);
	assert_int_equal(event_add(event, NULL), 0);
	submits_nothing = true;
	wait_for(base, BACKEND_FOREVER);
	assert_int_equal(noted, 1000000);
	wait_for(base, 1000);
	assert_int_equal(noted, 1000);
	submits_nothing = false;
	wait_for(base, BACKEND_FOREVER);
	assert_int_equal(noted, BACKEND_FOREVER);
	event_free(event);
	event_base_free(base);
	close(ends[0]);
	close(ends[1]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_nanoseconds),
	cmocka_unit_test(test_milliseconds),
	cmocka_unit_test(test_no_time_is_cached_during_a_wait),
	cmocka_unit_test(test_requests_that_the_kernel_does_not_take),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
