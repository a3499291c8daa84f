/*
 * over_backends.h - runs a group of tests over every backend, each test where it applies
 *
 * A test that a backend can never run is left out, and not skipped. So a skipped test means that
 * this machine lacks something.
 */
#ifndef OVER_BACKENDS_H
#define OVER_BACKENDS_H

#include "loop/backend.h"
#include "loop/tests/loop_test.h"

/* What a test needs from the backend and from the program. */
struct test_need {
	int features, lacks; /* EV_FEATURE_ bits that the backend must have, or must lack */
	bool real_time;	     /* the backend must wait in real time */
	bool locks;
};

/*
 * A test with its needs. cmocka passes them to the test as its state, which the tests do not use.
 */
#define TEST_WITH_NEED(test, need) TEST_WITH_NEED_AND(test, NULL, NULL, need)
#define TEST_WITH_NEED_AND(test, setup, teardown, need)                                            \
	cmocka_unit_test_prestate_setup_teardown(test, setup, teardown, (void *)(uintptr_t)(need))

/* How many tests were run, and how many of them failed. */
struct backends_run {
	int run, failed;
};

static inline bool need_is_met(const struct test_need *need, const struct backend *backend,
			       bool locks)
{
	return !need || ((backend->features & need->features) == need->features &&
			 !(backend->features & need->lacks) &&
			 (!need->real_time || !backend->clock) && (!need->locks || locks));
}

/* Runs the tests that apply to this backend. */
static inline void run_where_they_apply(struct backends_run *sum, const struct backend *backend,
					bool locks, const struct CMUnitTest *tests, size_t count)
{
	struct CMUnitTest *chosen = calloc(count, sizeof(*chosen));
	size_t applying = 0;

	assert_non_null(chosen);
	for (size_t i = 0; i < count; i++) {
		if (need_is_met(tests[i].initial_state, backend, locks))
			chosen[applying++] = tests[i];
	}
	sum->failed += _cmocka_run_group_tests(backend->name, chosen, applying, NULL, NULL);
	sum->run += (int)applying;
	free(chosen);
}

/* Prints the last line of output and returns the exit status. */
static inline int end_backends_run(const struct backends_run *sum)
{
	printf("%d passed, %d failed, %u skipped\n",
	       sum->run - sum->failed - (int)loop_test_skipped, sum->failed, loop_test_skipped);
	return sum->failed ? 1 : 0;
}

#endif
