/*
 * resume.h - which blocks of a plan a run's folder holds already
 *
 * What a record says it is decides. A block is complete if for every subject that is planned there
 * is exactly one usable record with the identity (identity.h) that the cell would have now. Cells
 * that fired wrongly or were left out are usable; one that was too slow is, unless the budget of a
 * cell has grown; one that failed is not. Any other block is run anew as a whole, since ratios are
 * only taken within blocks that ran as one, and its lines go to partial.jsonl.
 */
#ifndef RESUME_H
#define RESUME_H

#include "bench/run/plan.h"
#include "bench/run/runner.h"

/*
 * Sorts the records out and begins appending. Says in one line how many blocks are run anew and
 * why, unless they were only cut short. 0; or a negative errno, after saying what is wrong.
 */
int resume_begin(const struct run *run, const struct block *blocks, size_t count);

#endif
