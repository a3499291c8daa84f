/*
 * plan.h - the blocks of an experiment, in the order in which they are run
 *
 * A block is one (workload, n, seed) with all its subjects. Ratios are taken within a block, and a
 * block is the unit of resuming. Stages come one after the other. Within a stage blocks go round by
 * round: the first replicate of every workload and n comes before any second one. Within a round
 * workloads and n alternate, so that each workload and each n has the same share, give or take one
 * block, of whatever part of the round is run. Blocks beyond a group's first look come after all
 * stages, look by look.
 */
#ifndef PLAN_H
#define PLAN_H

#include "bench/run/experiment.h"

struct block {
	const struct group *group;
	const char *workload;
	size_t choice; /* the workload's place in the group's list */
	uint64_t n, seed;
	unsigned replicate;
	enum dispatch dispatch;
	size_t stage;
	unsigned look; /* the number of looks before the block */
	double place;  /* in the round, from 0 to 1 */
};

struct plan {
	struct block *blocks;
	size_t count;
};

/* 0 or -ENOMEM. The plan points into the experiment. */
int plan_make(struct plan *plan, const struct experiment *experiment);
void plan_free(struct plan *plan);

/* Whether two blocks have the same cells: they differ in the replicate alone. */
bool plan_same_cell(const struct block *a, const struct block *b);

/* Room for any block's key. */
#define PLAN_KEY 512

/*
 * Writes a name for the block that is the same whenever the block is planned: resuming goes by it.
 */
void plan_key(const struct block *block, char *key, size_t size);

/* A permutation of 0..count-1 that follows from the block's key alone. */
void plan_shuffle(const struct block *block, size_t *order, size_t count);

#endif
