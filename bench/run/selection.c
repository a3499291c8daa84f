/*
 * selection.c - reduces an experiment to the cells that a command line selects
 */
#include "bench/run/selection.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/settings.h"
#include "bench/spelling.h"

/* Calls take with each word of a list, until it returns an error. `data` is passed to take. */
static int each_word(const char *words, const char *between,
		     int (*take)(const char *word, void *data, char *error), void *data,
		     char *error)
{
	char *copy = strdup(words), *rest = copy, *word;
	int result = copy ? 0 : -ENOMEM;

	while (!result && (word = strsep(&rest, between)))
		if (*word)
			result = take(word, data, error);
	free(copy);
	if (result == -ENOMEM)
		snprintf(error, NAMES_ERROR_SIZE, "out of memory");
	return result;
}

/* Returns the workloads that the user wrote. A map has them in `bases`. */
static struct names *workloads_of(struct group *group)
{
	return group_is_map(group) ? &group->bases : &group->workloads;
}

/* The workloads that are kept. */
struct kept {
	struct experiment *experiment;
	bool **of_group; /* a flag for each workload of each group */
	bool begun;
};

static int unknown_workload(const struct kept *kept, const char *word, char *error)
{
	struct experiment *experiment = kept->experiment;
	struct names all = { 0 }, ignored = { 0 };
	int length,
		result = strpbrk(word, "*?[") ? 0 : names_expand_workloads(word, &ignored, error);

	names_free(&ignored);
	if (result)
		return result;
	for (size_t i = 0; i < experiment->group_count && !result; i++) {
		const struct names *names = workloads_of(&experiment->groups[i]);

		for (size_t j = 0; j < names->count && !result; j++)
			result = names_add(&all, names->name[j]);
	}
	length = snprintf(error, NAMES_ERROR_SIZE, "%s has no workload '%.64s'; it has",
			  experiment->source, word);
	for (size_t i = 0; i < all.count && length < NAMES_ERROR_SIZE - 1; i++)
		length += snprintf(error + length, (size_t)(NAMES_ERROR_SIZE - length), " %s",
				   all.name[i]);
	names_free(&all);
	return result ? result : -EINVAL;
}

/*
 * Keeps the workloads that a word matches. "!word" drops those that it matches; if it is the first
 * word, all other workloads are kept.
 */
static int keep_workload(const char *word, void *data, char *error)
{
	struct kept *kept = data;
	bool take_out = *word == '!', found = false;

	for (size_t i = 0; i < kept->experiment->group_count; i++) {
		const struct names *names = workloads_of(&kept->experiment->groups[i]);

		for (size_t j = 0; j < names->count; j++) {
			if (take_out && !kept->begun)
				kept->of_group[i][j] = true;
			if (fnmatch(word + take_out, names->name[j], 0) &&
			    !spelling_same_workload(word + take_out, names->name[j]))
				continue;
			kept->of_group[i][j] = !take_out;
			found = true;
		}
	}
	kept->begun = true;
	return found ? 0 : unknown_workload(kept, word + take_out, error);
}

/* Returns the next flag of an array, which tells whether to keep the name. */
static bool next_flag(const char *name, void *flags)
{
	const bool **next = flags;

	(void)name;
	return *(*next)++;
}

int select_workloads(struct experiment *experiment, const char *words, char *error)
{
	struct kept kept = { .experiment = experiment };
	int result = 0;

	kept.of_group = calloc(experiment->group_count, sizeof(*kept.of_group));
	if (!kept.of_group)
		result = -ENOMEM;
	for (size_t i = 0; i < experiment->group_count && !result; i++) {
		kept.of_group[i] = calloc(workloads_of(&experiment->groups[i])->count + 1, 1);
		result = kept.of_group[i] ? 0 : -ENOMEM;
	}
	if (!result)
		result = each_word(words, " \t\n", keep_workload, &kept, error);
	for (size_t i = 0; i < experiment->group_count && kept.of_group; i++) {
		const bool *flags = kept.of_group[i];

		if (!result)
			names_keep(workloads_of(&experiment->groups[i]), next_flag, &flags);
		free(kept.of_group[i]);
	}
	free(kept.of_group);
	return result;
}

/* The ranges of the values of n that are kept. */
struct ranges {
	const struct experiment *experiment;
	uint64_t first[EXPERIMENT_COUNTS], last[EXPERIMENT_COUNTS];
	size_t count;
};

static int unknown_n(const struct experiment *experiment, const char *word, char *error)
{
	uint64_t all[8 * EXPERIMENT_COUNTS];
	size_t count = 0;
	int length = snprintf(error, NAMES_ERROR_SIZE, "%s has no n of %.40s; it has",
			      experiment->source, word);

	for (size_t i = 0; i < experiment->group_count; i++)
		for (size_t j = 0; j < experiment->groups[i].counts; j++) {
			uint64_t n = experiment->groups[i].n[j];
			size_t k = 0;

			while (k < count && all[k] != n)
				k++;
			if (k < count || count == sizeof(all) / sizeof(*all) ||
			    length > NAMES_ERROR_SIZE - 24)
				continue;
			all[count++] = n;
			length += snprintf(error + length, (size_t)(NAMES_ERROR_SIZE - length),
					   " %" PRIu64, n);
		}
	return -EINVAL;
}

