/*
 * experiment.c - makes, completes and frees experiments and their groups
 */
#include "bench/run/experiment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/settings.h"

void experiment_init(struct experiment *experiment, const char *source)
{
	*experiment = (struct experiment){ .budget = TIMER_NEVER };
	snprintf(experiment->source, sizeof(experiment->source), "%s", source);
	settings_set_defaults(experiment_settings, experiment);
}

void group_init(struct group *group, const char *label)
{
	*group = (struct group){ .cap = TIMER_NEVER };
	snprintf(group->label, sizeof(group->label), "%.*s", (int)strcspn(label, "."), label);
	settings_set_defaults(group_settings, group);
}

struct group *experiment_add_group(struct experiment *experiment, const char *label)
{
	struct group *group;

	if (!experiment->groups)
		experiment->groups = calloc(EXPERIMENT_GROUPS, sizeof(*experiment->groups));
	if (!experiment->groups || experiment->group_count == EXPERIMENT_GROUPS)
		return NULL;
	group = &experiment->groups[experiment->group_count++];
	group_init(group, label);
	return group;
}

bool group_is_map(const struct group *group)
{
	return *group->axes[0].name || *group->axes[1].name;
}

/* Returns what is wrong with the axes of a map, or NULL. */
static const char *wrong_axes(const struct group *group)
{
	if (!*group->axes[0].name || !*group->axes[1].name)
		return *group->axes[0].name ? "has x and no y: a map has two axes"
					    : "has y and no x: a map has two axes";
	if (!strcmp(group->axes[0].name, group->axes[1].name))
		return "has one axis twice: x and y are the same";
	if (group->counts && (axis_is_n(&group->axes[0]) || axis_is_n(&group->axes[1])))
		return "has n twice: as an axis and as a key";
	return NULL;
}

/*
 * Expands a map's workloads along its axes, and sets n if n is an axis. Must be called only once.
 */
static int lay_out(const struct experiment *experiment, struct group *group, char *error)
{
	const char *wrong = wrong_axes(group);
	struct axis *axes = group->axes;
	int result = 0;

	if (wrong) {
		snprintf(error, NAMES_ERROR_SIZE, "%s: [%s] %s", experiment->source, group->label,
			 wrong);
		return -EINVAL;
	}
	for (size_t i = 0; i < 2; i++) {
		const struct names *values = &axes[i].values;

		for (size_t j = 0; axis_is_n(&axes[i]) && j < values->count && !result; j++)
			result = names_expand_counts(values->name[j], group->n, EXPERIMENT_COUNTS,
						     &group->counts, error);
	}
	group->bases = group->workloads;
	group->workloads = (struct names){ 0 };
	if (!result)
		result = axes_expand(axes, &group->bases, &group->workloads, error);
	return result ? result : names_refuse_twin_workloads(&group->workloads, error);
}

const char *group_missing(const struct group *group)
{
	return !group->subjects.count	 ? "subjects"
	       : !group->workloads.count ? "workloads"
	       : !group->counts		 ? "n"
					 : NULL;
}

const char *group_wrong(const struct group *group)
{
	if (group->simulated && strcmp(group->cell.pass->name, "memory"))
		return "a simulated time is of pass memory only";
	return NULL;
}

int experiment_expand_maps(struct experiment *experiment, char *error)
{
	int result = 0;

	for (size_t i = 0; i < experiment->group_count && !result; i++) {
		struct group *group = &experiment->groups[i];

		if (group_is_map(group) && !group->bases.count)
			result = lay_out(experiment, group, error);
	}
	return result;
}

int experiment_complete(struct experiment *experiment, char *error)
{
	int result = experiment_expand_maps(experiment, error);

	if (result)
		return result;
	for (size_t i = 0; i < experiment->group_count; i++) {
		const struct group *group = &experiment->groups[i];
		const char *missing = group_missing(group);

		if (!missing)
			continue;
		snprintf(error, NAMES_ERROR_SIZE, "%s: [%s] has no %s", experiment->source,
			 group->label, missing);
		return -EINVAL;
	}
	if (experiment->group_count)
		return 0;
	snprintf(error, NAMES_ERROR_SIZE, "%s: no group of cells in it", experiment->source);
	return -EINVAL;
}

const char *group_stage_name(const struct group *group)
{
	return *group->stage ? group->stage : group->label;
}

size_t experiment_stage(const struct experiment *experiment, const struct group *group)
{
	size_t stage = 0;

	for (size_t i = 0; i < experiment->group_count; i++) {
		size_t first = 0;

		if (!strcmp(experiment->groups[i].stage, group->stage))
			return stage;
		while (strcmp(experiment->groups[first].stage, experiment->groups[i].stage))
			first++;
		stage += first == i;
	}
	return stage;
}

uint64_t group_operations(const struct group *group, uint64_t n)
{
	double operations = group->operations_per_timer * (double)n;

	if (operations < (double)group->least_operations)
		return group->least_operations;
	return (uint64_t)operations;
}

double group_replayed(const struct group *group, uint64_t n)
{
	if (group->simulated)
		return 2 * (double)n * (double)group->simulated / (double)TIMER_SECOND;
	return (double)group_operations(group, n);
}

void group_free(struct group *group)
{
	names_free(&group->subjects);
	names_free(&group->workloads);
	names_free(&group->bases);
	axis_free(&group->axes[0]);
	axis_free(&group->axes[1]);
}

void experiment_free(struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->group_count; i++)
		group_free(&experiment->groups[i]);
	free(experiment->groups);
	experiment->groups = NULL;
	experiment->group_count = 0;
}
