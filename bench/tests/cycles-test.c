/*
 * cycles-test - the counter for processors that have no time-stamp counter
 *
 * The test compiles the portable code of cycles.h, on any processor. The linker redirects the
 * system call that reads a clock to this file (--wrap), so that the test sets the clocks. All other
 * system calls are made as usual.
 */
#define TIMERBED_PORTABLE
#include "bench/cycles.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* The time of CLOCK_MONOTONIC_RAW, and by how much each reading of a clock advances it. */
static uint64_t now, step;
static double monotonic_rate; /* rate of CLOCK_MONOTONIC relative to CLOCK_MONOTONIC_RAW */

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* Makes any other system call. A system call has up to six arguments, each as large as a long. */
static long call(long number, va_list arguments)
{
	long values[6];

	for (int i = 0; i < 6; i++)
		values[i] = va_arg(arguments, long);
	return __real_syscall(number, values[0], values[1], values[2], values[3], values[4],
			      values[5]);
}

long __wrap_syscall(long number, ...)
{
	struct timespec *time;
	clockid_t clock;
	va_list arguments;
	uint64_t shown;
	long result;

	va_start(arguments, number);
	if (number != SYS_clock_gettime) {
		result = call(number, arguments);
		va_end(arguments);
		return result;
	}
	clock = va_arg(arguments, clockid_t);
	time = va_arg(arguments, struct timespec *);
	va_end(arguments);
	now += step;
	shown = clock == CLOCK_MONOTONIC ? (uint64_t)(monotonic_rate * (double)now) : now;
	time->tv_sec = (time_t)(shown / 1000000000u);
	time->tv_nsec = (long)(shown % 1000000000u);
	return 0;
}

static void set_clocks(uint64_t at, uint64_t advance, double rate)
{
	now = at;
	step = advance;
	monotonic_rate = rate;
}

static void test_readings_are_nanoseconds(void **state)
{
	uint64_t begun;

	(void)state;
	set_clocks(UINT64_C(1999999900), 0, 1);
	begun = cycles_begin();
	now += 700;
	assert_int_equal(cycles_end() - begun, 700);
}

static void test_rate(void **state)
{
	static const double rates[] = { 1, 1.25, 0.5 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		set_clocks(5000000000u, 1000, rates[i]);
		assert_true(cycles_per_ns() == rates[i]);
		assert_true(now > 5000000000u + CALIBRATION_NS);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_readings_are_nanoseconds),
	cmocka_unit_test(test_rate),
};

int main(void)
{
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	int count = (int)(sizeof(tests) / sizeof(*tests));

	printf("%d passed, %d failed\n", count - failed, failed);
	return failed != 0;
}
