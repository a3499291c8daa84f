/*
 * request.c - the command lines of `run` and `map`
 */
#include "bench/commands/request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/arguments.h"
#include "bench/commands/experiment_file.h"
#include "bench/message.h"
#include "bench/run/dispatches.h"
#include "bench/run/selection.h"
#include "bench/scripts.h"
#include "structures/common/options.h"

/* Letters for options that have no short form. */
enum {
	LETTER_FORCE = 256,
	LETTER_RESUME,
	LETTER_DRY_RUN,
	LETTER_CACHE,
	LETTER_BUDGET,
	LETTER_DISPATCH,
	LETTER_PASS,
	LETTER_REPEATS,
	LETTER_OPERATIONS,
	LETTER_LEAST_OPERATIONS,
	LETTER_STRIDE,
	LETTER_COLD,
	LETTER_PAGES,
	LETTER_CELL_BUDGET,
};

static const struct argument table[] = {
	{ 'w', "workload", "NAME", "workloads (may be repeated); beside an .ini only these" },
	{ 'n', "n", "RANGE",
	  "timers: 1e3..1e6 (by decades), \"1e2 500\"; beside an .ini only these" },
	{ 'r', "reps", "N", "blocks, each with a seed of its own (default 1)" },
	{ 's', "seed", "S", "the first block's seed (default 1)" },
	{ 'o', "out", "DIR", "the run's folder (default out/NAME)" },
	{ LETTER_RESUME, "resume", NULL, "go on with the run in the folder" },
	{ LETTER_FORCE, "force", NULL, "delete the run that the folder holds, and begin anew" },
	{ LETTER_DRY_RUN, "dry-run", NULL,
	  "print the blocks, their time and their memory; run nothing" },
	{ LETTER_CACHE, "cache", "DIR", "the folder of traces (default out/traces)" },
	{ LETTER_BUDGET, "budget", "TIME",
	  "begin no block that would end after this (default: the "
	  "file's, or none)" },
	{ LETTER_DISPATCH, "dispatch", "WAYS",
	  "vtable (default), inline or \"vtable inline\"; beside an .ini only these" },
	{ LETTER_PASS, "pass", "PASS",
	  "what to measure, see timerbed list passes (default time); beside an .ini only this" },
	{ LETTER_REPEATS, "repeats", "N", "replays of a trace within a process (default 3)" },
	{ LETTER_OPERATIONS, "operations", "X", "measured operations a timer (default 2)" },
	{ LETTER_LEAST_OPERATIONS, "least-operations", "N",
	  "the least of measured operations (default 1e5)" },
	{ LETTER_STRIDE, "stride", "BYTES", "from object to object: 64 (default) or 128" },
	{ LETTER_COLD, "cold", "LINES", "cache lines touched between operations (default 0)" },
	{ LETTER_PAGES, "pages", "SIZE", "small (default) or huge, if the kernel gives them" },
	{ LETTER_CELL_BUDGET, "cell-budget", "TIME",
	  "the time after which a cell is too slow (default 60s)" },
	{ 'x', "x", "AXIS", "of a map: n=1e2..1e6, or an option's values: range=1e3,1e6" },
	{ 'y', "y", "AXIS", "the other axis, as in stopped=0,50%,99.9%" },
	{ 0 },
};

/* What an option does to the groups of a file. */
enum effect {
	SELECTS,   /* only the cells that the option names remain */
	OVERRIDES, /* the option replaces the key in every group */
	REFUSED,
};

static const struct setting {
	int letter;
	const char *key;
	enum effect effect;
} settings[] = {
	{ 'w', "workloads", SELECTS },
	{ 'n', "n", SELECTS },
	{ LETTER_PASS, "pass", SELECTS },
	{ LETTER_DISPATCH, "dispatch", SELECTS },
	{ 'r', "replicates", OVERRIDES },
	{ LETTER_REPEATS, "repeats", OVERRIDES },
	{ LETTER_OPERATIONS, "operations", OVERRIDES },
	{ LETTER_LEAST_OPERATIONS, "least-operations", OVERRIDES },
	{ LETTER_STRIDE, "stride", OVERRIDES },
	{ LETTER_COLD, "cold", OVERRIDES },
	{ LETTER_PAGES, "pages", OVERRIDES },
	{ LETTER_CELL_BUDGET, "cell-budget", OVERRIDES },
	{ 'x', "x", REFUSED },
	{ 'y', "y", REFUSED },
};

