/*
 * run_folder.h - the folder of a run
 */
#ifndef RUN_FOLDER_H
#define RUN_FOLDER_H

#include <stddef.h>

#include "bench/run/experiment.h"
#include "bench/run/records.h"

/*
 * Writes the folder's path: `out` or, if `out` is NULL, out/NAME with the experiment's name.
 * Prepends "./" to a path that begins with '-', so that no program takes the path for an option.
 * Returns 0, or an exit status after reporting an error.
 */
int run_folder_path(const char *out, const struct experiment *experiment, char *path, size_t size);

/*
 * Checks that --force may delete files in the folder: it has a run, or has no files that a run
 * leaves. Returns 0, or an exit status after reporting an error.
 */
int run_folder_check_force(const char *path);

/*
 * Writes env.json (the environment, and the settings that distinguish variants of a workload) and
 * experiment.ini. Returns 0, or an exit status after reporting an error.
 */
int run_folder_describe(const char *path, const json_t *environment,
			const struct experiment *experiment);

#endif
