/*
 * request.c - reads the command lines of `run` and `map`
 */
#include "bench/commands/request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/experiment_file.h"
#include "bench/commands/setting_arguments.h"
#include "bench/message.h"
#include "bench/run/dispatches.h"
#include "bench/run/selection.h"
#include "bench/scripts.h"

/* Letters for options that have no short form. */
enum {
	LETTER_FORCE = 256,
	LETTER_RESUME,
	LETTER_DRY_RUN,
	LETTER_CACHE,
};

static const struct argument table[] = {
	{ 'o', "out", "DIR", "the run's folder (default out/NAME)" },
	{ LETTER_RESUME, "resume", NULL, "go on with the run in the folder" },
	{ LETTER_FORCE, "force", NULL,
	  "delete the run that the folder holds, and begin a new one" },
	{ LETTER_DRY_RUN, "dry-run", NULL,
	  "print the blocks, their time and their memory; run nothing" },
	{ LETTER_CACHE, "cache", "DIR", "the folder of traces (default out/traces)" },
	{ 0 },
};

/* The options as read, before it is known whether the arguments name a file. */
struct reading {
	struct request *request;
	struct setting_arguments arguments;
	const struct setting **setting; /* the given settings, in order, */
	const char **value;		/* and their values */
	size_t count;
};

/*
 * Reports an error of reading or setting. Returns the exit status, which is 0 if there is no error.
 */
static int failed(int result, const char *error)
{
	if (result == -EINVAL || result == -ENOENT)
		return message_usage("%s", error);
	return result ? message_failed("%s", error) : 0;
}

/* Stores a folder's name. Refuses "", because "/cells.jsonl" would be a file in the root folder. */
static int take_folder(const char *option, const char *value, const char **folder)
{
	if (!*value)
		return message_usage("--%s '' names no folder", option);
	*folder = value;
	return 0;
}

static int take_mode(struct request *request, enum records_mode mode)
{
	if (request->mode != RECORDS_NEW && request->mode != mode)
		return message_usage("either --resume or --force");
	request->mode = mode;
	return 0;
}

static int take(int letter, const char *value, void *data)
{
	struct reading *reading = data;
	struct request *request = reading->request;
	const struct setting *setting = setting_arguments_find(&reading->arguments, letter);

	if (setting) {
		reading->setting[reading->count] = setting;
		reading->value[reading->count++] = value;
		return 0;
	}
	switch (letter) {
	case 'o':
		return take_folder("out", value, &request->out);
	case LETTER_CACHE:
		return take_folder("cache", value, &request->cache);
	case LETTER_RESUME:
		return take_mode(request, RECORDS_RESUME);
	case LETTER_FORCE:
		return take_mode(request, RECORDS_FORCE);
	default:
		request->dry_run = true;
		return 0;
	}
}

/* Returns whether the row is one of this table's. */
static bool is_of(const struct setting *settings, const struct setting *row)
{
	while (settings->key && settings != row)
		settings++;
	return settings->key;
}

/*
 * Joins all given values of a setting with blanks. Stores text that the caller frees, or NULL if
 * there is no value. Returns 0 or -ENOMEM.
 */
static int join(const struct reading *reading, const struct setting *setting, char **text)
{
	size_t size = 1;

	for (size_t i = 0; i < reading->count; i++)
		if (reading->setting[i] == setting)
			size += strlen(reading->value[i]) + 1;
	*text = NULL;
	if (size == 1)
		return 0;
	*text = calloc(1, size);
	for (size_t i = 0; i < reading->count && *text; i++) {
		if (reading->setting[i] == setting)
			strcat(strcat(*text, **text ? " " : ""), reading->value[i]);
	}
	return *text ? 0 : -ENOMEM;
}

static int select_by(const struct reading *reading, const struct setting *setting, bool *any,
		     char *error)
{
	char *words;
	int result = join(reading, setting, &words);

	if (result)
		snprintf(error, NAMES_ERROR_SIZE, "out of memory");
	else if (words)
		result = setting->select(&reading->request->experiment, words, error);
	if (result)
		setting_argument_name(setting, error);
	*any |= words != NULL;
	free(words);
	return result;
}

static int select_cells(const struct reading *reading, char *error)
{
	bool any = false;
	int result = 0;

	for (const struct setting *setting = group_settings; setting->key && !result; setting++)
		if (setting->select)
			result = select_by(reading, setting, &any, error);
	return any && !result ? selection_finish(&reading->request->experiment, error) : result;
}

/* Applies the given settings of a table to an object, except settings that select cells. */
static int replace(const struct reading *reading, const struct setting *settings, void *object,
		   char *error)
{
	int result = 0;

	for (size_t i = 0; i < reading->count && !result; i++)
		if (is_of(settings, reading->setting[i]) && !reading->setting[i]->select)
			result = setting_argument_read(reading->setting[i], object,
						       reading->value[i], error);
	return result;
}

static int replace_all(const struct reading *reading, char *error)
{
	struct experiment *experiment = &reading->request->experiment;
	int result = replace(reading, experiment_settings, experiment, error);

	for (size_t i = 0; i < experiment->group_count && !result; i++)
		result = replace(reading, group_settings, &experiment->groups[i], error);
	return result;
}

