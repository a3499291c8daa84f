/*
 * runner.h - runs the blocks of an experiment and records every cell
 */
#ifndef RUNNER_H
#define RUNNER_H

#include <jansson.h>
#include <signal.h>

#include "bench/run/experiment.h"
#include "bench/run/records.h"

struct run {
	const struct experiment *experiment;
	struct records *records;
	const json_t *environment;
	const char *cache;	     /* the folder for traces */
	volatile sig_atomic_t *stop; /* set by a signal: kill the worker and end */
};

/*
 * Runs every block that is not recorded yet, within the budget and the caps. Cells that fail are
 * recorded and do not end the run. Reports errors. Returns an exit status: 0, or 1 if the run was
 * interrupted, a trace cannot be made, or records cannot be written.
 */
int runner_run(const struct run *run);

#endif
