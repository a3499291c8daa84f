/*
 * schedule.h - which block is next, when to stop, and how long the rest will take
 *
 * The run itself and its expected end (schedule_end) follow the same rules:
 *
 *	A block is begun only if it is expected to end within the budget and within its group's
 *	cap. The cap ends the group at the first block that does not fit. The budget ends the run
 *	there, too: going on with shorter blocks would leave out the large n alone.
 *	At each look the caller is asked once which workloads and n are resolved. They get no
 *	further blocks.
 *
 * Time and the running of blocks are the caller's, so that tests can simulate them.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "bench/run/costs.h"
#include "bench/run/plan.h"

enum schedule_state {
	SCHEDULE_WAITING,
	SCHEDULE_DONE,	   /* run now, or recorded by an earlier run */
	SCHEDULE_RESOLVED, /* not needed any more */
	SCHEDULE_CAPPED,   /* left out: its group's cap */
	SCHEDULE_UNPAID,   /* left out: the budget */
	SCHEDULE_STATES,
};

struct schedule_item {
	const struct block *block;
	struct cost *costs; /* of its subjects in the group's order, then of its trace */
	enum schedule_state state;
	double chance; /* that the block is run; below 1 if a later look may resolve it */
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
	size_t next;		    /* the first item that was not passed yet */
	double budget;		    /* ns; INFINITY for none */
	double begun;		    /* when the run began, by the caller's clock, ns */
	bool in_block;		    /* a block is being run */
	double known;		    /* ns that the file gives for the cells of this block so far */
	const struct block *latest; /* the block that was judged last */
	bool any;		    /* a block was run; the first is, however long it takes */
	unsigned looks_taken;	    /* looks for which the caller has been asked */
	double unresolved; /* the share of workloads and n that the latest look did not resolve */
};

/* The caller's part. Each function gets `data`. */
struct schedule_caller {
	/* ns since any fixed moment */
	double (*now)(void *data);
	/*
	 * Runs a block, calling schedule_learn for each cell. 0, or a negative errno that ends the
	 * run.
	 */
	int (*run)(struct schedule *schedule, const struct block *block, void *data);
	/*
	 * Called at look number `look` (0 for the first). Calls schedule_resolve for each workload
	 * and n that is resolved. 0, or a negative errno that ends the run.
	 */
	int (*look)(struct schedule *schedule, unsigned look, void *data);
	/*
	 * Called when all groups of a stage have reached their first look. Calls schedule_foresee
	 * for workloads and n of the stage, which changes the expected end alone. May be NULL.
	 */
	void (*peek)(struct schedule *schedule, size_t stage, void *data);
	void *data;
};

/* Lays out the experiment. `costs` is a path or NULL, as for costs_read. 0 or -ENOMEM. */
int schedule_make(struct schedule *schedule, const struct experiment *experiment,
		  const char *costs);
void schedule_free(struct schedule *schedule);

/* To be called before schedule_run for each block that an earlier run recorded, and each look. */
void schedule_recorded(struct schedule *schedule, size_t item);
void schedule_look_taken(struct schedule *schedule, unsigned look);

/* Runs the blocks. 0, or the error of a caller's function. */
int schedule_run(struct schedule *schedule, const struct schedule_caller *caller);

/*
 * The cell of `block` with the group's subject number `subject` took so many ns; with the number
 * of subjects, its trace did.
 */
void schedule_learn(struct schedule *schedule, const struct block *block, size_t subject,
		    double ns);

/* The workload and n of this block need no further block. */
void schedule_resolve(struct schedule *schedule, const struct block *block);

/* The chance that the workload and n of this block go on after the next look. */
void schedule_foresee(struct schedule *schedule, const struct block *block, double chance);

/* The item of a block of the plan. */
struct schedule_item *schedule_item(const struct schedule *schedule, const struct block *block);

/* The time that a block is expected to take, ns. */
double schedule_expect(const struct schedule *schedule, const struct schedule_item *item);

/*
 * The time from the beginning to the expected end of the run, ns. `now` is the caller's time. The
 * end lies within the budget unless `now` is beyond it. A block beyond a later look counts by the
 * chance that it is run.
 */
double schedule_end(const struct schedule *schedule, double now);

#endif
