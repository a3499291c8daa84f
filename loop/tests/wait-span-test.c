/*
 * wait-span-test - how long each backend lets the kernel wait, to the nanosecond
 *
 * The linker replaces the system calls (--wrap). The replacements record their arguments and return
 * at once.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "loop/tests/wait_span.h"

static bool has_pwait2;

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

/* io-uring-span-test covers io_uring, which waits by another call. */
static void test_nanoseconds(void **state)
{
	(void)state;
	has_pwait2 = true;
	for (size_t i = 0; backends[i]; i++) {
		if (!backends[i]->clock && !backends[i]->real_time_only)
			wait_for_each_span(backends[i]->name);
	}
}

/*
 * Without epoll_pwait2, a wait is rounded up to ms, so that it is not too short, and must fit an
 * int.
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

static void activate(evutil_socket_t fd, short what, void *event)
{
	(void)fd, (void)what;
	event_active(event, EV_TIMEOUT, 1);
}

/*
 * The time must not be cached during a wait. Otherwise a timer that another thread adds during the
 * wait would start at the time of the loop's last wake-up.
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_nanoseconds),
	cmocka_unit_test(test_milliseconds),
	cmocka_unit_test(test_no_time_is_cached_during_a_wait),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
