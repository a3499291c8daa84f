/*
 * measure.h - measuring an experiment from a command line: what `run` and `map` share
 */
#ifndef MEASURE_H
#define MEASURE_H

#include "bench/commands/run_folder.h"
#include "bench/run/experiment.h"

struct measured {
	char folder[FOLDER_PATH_SIZE];
	bool done; /* the folder holds a run now: the command line had no --help and no --dry-run */
};

/*
 * Parses the arguments, measures, and fills in *measured. `accept` (or NULL) looks at the
 * experiment first, and returns 0 or an exit status after saying what is wrong with it. Cells from
 * a command line belong to an experiment of the command's name if there is an `accept`, else to
 * `cost`. Returns an exit status.
 */
int measure(int argc, char **argv, struct measured *measured,
	    int (*accept)(const struct experiment *experiment));

#endif
