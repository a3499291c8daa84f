/*
 * run_group.h - a group of cmocka tests as a program's main, ending on the count that the runner
 * reads
 */
#ifndef TESTS_RUN_GROUP_H
#define TESTS_RUN_GROUP_H

#include <stdio.h>

/* The exit status. `tests` is the array, whose length cmocka takes from its type. */
#define RUN_GROUP(tests)                                                                           \
	run_group_count((int)(sizeof(tests) / sizeof(*(tests))),                                   \
			cmocka_run_group_tests(tests, NULL, NULL))

static inline int run_group_count(int count, int failed)
{
	/* A set-up that fails is a negative number of tests. */
	if (failed < 0)
		failed = count;
	fflush(stderr);
	printf("%d passed, %d failed\n", count - failed, failed);
	return failed != 0;
}

#endif
