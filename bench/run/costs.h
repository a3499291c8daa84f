/*
 * costs.h - what a cell takes, from committed records and from the run so far
 *
 * A cell takes a fixed time, which is its pass's, and a time for each entry of its trace, which is
 * the pass's, the subject's and n's. bench/experiments/costs.tsv says both for the machine that the
 * committed runs were made on; scripts/costs.py derives the file from their records. What the run
 * has measured so far then corrects it: first by one factor for the whole machine, then by one for
 * each pass and n, then by one for each pass, subject and n.
 */
#ifndef COSTS_H
#define COSTS_H

#include "bench/run/plan.h"

struct cost_row;
struct cost_scale;

/* What the time to open or generate a block's trace is filed under, in place of a subject. */
#define COSTS_TRACE "trace"

struct costs {
	struct cost_row *rows; /* of the file, sorted */
	size_t row_count;
	struct cost_scale *scales; /* what was learned */
	size_t scale_count, scale_room;
};

/* One cell's cost: looked up once, then cheap to ask for again and again. */
struct cost {
	double first_ns;    /* by the file alone */
	size_t own, shared; /* which scales correct it */
};

/*
 * Reads costs.tsv; with NULL, or when the file cannot be read, every cell is taken to cost the same
 * for each entry of its trace until the run has learned better. 0 or -ENOMEM. costs_free ends it.
 */
int costs_read(struct costs *costs, const char *path);
void costs_free(struct costs *costs);

/* Looks up a cell of a block; `subject` is one of its group's, or COSTS_TRACE. 0 or -ENOMEM. */
int costs_find(struct costs *costs, const struct block *block, const char *subject,
	       struct cost *cost);

/* What that cell is expected to take, ns. */
double costs_expect(const struct costs *costs, const struct cost *cost);

/* That it took so many ns. */
void costs_learn(struct costs *costs, const struct cost *cost, double ns);

/* Bytes that the subject keeps beside n timers, by the file; 0 for one that the file lacks. */
double costs_footprint(const struct costs *costs, const char *subject, uint64_t n);

#endif
