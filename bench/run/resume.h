/*
 * resume.h - finds out which blocks of a plan a run's folder already has
 *
 * The keys of the records decide. A block is complete if every planned subject has exactly one
 * usable record, with the identity (identity.h) that its cell would have now. The record of a cell
 * that failed is not usable. The record of a cell that was too slow is usable unless the cell's
 * budget has grown. All other records are usable, also those of wrong replays and of cells that
 * were left out.
 *
 * A planned block that is not complete runs again as a whole, because ratios are only taken between
 * cells that were measured together. Its lines go to partial.jsonl.
 */
#ifndef RESUME_H
#define RESUME_H

#include "bench/run/plan.h"
#include "bench/run/runner.h"

/*
 * Judges the records and begins appending. Reports in one line how many blocks run again and why,
 * except for blocks that are only incomplete. Returns 0, or a negative errno after reporting the
 * error.
 */
int resume_begin(const struct run *run, const struct block *blocks, size_t count);

#endif