static bool within(const struct ranges *ranges, size_t from, uint64_t n)
{
	for (size_t i = from; i < ranges->count; i++)
		if (ranges->first[i] <= n && n <= ranges->last[i])
			return true;
	return false;
}

static int keep_range(const char *word, void *data, char *error)
{
	struct ranges *ranges = data;
	size_t i = ranges->count;
	int result;

	if (i == EXPERIMENT_COUNTS) {
		snprintf(error, NAMES_ERROR_SIZE, "more than %d values of n", EXPERIMENT_COUNTS);
		return -EINVAL;
	}
	result = names_read_range(word, &ranges->first[i], &ranges->last[i], error);
	if (result)
		return result;
	ranges->count++;
	for (size_t g = 0; g < ranges->experiment->group_count; g++) {
		const struct group *group = &ranges->experiment->groups[g];

		for (size_t j = 0; j < group->counts; j++)
			if (within(ranges, i, group->n[j]))
				return 0;
	}
	return unknown_n(ranges->experiment, word, error);
}

static bool is_n_within(const char *n, void *ranges)
{
	return within(ranges, 0, strtoull(n, NULL, 10));
}

/* Drops the values of n outside the ranges, also from the axes of a map. */
static void drop_counts(struct group *group, struct ranges *ranges)
{
	size_t count = 0;

	for (size_t i = 0; i < group->counts; i++)
		if (within(ranges, 0, group->n[i]))
			group->n[count++] = group->n[i];
	group->counts = count;
	for (size_t i = 0; i < 2; i++)
		if (axis_is_n(&group->axes[i]))
			names_keep(&group->axes[i].values, is_n_within, ranges);
}

int select_n(struct experiment *experiment, const char *words, char *error)
{
	struct ranges ranges = { .experiment = experiment };
	int result = names_refuse_thousands(words, error);

	if (!result)
		result = each_word(words, " ,\t\n", keep_range, &ranges, error);
	for (size_t i = 0; i < experiment->group_count && !result; i++)
		drop_counts(&experiment->groups[i], &ranges);
	return result;
}

int select_pass(struct experiment *experiment, const char *word, char *error)
{
	struct group wanted = { 0 };
	struct names all = { 0 };
	size_t kept = 0;
	int length, result = setting_read(setting_find("pass"), &wanted, word, error);

	for (size_t i = 0; i < experiment->group_count && !result; i++) {
		struct group *group = &experiment->groups[i];

		result = names_add(&all, group->cell.pass->name);
		kept += group->cell.pass == wanted.cell.pass;
		if (group->cell.pass != wanted.cell.pass)
			group->counts = 0;
	}
	if (!result && !kept) {
		length = snprintf(error, NAMES_ERROR_SIZE, "%s has no cells of pass '%s'; it has",
				  experiment->source, wanted.cell.pass->name);
		for (size_t i = 0; i < all.count; i++)
			length += snprintf(error + length, (size_t)(NAMES_ERROR_SIZE - length),
					   " %.20s", all.name[i]);
		result = -EINVAL;
	}
	names_free(&all);
	return result;
}

int select_dispatch(struct experiment *experiment, const char *words, char *error)
{
	struct group wanted = { 0 };
	size_t kept = 0;
	int result = setting_read(setting_find("dispatch"), &wanted, words, error);

	for (size_t i = 0; i < experiment->group_count && !result; i++) {
		struct group *group = &experiment->groups[i];
		size_t ways = 0;

		for (size_t d = 0; d < DISPATCHES; d++) {
			group->dispatch[d] &= wanted.dispatch[d];
			ways += group->dispatch[d];
		}
		if (!ways)
			group->counts = 0;
		kept += ways;
	}
	if (result || kept)
		return result;
	snprintf(error, NAMES_ERROR_SIZE, "%s has no cells of dispatch '%.40s'", experiment->source,
		 words);
	return -EINVAL;
}

/* Drops the groups that have no cell left, and undoes the expansion of maps. */
static int drop_groups(struct experiment *experiment, char *error)
{
	size_t count = 0;

	for (size_t i = 0; i < experiment->group_count; i++) {
		struct group *group = &experiment->groups[i];

		if (!group->counts || !workloads_of(group)->count) {
			group_free(group);
			continue;
		}
		if (group_is_map(group)) {
			names_free(&group->workloads);
			group->workloads = group->bases;
			group->bases = (struct names){ 0 };
			if (axis_is_n(&group->axes[0]) || axis_is_n(&group->axes[1]))
				group->counts = 0;
		}
		experiment->groups[count++] = *group;
	}
	experiment->group_count = count;
	if (count)
		return 0;
	snprintf(error, NAMES_ERROR_SIZE, "%s has no cell that all of these options select",
		 experiment->source);
	return -EINVAL;
}

int selection_finish(struct experiment *experiment, char *error)
{
	int result = drop_groups(experiment, error);

	return result ? result : experiment_complete(experiment, error);
}
