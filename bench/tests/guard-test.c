/* guard-test - what a guard reports about its worker */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/run/guard.h"

#define MINUTE UINT64_C(60000000000)

static pid_t fails_in_children_of; /* fork fails in children of this process; 0: of none */
static pid_t fails_in;

pid_t __real_fork(void);

pid_t __wrap_fork(void)
{
	if (fails_in == getpid() || fails_in_children_of == getppid()) {
		errno = EAGAIN;
		return -1;
	}
	return __real_fork();
}

static void leave(const void *data)
{
	_exit(*(const int *)data);
}

static void be_killed(const void *data)
{
	(void)data;
	raise(SIGKILL);
}

static void stay(const void *data)
{
	(void)data;
	for (;;)
		pause();
}

static void guarded(uint64_t budget, void (*become)(const void *data), int status,
		    struct guard_report *report)
{
	int ends[2];
	pid_t guard;

	assert_int_equal(pipe(ends), 0);
	guard = guard_start(budget, ends[1], become, &status);
	assert_true(guard > 0);
	close(ends[1]);
	assert_int_equal(read(ends[0], report, sizeof(*report)), sizeof(*report));
	guard_end(guard);
	close(ends[0]);
}

static void test_ends(void **state)
{
	struct guard_report report;

	(void)state;
	guarded(MINUTE, leave, 0, &report);
	assert_int_equal(report.status, 0);
	assert_int_equal(report.error, 0);
	assert_int_equal(report.timed_out, 0);
	guarded(UINT64_MAX, leave, 7, &report);
	assert_true(WIFEXITED(report.status));
	assert_int_equal(WEXITSTATUS(report.status), 7);
	guarded(MINUTE, be_killed, 0, &report);
	assert_true(WIFSIGNALED(report.status));
	assert_int_equal(WTERMSIG(report.status), SIGKILL);
	assert_int_equal(report.timed_out, 0);
}

static void test_the_time_is_up(void **state)
{
	struct guard_report report;

	(void)state;
	guarded(1000000, stay, 0, &report);
	assert_int_equal(report.timed_out, 1);
	assert_int_equal(report.error, 0);
}

static void test_no_process_can_be_forked(void **state)
{
	struct guard_report report = { 0 };

	(void)state;
	fails_in = getpid();
	assert_int_equal(guard_start(MINUTE, -1, stay, NULL), -EAGAIN);
	fails_in = 0;
	fails_in_children_of = getpid();
	guarded(MINUTE, leave, 0, &report);
	fails_in_children_of = 0;
	assert_int_equal(report.error, EAGAIN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_the_time_is_up),
		cmocka_unit_test(test_no_process_can_be_forked),
	};
	int count = (int)(sizeof(tests) / sizeof(*tests)), failed;

	alarm(120); /* ends a wait for a report that never arrives */
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	printf("%d passed, %d failed\n", count - failed, failed);
	return failed ? 1 : 0;
}
