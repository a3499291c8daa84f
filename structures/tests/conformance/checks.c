/*
 * checks.c - the table of checks, and running one in a process of its own
 */
#include "checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sequence.h"

const struct check checks[] = {
	{ "random sequences", check_sequences },
	{ "every transition", check_transitions },
	{ "misuse dies", check_misuse },
	{ "equal deadlines", check_equal_deadlines },
	{ "ends of time", check_ends_of_time },
	{ "jumps of years", check_jumps },
	{ "time steps back", check_steps_back },
	{ "following next", check_following_next },
	{ "just handed out", check_handed_out },
	{ "every allocation failing in turn", check_allocations },
	{ "reserve grows geometrically", check_growth },
	{ "footprint under churn", check_churn },
	{ "nothing leaks", check_leaks },
	{ "two sets share nothing", check_two_sets },
	{ "options", check_options },
	{ NULL, NULL },
};

/* Which sequences a seed stands for, one after the other. */
static uint64_t sequence_seed(uint64_t seed, size_t profile)
{
	return seed * 1000003 + profile;
}

const char *check_sequences(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	for (size_t profile = 0; profile < sequence_profiles(); profile++) {
		struct sequence sequence;
		const char *wrong;
		size_t at;

		sequence_make(&sequence, profile, sequence_seed(seed, profile), steps);
		wrong = sequence_run(&sequence, specimen, 17, &at);
		sequence_free(&sequence);
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* Finds the profile that fails and prints its shortest sequence that still does. */
static void explain_sequences(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	for (size_t profile = 0; profile < sequence_profiles(); profile++) {
		struct sequence sequence;
		size_t before;

		sequence_make(&sequence, profile, sequence_seed(seed, profile), steps);
		before = sequence.count;
		sequence_shrink(&sequence, specimen);
		if (sequence.count < before) {
			fprintf(stderr, "    '%s', shrunk from %zu steps to %zu:\n",
				sequence_profile_name(profile), before, sequence.count);
			sequence_print(&sequence);
			sequence_free(&sequence);
			return;
		}
		sequence_free(&sequence);
	}
}

static _Noreturn void run_in_child(const struct check *check, const struct specimen *specimen,
				   uint64_t seed, size_t steps, unsigned seconds, bool quiet)
{
	const char *wrong;

	if (quiet && !freopen("/dev/null", "w", stderr))
		_exit(0);
	alarm(seconds);
	wrong = check->run(specimen, seed, steps);
	if (wrong)
		fprintf(stderr, "    %s\n", wrong);
	fflush(NULL);
	/* By exit, so that the leak checker has its say. */
	exit(wrong != NULL);
}

enum outcome check_in_process(const struct check *check, const struct specimen *specimen,
			      uint64_t seed, size_t steps, unsigned seconds, bool quiet)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0) {
		perror("fork");
		exit(1);
	}
	if (!child)
		run_in_child(check, specimen, seed, steps, seconds, quiet);
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return PASSED;
	if (!quiet && check->run == check_sequences)
		explain_sequences(specimen, seed, steps);
	return WIFEXITED(status) ? FAILED : DIED;
}
