/*
 * run_group.h - runs a group of cmocka tests in main, and prints the count that the runner reads
 * last
 */
#ifndef TESTS_RUN_GROUP_H
#define TESTS_RUN_GROUP_H

#include <stdio.h>

/* The exit status. `tests` is the array itself, whose length cmocka takes from its type. */
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
