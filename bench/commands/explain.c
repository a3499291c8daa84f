/*
 * explain - `timerbed explain NAME`: describes a structure, workload, subject, backend, pass,
 * experiment or setting
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/arguments.h"
#include "bench/cell.h"
#include "bench/commands/commands.h"
#include "bench/commands/essay.h"
#include "bench/commands/experiment_file.h"
#include "bench/commands/explain_experiment.h"
#include "bench/commands/reference.h"
#include "bench/message.h"
#include "bench/names.h"
#include "bench/replay/subject.h"
#include "bench/run/settings.h"
#include "loop/backend.h"
#include "structures/common/find.h"
#include "structures/common/options.h"

#define WIDTH 88

/* Prints a line of text, wrapped and indented. */
static void wrapped(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t length = strcspn(text, " \n");

		if (column && column + 1 + length > WIDTH - 4) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%.*s", column ? " " : "    ", (int)length, text);
		text += length;
		text += strspn(text, " \n");
	}
	putchar('\n');
}

/* Prints a paragraph under a heading. */
static void paragraph(const char *heading, const char *text)
{
	if (!text || !*text)
		return;
	printf("\n%s\n", heading);
	wrapped(text);
}

/* Prints where a subject wins and loses in the reference run, if the file answer.json exists. */
static void print_reference(const char *subject)
{
	char *text = reference_about(subject), *rest = text, *line;

	if (text)
		puts("\nIN THE REFERENCE RUN, results/full");
	while ((line = strsep(&rest, "\n")) && *line)
		wrapped(line);
	free(text);
}

static void print_options(const struct option_spec *specs)
{
	char least[OPTIONS_NUMBER_SIZE], most[OPTIONS_NUMBER_SIZE];

	if (!specs || !specs->name)
		return;
	puts("\nOPTIONS");
	for (const struct option_spec *spec = specs; spec->name; spec++) {
		printf("    %-12s %s\n%17sdefault %s; ", spec->name, spec->help, "",
		       spec->fallback);
		if (spec->type == OPTION_WORD) {
			printf("one of");
			for (size_t i = 0; spec->words[i]; i++)
				printf("%s %s", i ? "," : "", spec->words[i]);
		} else {
			printf("%s to %s", options_number(spec->type, spec->minimum, least),
			       options_number(spec->type, spec->maximum, most));
		}
		putchar('\n');
	}
}

static void print_settings(const char *heading, const char *name, const char *const *settings)
{
	if (!settings)
		return;
	printf("\n%s\n", heading);
	for (; *settings; settings++)
		printf("    %s%s%s\n", name, **settings ? ":" : "", *settings);
}

static const char *const accuracy_words[] = {
	[TIMER_EXACT] = "Exact: fires at the first expire at or after the deadline.",
	[TIMER_TO_A_TICK] = "To a tick: fires at the first expire at or after the next tick.",
	[TIMER_LATE_FRACTION] = "Late by at most a fraction of the interval.",
};

static const char *const order_words[] = {
	[TIMER_BY_DEADLINE] = "Order within one expire: by deadline.",
	[TIMER_BY_TICK] = "Order within one expire: by tick.",
	[TIMER_UNORDERED] = "Order within one expire: none.",
};

static void print_accuracy(const char *text)
{
	struct timer_accuracy accuracy;
	char error[OPTIONS_ERROR_SIZE], words[256];

	if (timer_set_accuracy(text, &accuracy, error, sizeof(error)))
		return;
	snprintf(words, sizeof(words), "%s %s", accuracy_words[accuracy.when],
		 order_words[accuracy.order]);
	paragraph("ACCURACY", words);
	if (accuracy.tick)
		printf("    The tick is %" PRIu64 " ns.\n", accuracy.tick);
	if (accuracy.when == TIMER_LATE_FRACTION)
		printf("    The fraction is %g.\n", accuracy.fraction);
}

static void print_spurious_period(uint64_t period)
{
	char text[OPTIONS_NUMBER_SIZE];

	if (period)
		printf("\nSPURIOUS WAKE-UPS\n"
		       "    Until its deadline, a timer causes up to one in each %s.\n",
		       options_number(OPTION_DURATION, (double)period, text));
}

static void print_wrapped(const struct timer_choice *choice)
{
	if (!choice->wrappers)
		return;
	puts("\nWRAPS");
	for (size_t i = 1; i < choice->wrappers; i++)
		printf("    %s - %s\n", choice->wrapper[i]->name, choice->wrapper[i]->summary);
	printf("    %s - %s\n", choice->within->name, choice->within->summary);
	printf("    Options and accuracy are those of %s: timerbed explain %s\n",
	       choice->within->name, choice->within->name);
}

