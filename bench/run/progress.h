/*
 * progress.h - how far a run is, on stderr
 *
 * One line that is overwritten when stderr is a terminal; else a line now and then, so that a log
 * shows that the run is alive.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	uint64_t begun, shown; /* ns, CLOCK_MONOTONIC */
	double total, done;    /* weight: what the ETA goes by, not numbers of cells */
	bool terminal;
};

void progress_begin(struct progress *progress, double total);

/* Says that `what` is being done now. Cheap enough to call for each cell. */
void progress_show(struct progress *progress, const char *what);

/* Some weight is done, or turned out not to be needed. */
void progress_add(struct progress *progress, double weight);
void progress_skip(struct progress *progress, double weight);

/* How many ns that much weight will take, by what has been done so far; 0 when nothing has. */
double progress_estimate(const struct progress *progress, double weight);

/* Leaves the terminal's line clean. */
void progress_end(struct progress *progress);

#endif
