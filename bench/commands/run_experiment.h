/*
 * run_experiment.h - runs the experiment of a command line, for `run` and `map`
 */
#ifndef RUN_EXPERIMENT_H
#define RUN_EXPERIMENT_H

#include "bench/commands/run_folder.h"
#include "bench/run/experiment.h"

struct experiment_run {
	char folder[FOLDER_PATH_SIZE];
	bool done; /* the run succeeded, and was not a --dry-run; its results are in the folder */
};

/*
 * Parses the arguments, runs the experiment, and fills in *run. `accept`, if not NULL, checks the
 * experiment before the run; it returns 0, or an exit status after reporting an error. If the
 * command line lists the cells itself, their group is named after the command if `accept` is not
 * NULL, and `cost` otherwise. Returns an exit status.
 */
int run_experiment(int argc, char **argv, struct experiment_run *run,
		   int (*accept)(const struct experiment *experiment));

#endif
