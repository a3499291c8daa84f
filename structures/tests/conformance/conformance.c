/*
 * conformance.c - runs every check on every structure with each of its settings_to_test
 *
 * 	conformance [-s SEED] [-t STRUCTURE[:OPTIONS]] [-c CHECK] [-n STEPS] [-k PART/PARTS] [-v]
 *
 * Under a wrapper, only the first SETTINGS_WRAPPED settings of a structure are run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"

struct sum {
	unsigned passed, failed, skipped;
};

/*
 * The part of all (subject, check) pairs that this process runs. `count` counts the pairs so far.
 */
struct share {
	unsigned part, parts, count;
};

static bool is_mine(struct share *share)
{
	return share->count++ % share->parts == share->part;
}

static void run_check(const struct check *check, const struct subject *subject,
		      const struct settings *settings, struct sum *sum)
{
	static const char *const words[] = { "ok", "FAILED", "skipped" };
	static char output[SUITE_OUTPUT_SIZE];
	enum verdict verdict = suite_run(check, subject, settings, output);

	sum->passed += verdict == VERDICT_PASSED;
	sum->failed += verdict == VERDICT_FAILED;
	sum->skipped += verdict == VERDICT_SKIPPED;
	if (verdict != VERDICT_PASSED || settings->verbose)
		printf("%-8s %s: %s\n", words[verdict], subject->name, check->name);
	if (verdict != VERDICT_PASSED)
		printf("%s", output);
	fflush(stdout);
}

static void run_options(const struct timer_structure *structure, const char *options,
			const struct settings *settings, struct share *share, struct sum *total)
{
	char error[OPTIONS_ERROR_SIZE] = "";
	struct sum sum = { 0, 0, 0 };
	struct subject subject;

	if (subject_open(&subject, structure, options, error)) {
		printf("FAILED   %s:%s: %s\n", structure->name, options, error);
		total->failed++;
		return;
	}
	for (const struct check *check = checks; check->name; check++)
		if ((subject.defaults || !check->once) && suite_wants(settings, check) &&
		    is_mine(share))
			run_check(check, &subject, settings, &sum);
	printf("%-40s %u passed, %u failed\n", subject.name, sum.passed, sum.failed);
	subject_close(&subject);
	total->passed += sum.passed;
	total->failed += sum.failed;
	total->skipped += sum.skipped;
}

/* How many settings of a structure are run under a wrapper. All are run without the wrapper. */
#define SETTINGS_WRAPPED 2

struct structure_run {
	const struct timer_structure *structure;
	const struct settings *settings;
	struct share *share;
	struct sum *sum;
};

/*
 * Runs a structure under one of its names. The options of a wrapper begin with the wrapped
 * structure.
 */
static void run_name(const char *name, void *data)
{
	static const char *const defaults[] = { "", NULL };
	const struct structure_run *run = data;
	const struct timer_structure *within = timer_structure_within(name);
	const char *const *options = within->settings_to_test ? within->settings_to_test : defaults;
	const char *wrapped = strchr(name, ':');
	char text[200];

	for (size_t i = 0; options[i] && (!wrapped || i < SETTINGS_WRAPPED); i++) {
		snprintf(text, sizeof(text), "%s%s%s", wrapped ? wrapped + 1 : "",
			 wrapped && *options[i] ? ":" : "", options[i]);
		run_options(run->structure, text, run->settings, run->share, run->sum);
	}
}

static void run_structure(const struct timer_structure *structure, const struct settings *settings,
			  struct share *share, struct sum *sum)
{
	struct structure_run run = { structure, settings, share, sum };

	timer_structure_names(structure, run_name, &run);
}

/*
 * Returns the structure that -t names, or NULL without -t. Ends the program if the name is wrong.
 */
static const struct timer_structure *find_only(const char *only)
{
	const struct timer_structure *structure = only ? timer_structure_find(only) : NULL;
	char error[OPTIONS_ERROR_SIZE] = "";
	struct timer_accuracy accuracy;

	/*
	 * A wrapper's name without options means the wrapper over every structure that it can wrap.
	 */
	if (structure && structure->create_over && !strchr(only, ':'))
		return structure;
	if (only && timer_set_accuracy(only, &accuracy, error, sizeof(error))) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	return structure;
}

int main(int argc, char **argv)
{
	struct sum sum = { 0, 0, 0 };
	struct arguments arguments;
	struct share share = { 0 };
	const struct timer_structure *only;
	const char *options;

	arguments_parse(&arguments, argc, argv);
	share.part = arguments.part;
	share.parts = arguments.parts;
	only = find_only(arguments.only);
	options = only ? strchr(arguments.only, ':') : NULL;
	if (options)
		run_options(only, options + 1, &arguments.settings, &share, &sum);
	else if (only)
		run_structure(only, &arguments.settings, &share, &sum);
	for (size_t i = 0; !only && timer_structures[i]; i++)
		run_structure(timer_structures[i], &arguments.settings, &share, &sum);
	if (!sum.passed && !sum.failed)
		sum.failed = 1; /* a run without checks proves nothing */
	printf("%u passed, %u failed", sum.passed, sum.failed);
	if (sum.skipped)
		printf(", %u skipped", sum.skipped);
	putchar('\n');
	return sum.failed != 0;
}
