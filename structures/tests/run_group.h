/*
 * run_group.h - runs a group of cmocka tests in main, and prints the counts as the last line
 *
 * The test runner reads this line.
 */
#ifndef TESTS_RUN_GROUP_H
#define TESTS_RUN_GROUP_H

#include <stdio.h>

/* Returns the exit status. `tests` must be an array, because its length is taken from its type. */
#define RUN_GROUP(tests)                                                                           \
	run_group_count((int)(sizeof(tests) / sizeof(*(tests))),                                   \
			cmocka_run_group_tests(tests, NULL, NULL))

static inline int run_group_count(int count, int failed)
{
	/* cmocka returns a negative number if a set-up fails. */
	if (failed < 0)
		failed = count;
	fflush(stderr);
	printf("%d passed, %d failed\n", count - failed, failed);
	return failed != 0;
}

#endif
