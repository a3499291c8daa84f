/*
 * conformance.c - every structure, with every setting it calls interesting, through every check
 *
 *	conformance [-s SEED] [-t STRUCTURE[:OPTIONS]] [-n STEPS] [-v]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checks.h"

/* Steps of a random sequence, and how long one check may take before it hangs: a slow machine under
 * sanitizers takes about 2 s for the longest. */
#define STEPS	10000
#define SECONDS 120

struct settings {
	const char *only; /* NULL: all structures */
	uint64_t seed;
	size_t steps;
	bool verbose;
};

struct tally {
	size_t passed, failed, skipped;
};

static bool can_run(const struct check *check)
{
#ifdef NDEBUG
	return check->run != check_misuse;
#else
	(void)check;
	return true;
#endif
}

static void run_checks(const struct settings *settings, const struct specimen *specimen,
		       struct tally *tally)
{
	const char *colon = *specimen->options ? ":" : "";

	for (const struct check *check = checks; check->name; check++) {
		enum outcome outcome;

		if (!can_run(check)) {
			tally->skipped++;
			continue;
		}
		outcome = check_in_process(check, specimen, settings->seed, settings->steps,
					   SECONDS, false);
		tally->passed += outcome == PASSED;
		tally->failed += outcome != PASSED;
		if (outcome != PASSED || settings->verbose)
			printf("%s %s%s%s: %s (seed %" PRIu64 ")\n",
			       outcome == PASSED ? "ok    "
			       : outcome == DIED ? "DIED  "
						 : "FAILED",
			       specimen->structure->name, colon, specimen->options, check->name,
			       settings->seed);
	}
}

static void run_structure(const struct settings *settings, const struct timer_structure *structure,
			  struct tally *tally)
{
	static const char *const defaults[] = { "", NULL };
	const char *const *options = structure->interesting ? structure->interesting : defaults;
	size_t length = strlen(structure->name);

	if (settings->only && (strncmp(settings->only, structure->name, length) ||
			       (settings->only[length] && settings->only[length] != ':')))
		return;
	if (settings->only && settings->only[length] == ':') {
		run_checks(settings, &(struct specimen){ structure, settings->only + length + 1 },
			   tally);
		return;
	}
	for (; *options; options++)
		run_checks(settings, &(struct specimen){ structure, *options }, tally);
}

static int usage(void)
{
	fprintf(stderr, "usage: conformance [-s SEED] [-t STRUCTURE[:OPTIONS]] [-n STEPS] [-v]\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *seed = getenv("TIMERBED_SEED");
	struct settings settings = { .steps = STEPS, .seed = (uint64_t)time(NULL) };
	struct tally tally = { 0 };
	int letter;

	while ((letter = getopt(argc, argv, "s:t:n:v")) != -1) {
		switch (letter) {
		case 's':
			seed = optarg;
			break;
		case 't':
			settings.only = optarg;
			break;
		case 'n':
			settings.steps = strtoull(optarg, NULL, 10);
			break;
		case 'v':
			settings.verbose = true;
			break;
		default:
			return usage();
		}
	}
	if (seed)
		settings.seed = strtoull(seed, NULL, 10);
	printf("seed %" PRIu64 "\n", settings.seed);
	for (size_t i = 0; timer_structures[i]; i++)
		run_structure(&settings, timer_structures[i], &tally);
	if (tally.skipped)
		printf("%zu passed, %zu failed, %zu skipped\n", tally.passed, tally.failed,
		       tally.skipped);
	else
		printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
	return tally.failed || !tally.passed;
}