/*
 * Explains the properties of the innermost structure: the wrapped structure of a wrapper, or the
 * structure itself.
 */
static void explain_within(const struct timer_choice *choice)
{
	const struct timer_structure *within = choice->within;

	print_wrapped(choice);
	if (within->wakes_every_tick)
		printf("\nWAKE-UPS\n    While a timer is armed, next returns the next tick.\n");
	print_spurious_period(choice->spurious_period);
	if (within->most_timers)
		printf("\nLIMIT\n    up to %zu timers, by its own account\n", within->most_timers);
	print_options(within->options);
	print_settings("SETTINGS THAT THE TESTS COVER", within->name, within->settings_to_test);
}

static void print_gives_back(const struct timer_structure *structure)
{
	for (const struct essay *essay = essays; essay->name; essay++)
		if (!strcmp(essay->name, structure->name))
			paragraph("MEMORY THAT IT GIVES BACK AFTER A PEAK", essay->gives_back);
}

/*
 * Explains what a structure consists of or, for the name of a wrapper without a structure, what it
 * can wrap.
 */
static void explain_made_of(const struct timer_structure *structure, const char *text)
{
	const char *settings = strchr(text, ':');
	struct timer_choice choice;
	char error[OPTIONS_ERROR_SIZE];

	if (timer_choice_open(&choice, structure, settings ? settings + 1 : "", error,
			      sizeof(error))) {
		printf("\nWRAPS\n    any structure that does not already do this:\n"
		       "    %s:quad-heap, or %s:* for all\n",
		       structure->name, structure->name);
		return;
	}
	explain_within(&choice);
	timer_choice_free(&choice);
}

static void explain_structure(const struct timer_structure *structure, const char *text)
{
	const struct timer_complexity *cost = &structure->complexity;

	printf("%s - %s\n", structure->name, structure->summary);
	paragraph("SOURCE", structure->source);
	paragraph("DEPARTURES FROM IT", structure->departures);
	print_accuracy(text);
	printf("\nCOST\n    insert %s\n    reinsert %s\n    disarm %s\n    remove %s\n"
	       "    next %s\n    expire %s\n",
	       cost->insert, cost->reinsert, cost->disarm, cost->remove, cost->next, cost->expire);
	print_gives_back(structure);
	explain_made_of(structure, text);
	print_reference(text);
	printf("\nThe essay at the head of structures/%s%s.c says when it wins and when it loses.\n",
	       structure->create_over ? "wrappers/" : "", structure->name);
}

static void print_word(const char *name, const char *what, const char *more)
{
	printf("    %-12s %s\n%-16s aimed at: %s\n", name, what, "", more);
}

static void explain_workload(const struct workload *workload)
{
	printf("%s - %s\n", workload->name, workload->summary);
	paragraph("SOURCE", workload->source);
	paragraph("PREDICTION, MADE BEFORE MEASURING", workload->prediction);
	print_options(workload->options);
	if (workload->explain) {
		printf("\nWORDS\n");
		workload->explain(print_word);
	}
	print_settings("VARIANTS", workload->name, workload->variants);
}

static void print_family(const struct subject_family *family)
{
	printf("%s - %s\n", family->name, family->summary);
	paragraph("WHAT IT MEASURES", family->explanation);
}

/*
 * Explains a prefix of names that `list` shows, such as "again:". Returns false if `name` is not
 * such a prefix.
 */
static bool explain_family(const char *name)
{
	for (size_t i = 0; subject_families[i]; i++) {
		if (!strchr(name, ':') || strcmp(subject_families[i]->name, name))
			continue;
		print_family(subject_families[i]);
		return true;
	}
	return false;
}

static void explain_control(const struct subject *subject)
{
	printf("%s - null control: %s a second time in each block\n", subject->name,
	       subject->target);
	paragraph(
		"WHAT IT MEASURES",
		"Both are the same code on the same bytes, so the ratio of the two differs from 1 "
		"by noise alone. It says how small a difference the run can resolve.");
	printf("\ntimerbed explain %s describes the subject itself.\n", subject->target);
}

/*
 * Explains a subject after checking its options. Returns an exit status, or -1 if `name` is not a
 * subject.
 */
