/*
 * run_folder.c - the folder of a run
 */
#include "bench/commands/run_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/message.h"
#include "bench/run/folder.h"
#include "bench/run/settings.h"

int run_folder_path(const char *out, const struct experiment *experiment, char *path, size_t size)
{
	int length = snprintf(path, size, "%s%s", out ? (*out == '-' ? "./" : "") : "out/",
			      out ? out : experiment->name);

	if (length >= 0 && (size_t)length < size)
		return 0;
	return message_usage("%.40s...: the folder's path is longer than %zu characters", path,
			     size - 1);
}

/*
 * Returns whether the folder has this regular file. The file must not be empty, unless `empty_too`.
 * A symbolic link does not count, because it may lead outside the folder.
 */
static bool holds(const char *folder, const char *name, bool empty_too)
{
	char path[PATH_MAX];
	struct stat found;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return !lstat(path, &found) && S_ISREG(found.st_mode) && (empty_too || found.st_size > 0);
}

int run_folder_check_force(const char *path)
{
	bool cells = holds(path, "cells.jsonl", true) || holds(path, "cells.jsonl.zst", false);
	const char *left = folder_leftover(path);

	/* A run that ended before its first cell may lack experiment.ini. */
	if (cells && (holds(path, "experiment.ini", false) || !holds(path, "cells.jsonl", false)))
		return 0;
	if (!left)
		return 0;
	return message_failed("%s has a %s and is no run (cells.jsonl and experiment.ini): --force "
			      "deletes only runs",
			      path, left);
}

static int leave(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;
	bool written;

	if (!text)
		return message_failed("out of memory");
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	written = file && fputs(text, file) != EOF;
	if (file && fclose(file))
		written = false;
	return written ? 0 : message_failed("%s: %s", path, strerror(errno));
}

int run_folder_describe(const char *path, const json_t *environment,
			const struct experiment *experiment)
{
	json_t *description = json_deep_copy(environment);
	char *described = NULL, *cells = experiment_text(experiment);
	int status;

	if (!json_object_set_new(description, "variants", settings_variants()))
		described = json_dumps(description, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	status = leave(path, "env.json", described);
	if (!status)
		status = leave(path, "experiment.ini", cells);
	json_decref(description);
	free(described);
	free(cells);
	return status;
}
