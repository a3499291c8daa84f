/*
 * checks.h - all that a structure has to pass, as a table
 */
#ifndef CHECKS_H
#define CHECKS_H

#include "specimen.h"

struct check {
	const char *name;
	/* NULL, or what is wrong. May also end the process: it is called in one of its own. */
	const char *(*run)(const struct specimen *specimen, uint64_t seed, size_t steps);
};

/* Ends with a row without a name. */
extern const struct check checks[];

/* What the table's rows are, by file. */
const char *check_sequences(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_transitions(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_misuse(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_equal_deadlines(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_ends_of_time(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_jumps(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_steps_back(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_following_next(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_handed_out(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_allocations(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_growth(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_churn(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_leaks(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_two_sets(const struct specimen *specimen, uint64_t seed, size_t steps);
const char *check_options(const struct specimen *specimen, uint64_t seed, size_t steps);

/* How running one check in a process of its own ended. */
enum outcome { PASSED, FAILED, DIED };

/*
 * Runs a check, quietly if `quiet`; else what is wrong goes to stderr, a failing random sequence
 * shrunk. Hanging for `seconds` is dying.
 */
enum outcome check_in_process(const struct check *check, const struct specimen *specimen,
			      uint64_t seed, size_t steps, unsigned seconds, bool quiet);

#endif
