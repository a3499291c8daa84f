/*
 * progress.h - reports on stderr how far a run is
 *
 * On a terminal the progress is one line, which is overwritten and cut to the terminal's width. In
 * a log it is a line from time to time, which shows that the run is alive. "3:12 of 6:30, core 5 of
 * 8" gives the time since the beginning, the time that the whole run is expected to take, and the
 * current stage and its round.
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
	uint64_t shown; /* time of the latest line: ns, CLOCK_MONOTONIC */
	bool terminal;
};

void progress_begin(struct progress *progress, const struct schedule *schedule);

/*
 * Reports that `what`, a part of this block, is being done. Cheap enough to be called for each
 * cell.
 */
void progress_show(struct progress *progress, const struct block *block, const char *what);

/*
 * Writes the line for the time `now` of the schedule's clock, cut to `width` characters if `width`
 * is not 0.
 */
void progress_line(const struct schedule *schedule, const struct block *block, double now,
		   const char *what, size_t width, char line[PROGRESS_LINE]);

/* Writes ns as "6:30", or as "1:02:03" for an hour and more. */
void progress_duration(double ns, char *text, size_t size);

/* Clears the line on a terminal. */
void progress_end(const struct progress *progress);

#endif
