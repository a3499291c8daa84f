/*
 * names.h - from what people type to workloads, subjects and numbers
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/workload.h"

#define NAMES_ERROR_SIZE 512
#define WORKLOAD_TEXT	 128

/* A workload that has been found, with its options filled in. */
struct workload_choice {
	const struct workload *workload;
	char text[WORKLOAD_TEXT]; /* as typed: "hold:dist=pareto" */
	const char *generator_hash;
	void *options; /* malloc'ed; workload_release frees it */
};

/* 0; -ENOENT or -EINVAL with one line in `error` (NAMES_ERROR_SIZE); -ENOMEM. */
int workload_choose(const char *text, struct workload_choice *choice, char *error);
void workload_release(struct workload_choice *choice);

/* A list of names that grows. Zeroed is empty; names_free frees the names too. */
struct names {
	char **name;
	size_t count, room;
};

/* -ENOMEM, or 0. A name that is in the list already is not added again. */
int names_add(struct names *names, const char *name);

/* Keeps the names that keep(name, data) accepts, asked once for each in order; frees the others. */
void names_keep(struct names *names, bool (*keep)(const char *name, void *data), void *data);
void names_free(struct names *names);

/*
 * Adds the names that a list of words stands for. A word with * ? [ is a pattern over all names;
 * "!pattern" takes out the names that it matches. A pattern over workloads that has a ':' is
 * matched with "name:variant". A pattern over subjects matches subjects that wrap others
 * (lazy:quad-heap) only if it has a ':'. Any other word must name a subject or workload, options
 * included. Blanks separate words, and commas do in a list that has no ':', as a comma also stands
 * between options. 0, or an error as above, which is also given when the list then holds one thing
 * in two spellings.
 */
int names_expand_subjects(const char *words, struct names *names, char *error);
int names_expand_workloads(const char *words, struct names *names, char *error);

/* -EINVAL with a line in `error` if two of these name one workload in two spellings; or 0. */
int names_refuse_twin_workloads(const struct names *names, char *error);

/*
 * Adds the numbers of "1e3..1e6" (by decades), "1e2 1e4" or "500" that are not there yet. -EINVAL
 * with a line in error.
 */
int names_expand_counts(const char *words, uint64_t *counts, size_t room, size_t *count,
			char *error);

/* Reads "500" (first and last are the same) or "1e3..1e6". -EINVAL with a line in error. */
int names_read_range(const char *word, uint64_t *first, uint64_t *last, char *error);

/* -EINVAL with a line in `error` for "1,000", where a comma between numbers cannot be meant. */
int names_refuse_thousands(const char *words, char *error);

#endif
