/*
 * list - `timerbed list`: prints names of structures, workloads and so on, with a description of
 * each
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/arguments.h"
#include "bench/cell.h"
#include "bench/commands/commands.h"
#include "bench/commands/experiment_file.h"
#include "bench/run/estimate.h"
#include "bench/run/experiment.h"
#include "bench/run/settings.h"
#include "bench/message.h"
#include "bench/scripts.h"
#include "bench/replay/subject.h"
#include "bench/workload.h"
#include "loop/backend.h"
#include "structures/common/options.h"

static void print_row(const char *name, const char *summary, void *data)
{
	(void)data;
	printf("%-24s %s\n", name, summary);
}

static void list_structures(void)
{
	for (size_t i = 0; timer_structures[i]; i++)
		print_row(timer_structures[i]->name, timer_structures[i]->summary, NULL);
}

static void list_workloads(void)
{
	for (size_t i = 0; workloads[i]; i++)
		print_row(workloads[i]->name, workloads[i]->summary, NULL);
}

static void list_subjects(void)
{
	char prefix[64];

	subject_list(print_row, NULL);
	for (size_t i = 0; timer_structures[i]; i++) {
		if (!timer_structures[i]->create_over)
			continue;
		snprintf(prefix, sizeof(prefix), "%s:", timer_structures[i]->name);
		print_row(prefix, timer_structures[i]->summary, NULL);
	}
	for (size_t i = 0; subject_families[i]; i++)
		if (strchr(subject_families[i]->name, ':'))
			print_row(subject_families[i]->name, subject_families[i]->summary, NULL);
}

static void list_backends(void)
{
	for (size_t i = 0; backends[i]; i++)
		print_row(backends[i]->name, backends[i]->summary, NULL);
}

static void list_passes(void)
{
	for (size_t i = 0; passes[i]; i++)
		print_row(passes[i]->name, passes[i]->summary, NULL);
}

/* Prints an experiment's question, and the time and memory that it takes. */
static void print_experiment(const char *name, const struct experiment *experiment)
{
	char words[ESTIMATE_WORDS], row[sizeof(experiment->question) + sizeof(words) + 4];
	struct estimate estimate;

	if (estimate_experiment(experiment, &estimate)) {
		print_row(name, experiment->question, NULL);
		return;
	}
	estimate_words(&estimate, words);
	snprintf(row, sizeof(row), "%s (%s)", experiment->question, words);
	print_row(name, row, NULL);
}

static void list_experiment(const char *name, void *folder)
{
	struct experiment *experiment = calloc(1, sizeof(*experiment));
	char path[SCRIPTS_PATH_SIZE + 300], error[NAMES_ERROR_SIZE];

	if (!experiment)
		return;
	snprintf(path, sizeof(path), "%s/%s", (const char *)folder, name);
	if (experiment_read(experiment, path, error))
		print_row(name, error, NULL);
	else
		print_experiment(name, experiment);
	experiment_free(experiment);
	free(experiment);
}

static void list_experiments(void)
{
	char folder[SCRIPTS_PATH_SIZE];

	if (!scripts_find(EXPERIMENT_FILES, folder, sizeof(folder)))
		experiment_file_each(folder, list_experiment, folder);
}

/* Prints the rows of a table of settings, by their keys in .ini files. */
static void list_rows(const char *where, const struct setting *settings)
{
	char summary[400];

	for (; settings->key; settings++) {
		snprintf(summary, sizeof(summary), "%s%s%s%s%s%s%s%s", where, settings->help,
			 settings->fallback ? " (default " : "",
			 settings->fallback ? settings->fallback : "",
			 settings->fallback ? ")" : "", settings->option ? "; --" : "",
			 settings->option ? settings->option : "",
			 settings->record ? "; in records" : "");
		print_row(settings->key, summary, NULL);
	}
}

static void list_settings(void)
{
	list_rows("[experiment] ", experiment_settings);
	list_rows("", group_settings);
}

static const struct {
	const char *name;
	void (*list)(void);
} topics[] = {
	{ "structures", list_structures }, { "workloads", list_workloads },
	{ "subjects", list_subjects },	   { "backends", list_backends },
	{ "passes", list_passes },	   { "experiments", list_experiments },
	{ "settings", list_settings },
};

#define TOPICS (sizeof(topics) / sizeof(*topics))

static const struct argument table[] = { { 0 } };

static int unknown(const char *name)
{
	char suggestion[OPTIONS_SUGGESTION_SIZE], known[200] = "; the topics are";
	const char *names[TOPICS], *nearest;
	size_t length = strlen(known);

	for (size_t i = 0; i < TOPICS && length < sizeof(known); i++) {
		names[i] = topics[i].name;
		length += (size_t)snprintf(known + length, sizeof(known) - length, "%s %s",
					   i ? "," : "", topics[i].name);
	}
	nearest = options_nearest(name, names, TOPICS);
	return message_usage("nothing called '%s'%s", name,
			     nearest ? options_suggestion(nearest, "", suggestion) : known);
}

int command_list(int argc, char **argv)
{
	int first, status;

	if (arguments_parse(argc, argv, table, NULL, NULL, &first, &status))
		return status;
	if (argc - first > 1)
		return message_usage("one topic at a time");
	if (argc == first) {
		for (size_t i = 0; i < TOPICS; i++) {
			printf("%s%s:\n", i ? "\n" : "", topics[i].name);
			topics[i].list();
		}
		return 0;
	}
	for (size_t i = 0; i < TOPICS; i++) {
		if (!strcmp(argv[first], topics[i].name)) {
			topics[i].list();
			return 0;
		}
	}
	return unknown(argv[first]);
}