static int take_file(const struct reading *reading, const char *path)
{
	struct request *request = reading->request;
	char error[NAMES_ERROR_SIZE], found[SCRIPTS_PATH_SIZE];
	int result;

	for (size_t i = 0; i < reading->count; i++)
		if (reading->setting[i]->only_in_file)
			return message_usage(
				"-%s beside %s: a map in a file has its axes in the file",
				reading->setting[i]->key, path);
	result = experiment_file_find(path, found, sizeof(found), error);
	if (result)
		return message_failed("%s", error);
	result = experiment_read(&request->experiment, found, error);
	if (!result)
		result = select_cells(reading, error);
	if (!result)
		result = replace_all(reading, error);
	return failed(result, error);
}

/*
 * Completes the experiment of a command line. If a setting is missing, the error names its option,
 * because a command line has no sections and keys.
 */
static int complete(struct experiment *experiment, char *error)
{
	int result = experiment_expand_maps(experiment, error);
	const char *missing = result ? NULL : group_missing(&experiment->groups[0]);
	const struct setting *setting;

	if (!missing)
		return result ? result : experiment_complete(experiment, error);
	setting = setting_find(missing);
	if (setting->letter)
		snprintf(error, NAMES_ERROR_SIZE, "no %s: -%c %s is needed", missing,
			 setting->letter, setting->value);
	else
		snprintf(error, NAMES_ERROR_SIZE, "no %s", missing);
	return -EINVAL;
}

static int take_subjects(const struct reading *reading, const char *label, char **words, int count)
{
	struct request *request = reading->request;
	struct experiment *experiment = &request->experiment;
	struct group *group;
	char error[NAMES_ERROR_SIZE];
	int result = 0;

	experiment_init(experiment, "command line");
	snprintf(experiment->name, sizeof(experiment->name), "%s", request->command);
	group = experiment_add_group(experiment, label);
	if (!group)
		return message_failed("out of memory");
	for (size_t i = 0; i < reading->count && !result; i++) {
		void *object = is_of(group_settings, reading->setting[i]) ? (void *)group
									  : (void *)experiment;

		result = setting_argument_read(reading->setting[i], object, reading->value[i],
					       error);
	}
	for (int i = 0; i < count && !result; i++)
		result = setting_read(setting_find("subjects"), group, words[i], error);
	if (result == -ENOENT && count == 1)
		experiment_file_suggest(words[0], error);
	if (!result)
		result = complete(experiment, error);
	return failed(result, error);
}

/* `run --resume --out DIR` continues with the experiment.ini of the folder. */
static int take_folder_of_run(const struct reading *reading)
{
	const struct request *request = reading->request;
	char path[PATH_MAX];

	if (request->mode != RECORDS_RESUME || !request->out)
		return message_usage("an EXPERIMENT.ini or subjects are needed");
	snprintf(path, sizeof(path), "%s/experiment.ini", request->out);
	return take_file(reading, path);
}

/* Takes the arguments that are not options: an .ini file, or subjects. */
static int take_words(const struct reading *reading, const char *label, char **words, int count)
{
	bool file = false;

	for (int i = 0; i < count; i++)
		file |= experiment_file_is(words[i]);
	if (!count)
		return take_folder_of_run(reading);
	if (file && count > 1)
		return message_usage("one EXPERIMENT.ini, and no subjects beside it");
	return file ? take_file(reading, words[0]) : take_subjects(reading, label, words, count);
}

/* Reports settings that do not fit each other, which may be in a file or among the options. */
static int check_groups(const struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->group_count; i++) {
		const struct group *group = &experiment->groups[i];

		if (group_wrong(group))
			return message_usage("%s: [%s]: %s", experiment->source, group->label,
					     group_wrong(group));
	}
	return 0;
}

/*
 * Removes subjects from the dispatches that they lack, and reports those that are not measured at
 * all.
 */
static int settle(struct request *request)
{
	struct names left_out = { 0 };
	char error[NAMES_ERROR_SIZE];
	int status = failed(dispatches_settle(&request->experiment, &left_out, error), error);

	for (size_t i = 0; i < left_out.count && !status; i++)
		message_note("%s has no inline dispatch and is left out of it", left_out.name[i]);
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
	setting_arguments_add_all(&reading.arguments, group_settings);
	setting_arguments_add_all(&reading.arguments, experiment_settings);
	setting_arguments_add(&reading.arguments, table);
	if (!reading.setting || !reading.value)
		*status = message_failed("out of memory");
	else if (!arguments_parse(argc, argv, reading.arguments.row, take, &reading, &first,
				  status))
		*status = take_words(&reading, label, argv + first, argc - first);
	else
		request->experiment.group_count = 0;
	free(reading.setting);
	free(reading.value);
	if (*status || !request->experiment.group_count)
		return -1;
	*status = check_groups(&request->experiment);
	if (!*status)
		*status = settle(request);
	return *status;
}

void request_free(struct request *request)
{
	experiment_free(&request->experiment);
}
