/*
 * plan.h - the blocks of an experiment, in the order in which they are run
 *
 * A block is one workload, n, seed and dispatch, with all subjects of a group. Ratios are taken
 * only between cells of a block, and a block is the unit of resuming.
 *
 * Stages run one after the other. In a stage, blocks run in rounds: the first replicate of every
 * workload and n runs before any second replicate. In a round, workloads and n alternate. So if a
 * run ends during a round, each workload and each n has about the same share of the blocks that
 * have run. Blocks that follow a look (a point at which the results are judged) run after all
 * stages, look by look.
 */
#ifndef PLAN_H
#define PLAN_H

#include "bench/run/experiment.h"

struct block {
	const struct group *group;
	const char *workload;
	size_t choice; /* the workload's index in the group's list */
	uint64_t n, seed;
	unsigned replicate;
	enum dispatch dispatch;
	size_t stage;
	unsigned look; /* the number of looks before the block */
	double place;  /* place in the round, from 0 to 1 */
};

struct plan {
	struct block *blocks;
	size_t count;
};

/*
 * Makes the plan of an experiment. The plan points into the experiment, which must outlive it.
 * Returns 0 or -ENOMEM.
 */
int plan_make(struct plan *plan, const struct experiment *experiment);
void plan_free(struct plan *plan);

/*
 * Returns whether two blocks are replicates of each other: of the same group, workload, n and
 * dispatch.
 */
bool plan_same_cell(const struct block *a, const struct block *b);

/* Room for any block's key. */
#define PLAN_KEY 512

/*
 * Writes a name for the block. The name is the same whenever the block is planned, so resuming uses
 * it to find the block's records.
 */
void plan_key(const struct block *block, char *key, size_t size);

/* Writes a permutation of 0..count-1 that depends only on the block's key and `count`. */
void plan_shuffle(const struct block *block, size_t *order, size_t count);

#endif
