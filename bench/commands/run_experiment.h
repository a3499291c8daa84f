/*
 * run_experiment.h - runs the experiment of a command line: what `run` and `map` share
 */
#ifndef RUN_EXPERIMENT_H
#define RUN_EXPERIMENT_H

#include "bench/commands/run_folder.h"
#include "bench/run/experiment.h"

struct experiment_run {
	char folder[FOLDER_PATH_SIZE];
	bool done; /* the folder holds a run now: the command line had no --help and no --dry-run */
};

/*
 * Parses the arguments, runs the experiment, and fills in *run. `accept` (or NULL) looks at the
 * experiment first, and returns 0 or an exit status after saying what is wrong with it. Cells from
 * a command line belong to an experiment of the command's name if there is an `accept`, else to
 * `cost`. Returns an exit status.
 */
int run_experiment(int argc, char **argv, struct experiment_run *run,
		   int (*accept)(const struct experiment *experiment));

#endif
