/*
 * dry_run.h - prints what an experiment would measure, for --dry-run
 */
#ifndef DRY_RUN_H
#define DRY_RUN_H

#include "bench/run/experiment.h"

/*
 * Prints a line for each block, and a last line with the number of cells, the time and the memory.
 * Returns 0, or an exit status after reporting an error.
 */
int dry_run_print(const struct experiment *experiment);

#endif
