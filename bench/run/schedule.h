/*
 * schedule.h - which block is next, when to stop, and how long the rest will take
 *
 * The rules, which an expected end (schedule_end) follows as well as the run itself:
 *
 *	A block is begun only if it is expected to end within the budget and within its group's
 *	cap. A cap ends its group. The budget ends the run, at the first block that does not fit:
 *	to go on with shorter blocks would cut off the large n alone.
 *	At a look, once, the caller is asked which workloads and n are resolved; they get no more.
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
	double chance; /* that it is run: below 1 for what a look to come may resolve */
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
	double known;		    /* ns that the file expected of its cells that are over */
	const struct block *latest; /* the block that was judged last */
	bool any;		    /* whether a block was run: the first is, whatever it takes */
	unsigned looks_taken;	    /* looks for which the caller has been asked */
	double unresolved; /* the share of workloads and n that the latest look left to go on */
};

/* What the schedule asks of its caller. Every `data` is the one below. */
struct schedule_caller {
	/* ns since any fixed moment */
	double (*now)(void *data);
	/*
	 * Runs a block, calling schedule_learn for each cell. 0, or a negative errno that ends the
	 * run.
	 */
	int (*run)(struct schedule *schedule, const struct block *block, void *data);
	/*
	 * Look number `look` (0 for the first) has been reached: calls schedule_resolve for what is
	 * resolved. A negative errno ends the run.
	 */
	int (*look)(struct schedule *schedule, unsigned look, void *data);
	/*
	 * All groups of a stage have got to their first look: calls schedule_foresee for its
	 * workloads and n. Nothing stops for it; it is for the expected end alone. May be NULL.
	 */
	void (*peek)(struct schedule *schedule, size_t stage, void *data);
	void *data;
};

/* Lays out the experiment. `costs` is a path or NULL, as for costs_read. 0 or -ENOMEM. */
int schedule_make(struct schedule *schedule, const struct experiment *experiment,
		  const char *costs);
void schedule_free(struct schedule *schedule);

/* Before schedule_run: a block that an earlier run recorded; a look that it took. */
void schedule_recorded(struct schedule *schedule, size_t item);
void schedule_look_taken(struct schedule *schedule, unsigned look);

/* Runs what there is to run. 0 or the error of a caller's function. */
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

/* What a block is expected to take, ns. */
double schedule_expect(const struct schedule *schedule, const struct schedule_item *item);

/*
 * When the run is expected to end, ns after its beginning, if `now` is the caller's time; never
 * beyond the budget unless the time is beyond it already. Blocks beyond a look that is to come
 * count by the chance that they are run.
 */
double schedule_end(const struct schedule *schedule, double now);

#endif
