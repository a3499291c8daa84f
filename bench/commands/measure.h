/*
 * measure.h - measures an experiment from a command line, for `run` and `map`
 */
#ifndef MEASURE_H
#define MEASURE_H

#include "bench/commands/run_folder.h"
#include "bench/run/experiment.h"

struct measured {
	char folder[FOLDER_PATH_SIZE];
	bool done; /* the run succeeded, and was not a --dry-run; its results are in the folder */
};

/*
 * Parses the arguments, measures, and fills in *measured. `accept`, if not NULL, checks the
 * experiment before the run; it returns 0, or an exit status after reporting an error. If the
 * command line lists the cells itself, their group is named after the command if `accept` is not
 * NULL, and `cost` otherwise. Returns an exit status.
 */
int measure(int argc, char **argv, struct measured *measured,
	    int (*accept)(const struct experiment *experiment));

#endif
