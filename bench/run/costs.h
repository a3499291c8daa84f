/*
 * costs.h - how long a cell takes, by committed records and by the run so far
 *
 * The time of a cell is a fixed time, which depends on the pass, and a time for each entry of its
 * trace, which depends on pass, subject and n. bench/experiments/costs.tsv has both for the machine
 * of the committed runs; scripts/costs.py derives the file from their records. The cells of the run
 * so far correct these times: by a factor for the whole machine, by one for each pass and n, and by
 * one for each pass, subject and n.
 */
#ifndef COSTS_H
#define COSTS_H

#include "bench/run/plan.h"

struct cost_row;
struct cost_scale;

/* Stands in place of a subject for the time to open or generate a block's trace. */
#define COSTS_TRACE "trace"

struct costs {
	struct cost_row *rows; /* of the file, sorted */
	size_t row_count;
	struct cost_scale *scales; /* what was learned */
	size_t scale_count, scale_room;
};

/* One cell's cost, looked up once, so that asking for it again is cheap. */
struct cost {
	double first_ns;    /* by the file alone */
	size_t own, shared; /* the scales that correct first_ns */
};

/*
 * Reads costs.tsv. Without a path or a readable file every entry of a trace is taken to cost the
 * same until the run has learned better. 0 or -ENOMEM. costs_free frees what it reads.
 */
int costs_read(struct costs *costs, const char *path);
void costs_free(struct costs *costs);

/* Looks up a cell of a block; `subject` is one of its group's, or COSTS_TRACE. 0 or -ENOMEM. */
int costs_find(struct costs *costs, const struct block *block, const char *subject,
	       struct cost *cost);

/* The time that the cell is expected to take, ns. */
double costs_expect(const struct costs *costs, const struct cost *cost);

/* Learns that the cell took so many ns. */
void costs_learn(struct costs *costs, const struct cost *cost, double ns);

/* Bytes that the subject keeps beside n timers, by the file; 0 for one that the file lacks. */
double costs_footprint(const struct costs *costs, const char *subject, uint64_t n);

#endif
