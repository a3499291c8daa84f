/*
 * schedule.h - chooses the next block, decides when to stop, and estimates when the run will end
 *
 * A block measures all subjects of a group once, on one trace of one workload and one n.
 * schedule_run and schedule_expected_duration apply the same rules:
 *
 *	The first block always runs. A later block runs only if the scheduler expects it to end
 *	within the budget of the run and within the cap of its group. If a block does not fit the
 *	cap, no further block of its group runs. If it does not fit the budget, the run ends. The
 *	scheduler does not go on with shorter blocks, because then only the large n would lack
 *	results.
 *
 *	A look is a point at which the results so far are judged. At each look, the scheduler asks
 *	the caller once which pairs of workload and n are resolved. A resolved pair needs no
 *	further block, and gets none.
 *
 * The caller supplies the clock and runs the blocks, so that tests can simulate both.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "bench/run/costs.h"
#include "bench/run/plan.h"

enum schedule_state {
	SCHEDULE_WAITING,
	SCHEDULE_DONE,	   /* run by this run, or recorded by an earlier one */
	SCHEDULE_RESOLVED, /* not needed: its workload and n are resolved */
	SCHEDULE_CAPPED,   /* does not fit its group's cap */
	SCHEDULE_UNPAID,   /* does not fit the budget */
	SCHEDULE_STATES,
};

struct schedule_item {
	const struct block *block;
	struct cost
		*costs; /* one for each subject, in the group's order; the last is for the trace */
	enum schedule_state state;
	double chance; /* of running the block; below 1 if a look before it may resolve its pair */
};

struct schedule_group {
	double spent, cap; /* ns */
};

struct schedule {
	const struct experiment *experiment;
	struct plan plan;
	struct costs costs;
	struct schedule_item *items; /* one for each block of the plan, in its order */
	struct schedule_group groups[EXPERIMENT_GROUPS];
	size_t next;   /* the first item that is not decided on yet */
	double budget; /* ns; INFINITY for none */
	double begun;  /* start of the run, on the caller's clock, ns */
	bool in_block; /* a block is being run */
	double known;  /* ns that costs.tsv predicts for the cells of this block so far */
	const struct block *latest; /* the block that was decided on last */
	bool any;		    /* a block has run */
	unsigned looks_taken;	    /* looks at which the caller has been asked */
	double unresolved;	    /* the share of pairs that the latest look did not resolve */
};

/* What the caller supplies. Each function gets `data` as its last argument. */
struct schedule_caller {
	/* Returns the time in ns, from any origin. */
	double (*now)(void *data);
	/*
	 * Runs a block, and calls schedule_learn for each cell. Returns 0, or a negative errno that
	 * ends the run.
	 */
	int (*run)(struct schedule *schedule, const struct block *block, void *data);
	/*
	 * Called at look number `look` (0 for the first). Calls schedule_resolve for each pair of
	 * workload and n that is resolved. Returns 0, or a negative errno that ends the run.
	 */
	int (*look)(struct schedule *schedule, unsigned look, void *data);
	/*
	 * Called when all groups of a stage have reached their first look. (The groups of an
	 * experiment run in stages, one stage after the other.) Calls schedule_foresee for pairs of
	 * the stage. This changes only the expected end. The pointer may be NULL.
	 */
	void (*peek)(struct schedule *schedule, size_t stage, void *data);
	void *data;
};

/* Lays out the experiment. `costs` is a path or NULL: see costs_read. Returns 0 or -ENOMEM. */
int schedule_make(struct schedule *schedule, const struct experiment *experiment,
		  const char *costs);
void schedule_free(struct schedule *schedule);

/*
 * If an earlier run is resumed, the caller calls these before schedule_run: schedule_recorded for
 * each block that the earlier run recorded, and schedule_look_taken for each look that it took.
 */
void schedule_recorded(struct schedule *schedule, size_t item);
void schedule_look_taken(struct schedule *schedule, unsigned look);

/* Runs the blocks. Returns 0, or the error that a function of the caller returned. */
int schedule_run(struct schedule *schedule, const struct schedule_caller *caller);

/*
 * Records that a cell of `block` took `ns`. `subject` is the index of the cell's subject in the
 * group. If `subject` is the number of subjects, `ns` is the time for making the block's trace.
 */
void schedule_learn(struct schedule *schedule, const struct block *block, size_t subject,
		    double ns);

/* Marks the workload and n of `block` as resolved. */
void schedule_resolve(struct schedule *schedule, const struct block *block);

/* Sets the probability that the next look does not resolve the workload and n of `block`. */
void schedule_foresee(struct schedule *schedule, const struct block *block, double chance);

/* Returns the item of a block, which must be one of the plan's. */
struct schedule_item *schedule_item(const struct schedule *schedule, const struct block *block);

/* Returns the time that an item's block is expected to take, in ns. */
double schedule_expect(const struct schedule *schedule, const struct schedule_item *item);

/*
 * Returns the expected duration of the whole run, in ns. `now` is the time on the caller's clock.
 * The result is at most the budget, unless the run has already exceeded the budget. The cost of a
 * block that follows a look is weighted with the probability that the block runs.
 */
double schedule_expected_duration(const struct schedule *schedule, double now);

#endif
