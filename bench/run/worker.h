/*
 * worker.h - measures each cell in a process of its own, the worker
 *
 * A cell is measured by a new process `timerbed cell ...`. So each cell has a new address-space
 * layout, an environment of varied size (which moves the stack), and its own memory peak, and a
 * crash affects only one cell. The worker runs the same program image as the command. It sends its
 * record and its error messages through pipes. A guard (guard.h) kills it when its time is used up
 * or the command dies.
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
	const char *trace;   /* the path of the trace */
	const char *scratch; /* path for the wrapper's output; NULL: not kept */
	unsigned padding;    /* bytes by which the worker's environment grows */
};

/* The exit status of a child that could not become a worker. */
#define WORKER_NOT_STARTED 127

/*
 * Runs a worker and merges its results and resources into `record`. Always sets an outcome
 * (outcome.h) and a status ("ok", "too slow", "killed by signal 11 (SIGSEGV)") if it returns 0.
 * Returns -EINTR if *stop became non-zero, or another negative errno if no guard can be started or
 * memory runs out. After an error the caller must drop the record.
 */
int worker_run(const struct worker_task *task, volatile sig_atomic_t *stop, json_t *record);

/*
 * In a wrapped worker, redirects stderr to the descriptor that the parent reads. Does nothing in
 * other processes.
 */
void worker_adopt_stderr(void);

#endif
