/*
 * costs.h - predicts how long a cell takes, from committed records and from the run so far
 *
 * The time of a cell is a fixed time, which depends on the pass, plus a time for each entry of its
 * trace, which depends on the pass, the subject and n. bench/experiments/costs.tsv has both for the
 * machine of the committed runs. scripts/costs.py derives the file from the records of these runs.
 * The cells of the run so far correct these times by three factors: one for the machine, one for
 * each pass and n, and one for each pass, subject and n.
 */
#ifndef COSTS_H
#define COSTS_H

#include "bench/run/plan.h"

struct cost_row;
struct cost_scale;

/* Used instead of a subject's name for the time to open or generate a block's trace. */
#define COSTS_TRACE "trace"

struct costs {
	struct cost_row *rows; /* the rows of the file, sorted */
	size_t row_count;
	struct cost_scale *scales; /* the factors learned from the run */
	size_t scale_count, scale_room;
};

/* The cost of one cell. Looking it up once makes later questions cheap. */
struct cost {
	double first_ns;    /* the prediction from the file only */
	size_t own, shared; /* the scales that correct first_ns */
};

/*
 * Reads costs.tsv. If `path` is NULL or the file cannot be read, every entry of a trace is assumed
 * to cost the same until the run has learned better. Returns 0 or -ENOMEM. costs_free frees the
 * rows and the factors in either case.
 */
int costs_read(struct costs *costs, const char *path);
void costs_free(struct costs *costs);

/*
 * Looks up a cell of a block. `subject` is a subject of the block's group, or COSTS_TRACE. Returns
 * 0 or -ENOMEM.
 */
int costs_find(struct costs *costs, const struct block *block, const char *subject,
	       struct cost *cost);

/* Returns the time that the cell is expected to take, in ns. */
double costs_expect(const struct costs *costs, const struct cost *cost);

/* Learns that the cell took `ns`. */
void costs_learn(struct costs *costs, const struct cost *cost, double ns);

/* Returns the bytes that the subject needs beside n timers, or 0 if the file lacks the subject. */
double costs_footprint(const struct costs *costs, const char *subject, uint64_t n);

#endif
