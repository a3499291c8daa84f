/*
 * experiment.h - which cells to measure: from an .ini file, or from the command line
 *
 * A file has a section [experiment] and one or more groups of cells. A group's section is named
 * after the figure that it feeds, with a suffix where several groups feed one: [cost.small] and
 * [cost.large] both belong to the experiment `cost`, whose figure is figures/cost.gp. The key
 * `include` takes the groups of other files, by which a profile is put together from questions.
 */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include "bench/cell.h"
#include "bench/names.h"
#include "bench/run/axes.h"

#define EXPERIMENT_GROUPS   96
#define EXPERIMENT_COUNTS   32
#define EXPERIMENT_LABEL    64
#define EXPERIMENT_QUESTION 256
#define EXPERIMENT_LOOKS    8

/*
 * Cells that share their settings, of which settings.c has a row each. Every workload x n x
 * replicate x dispatch is a block. A group with axes is a map: `bases` are then the workloads that
 * were named. `workloads` and `n` follow from `bases` and the axes once the group is complete.
 */
struct group {
	char label[EXPERIMENT_LABEL]; /* "cost": the section's name up to a '.' */
	struct names subjects, workloads, bases;
	struct axis axes[2]; /* x and y; both are none where the group is no map */
	uint64_t n[EXPERIMENT_COUNTS];
	size_t counts;
	uint64_t replicates;	     /* blocks, each with a seed of its own */
	bool dispatch[DISPATCHES];   /* which ways; at least one */
	struct cell_settings cell;   /* what a worker is told */
	double operations_per_timer; /* measured operations: this times n, */
	uint64_t least_operations;   /* but at least this */
	uint64_t cell_budget;	     /* ns after which a cell is too slow */
	/*
	 * Groups of one stage are complete before a group of a later stage begins. Stages come in
	 * the order in which the file names them. "" is a stage as well.
	 */
	char stage[EXPERIMENT_LABEL];
	uint64_t cap; /* ns after which no further block of the group is begun; TIMER_NEVER */
	/*
	 * Blocks after which a workload and n whose comparisons are resolved gets no more of them,
	 * rising; the last is all replicates. None or one: nothing stops early.
	 */
	uint64_t looks[EXPERIMENT_LOOKS];
	size_t look_count;
	int aside; /* whether the group's cells count in what costs least: a word of its row */
};

struct experiment {
	char name[EXPERIMENT_LABEL];
	char question[EXPERIMENT_QUESTION];
	char source[64];      /* the file's name, or "command line" */
	uint64_t seed;	      /* replicate r uses seed + r */
	uint64_t budget;      /* ns after which no further block is begun; TIMER_NEVER for none */
	struct group *groups; /* room for EXPERIMENT_GROUPS; NULL before the first is added */
	size_t group_count;
};

/* Makes an empty experiment with the defaults of its settings. */
void experiment_init(struct experiment *experiment, const char *source);

/*
 * Reads an .ini file. 0; -EINVAL with one line in `error` (NAMES_ERROR_SIZE) naming file and line;
 * a negative errno if it can't be read. experiment_free in any case.
 */
int experiment_read(struct experiment *experiment, const char *path, char *error);

/* A group with defaults, added. NULL when there is no room for another, or no memory. */
struct group *experiment_add_group(struct experiment *experiment, const char *label);

/* Sets the defaults of a group's settings. The group is overwritten. */
void group_init(struct group *group, const char *label);

/*
 * Lays maps out along their axes. Then, whether it can be run: every group has subjects, workloads
 * and n, and a map has two axes. 0; or -EINVAL, -ENOENT or -ENOMEM with one line in `error`.
 */
int experiment_complete(struct experiment *experiment, char *error);

/* Whether the group is a map. */
bool group_is_map(const struct group *group);

/* The stage's name; of the unnamed stage the group's label. */
const char *group_stage_name(const struct group *group);

/* The number of the group's stage: how many other stages the experiment names before it. */
size_t experiment_stage(const struct experiment *experiment, const struct group *group);

/* Measured operations of a cell with n timers. */
uint64_t group_operations(const struct group *group, uint64_t n);

/*
 * The whole experiment as an .ini file that repeats it. The caller frees the text; NULL when there
 * is no memory for it.
 */
char *experiment_text(const struct experiment *experiment);

/* Frees what a group holds, as experiment_free does of all. */
void group_free(struct group *group);

void experiment_free(struct experiment *experiment);

#endif
