/*
 * costs.c - the table of costs.tsv, and the factors that correct it
 *
 * A factor is the ns that some cells took, divided by the ns that the file predicts for them. There
 * are three levels of factors: the machine, a pass and n, and a subject in a pass with n. In each
 * factor, the factor of the level above counts as a few additional cells. So one exceptional cell
 * changes the factor little, and many cells outweigh the level above.
 */
#include "bench/run/costs.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For each level: the number of cells that the factor of the level above counts as. */
#define CELLS_OF_THE_MACHINE 2.0
#define CELLS_OF_A_PASS	     2.0
#define CELLS_OF_A_SUBJECT   1.0

/*
 * ns per entry and per cell, used if the file has no value. A few cells of the run correct them,
 * even if the order of magnitude is wrong.
 */
#define UNKNOWN_RATE  100.0
#define UNKNOWN_FIXED 5e6

/* The name that means all subjects of a pass. */
#define ANY "*"

/* A line of the file. scripts/costs.py documents the kinds of lines. */
struct cost_row {
	char kind[8], pass[16], name[64];
	uint64_t n;
	double value;
};

/* The cells that one factor was learned from: their ns, expected ns and number. */
struct cost_scale {
	char pass[16], name[64];
	uint64_t n;
	double took, expected;
	unsigned cells;
};

static int by_key(const void *a, const void *b)
{
	const struct cost_row *left = a, *right = b;
	int order = strcmp(left->kind, right->kind);

	if (!order)
		order = strcmp(left->pass, right->pass);
	if (!order)
		order = strcmp(left->name, right->name);
	if (!order)
		order = (left->n > right->n) - (left->n < right->n);
	return order;
}

