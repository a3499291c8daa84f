/*
 * suite.h - the checks that every structure must pass, and how to run one of them
 *
 * Each check runs in its own child process. A check fails by writing the reason to stderr and
 * ending the process with a status other than 0. So a structure that crashes, hangs or fails an
 * assertion fails one check, and the other checks still run.
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include "session.h"

struct settings {
	uint64_t seed;
	size_t steps;	   /* random operations of each kind of sequence */
	const char *check; /* run only checks whose names contain this text; NULL runs all */
	bool verbose;
	bool whole; /* shrink a failing sequence; false for the broken structures */
};

struct check {
	const char *name;
	void (*run)(const struct subject *subject, const struct settings *settings);
	bool once; /* run with the defaults only, because options do not matter */
};

/* Ends with a row whose name is NULL. */
extern const struct check checks[];

enum verdict { VERDICT_PASSED, VERDICT_FAILED, VERDICT_SKIPPED };

/* The size of the buffer for what a check writes. */
#define SUITE_OUTPUT_SIZE 16384

/* Returns whether the settings ask for this check. */
bool suite_wants(const struct settings *settings, const struct check *check);

/* Runs one check. Stores what the check wrote to stderr in `output`, of SUITE_OUTPUT_SIZE bytes. */
enum verdict suite_run(const struct check *check, const struct subject *subject,
		       const struct settings *settings, char *output);

/* A check calls these to write why it failed or is skipped, and to end its child process. */
void check_failed(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void check_skipped(const char *why) __attribute__((noreturn));

/* Returns n, or the structure's most_timers if that is smaller. */
static inline size_t bearable(const struct subject *subject, size_t n)
{
	size_t limit = subject->choice.within->most_timers;

	return limit && limit < n ? limit : n;
}

/* The checks, grouped by file. */
void check_declarations(const struct subject *subject, const struct settings *settings);
void check_option_ranges(const struct subject *subject, const struct settings *settings);
void check_option_names(const struct subject *subject, const struct settings *settings);

void check_transitions(const struct subject *subject, const struct settings *settings);
void check_forbidden(const struct subject *subject, const struct settings *settings);

void check_ends_of_time(const struct subject *subject, const struct settings *settings);
void check_never(const struct subject *subject, const struct settings *settings);
void check_years(const struct subject *subject, const struct settings *settings);
void check_step_back(const struct subject *subject, const struct settings *settings);
void check_fine_times(const struct subject *subject, const struct settings *settings);
void check_wakeups(const struct subject *subject, const struct settings *settings);

void check_clock_ahead(const struct subject *subject, const struct settings *settings);

void check_forgotten(const struct subject *subject, const struct settings *settings);

void check_one_at_a_time(const struct subject *subject, const struct settings *settings);
void check_used_again(const struct subject *subject, const struct settings *settings);
void check_equal_deadlines(const struct subject *subject, const struct settings *settings);
void check_two_sets(const struct subject *subject, const struct settings *settings);

void check_crowd(const struct subject *subject, const struct settings *settings);

void check_freed_in_queue(const struct subject *subject, const struct settings *settings);
void check_queue_step_back(const struct subject *subject, const struct settings *settings);

void check_failing_allocations(const struct subject *subject, const struct settings *settings);
void check_impossible_reserve(const struct subject *subject, const struct settings *settings);
void check_no_allocations(const struct subject *subject, const struct settings *settings);
void check_peak(const struct subject *subject, const struct settings *settings);
void check_growth(const struct subject *subject, const struct settings *settings);
void check_destroy(const struct subject *subject, const struct settings *settings);

void check_footprint(const struct subject *subject, const struct settings *settings);
void check_churn(const struct subject *subject, const struct settings *settings);

void check_random(const struct subject *subject, const struct settings *settings);

#endif
