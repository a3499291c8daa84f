/*
 * dry_run.h - what an experiment would measure, for --dry-run
 */
#ifndef DRY_RUN_H
#define DRY_RUN_H

#include "bench/run/experiment.h"

/*
 * Prints a line a block, and a last line with the number of cells, the time and the memory. 0, or
 * an exit status after saying what is wrong.
 */
int dry_run_print(const struct experiment *experiment);

#endif