static int add_row(struct costs *costs, size_t *room, const struct cost_row *row)
{
	if (costs->row_count == *room) {
		struct cost_row *grown;

		*room = *room ? 2 * *room : 512;
		grown = realloc(costs->rows, *room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		costs->rows = grown;
	}
	costs->rows[costs->row_count++] = *row;
	return 0;
}

/* Adds a factor without cells. The first factor is the machine's. */
static int add_scale(struct costs *costs, const char *pass, const char *name, uint64_t n)
{
	struct cost_scale *scale;

	if (costs->scale_count == costs->scale_room) {
		size_t room = costs->scale_room ? 2 * costs->scale_room : 64;

		scale = realloc(costs->scales, room * sizeof(*scale));
		if (!scale)
			return -ENOMEM;
		costs->scales = scale;
		costs->scale_room = room;
	}
	scale = &costs->scales[costs->scale_count++];
	*scale = (struct cost_scale){ .n = n };
	snprintf(scale->pass, sizeof(scale->pass), "%s", pass);
	snprintf(scale->name, sizeof(scale->name), "%s", name);
	return 0;
}

int costs_read(struct costs *costs, const char *path)
{
	FILE *file = path ? fopen(path, "r") : NULL;
	char line[256];
	size_t room = 0;
	int result;

	*costs = (struct costs){ 0 };
	result = add_scale(costs, ANY, ANY, 0);
	while (file && !result && fgets(line, sizeof(line), file)) {
		struct cost_row row;

		if (sscanf(line, "%7s %15s %63s %" SCNu64 " %lf", row.kind, row.pass, row.name,
			   &row.n, &row.value) == 5)
			result = add_row(costs, &room, &row);
	}
	if (file)
		fclose(file);
	if (costs->row_count)
		qsort(costs->rows, costs->row_count, sizeof(*costs->rows), by_key);
	return result;
}

void costs_free(struct costs *costs)
{
	free(costs->rows);
	free(costs->scales);
	*costs = (struct costs){ 0 };
}

/* Returns the index of the first row that is not before the key. */
static size_t first_row(const struct costs *costs, const struct cost_row *key)
{
	size_t low = 0, high = costs->row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_key(&costs->rows[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_of(const struct costs *costs, size_t row, const struct cost_row *key)
{
	return row < costs->row_count && !strcmp(costs->rows[row].kind, key->kind) &&
	       !strcmp(costs->rows[row].pass, key->pass) &&
	       !strcmp(costs->rows[row].name, key->name);
}

/*
 * Stores the value at n. Interpolates between the rows for a smaller and a larger n, linearly in
 * log n. Beyond all rows, takes the value of the nearest row. Returns false if there is no row.
 */
static bool value_at(const struct costs *costs, const char *kind, const char *pass,
		     const char *name, uint64_t n, double *value)
{
	struct cost_row key = { .n = n };
	const struct cost_row *above, *below;
	size_t at;

	snprintf(key.kind, sizeof(key.kind), "%s", kind);
	snprintf(key.pass, sizeof(key.pass), "%s", pass);
	snprintf(key.name, sizeof(key.name), "%s", name);
	at = first_row(costs, &key);
	above = is_of(costs, at, &key) ? &costs->rows[at] : NULL;
	below = at && is_of(costs, at - 1, &key) ? &costs->rows[at - 1] : NULL;
	if (!above && !below)
		return false;
	if (!above || !below || above->n == n)
		*value = above ? above->value : below->value;
	else
		*value = below->value + (above->value - below->value) *
						log((double)n / (double)below->n) /
						log((double)above->n / (double)below->n);
	return true;
}

/*
 * Stores a subject's value at n. If the file lacks the subject, takes the value of the subject
 * without its options, or of the subject that it wraps or repeats ("again:X", "lazy:X"), or of all
 * subjects of the pass, whichever the file has first. Returns false if the file has none of them.
 */
static bool subject_value(const struct costs *costs, const char *kind, const char *pass,
			  const char *subject, uint64_t n, double *value)
{
	char name[64];

	while (subject) {
		const char *colon = strchr(subject, ':');

		if (value_at(costs, kind, pass, subject, n, value))
			return true;
		snprintf(name, sizeof(name), "%.*s", colon ? (int)(colon - subject) : 63, subject);
		if (colon && value_at(costs, kind, pass, name, n, value))
			return true;
		subject = colon ? colon + 1 : NULL;
	}
	return value_at(costs, kind, pass, ANY, n, value);
}

/* Returns the workload's factor, or else the factor of its family, or else 1. */
static double factor_of(const struct costs *costs, const char *pass, const char *workload)
{
	char family[64];
	double factor;

	if (value_at(costs, "factor", pass, workload, 0, &factor))
		return factor;
	snprintf(family, sizeof(family), "%.*s", (int)strcspn(workload, ":"), workload);
	return value_at(costs, "factor", pass, family, 0, &factor) ? factor : 1;
}

/*
 * Returns the ns that the file predicts: from the rates of the pass itself or, if the file has
 * none, from those of the pass `time` and the slowdown of the pass.
 */
static double expect_first(const struct costs *costs, const struct block *block,
			   const char *subject)
{
	const struct group *group = block->group;
	bool trace = !strcmp(subject, COSTS_TRACE);
	double operations =
		trace ? (double)group_operations(group, block->n) : group_replayed(group, block->n);
	double entries = (double)block->n + operations;
	double fixed = UNKNOWN_FIXED, rate, slowdown = trace ? 1 : group->cell.pass->slowdown;
	const char *pass = trace ? COSTS_TRACE : group->cell.pass->name;

	if (!trace)
		entries *= (double)group->cell.repeats;
	if (subject_value(costs, "rate", pass, subject, block->n, &rate)) {
		slowdown = 1;
	} else {
		pass = "time";
		if (!subject_value(costs, "rate", pass, trace ? ANY : subject, block->n, &rate))
			rate = UNKNOWN_RATE;
	}
	value_at(costs, "fixed", pass, ANY, 0, &fixed);
	return fixed + entries * rate * slowdown * factor_of(costs, pass, block->workload);
}

static int find_scale(struct costs *costs, const char *pass, const char *name, uint64_t n,
		      size_t *found)
{
	for (size_t i = 0; i < costs->scale_count; i++) {
		*found = i;
		if (costs->scales[i].n == n && !strcmp(costs->scales[i].pass, pass) &&
		    !strcmp(costs->scales[i].name, name))
			return 0;
	}
	*found = costs->scale_count;
	return add_scale(costs, pass, name, n);
}

int costs_find(struct costs *costs, const struct block *block, const char *subject,
	       struct cost *cost)
{
	const char *pass =
		strcmp(subject, COSTS_TRACE) ? block->group->cell.pass->name : COSTS_TRACE;
	int result;

	cost->first_ns = expect_first(costs, block, subject);
	result = find_scale(costs, pass, ANY, block->n, &cost->shared);
	return result ? result : find_scale(costs, pass, subject, block->n, &cost->own);
}

/*
 * Returns a factor. `above` is the factor of the level above, which counts as `cells` cells of
 * average size.
 */
static double learned(const struct cost_scale *scale, double above, double cells)
{
	double prior = scale->cells ? cells * scale->expected / scale->cells : 1;

	return (scale->took + above * prior) / (scale->expected + prior);
}

double costs_expect(const struct costs *costs, const struct cost *cost)
{
	double machine = learned(&costs->scales[0], 1, CELLS_OF_THE_MACHINE);
	double pass = learned(&costs->scales[cost->shared], machine, CELLS_OF_A_PASS);

	return cost->first_ns * learned(&costs->scales[cost->own], pass, CELLS_OF_A_SUBJECT);
}

void costs_learn(struct costs *costs, const struct cost *cost, double ns)
{
	const size_t which[] = { 0, cost->shared, cost->own };

	for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++) {
		struct cost_scale *scale = &costs->scales[which[i]];

		scale->took += ns;
		scale->expected += cost->first_ns;
		scale->cells++;
	}
}

double costs_footprint(const struct costs *costs, const char *subject, uint64_t n)
{
	double bytes;

	return subject_value(costs, "bytes", "memory", subject, n, &bytes) ? bytes * (double)n : 0;
}
