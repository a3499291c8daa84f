/*
 * broken-test.c - proves that the suite catches every broken structure
 *
 * Each structure in broken/ has one fault and must fail at least one check. Some have a fault that
 * must fail only the check that was made for it (BROKEN_ONLY). The structure that they are made
 * from must pass all checks. Each check must catch at least one structure, because otherwise nobody
 * knows whether the check works.
 *
 * 	broken-test [-s SEED] [-t NAME] [-c CHECK] [-n STEPS] [-v]
 *
 * Most faults of memory are visible only with the address sanitizer, so build the program with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "broken/right.h"

/* The structures in broken/. The build generates this table. */
extern const struct timer_structure *const broken_structures[];

extern const struct timer_structure right;
RIGHT_TABLE(right, "right", .departures = "none");

/* At least the number of checks. */
#define MOST_CHECKS 64

struct tally {
	unsigned passed, failed;
	unsigned caught[MOST_CHECKS]; /* how many broken structures each check has caught */
};

static void open_subject(struct subject *subject, const struct timer_structure *structure)
{
	char error[OPTIONS_ERROR_SIZE] = "";

	if (!subject_open(subject, structure, "", error))
		return;
	fprintf(stderr, "%s: %s\n", structure->name, error);
	exit(1);
}

/*
 * Runs all checks. Stores the names of those that fail in `failed`, as text, and returns how many
 * fail. If not `all`, skips a check that has caught a structure before, once another check has
 * failed, because its failure would prove nothing more. Counts the failures in `caught`, unless it
 * is NULL.
 */
static unsigned run_checks(const struct timer_structure *structure, const struct settings *settings,
			   unsigned *caught, bool all, char *failed, size_t size)
{
	static char output[SUITE_OUTPUT_SIZE];
	struct subject subject;
	unsigned count = 0;
	size_t used = 0;

	open_subject(&subject, structure);
	*failed = '\0';
	for (const struct check *check = checks; check->name; check++) {
		if (!all && count && caught[check - checks] && !settings->verbose)
			continue;
		if (!suite_wants(settings, check))
			continue;
		if (suite_run(check, &subject, settings, output) != VERDICT_FAILED)
			continue;
		count++;
		if (caught)
			caught[check - checks]++;
		if (used < size)
			used += (size_t)snprintf(failed + used, size - used, "%s%s",
						 count > 1 ? ", " : "", check->name);
		if (settings->verbose)
			printf("--- %s: %s\n%.600s\n", structure->name, check->name, output);
	}
	subject_close(&subject);
	return count;
}

static void expect_caught(const struct timer_structure *structure, const struct settings *settings,
			  struct tally *tally)
{
	bool has_own = !strncmp(structure->departures, ONLY, strlen(ONLY));
	const char *own = has_own ? structure->departures + strlen(ONLY) : NULL;
	char failed[1024];

	if (!run_checks(structure, settings, tally->caught, has_own, failed, sizeof(failed))) {
		printf("FAILED   %-24s passes every check\n", structure->name);
		tally->failed++;
	} else if (has_own && strcmp(failed, own)) {
		printf("FAILED   %-24s is caught by %s, and not by '%s' alone\n", structure->name,
		       failed, own);
		tally->failed++;
	} else {
		printf("caught   %-24s by %s\n", structure->name, failed);
		tally->passed++;
	}
	fflush(stdout);
}

static void expect_right(const struct settings *settings, struct tally *tally)
{
	char failed[1024];

	if (!run_checks(&right, settings, NULL, true, failed, sizeof(failed))) {
		tally->passed++;
		return;
	}
	printf("FAILED   the structure without a fault fails %s\n", failed);
	tally->failed++;
}

/* Every check must fail at least one structure. */
static void expect_use(struct tally *tally)
{
	for (size_t i = 0; checks[i].name; i++) {
		if (tally->caught[i]) {
			tally->passed++;
			continue;
		}
		printf("FAILED   '%s' catches nothing\n", checks[i].name);
		tally->failed++;
	}
}

int main(int argc, char **argv)
{
	struct tally tally = { 0 };
	struct arguments arguments;
	unsigned run = 0;

	arguments_parse(&arguments, argc, argv);
	arguments.settings.whole = false;
	expect_right(&arguments.settings, &tally);
	for (size_t i = 0; broken_structures[i]; i++) {
		if (arguments.only && strcmp(arguments.only, broken_structures[i]->name))
			continue;
		expect_caught(broken_structures[i], &arguments.settings, &tally);
		run++;
	}
	if (!arguments.only && !arguments.settings.check)
		expect_use(&tally);
	else if (!run)
		tally.failed++;
	printf("%u passed, %u failed\n", tally.passed, tally.failed);
	return tally.failed != 0;
}
