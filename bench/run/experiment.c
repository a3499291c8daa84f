/*
 * experiment.c - groups of cells, read key by key through one table
 */
#include "bench/run/experiment.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Defaults of a group. Two operations a timer let every timer take part about once; 1e5 of them
 * last long enough (ms) that reading the clock, at some 100 ns, is noise.
 */
#define DEFAULT_OPERATIONS_PER_TIMER 2
#define DEFAULT_LEAST_OPERATIONS     100000
#define DEFAULT_CELL_BUDGET	     (60 * TIMER_SECOND)

struct group *experiment_add_group(struct experiment *experiment, const char *label)
{
	struct group *group;

	if (!experiment->groups)
		experiment->groups = calloc(EXPERIMENT_GROUPS, sizeof(*experiment->groups));
	if (!experiment->groups || experiment->group_count == EXPERIMENT_GROUPS)
		return NULL;
	group = &experiment->groups[experiment->group_count++];
	*group = (struct group){
		.replicates = 1,
		.dispatch = { [DISPATCH_VTABLE] = true },
		.pass = passes[0],
		.repeats = 3,
		.operations_per_timer = DEFAULT_OPERATIONS_PER_TIMER,
		.least_operations = DEFAULT_LEAST_OPERATIONS,
		.stride = 64,
		.cell_budget = DEFAULT_CELL_BUDGET,
		.cap = TIMER_NEVER,
	};
	snprintf(group->label, sizeof(group->label), "%.*s", (int)strcspn(label, "."), label);
	return group;
}

static int set_count(unsigned *field, const char *what, const char *value, double least,
		     double most, char *error)
{
	uint64_t count;
	int result = options_parse_value(OPTION_COUNT, what, value, least, most, &count, error,
					 NAMES_ERROR_SIZE);

	if (!result)
		*field = (unsigned)count;
	return result;
}

static int set_subjects(struct group *group, const char *value, char *error)
{
	return names_expand_subjects(value, &group->subjects, error);
}

static int set_workloads(struct group *group, const char *value, char *error)
{
	return names_expand_workloads(value, &group->workloads, error);
}

static int set_n(struct group *group, const char *value, char *error)
{
	return names_expand_counts(value, group->n, EXPERIMENT_COUNTS, &group->counts, error);
}

static int set_x(struct group *group, const char *value, char *error)
{
	return axis_set(&group->axes[0], "x", value, error);
}

static int set_y(struct group *group, const char *value, char *error)
{
	return axis_set(&group->axes[1], "y", value, error);
}

/* The last look is at all blocks, so fewer blocks have fewer looks. */
static int set_replicates(struct group *group, const char *value, char *error)
{
	int result = set_count(&group->replicates, "replicates", value, 1, 1000, error);
	bool fewer = false;

	while (!result && group->look_count &&
	       group->looks[group->look_count - 1] > group->replicates) {
		group->look_count--;
		fewer = true;
	}
	if (fewer)
		group->looks[group->look_count++] = group->replicates;
	return result;
}

static int set_looks(struct group *group, const char *value, char *error)
{
	uint64_t looks[EXPERIMENT_LOOKS];
	size_t count = 0;
	int result = names_expand_counts(value, looks, EXPERIMENT_LOOKS, &count, error);

	for (size_t i = 0; i < count && !result; i++) {
		if (looks[i] >= 2 && looks[i] <= 1000 && (!i || looks[i] > looks[i - 1])) {
			group->looks[i] = (unsigned)looks[i];
			continue;
		}
		snprintf(error, NAMES_ERROR_SIZE,
			 "looks: '%.40s' are not rising numbers of blocks from 2 to 1000", value);
		result = -EINVAL;
	}
	if (result || !count)
		return result;
	group->look_count = count;
	group->replicates = group->looks[count - 1];
	return 0;
}

static int set_stage(struct group *group, const char *value, char *error)
{
	if (strlen(value) >= sizeof(group->stage)) {
		snprintf(error, NAMES_ERROR_SIZE, "stage: '%.40s...' is longer than %zu characters",
			 value, sizeof(group->stage) - 1);
		return -EINVAL;
	}
	strcpy(group->stage, value);
	return 0;
}