#define SETTINGS (sizeof(settings) / sizeof(*settings))

/* The arguments as read, before it is known whether a file is among them. */
struct reading {
	struct request *request;
	const struct setting **setting; /* those given, in order, */
	const char **value;		/* with their values */
	size_t count;
	bool seeded;
	uint64_t seed, budget; /* budget 0: not given */
};

static int wrong(const struct request *request, const char *error)
{
	return message_usage("%s: %s", request->command, error);
}

/* Reports an error of reading or setting. Its exit status. */
static int failed(const struct request *request, int result, const char *error)
{
	if (result == -EINVAL || result == -ENOENT)
		return wrong(request, error);
	return result ? message_failed("%s: %s", request->command, error) : 0;
}

/* Takes a folder's name. "" is refused: "/cells.jsonl" would be a file of the root folder. */
static int take_folder(const struct request *request, const char *option, const char *value,
		       const char **folder)
{
	if (!*value)
		return message_usage("%s: --%s '' names no folder", request->command, option);
	*folder = value;
	return 0;
}

static int take_number(struct reading *reading, int letter, const char *value)
{
	char error[OPTIONS_ERROR_SIZE];
	int result;

	if (letter == 's')
		result = options_parse_value(OPTION_COUNT, "seed", value, 0, 0x1p63, &reading->seed,
					     error, sizeof(error));
	else
		result = options_parse_value(OPTION_DURATION, "budget", value, 1e9, 1e15,
					     &reading->budget, error, sizeof(error));
	reading->seeded |= letter == 's';
	return result ? wrong(reading->request, error) : 0;
}

static int take_mode(struct request *request, enum records_mode mode)
{
	if (request->mode != RECORDS_NEW && request->mode != mode)
		return message_usage("%s: either --resume or --force", request->command);
	request->mode = mode;
	return 0;
}

static int take(int letter, const char *value, void *data)
{
	struct reading *reading = data;
	struct request *request = reading->request;

	for (size_t i = 0; i < SETTINGS; i++) {
		if (settings[i].letter != letter)
			continue;
		reading->setting[reading->count] = &settings[i];
		reading->value[reading->count++] = value;
		return 0;
	}
	switch (letter) {
	case 'o':
		return take_folder(request, "out", value, &request->out);
	case LETTER_CACHE:
		return take_folder(request, "cache", value, &request->cache);
	case LETTER_RESUME:
		return take_mode(request, RECORDS_RESUME);
	case LETTER_FORCE:
		return take_mode(request, RECORDS_FORCE);
	case LETTER_DRY_RUN:
		request->dry_run = true;
		return 0;
	default:
		return take_number(reading, letter, value);
	}
}

/* Joins all values of a setting with blanks. NULL if it has none; the caller frees the text. */
static int join(const struct reading *reading, const char *key, char **text)
{
	size_t size = 1;

	for (size_t i = 0; i < reading->count; i++)
		if (!strcmp(reading->setting[i]->key, key))
			size += strlen(reading->value[i]) + 1;
	*text = NULL;
	if (size == 1)
		return 0;
	*text = calloc(1, size);
	for (size_t i = 0; i < reading->count && *text; i++) {
		if (strcmp(reading->setting[i]->key, key))
			continue;
		strcat(strcat(*text, **text ? " " : ""), reading->value[i]);
	}
	return *text ? 0 : -ENOMEM;
}

static int select_cells(const struct reading *reading, char *error)
{
	static const char *const keys[] = { "workloads", "n", "pass", "dispatch" };
	char *words[4] = { NULL };
	int result = 0;

	for (size_t i = 0; i < 4 && !result; i++)
		result = join(reading, keys[i], &words[i]);
	if (result)
		snprintf(error, NAMES_ERROR_SIZE, "out of memory");
	else if (words[0] || words[1] || words[2] || words[3])
		result = selection_apply(
			&(struct selection){ words[0], words[1], words[2], words[3] },
			&reading->request->experiment, error);
	for (size_t i = 0; i < 4; i++)
		free(words[i]);
	return result;
}

