/*
 * resume.h - which blocks of a plan a run's folder holds already
 *
 * The keys of the records decide. A block is complete if every planned subject has exactly one
 * usable record, with the identity (identity.h) that its cell would have now. Records of cells that
 * fired wrongly or were left out are usable. A record of a cell that was too slow is usable unless
 * the budget of a cell has grown. A record of a cell that failed is not. Any other block is run
 * anew as a whole, since ratios are only taken within blocks that ran as one, and its lines go to
 * partial.jsonl.
 */
#ifndef RESUME_H
#define RESUME_H

#include "bench/run/plan.h"
#include "bench/run/runner.h"

/*
 * Sorts the records and begins appending. Reports in one line how many blocks are run anew and why,
 * except for blocks that were only cut short. 0, or a negative errno after saying what is wrong.
 */
int resume_begin(const struct run *run, const struct block *blocks, size_t count);

#endif
