/*
 * block.h - runs one block of an experiment (all subjects of a group on one trace)
 */
#ifndef BLOCK_H
#define BLOCK_H

#include "bench/run/plan.h"
#include "bench/run/progress.h"
#include "bench/run/runner.h"
#include "bench/run/schedule.h"

/*
 * Opens the block's trace, generates it if the cache lacks it, measures every subject in a separate
 * process, and records each cell. Tells the schedule how long the trace and each cell took. A cell
 * that fails is recorded and does not end the block. Skips a block that the run has recorded
 * already. Returns 0, -EINTR if the run was interrupted, or another negative errno if there is no
 * trace, no worker can be started or a record cannot be written. Reports all errors except -EINTR
 * and lack of memory.
 */
int block_run(const struct run *run, const struct block *block, struct schedule *schedule,
	      struct progress *progress);

#endif
