/*
 * broken.c - the suite's own proof: it must catch every deliberately broken structure
 *
 * Each structure in ../broken has one realistic fault. All checks are run against each; one that
 * fails, or dies, catches it. A broken structure that passes them all is a failed test.
 *
 *	broken [-s SEED] [-n STEPS] [-v]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "checks.h"

extern const struct timer_structure *const broken_structures[];

#define STEPS	2500
#define SECONDS 20 /* a fault that hangs a check is caught by that */

/* How many checks catch it. */
static size_t count_catches(const struct specimen *specimen, uint64_t seed, size_t steps,
			    bool verbose)
{
	size_t catches = 0;

	for (const struct check *check = checks; check->name; check++) {
		if (check_in_process(check, specimen, seed, steps, SECONDS, true) == PASSED)
			continue;
		if (verbose)
			printf("    %s\n", check->name);
		catches++;
	}
	return catches;
}

int main(int argc, char **argv)
{
	const char *given = getenv("TIMERBED_SEED");
	uint64_t seed = (uint64_t)time(NULL);
	size_t passed = 0, failed = 0, steps = STEPS;
	bool verbose = false;
	int letter;

	while ((letter = getopt(argc, argv, "s:n:v")) != -1) {
		if (letter == 's')
			given = optarg;
		else if (letter == 'n')
			steps = strtoull(optarg, NULL, 10);
		else if (letter == 'v')
			verbose = true;
		else
			return 2;
	}
	if (given)
		seed = strtoull(given, NULL, 10);
	printf("seed %" PRIu64 "\n", seed);
	for (size_t i = 0; broken_structures[i]; i++) {
		const struct specimen specimen = { broken_structures[i], "" };
		size_t catches = count_catches(&specimen, seed, steps, verbose);

		if (verbose || !catches)
			printf("%s %s: %s (%zu checks)\n", catches ? "ok    " : "FAILED",
			       specimen.structure->name, catches ? "caught" : "passes the suite",
			       catches);
		passed += catches > 0;
		failed += !catches;
	}
	printf("%zu passed, %zu failed\n", passed, failed);
	return failed || !passed;
}
