/*
 * worker.h - one process a cell
 *
 * A cell is measured by `timerbed cell ...`, started anew each time: a fresh address-space layout,
 * an environment of varied size (which moves the stack), a peak of memory that is its own, and a
 * crash that costs one cell.
 */
#ifndef WORKER_H
#define WORKER_H

#include <jansson.h>
#include <signal.h>

#include "bench/run/experiment.h"

/* What the parent tells a worker to measure. */
struct worker_task {
	const struct group *group;
	const char *subject;
	enum dispatch dispatch;
	const char *trace;   /* path */
	const char *scratch; /* a path for what a wrapper leaves */
	const char *output;  /* the file that the worker writes its record to */
	unsigned padding;    /* bytes by which its environment grows */
};

/*
 * Runs a worker and merges what it recorded into `record`: its figures, its resources, and a status
 * in every case ("ok", "too slow", "killed by signal 9", ...). 0; -EINTR if *stop became non-zero,
 * and then nothing is to be recorded; a negative errno if no worker could be started.
 */
int worker_run(const struct worker_task *task, volatile sig_atomic_t *stop, json_t *record);

#endif
