/*
 * io-uring-calls-test - warnings, results and leaks of the loop when calls of io_uring fail
 *
 * tests.mk leaves out this test if the loop is built without io_uring.
 */
#include <liburing.h>

#include "loop/tests/failing_waits.h"

static unsigned missing_features;

WRAP(io_uring_submit, -error, (struct io_uring * ring), (ring))
WRAP(io_uring_wait_cqes, -error,
     (struct io_uring * ring, struct io_uring_cqe **completion, unsigned least,
      struct __kernel_timespec *span, sigset_t *mask),
     (ring, completion, least, span, mask))

int __real_io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
				      struct io_uring_params *parameters);
int __wrap_io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
				      struct io_uring_params *parameters);
int __wrap_io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
				      struct io_uring_params *parameters)
{
	int result = -error_of_call("io_uring_queue_init_params");

	if (!result)
		result = __real_io_uring_queue_init_params(entries, ring, parameters);
	parameters->features &= ~missing_features;
	return result;
}

static void test_waits(void **state)
{
	static const struct failing_wait waits[] = {
		{ "io_uring", "io_uring_wait_cqes", EIO, true },
		{ "io_uring", "io_uring_wait_cqes", EAGAIN, false },
		{ "io_uring", "io_uring_wait_cqes", EBUSY, false },
		{ "io_uring", "io_uring_wait_cqes", EINTR, false },
		{ "io_uring", "io_uring_wait_cqes", ETIME, false },
		{ "io_uring", "io_uring_submit", EIO, true },
		{ "io_uring", "io_uring_submit", EAGAIN, false },
		{ "io_uring", "io_uring_submit", EBUSY, false },
		{ "io_uring", "io_uring_submit", EINTR, false },
	};

	(void)state;
	fail_to_wait_in_turn(waits, sizeof(waits) / sizeof(*waits));
}

/*
 * If the ring cannot be made, nothing may be left behind, and the loop must choose another backend.
 */
static void test_making_a_ring(void **state)
{
	struct event_base *base;

	(void)state;
	fail_always("io_uring_queue_init_params", EPERM);
	assert_null(loop_test_base("io_uring", NULL, 0));
	assert_warned("io_uring", EPERM);
	base = event_base_new();
	assert_non_null(base);
	assert_string_not_equal(event_base_get_method(base), "io_uring");
	event_base_free(base);
	assert_warned(NULL, 0);
}

/* The backend needs each of these features. */
static void test_missing_features(void **state)
{
	static const unsigned needed[] = { IORING_FEAT_EXT_ARG, IORING_FEAT_NODROP,
					   IORING_FEAT_RSRC_TAGS };
	struct event_base *base = loop_test_base("io_uring", NULL, 0);

	(void)state;
	warnings = 0;
	if (!base)
		LOOP_TEST_SKIP("this machine does not have io_uring\n");
	event_base_free(base);
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		missing_features = needed[i];
		assert_null(loop_test_base("io_uring", NULL, 0));
		assert_warned("io_uring", ENOSYS);
	}
	missing_features = 0;
}

static const struct CMUnitTest tests[] = {
	TEST(test_waits),
	TEST(test_making_a_ring),
	TEST(test_missing_features),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
