/*
 * plan.h - the blocks of an experiment, in the order in which they are run
 *
 * A block is one (workload, n, seed) with all its subjects: what ratios are taken within, and the
 * unit of resuming. Blocks go round by round, the first replicate of everything before the second
 * of anything, small n first: so a run that is cut short has the same breadth, with less certainty.
 */
#ifndef PLAN_H
#define PLAN_H

#include "bench/run/experiment.h"

struct block {
	const struct group *group;
	const char *workload;
	size_t choice; /* which of the group's workloads that is */
	uint64_t n, seed;
	unsigned replicate;
	enum dispatch dispatch;
	double weight; /* how long it takes, in arbitrary units: what the ETA goes by */
};

struct plan {
	struct block *blocks;
	size_t count;
};

/* 0 or -ENOMEM. The plan points into the experiment. */
int plan_make(struct plan *plan, const struct experiment *experiment);
void plan_free(struct plan *plan);

/*
 * A name for the block that is the same whenever it is planned: what resuming goes by.
 */
void plan_key(const struct block *block, char *key, size_t size);

/* A permutation of 0..count-1 that follows from the block's key alone. */
void plan_shuffle(const struct block *block, size_t *order, size_t count);

#endif
