/*
 * block.h - runs one block of an experiment and records each of its cells
 */
#ifndef BLOCK_H
#define BLOCK_H

#include "bench/run/plan.h"
#include "bench/run/progress.h"
#include "bench/run/runner.h"
#include "bench/run/schedule.h"

/*
 * Opens the block's trace, generating it if the cache lacks it, and measures every subject in a
 * process of its own; the schedule learns what the trace and each cell took. A cell that fails is
 * recorded and does not end the block. A block that the run's records hold already is skipped. 0;
 * -EINTR when the run was interrupted; another negative errno, after saying why, when there is no
 * trace or a record cannot be written.
 */
int block_run(const struct run *run, const struct block *block, struct schedule *schedule,
	      struct progress *progress);

#endif
