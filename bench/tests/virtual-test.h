/* virtual-test.h - shared by the tests of simulated time: a scripted driver, the last line */
#ifndef VIRTUAL_TEST_H
#define VIRTUAL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bench/clock.h"
#include "bench/virtual/virtual_time.h"

#define MS    UINT64_C(1000000)
#define S     UINT64_C(1000000000)
#define NEVER UINT64_MAX

/* The time at which the tests' simulations start. */
#define START (10 * S)

/*
 * A driver with one turn, at the time `turn`. It counts the waits and stores the timeout of the
 * last wait.
 */
struct driver {
	int fd;
	uint64_t turn;
	uint64_t timeout; /* of the last wait */
	unsigned int waits;
};

static inline bool driver_wait(void *data, uint64_t timeout)
{
	struct driver *driver = data;
	uint64_t now = virtual_time_now();

	driver->waits++;
	driver->timeout = timeout;
	if (driver->turn == NEVER || (driver->turn > now && driver->turn - now > timeout))
		return false;
	if (driver->turn > now)
		virtual_time_set(driver->turn);
	return true;
}

/* Begins a simulation with this driver. */
static inline void begin(struct driver *driver, uint64_t turn, bool poll_descriptors)
{
	const struct virtual_time_hooks hooks = { .wait = driver_wait,
						  .data = driver,
						  .poll_descriptors = poll_descriptors };

	*driver = (struct driver){ .turn = turn };
	assert_int_equal(virtual_time_begin(START, &hooks, &driver->fd), 0);
}

/* Ends the simulation that a failed test may have left. */
static inline int end_simulation(void **state)
{
	(void)state;
	virtual_time_end();
	return 0;
}

#define simulation_test(test) cmocka_unit_test_teardown(test, end_simulation)

static inline uint64_t ns(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * S + (uint64_t)time->tv_nsec;
}

static inline struct timespec timespec(uint64_t time)
{
	return (struct timespec){ .tv_sec = (time_t)(time / S), .tv_nsec = (long)(time % S) };
}

static int skipped;

#define RUN_TESTS(tests)                                                                           \
	do {                                                                                       \
		int total = (int)(sizeof(tests) / sizeof(*(tests)));                               \
		int bad = cmocka_run_group_tests(tests, NULL, NULL);                               \
		int broken = bad < 0 || bad > total ? total : bad;                                 \
                                                                                                   \
		fflush(stderr);                                                                    \
		printf("%d passed, %d failed, %d skipped\n", total - broken - skipped, broken,     \
		       skipped);                                                                   \
		return bad ? 1 : 0;                                                                \
	} while (0)

#endif
