/*
 * experiment_write.c - an experiment as the text of an .ini file
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/experiment.h"

/* A list, wrapped into continuation lines. */
static void print_list(FILE *file, const char *key, const struct names *names)
{
	int column = fprintf(file, "%s", key);

	for (size_t i = 0; i < names->count; i++) {
		int length = (int)strlen(names->name[i]);

		if (i && column + 1 + length > 90)
			column = fprintf(file, "\n\t%s", names->name[i]) + 7;
		else
			column += fprintf(file, " %s", names->name[i]);
	}
	fputc('\n', file);
}

/* Workloads and n; of a map its workloads before the laying out, and its axes. */
static void print_cells(FILE *file, const struct group *group)
{
	static const char *const keys_of_axes[] = { "x", "y" };

	print_list(file, "workloads =", group_is_map(group) ? &group->bases : &group->workloads);
	if (!group_is_map(group) || !(axis_is_n(&group->axes[0]) || axis_is_n(&group->axes[1]))) {
		fprintf(file, "n =");
		for (size_t i = 0; i < group->counts; i++)
			fprintf(file, " %llu", (unsigned long long)group->n[i]);
		fputc('\n', file);
	}
	for (size_t i = 0; i < 2 && group_is_map(group); i++) {
		char key[sizeof(group->axes[i].name) + 8];

		snprintf(key, sizeof(key), "%s = %s:", keys_of_axes[i], group->axes[i].name);
		print_list(file, key, &group->axes[i].values);
	}
}

/* When the group's blocks are run, and how many. Keys at their default are left out. */
static void print_schedule(FILE *file, const struct group *group)
{
	fprintf(file, "replicates = %u\n", group->replicates);
	if (*group->stage)
		fprintf(file, "stage = %s\n", group->stage);
	if (group->cap != TIMER_NEVER)
		fprintf(file, "cap = %lluns\n", (unsigned long long)group->cap);
	if (!group->look_count)
		return;
	fprintf(file, "looks =");
	for (size_t i = 0; i < group->look_count; i++)
		fprintf(file, " %u", group->looks[i]);
	fputc('\n', file);
}

/* In the fewest digits that read back as the same number. */
static void print_real(FILE *file, const char *key, double value)
{
	char text[32];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	fprintf(file, "%s = %s\n", key, text);
}

char *experiment_text(const struct experiment *experiment)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	fprintf(file, "[experiment]\nname = %s\nquestion = %s\nseed = %llu\n", experiment->name,
		experiment->question, (unsigned long long)experiment->seed);
	for (size_t i = 0; i < experiment->group_count; i++) {
		const struct group *group = &experiment->groups[i];

		fprintf(file, "\n[%s.%zu]\n", group->label, i + 1);
		print_list(file, "subjects =", &group->subjects);
		print_cells(file, group);
		print_real(file, "operations", group->operations_per_timer);
		fprintf(file,
			"pass = %s\nrepeats = %u\n"
			"least-operations = %llu\nstride = %u\ncold = %u\npages = %s\ncell-budget = %lluns\n"
			"dispatch =%s%s\n",
			group->pass->name, group->repeats,
			(unsigned long long)group->least_operations, group->stride, group->cold,
			pages_words[group->pages], (unsigned long long)group->cell_budget,
			group->dispatch[DISPATCH_VTABLE] ? " vtable" : "",
			group->dispatch[DISPATCH_INLINE] ? " inline" : "");
		print_schedule(file, group);
	}
	fclose(file);
	return text;
}
