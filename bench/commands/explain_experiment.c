/*
 * explain_experiment.c - prints an experiment's question and its groups of cells
 */
#include "bench/commands/explain_experiment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/experiment_file.h"
#include "bench/message.h"
#include "bench/run/experiment.h"
#include "bench/scripts.h"

#define WIDTH 88

/* Prints a list after its key, wrapped and indented. */
static void print_names(const char *key, const struct names *names)
{
	int column = printf("    %s:", key);

	for (size_t i = 0; i < names->count; i++) {
		if (column + 1 + (int)strlen(names->name[i]) > WIDTH)
			column = printf("\n       ") - 1;
		column += printf(" %s", names->name[i]);
	}
	putchar('\n');
}

static void print_group(const struct group *group)
{
	printf("\n[%s] pass %s, %" PRIu64 " block%s of each,", group->label, group->cell.pass->name,
	       group->replicates, group->replicates == 1 ? "" : "s");
	for (size_t d = 0; d < DISPATCHES; d++)
		if (group->dispatch[d])
			printf(" %s", dispatch_words[d]);
	putchar('\n');
	print_names("subjects", &group->subjects);
	print_names("workloads", group_is_map(group) ? &group->bases : &group->workloads);
	for (size_t i = 0; i < 2 && group_is_map(group); i++)
		print_names(group->axes[i].name, &group->axes[i].values);
	if (group_is_map(group))
		return;
	printf("    n:");
	for (size_t i = 0; i < group->counts; i++)
		printf(" %" PRIu64, group->n[i]);
	putchar('\n');
}

int explain_experiment(const char *name)
{
	struct experiment experiment;
	char path[SCRIPTS_PATH_SIZE], error[NAMES_ERROR_SIZE];
	int result;

	result = experiment_file_find(name, path, sizeof(path), error);
	if (result)
		return message_failed("%s", error);
	result = experiment_read(&experiment, path, error);
	if (!result) {
		printf("%s - %s\n\nFILE\n    %s\n", name, experiment.question, path);
		for (size_t i = 0; i < experiment.group_count; i++)
			print_group(&experiment.groups[i]);
		printf("\ntimerbed run %s measures it; --dry-run lists its blocks.\n", name);
	}
	experiment_free(&experiment);
	return result ? message_usage("%s", error) : 0;
}
