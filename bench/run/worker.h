/*
 * worker.h - one process a cell
 *
 * A cell is measured by `timerbed cell ...`, started anew each time: a fresh address-space layout,
 * an environment of varied size (which moves the stack), a peak of memory that is its own, and a
 * crash that costs one cell. The worker runs the image that the command itself runs. Its record
 * and its reasons come through pipes. A guard (guard.h) ends it when its time is up or the command
 * dies.
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
	const char *scratch; /* a path for the wrapper's output; NULL: it need not be kept */
	unsigned padding;    /* bytes by which the worker's environment grows */
};

/* The exit status of a child that could not become a worker. */
#define WORKER_NOT_STARTED 127

/*
 * Runs a worker and merges its record into `record`: its figures, its resources, and in every case
 * an outcome (outcome.h) and a status ("ok", "too slow", "killed by signal 11 (SIGSEGV)"). 0;
 * -EINTR if *stop became non-zero: the caller must drop the record then; another negative errno if
 * no worker could be started.
 */
int worker_run(const struct worker_task *task, volatile sig_atomic_t *stop, json_t *record);

/* In a wrapped worker: makes the descriptor that the command reads the worker's stderr. */
void worker_adopt_stderr(void);

#endif
