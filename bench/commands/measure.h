/*
 * measure.h - measuring an experiment from a command line: what `run` and `map` share
 */
#ifndef MEASURE_H
#define MEASURE_H

#include "bench/commands/run_folder.h"
#include "bench/run/experiment.h"

struct measured {
	char folder[RUN_FOLDER_SIZE];
	bool done; /* there is a run in the folder: it was no --help and no --dry-run */
};

/*
 * Parses the arguments, measures, and says where. `accept` (NULL: all are) looks at the experiment
 * first and returns 0 or an exit status, having said what is wrong with it; the cells of a command
 * line then belong to an experiment of the command's name, and else to `cost`. Returns an exit
 * status.
 */
int measure(int argc, char **argv, struct measured *measured,
	    int (*accept)(const struct experiment *experiment));

#endif
