/*
 * suite.c - the table of checks, and the function that runs one of them
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "suite.h"

/*
 * A limit of CPU time, far above what a check needs. A check that reaches it is in an endless loop.
 */
#define CHECK_SECONDS 600

const struct check checks[] = {
	{ "declarations", check_declarations, false },
	{ "option ranges", check_option_ranges, true },
	{ "option names", check_option_names, true },
	{ "every transition", check_transitions, false },
	{ "every forbidden transition", check_forbidden, false },
	{ "deadlines at the ends of time", check_ends_of_time, false },
	{ "TIMER_NEVER never fires", check_never, false },
	{ "clock jumps of years", check_years, false },
	{ "the clock steps back", check_step_back, false },
	{ "exact around ticks", check_fine_times, false },
	{ "a loop that sleeps until next", check_wakeups, false },
	{ "the clock runs ahead", check_clock_ahead, false },
	{ "removed timers leave no trace", check_forgotten, false },
	{ "expire with max 1", check_one_at_a_time, false },
	{ "expired timers are re-armed", check_used_again, false },
	{ "very many equal deadlines", check_equal_deadlines, false },
	{ "tens of thousands at a time", check_crowd, false },
	{ "timers of a queue are freed", check_freed_in_queue, false },
	{ "the clock steps back behind a queue", check_queue_step_back, false },
	{ "two sets share nothing", check_two_sets, false },
	{ "every allocation failing in turn", check_failing_allocations, false },
	{ "impossible reserves", check_impossible_reserve, false },
	{ "no allocation is needed once reserved", check_no_allocations, false },
	{ "reserved memory after a peak", check_peak, false },
	{ "reserve grows geometrically", check_growth, false },
	{ "destroy with armed timers", check_destroy, false },
	{ "footprint is what is allocated", check_footprint, false },
	{ "footprint under churn", check_churn, false },
	{ "random sequences", check_random, false },
	{ NULL, NULL, false },
};

struct job {
	const struct check *check;
	const struct subject *subject;
	const struct settings *settings;
};

static void run_job(void *data)
{
	const struct job *job = data;

	job->check->run(job->subject, job->settings);
}

bool suite_wants(const struct settings *settings, const struct check *check)
{
	return !settings->check || strstr(check->name, settings->check);
}

enum verdict suite_run(const struct check *check, const struct subject *subject,
		       const struct settings *settings, char *output)
{
	struct job job = { check, subject, settings };
	int status = child_run(run_job, &job, output, SUITE_OUTPUT_SIZE, CHECK_SECONDS);
	size_t used = strlen(output);

	if (child_succeeded(status))
		return VERDICT_PASSED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPPED)
		return VERDICT_SKIPPED;
	snprintf(output + used, SUITE_OUTPUT_SIZE - used, "%s\n", child_status(status));
	return VERDICT_FAILED;
}

void check_failed(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	_exit(1);
}

void check_skipped(const char *why)
{
	fprintf(stderr, "%s\n", why);
	_exit(CHILD_SKIPPED);
}
