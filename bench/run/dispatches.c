/*
 * dispatches.c - removes subjects from blocks whose dispatch they lack
 */
#include "bench/run/dispatches.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/replay/subject.h"

static bool has(const char *name, size_t dispatch)
{
	struct subject subject;
	char error[SUBJECT_ERROR_SIZE];

	return !subject_find(name, &subject, error) && subject.code[dispatch];
}

static size_t count_having(const struct names *subjects, size_t dispatch)
{
	size_t count = 0;

	for (size_t i = 0; i < subjects->count; i++)
		count += has(subjects->name[i], dispatch);
	return count;
}

static int copy_names(const struct names *from, struct names *to)
{
	int result = 0;

	*to = (struct names){ 0 };
	for (size_t i = 0; i < from->count && !result; i++)
		result = names_add(to, from->name[i]);
	return result;
}

/*
 * Adds a group with the same cells and only this dispatch. Returns NULL if there is no room or
 * memory runs out.
 */
static struct group *add_copy(struct experiment *experiment, const struct group *of,
			      size_t dispatch)
{
	struct group *group = experiment_add_group(experiment, of->label);
	int result = 0;

	if (!group)
		return NULL;
	*group = *of;
	for (size_t d = 0; d < DISPATCHES; d++)
		group->dispatch[d] = d == dispatch;
	result |= copy_names(&of->subjects, &group->subjects);
	result |= copy_names(&of->workloads, &group->workloads);
	result |= copy_names(&of->bases, &group->bases);
	for (size_t i = 0; i < 2; i++)
		result |= copy_names(&of->axes[i].values, &group->axes[i].values);
	return result ? NULL : group;
}

static bool keeps(const char *name, void *dispatch)
{
	return has(name, *(size_t *)dispatch);
}

static int refuse(const struct experiment *experiment, const struct group *group, size_t dispatch,
		  char *error)
{
	snprintf(error, NAMES_ERROR_SIZE, "%s: [%s]: none of its subjects has %s dispatch",
		 experiment->source, group->label, dispatch_words[dispatch]);
	return -EINVAL;
}

static int settle_one(struct experiment *experiment, size_t which, size_t dispatch, char *error)
{
	struct group *group = &experiment->groups[which];
	size_t ways = 0, having = count_having(&group->subjects, dispatch);

	for (size_t d = 0; d < DISPATCHES; d++)
		ways += group->dispatch[d];
	if (!group->dispatch[dispatch] || having == group->subjects.count)
		return 0;
	if (!having && ways == 1)
		return refuse(experiment, group, dispatch, error);
	if (ways > 1)
		group->dispatch[dispatch] = false;
	if (!having)
		return 0;
	if (ways > 1)
		group = add_copy(experiment, group, dispatch);
	if (group) {
		names_keep(&group->subjects, keeps, &dispatch);
		return 0;
	}
	snprintf(error, NAMES_ERROR_SIZE, "%s: no room for another group", experiment->source);
	return -ENOMEM;
}

static int note_left_out(const struct group *group, struct names *left_out)
{
	int result = 0;

	for (size_t i = 0; i < group->subjects.count && !result; i++) {
		bool any = false;

		for (size_t d = 0; d < DISPATCHES; d++)
			any |= group->dispatch[d] && has(group->subjects.name[i], d);
		if (!any)
			result = names_add(left_out, group->subjects.name[i]);
	}
	return result;
}

int dispatches_settle(struct experiment *experiment, struct names *left_out, char *error)
{
	size_t count = experiment->group_count;
	int result = 0;

	for (size_t i = 0; i < count && !result; i++) {
		result = note_left_out(&experiment->groups[i], left_out);
		for (size_t d = 0; d < DISPATCHES && !result; d++)
			result = settle_one(experiment, i, d, error);
	}
	return result;
}
