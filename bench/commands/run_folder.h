/*
 * run_folder.h - the folder that a run is written into
 */
#ifndef RUN_FOLDER_H
#define RUN_FOLDER_H

#include <stddef.h>

#include "bench/run/experiment.h"
#include "bench/run/records.h"

/*
 * Writes the folder's path: `out` or, if that is NULL, out/ and the experiment's name. A path that
 * begins with '-' gets "./" before it, so that no program takes it for an option. 0, or an
 * exit status after saying what is wrong.
 */
int run_folder_path(const char *out, const struct experiment *experiment, char *path, size_t size);

/*
 * Whether --force may delete files there: the folder holds a run, or no file that a run leaves. 0,
 * or an exit status after saying what is wrong.
 */
int run_folder_check_force(const char *path);

/*
 * Writes env.json (the environment, and the settings that tell variants of a workload apart),
 * and experiment.ini. 0, or an exit status after saying what is wrong.
 */
int run_folder_describe(const char *path, const json_t *environment,
			const struct experiment *experiment);

#endif
