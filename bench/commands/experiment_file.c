/*
 * experiment_file.c - finds an experiment's file by its name or among the project's experiments
 */
#include "bench/commands/experiment_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/names.h"
#include "bench/scripts.h"
#include "structures/common/options.h"

#define ENDING	      ".ini"
#define ENDING_LENGTH (sizeof(ENDING) - 1)

bool experiment_file_is(const char *word)
{
	size_t length = strlen(word);

	return length > ENDING_LENGTH && !strcmp(word + length - ENDING_LENGTH, ENDING);
}

static int is_experiment(const struct dirent *entry)
{
	return experiment_file_is(entry->d_name);
}

int experiment_file_each(const char *folder, void (*visit)(const char *name, void *data),
			 void *data)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_experiment, alphasort);

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		visit(entries[i]->d_name, data);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

/* Returns the name without its ending .ini, or NULL if memory runs out. The caller frees it. */
static char *stem_of(const char *name)
{
	return strndup(name, strlen(name) - ENDING_LENGTH);
}

static void add_stem(const char *name, void *names)
{
	char *stem = stem_of(name);

	if (stem)
		names_add(names, stem);
	free(stem);
}

/*
 * Writes the error message for a file that does not exist. `folder` is the part of the name up to
 * its last '/', inclusive.
 */
static void refuse(const char *name, const char *folder, const char *base, char *error)
{
	struct names names = { 0 };
	char ours[SCRIPTS_PATH_SIZE];
	const char *nearest = NULL;
	char *stem = stem_of(base);
	int used = snprintf(error, NAMES_ERROR_SIZE, "%s: %s", name, strerror(ENOENT));

	experiment_file_each(*folder ? folder : ".", add_stem, &names);
	if (!*folder && !scripts_find(EXPERIMENT_FILES, ours, sizeof(ours)))
		experiment_file_each(ours, add_stem, &names);
	if (stem)
		nearest = options_nearest(stem, (const char *const *)names.name, names.count);
	if (nearest && used < NAMES_ERROR_SIZE)
		snprintf(error + used, (size_t)(NAMES_ERROR_SIZE - used),
			 ": did you mean '%s%s" ENDING "'?", folder, nearest);
	free(stem);
	names_free(&names);
}

int experiment_file_find(const char *name, char *path, size_t size, char *error)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
	char ours[SCRIPTS_PATH_SIZE], folder[SCRIPTS_PATH_SIZE];

	if (!access(name, F_OK) || errno != ENOENT) {
		snprintf(path, size, "%s", name); /* reading the file reports other errors */
		return 0;
	}
	snprintf(ours, sizeof(ours), EXPERIMENT_FILES "/%s", name);
	if (!slash && !scripts_find(ours, path, size))
		return 0;
	snprintf(folder, sizeof(folder), "%.*s", (int)(base - name), name);
	refuse(name, folder, base, error);
	return -ENOENT;
}

bool experiment_file_suggest(const char *word, char *error)
{
	char name[SCRIPTS_PATH_SIZE], path[SCRIPTS_PATH_SIZE], ignored[NAMES_ERROR_SIZE];
	size_t length = strlen(error);

	if (snprintf(name, sizeof(name), "%s" ENDING, word) >= (int)sizeof(name) ||
	    experiment_file_find(name, path, sizeof(path), ignored))
		return false;
	snprintf(error + length, NAMES_ERROR_SIZE - length, "; %.100s is an experiment", name);
	return true;
}