static int explain_subject(const char *name)
{
	const struct timer_structure *structure = timer_structure_find(name);
	size_t length = strcspn(name, ":");
	struct subject subject;
	char error[SUBJECT_ERROR_SIZE];
	int result;

	if (structure && structure->create_over && (!name[length] || !name[length + 1])) {
		explain_structure(structure, name);
		return 0;
	}
	if (explain_family(name))
		return 0;
	result = subject_find(name, &subject, error);
	if (result == -ENOENT && !structure)
		return -1;
	if (result)
		return message_usage("%s", error); /* known, but the options are wrong */
	if (!strcmp(subject.kind, "control")) {
		explain_control(&subject);
	} else if (timer_structure_find(subject.target)) {
		explain_structure(timer_structure_find(subject.target), subject.target);
	} else {
		print_family(subject.family);
		print_reference(name);
	}
	return 0;
}

static const char *const feature_words[] = { "edge trigger", "O(1)", "any descriptor",
					     "EV_CLOSED" };

static bool explain_backend(const char *name)
{
	for (size_t i = 0; backends[i]; i++) {
		const struct backend *backend = backends[i];

		if (strcmp(backend->name, name))
			continue;
		printf("%s - %s\n\nFEATURES\n   ", backend->name, backend->summary);
		for (int bit = 0; bit < 4; bit++)
			if (backend->features & 1 << bit)
				printf(" %s;", feature_words[bit]);
		puts(backend->real_time_only ? " real time only" : " its time can be simulated");
		printf("\nloop/backends/%s.c begins with what users of the backend must know.\n",
		       backend->name);
		return true;
	}
	return false;
}

static bool explain_pass(const char *name)
{
	const struct pass *pass = pass_find(name);

	if (pass)
		printf("%s - %s\n", name, pass->summary);
	return pass;
}

static bool is_named(const struct setting *setting, const char *name)
{
	return !strcmp(setting->key, name) || (setting->option && !strcmp(setting->option, name));
}

/* Explains a setting, by its key in an .ini file or by its option without the "--". */
static bool explain_setting(const struct setting *settings, const char *section, const char *name)
{
	while (settings->key && !is_named(settings, name))
		settings++;
	if (!settings->key)
		return false;
	printf("%s - %s\n\n    in an .ini file: %s = %s, in %s\n", settings->key, settings->help,
	       settings->key, settings->value ? settings->value : "VALUE", section);
	if (settings->option)
		printf("    on a command line: --%s %s\n", settings->option, settings->value);
	if (settings->fallback)
		printf("    default: %s\n", settings->fallback);
	if (settings->record)
		printf("    in a record: \"%s\"\n", settings->record);
	return true;
}

static int unknown(const char *name)
{
	char suggestion[OPTIONS_SUGGESTION_SIZE], error[NAMES_ERROR_SIZE];
	const char *names[256];
	size_t count = 0;

	snprintf(error, sizeof(error), "nothing called '%.100s'", name);
	if (experiment_file_suggest(name, error))
		return message_usage("%s", error);
	for (size_t i = 0; timer_structures[i] && count < 200; i++)
		names[count++] = timer_structures[i]->name;
	for (size_t i = 0; workloads[i] && count < 230; i++)
		names[count++] = workloads[i]->name;
	for (size_t i = 0; subject_families[i] && count < 240; i++)
		names[count++] = subject_families[i]->name;
	for (size_t i = 0; backends[i] && count < 250; i++)
		names[count++] = backends[i]->name;
	return message_usage(
		"nothing called '%s'%s", name,
		options_suggest(name, names, count, "; see timerbed list", suggestion));
}

static const struct argument table[] = { { 0 } };

int command_explain(int argc, char **argv)
{
	struct workload_choice choice;
	char error[NAMES_ERROR_SIZE];
	const char *name;
	int first, status;

	if (arguments_parse(argc, argv, table, NULL, NULL, &first, &status))
		return status;
	if (argc - first != 1)
		return message_usage("one name is needed; see timerbed list");
	name = argv[first];
	if (experiment_file_is(name))
		return explain_experiment(name);
	status = explain_subject(name);
	if (status >= 0)
		return status;
	if (explain_backend(name) || explain_pass(name) ||
	    explain_setting(group_settings, "a group's section", name) ||
	    explain_setting(experiment_settings, "[experiment]", name))
		return 0;
	status = workload_choose(name, &choice, error);
	if (!status) {
		explain_workload(choice.workload);
		workload_release(&choice);
		return 0;
	}
	return status == -ENOENT ? unknown(name) : message_usage("%s", error);
}
