/*
 * experiment.h - an experiment: the cells to measure, from an .ini file or from the command line
 *
 * A cell is one subject, one workload and one n. A file has a section [experiment] and one or more
 * groups of cells. A group's section has the name of the figure that shows the group. If several
 * groups share a figure, their names have suffixes: [cost.small] and [cost.large] belong to `cost`,
 * whose figure is figures/cost.gp. The key `include` takes over the groups of other files. So a
 * file can be a collection of other experiments.
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
 * Cells that share their settings. settings.c has a row for each setting. Every combination of
 * workload, n, replicate and dispatch is a block, which measures all subjects of the group. A group
 * with axes is a map. When a map is complete, `bases` are the workloads that the user named, and
 * `workloads` and `n` follow from `bases` and the axes.
 */
struct group {
	char label[EXPERIMENT_LABEL]; /* the section's name up to a '.': "cost" */
	struct names subjects, workloads, bases;
	struct axis axes[2]; /* x and y; both are none if the group is not a map */
	uint64_t n[EXPERIMENT_COUNTS];
	size_t counts;
	uint64_t replicates;	     /* blocks with different seeds */
	bool dispatch[DISPATCHES];   /* which ways of calling; at least one */
	struct cell_settings cell;   /* the settings that a worker gets */
	double operations_per_timer; /* measured operations: this times n, */
	uint64_t least_operations;   /* but at least this */
	uint64_t cell_budget;	     /* ns after which a cell is too slow */
	/*
	 * All groups of a stage run before the groups of the next stage, except for their blocks
	 * after the first look, which run after all stages. The order of stages is that in which
	 * the file names them. "" is a stage as well.
	 */
	char stage[EXPERIMENT_LABEL];
	uint64_t cap; /* ns after which no further block of the group is begun; TIMER_NEVER */
	/*
	 * Rising numbers of blocks. After each of them the run judges the results so far, and a
	 * pair of workload and n whose comparisons are resolved gets no further block. The last
	 * number is that of all replicates. With no number or one, no pair stops early.
	 */
	uint64_t looks[EXPERIMENT_LOOKS];
	size_t look_count;
	int aside; /* whether cells count in what costs least: a word's index */
	/*
	 * ns of virtual time for which the measured phases last, while the trace is generated; 0:
	 * the trace ends after its operations. A worker gets it, but it is not in `cell`, because
	 * struct cell_settings is part of the code of every subject.
	 */
	uint64_t simulated;
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
 * Reads and completes an .ini file. Returns 0, or a negative errno with one line in `error`
 * (NAMES_ERROR_SIZE). The errno is usually -EINVAL if the contents are wrong; for a wrong line,
 * `error` names the file and the line. The caller must call experiment_free in any case.
 */
int experiment_read(struct experiment *experiment, const char *path, char *error);

/*
 * Adds a group with default settings. Returns NULL if there is no room for another group or memory
 * runs out.
 */
struct group *experiment_add_group(struct experiment *experiment, const char *label);

/* Overwrites the group with default settings. */
void group_init(struct group *group, const char *label);

/*
 * experiment_expand_maps expands maps along their axes. A map must have two axes. A map that is
 * expanded already stays as it is. experiment_complete does the same, and then checks that the
 * experiment can be run: every group has subjects, workloads and n. Both return 0, or -EINVAL,
 * -ENOENT or -ENOMEM with one line in `error`.
 */
int experiment_expand_maps(struct experiment *experiment, char *error);
int experiment_complete(struct experiment *experiment, char *error);

/* Returns the key of a setting that the group needs and lacks, or NULL. */
const char *group_missing(const struct group *group);

/* Returns in words which settings of a group do not fit each other, or NULL. */
const char *group_wrong(const struct group *group);

/* Returns whether the group is a map. */
bool group_is_map(const struct group *group);

/* Returns the name of the group's stage, or the group's label if the stage has no name. */
const char *group_stage_name(const struct group *group);

/* Returns the number of stages that the experiment names before the group's stage. */
size_t experiment_stage(const struct experiment *experiment, const struct group *group);

/* Returns the number of measured operations of the trace of a cell with n timers. */
uint64_t group_operations(const struct group *group, uint64_t n);

/*
 * Returns about how many measured operations a cell replays. Without a simulated time these are the
 * trace's. A simulated time has about two for each timer and second, as in the workloads server and
 * rpc.
 */
double group_replayed(const struct group *group, uint64_t n);

/*
 * Returns the whole experiment as the text of an .ini file that repeats it. The caller frees the
 * text. Returns NULL if memory runs out.
 */
char *experiment_text(const struct experiment *experiment);

/* Frees what a group owns. experiment_free does so for all groups. */
void group_free(struct group *group);

void experiment_free(struct experiment *experiment);

#endif