static int set_cap(struct group *group, const char *value, char *error)
{
	return options_parse_value(OPTION_DURATION, "cap", value, 1e6, 1e15, &group->cap, error,
				   NAMES_ERROR_SIZE);
}

/* One word, "vtable" or "inline"; or both, separated by a blank or a comma. */
static int set_dispatch(struct group *group, const char *value, char *error)
{
	memset(group->dispatch, 0, sizeof(group->dispatch));
	while (*(value += strspn(value, " ,"))) {
		size_t length = strcspn(value, " ,"), i = 0;

		while (i < DISPATCHES && (strlen(dispatch_words[i]) != length ||
					  strncmp(value, dispatch_words[i], length)))
			i++;
		if (i == DISPATCHES) {
			snprintf(error, NAMES_ERROR_SIZE,
				 "dispatch: '%.*s' is neither vtable nor inline",
				 length < 40 ? (int)length : 40, value);
			return -EINVAL;
		}
		group->dispatch[i] = true;
		value += length;
	}
	for (size_t i = 0; i < DISPATCHES; i++)
		if (group->dispatch[i])
			return 0;
	snprintf(error, NAMES_ERROR_SIZE, "dispatch: neither vtable nor inline is given");
	return -EINVAL;
}

static int set_pass(struct group *group, const char *value, char *error)
{
	const char *names[16], *nearest;
	size_t count = 0;

	for (; passes[count] && count < 16; count++)
		names[count] = passes[count]->name;
	group->pass = pass_find(value);
	if (group->pass)
		return 0;
	nearest = options_nearest(value, names, count);
	snprintf(error, NAMES_ERROR_SIZE, "no pass '%.40s'%s%s%s", value,
		 nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
	return -EINVAL;
}

static int set_repeats(struct group *group, const char *value, char *error)
{
	return set_count(&group->repeats, "repeats", value, 1, 64, error);
}

static int set_operations(struct group *group, const char *value, char *error)
{
	return options_parse_value(OPTION_REAL, "operations", value, 0, 1e6,
				   &group->operations_per_timer, error, NAMES_ERROR_SIZE);
}

static int set_least_operations(struct group *group, const char *value, char *error)
{
	return options_parse_value(OPTION_COUNT, "least-operations", value, 1, 1e12,
				   &group->least_operations, error, NAMES_ERROR_SIZE);
}

static int set_stride(struct group *group, const char *value, char *error)
{
	if (!strcmp(value, "64") || !strcmp(value, "128"))
		return set_count(&group->stride, "stride", value, 64, 128, error);
	snprintf(error, NAMES_ERROR_SIZE, "stride: %.40s is neither 64 nor 128", value);
	return -EINVAL;
}

static int set_cold(struct group *group, const char *value, char *error)
{
	return set_count(&group->cold, "cold", value, 0, 1000, error);
}

static int set_pages(struct group *group, const char *value, char *error)
{
	group->pages = pages_find(value);
	if (group->pages != PAGES)
		return 0;
	snprintf(error, NAMES_ERROR_SIZE, "pages: '%.40s' is neither small nor huge", value);
	return -EINVAL;
}

static int set_cell_budget(struct group *group, const char *value, char *error)
{
	return options_parse_value(OPTION_DURATION, "cell-budget", value, 1e6, 1e15,
				   &group->cell_budget, error, NAMES_ERROR_SIZE);
}

static const struct {
	const char *key;
	int (*set)(struct group *group, const char *value, char *error);
} group_keys[] = {
	{ "subjects", set_subjects },
	{ "workloads", set_workloads },
	{ "n", set_n },
	{ "replicates", set_replicates },
	{ "dispatch", set_dispatch },
	{ "pass", set_pass },
	{ "repeats", set_repeats },
	{ "operations", set_operations },
	{ "least-operations", set_least_operations },
	{ "stride", set_stride },
	{ "cold", set_cold },
	{ "pages", set_pages },
	{ "cell-budget", set_cell_budget },
	{ "stage", set_stage },
	{ "cap", set_cap },
	{ "looks", set_looks },
	{ "x", set_x },
	{ "y", set_y },
};

#define GROUP_KEYS (sizeof(group_keys) / sizeof(*group_keys))

int experiment_set(struct group *group, const char *key, const char *value, char *error)
{
	const char *names[GROUP_KEYS], *nearest;

	for (size_t i = 0; i < GROUP_KEYS; i++) {
		if (!strcmp(group_keys[i].key, key))
			return group_keys[i].set(group, value, error);
		names[i] = group_keys[i].key;
	}
	nearest = options_nearest(key, names, GROUP_KEYS);
	snprintf(error, NAMES_ERROR_SIZE, "no key '%.40s'%s%s%s", key,
		 nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
	return -EINVAL;
}

/* Of what names of files are made here. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/* The name of an experiment that says none: its file's, without the ending. */
static void name_after(const char *file, char *name)
{
	snprintf(name, EXPERIMENT_LABEL, "%.*s", (int)strcspn(file, "."), file);
	for (char *letter = name; *letter; letter++)
		if (!strchr(letters, *letter) || (letter == name && *letter == '-'))
			*letter = '_';
	if (!*name)
		strcpy(name, "experiment");
}

/* A name becomes a folder below out/, and a label a figure's file. */
static int check_file_name(const char *what, const char *name, char *error)
{
	if (*name && *name != '.' && *name != '-' && !name[strspn(name, letters)] &&
	    strlen(name) < EXPERIMENT_LABEL)
		return 0;
	snprintf(error, NAMES_ERROR_SIZE,
		 "%s '%.40s' is no name for a file: up to %d of A-Z, a-z, 0-9, '_', '-' and '.', "
		 "not beginning with '.' or '-'",
		 what, name, EXPERIMENT_LABEL - 1);
	return -EINVAL;
}

static int set_name(struct experiment *experiment, const char *value, char *error)
{
	int result = check_file_name("name", value, error);

	if (!result)
		strcpy(experiment->name, value);
	return result;
}

/* Keys of the section [experiment]. */
static int set_experiment(struct experiment *experiment, const char *key, const char *value,
			  char *error)
{
	if (!strcmp(key, "name"))
		return set_name(experiment, value, error);
	else if (!strcmp(key, "question"))
		snprintf(experiment->question, sizeof(experiment->question), "%s", value);
	else if (!strcmp(key, "seed"))
		return options_parse_value(OPTION_COUNT, key, value, 0, 0x1p63, &experiment->seed,
					   error, NAMES_ERROR_SIZE);
	else if (!strcmp(key, "budget"))
		return options_parse_value(OPTION_DURATION, key, value, 1e9, 1e15,
					   &experiment->budget, error, NAMES_ERROR_SIZE);
	else {
		snprintf(error, NAMES_ERROR_SIZE,
			 "no key '%.40s' in [experiment]: name, question, seed, budget, include",
			 key);
		return -EINVAL;
	}
	return 0;
}

/* What inih's callback needs to know. */
struct reading {
	struct experiment *experiment;
	struct group *group;
	const char *path;
	bool included; /* its own [experiment] is not this experiment's */
	char section[EXPERIMENT_LABEL];
	char *error;
	int result;
};

static int read_file(struct experiment *experiment, const char *path, bool included, char *error);

/* Reads the groups of other files, named relative to this one's folder. */
static int include(const struct reading *reading, const char *words, char *error)
{
	char *copy = strdup(words), *rest = copy, *word;
	const char *slash = strrchr(reading->path, '/');
	int folder = slash ? (int)(slash - reading->path) + 1 : 0, result = copy ? 0 : -ENOMEM;
	char path[PATH_MAX];

	if (reading->included) {
		snprintf(error, NAMES_ERROR_SIZE, "an included file may not include another");
		result = -EINVAL;
	}
	while (!result && (word = strsep(&rest, " \t"))) {
		snprintf(path, sizeof(path), "%.*s%s", folder, reading->path, word);
		if (*word)
			result = read_file(reading->experiment, path, true, error);
	}
	free(copy);
	return result;
}

static int read_key(struct reading *reading, const char *section, const char *key,
		    const char *value, char *error)
{
	if (!strcmp(section, "experiment")) {
		if (!strcmp(key, "include"))
			return include(reading, value, error);
		return reading->included ? 0
					 : set_experiment(reading->experiment, key, value, error);
	}
	if (!reading->group || strcmp(reading->section, section)) {
		if (check_file_name("section", section, error))
			return -EINVAL;
		snprintf(reading->section, sizeof(reading->section), "%s", section);
		reading->group = experiment_add_group(reading->experiment, section);
	}
	if (reading->group)
		return experiment_set(reading->group, key, value, error);
	snprintf(error, NAMES_ERROR_SIZE, "too many sections");
	return -EINVAL;
}

/* Returns 0 when the line is wrong, as inih asks. */
static int read_line(void *data, const char *section, const char *key, const char *value)
{
	struct reading *reading = data;

	/* inih goes on after a wrong line; the first one is what counts. */
	if (reading->result)
		return 0;
	reading->result = read_key(reading, section, key, value, reading->error);
	return !reading->result;
}

/* inih takes lines of 200 bytes and would take the rest of a longer one for a line of its own. */
struct lines {
	FILE *file;
	int number;
	int too_long; /* the first such line; 0: none */
};

/* As fgets, which inih would call. Ends the file at a line that is too long. */
static char *next_line(char *line, int room, void *data)
{
	struct lines *lines = data;

	if (lines->too_long || !fgets(line, room, lines->file))
		return NULL;
	lines->number++;
	if (!strchr(line, '\n') && !feof(lines->file)) {
		lines->too_long = lines->number;
		return NULL;
	}
	return line;
}

/*
 * inih's result: the first wrong line, 0 if there is none; negative and errno if it can't be read.
 */
static int parse(const char *path, struct reading *reading)
{
	struct lines lines = { .file = fopen(path, "r") };
	int line, error;

	if (!lines.file)
		return -1;
	errno = 0;
	line = ini_parse_stream(next_line, &lines, read_line, reading);
	error = ferror(lines.file) ? errno : 0;
	fclose(lines.file);
	if (error) {
		errno = error;
		return -1;
	}
	if (!lines.too_long || line)
		return line;
	strcpy(reading->error, "longer than 198 characters: a list goes on in lines that begin "
			       "with a blank");
	return lines.too_long;
}

static int read_file(struct experiment *experiment, const char *path, bool included, char *error)
{
	char why[NAMES_ERROR_SIZE] = "not a section, a key = value, or a comment";
	struct reading reading = {
		.experiment = experiment, .path = path, .included = included, .error = why
	};
	int line;

	errno = 0;
	line = parse(path, &reading);
	if (line < 0) {
		int failed = errno ? errno : EIO;

		snprintf(error, NAMES_ERROR_SIZE, "%.200s: %s", path, strerror(failed));
		return -failed;
	}
	if (!line)
		return 0;
	snprintf(error, NAMES_ERROR_SIZE, "%.150s:%d: %.300s", path, line, why);
	return reading.result == -ENOMEM ? -ENOMEM : -EINVAL;
}

int experiment_read(struct experiment *experiment, const char *path, char *error)
{
	const char *base = strrchr(path, '/');
	int result;

	*experiment = (struct experiment){ .seed = 1, .budget = TIMER_NEVER };
	snprintf(experiment->source, sizeof(experiment->source), "%s", base ? base + 1 : path);
	name_after(experiment->source, experiment->name);
	result = read_file(experiment, path, false, error);
	return result ? result : experiment_complete(experiment, error);
}

bool group_is_map(const struct group *group)
{
	return *group->axes[0].name || *group->axes[1].name;
}

/* What is wrong with the axes of a map, or NULL. */
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

/* From workloads and axes to more workloads, and n. Once only. */
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

int experiment_complete(struct experiment *experiment, char *error)
{
	for (size_t i = 0; i < experiment->group_count; i++) {
		struct group *group = &experiment->groups[i];
		int result = 0;

		if (group_is_map(group) && !group->bases.count)
			result = lay_out(experiment, group, error);
		if (result)
			return result;
	}
	for (size_t i = 0; i < experiment->group_count; i++) {
		const struct group *group = &experiment->groups[i];
		const char *missing = !group->subjects.count	? "subjects"
				      : !group->workloads.count ? "workloads"
				      : !group->counts		? "n"
								: NULL;

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
