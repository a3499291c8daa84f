/*
 * experiment_read.c - reads an experiment from an .ini file
 */
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/experiment.h"
#include "bench/run/setting_kinds.h"

/*
 * Writes the name of an experiment whose file does not set one: the file's name without its ending,
 * and with '_' for each character that a name cannot have.
 */
static void name_after(const char *file, char *name)
{
	snprintf(name, EXPERIMENT_LABEL, "%.*s", (int)strcspn(file, "."), file);
	for (char *letter = name; *letter; letter++)
		if (!strchr(SETTING_FILE_LETTERS, *letter) || (letter == name && *letter == '-'))
			*letter = '_';
	if (!*name)
		strcpy(name, "experiment");
}

/* What inih's callback needs. */
struct reading {
	struct experiment *experiment;
	struct group *group;
	const char *path;
	bool included; /* an included file: its section [experiment] is ignored */
	char section[EXPERIMENT_LABEL];
	char *error;
	int result;
};

static int read_file(struct experiment *experiment, const char *path, bool included, char *error);

/*
 * Reads the groups of other files. Their names are relative to the folder of the file that includes
 * them.
 */
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
					 : settings_read(experiment_settings, reading->experiment,
							 key, value, error);
	}
	if (!*section) {
		snprintf(error, NAMES_ERROR_SIZE, "%.40s stands before the first [section]", key);
		return -EINVAL;
	}
	if (!reading->group || strcmp(reading->section, section)) {
		if (setting_check_file_name("section", section, error))
			return -EINVAL;
		snprintf(reading->section, sizeof(reading->section), "%s", section);
		reading->group = experiment_add_group(reading->experiment, section);
	}
	if (reading->group)
		return settings_read(group_settings, reading->group, key, value, error);
	snprintf(error, NAMES_ERROR_SIZE, "too many sections");
	return -EINVAL;
}

/* inih's callback for a line. Returns 0 if the line is wrong, as inih requires. */
static int read_line(void *data, const char *section, const char *key, const char *value)
{
	struct reading *reading = data;

	/* inih goes on after a wrong line, but only the first wrong line counts. */
	if (reading->result)
		return 0;
	reading->result = read_key(reading, section, key, value, reading->error);
	return !reading->result;
}

/*
 * The lines of a file. inih reads lines of up to 200 bytes, and would read the rest of a longer
 * line as another line.
 */
struct lines {
	FILE *file;
	int number;
	int too_long; /* the first line that is too long; 0: none */
};

/* Replaces fgets, which inih would call. Ends the file at a line that is too long. */
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
 * Returns the number of the first wrong line, or 0 if there is none. If the file cannot be read,
 * returns a negative number and sets errno.
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

	experiment_init(experiment, base ? base + 1 : path);
	name_after(experiment->source, experiment->name);
	result = read_file(experiment, path, false, error);
	return result ? result : experiment_complete(experiment, error);
}
