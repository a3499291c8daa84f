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
	const char *cache;	     /* folder for traces */
	volatile sig_atomic_t *stop; /* set by a signal: end after killing the present worker */
};

/*
 * Runs every block that is not recorded yet. Returns an exit status, having said what happened: 0;
 * 1 when interrupted (naming how to go on), when a trace can't be made or records can't be written.
 * Cells that fail are recorded and do not end the run.
 */
int runner_run(const struct run *run);

#endif
