/*
 * loop_test.h - shared by all tests of the loop: cmocka, making a base, the last line of output
 */
#ifndef LOOP_TEST_H
#define LOOP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <event2/event.h>

#include "loop/tests/test_seed.h"

#define MILLISECOND UINT64_C(1000000)

/*
 * Makes a base with this backend and this structure (NULL: the default). Returns NULL if the
 * machine lacks the backend. The caller frees the base.
 */
static inline struct event_base *loop_test_base(const char *method, const char *structure,
						int flags)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	assert_non_null(config);
	event_config_set_flag(config, flags | EVENT_BASE_FLAG_IGNORE_ENV);
	assert_int_equal(event_config_require_method(config, method), 0);
	if (structure)
		assert_int_equal(event_config_set_timer_structure(config, structure), 0);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

/*
 * Checks all invariants of the base. Fails the test and names the broken invariant if there is one.
 */
static inline void loop_test_check(struct event_base *base)
{
	const char *broken = event_base_check(base);

	if (broken)
		fail_msg("%s", broken);
}

static inline struct timeval loop_test_timeval(uint64_t ns)
{
	return (struct timeval){ (time_t)(ns / 1000000000), (suseconds_t)(ns % 1000000000 / 1000) };
}

/*
 * The number of skipped tests. cmocka prints it to stderr, but each test program of timerbed prints
 * it to stdout, in its last line.
 */
static unsigned loop_test_skipped __attribute__((unused));

#define LOOP_TEST_SKIP(...)                                                                        \
	do {                                                                                       \
		print_message("skipped: " __VA_ARGS__);                                            \
		loop_test_skipped++;                                                               \
		skip();                                                                            \
	} while (0)

#define LOOP_TEST_RUN(tests)                                                                       \
	do {                                                                                       \
		int failed_ = cmocka_run_group_tests(tests, NULL, NULL);                           \
		int count_ = (int)(sizeof(tests) / sizeof(*(tests)));                              \
                                                                                                   \
		printf("%d passed, %d failed, %u skipped\n",                                       \
		       count_ - failed_ - (int)loop_test_skipped, failed_, loop_test_skipped);     \
		return failed_ ? 1 : 0;                                                            \
	} while (0)

#endif
