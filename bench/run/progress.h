/*
 * progress.h - how far a run is, on stderr
 *
 * On a terminal progress is one line, overwritten and cut to the terminal's width. Elsewhere it is
 * a line now and then, so that a log shows that the run is alive. "3:12 of 6:30, core 5 of 8" gives
 * the time since the beginning, the time that the whole run is expected to take, and the round of
 * the present stage.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/run/schedule.h"

#define PROGRESS_LINE 512

struct progress {
	const struct schedule *schedule;
	uint64_t shown; /* ns, CLOCK_MONOTONIC */
	bool terminal;
};

void progress_begin(struct progress *progress, const struct schedule *schedule);

/* Says that `what`, of this block, is being done now. Cheap enough to call for each cell. */
void progress_show(struct progress *progress, const struct block *block, const char *what);

/* The line at a time of the schedule's clock, at most `width` characters; 0: any number. */
void progress_line(const struct schedule *schedule, const struct block *block, double now,
		   const char *what, size_t width, char line[PROGRESS_LINE]);

/* ns as "6:30", or "1:02:03" from an hour on. */
void progress_duration(double ns, char *text, size_t size);

/* Leaves the terminal's line clean. */
void progress_end(const struct progress *progress);

#endif