static int override(const struct reading *reading, char *error)
{
	struct experiment *experiment = &reading->request->experiment;
	int result = 0;

	for (size_t i = 0; i < reading->count && !result; i++) {
		if (reading->setting[i]->effect != OVERRIDES)
			continue;
		for (size_t j = 0; j < experiment->group_count && !result; j++)
			result = experiment_set(&experiment->groups[j], reading->setting[i]->key,
						reading->value[i], error);
	}
	return result;
}

static int take_file(const struct reading *reading, const char *path)
{
	struct request *request = reading->request;
	char error[NAMES_ERROR_SIZE], found[SCRIPTS_PATH_SIZE];
	int result;

	for (size_t i = 0; i < reading->count; i++)
		if (reading->setting[i]->effect == REFUSED)
			return message_usage(
				"%s: -%s beside %s: a map in a file has its axes in the file",
				request->command, reading->setting[i]->key, path);
	result = experiment_file_find(path, found, sizeof(found), error);
	if (!result)
		result = experiment_read(&request->experiment, found, error);
	if (!result)
		result = select_cells(reading, error);
	if (!result)
		result = override(reading, error);
	return failed(request, result, error);
}

static int take_subjects(const struct reading *reading, const char *label, char **words, int count)
{
	struct request *request = reading->request;
	struct experiment *experiment = &request->experiment;
	struct group *group;
	char error[NAMES_ERROR_SIZE];
	int result = 0;

	experiment->seed = 1;
	experiment->budget = TIMER_NEVER;
	snprintf(experiment->name, sizeof(experiment->name), "%s", request->command);
	strcpy(experiment->source, "command line");
	group = experiment_add_group(experiment, label);
	if (!group)
		return message_failed("out of memory");
	for (size_t i = 0; i < reading->count && !result; i++)
		result = experiment_set(group, reading->setting[i]->key, reading->value[i], error);
	for (int i = 0; i < count && !result; i++)
		result = experiment_set(group, "subjects", words[i], error);
	if (!result)
		result = experiment_complete(experiment, error);
	return failed(request, result, error);
}

/* `run --resume --out DIR` goes on with the experiment.ini of that folder. */
static int take_folder_of_run(const struct reading *reading)
{
	const struct request *request = reading->request;
	char path[PATH_MAX];

	if (request->mode != RECORDS_RESUME || !request->out)
		return wrong(request, "an EXPERIMENT.ini or subjects are needed");
	snprintf(path, sizeof(path), "%s/experiment.ini", request->out);
	return take_file(reading, path);
}

/* Takes the words beside the options: an .ini file, or subjects. */
static int take_words(const struct reading *reading, const char *label, char **words, int count)
{
	bool file = false;

	for (int i = 0; i < count; i++)
		file |= experiment_file_is(words[i]);
	if (!count)
		return take_folder_of_run(reading);
	if (file && count > 1)
		return wrong(reading->request, "one EXPERIMENT.ini, and no subjects beside it");
	return file ? take_file(reading, words[0]) : take_subjects(reading, label, words, count);
}

/* Takes subjects out of the dispatches that they lack, and says which are measured in none. */
static int settle(struct request *request)
{
	struct names left_out = { 0 };
	char error[NAMES_ERROR_SIZE];
	int status =
		failed(request, dispatches_settle(&request->experiment, &left_out, error), error);

	for (size_t i = 0; i < left_out.count && !status; i++)
		message_note("%s: %s has no inline dispatch and is left out of it",
			     request->command, left_out.name[i]);
	names_free(&left_out);
	return status;
}

int request_read(int argc, char **argv, const char *label, struct request *request, int *status)
{
	struct reading reading = {
		.request = request,
		.setting = calloc((size_t)argc, sizeof(*reading.setting)),
		.value = calloc((size_t)argc, sizeof(*reading.value)),
	};
	int first;

	*request = (struct request){ .command = argv[0], .cache = "out/traces" };
	if (!reading.setting || !reading.value)
		*status = message_failed("out of memory");
	else if (!arguments_parse(argc, argv, table, take, &reading, &first, status))
		*status = take_words(&reading, label, argv + first, argc - first);
	else
		request->experiment.group_count = 0;
	free(reading.setting);
	free(reading.value);
	if (*status || !request->experiment.group_count)
		return -1;
	if (reading.seeded)
		request->experiment.seed = reading.seed;
	if (reading.budget)
		request->experiment.budget = reading.budget;
	*status = settle(request);
	return *status;
}

void request_free(struct request *request)
{
	experiment_free(&request->experiment);
}
