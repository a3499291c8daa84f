/*
 * io-uring-span-test - how long io_uring lets the kernel wait, to the nanosecond
 *
 * The linker replaces liburing's functions (--wrap). tests.mk leaves out this test if the loop is
 * built without io_uring.
 */
#include <errno.h>
#include <liburing.h>
#include <unistd.h>

#include "loop/tests/wait_span.h"

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

static void test_nanoseconds(void **state)
{
	(void)state;
	wait_for_each_span("io_uring");
}

/*
 * If the kernel has not accepted the backend's requests, no descriptor would wake the loop. So the
 * backend tries again after at most 1 ms.
 */
static void test_requests_that_the_kernel_does_not_take(void **state)
{
	struct event_base *base = loop_test_base("io_uring", NULL, 0);
	struct event *event;
	int ends[2];

	(void)state;
	if (!base)
		return; /* the backends' tests report it */
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
	cmocka_unit_test(test_requests_that_the_kernel_does_not_take),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
