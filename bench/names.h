/* names.h - turns arguments of commands into workloads, subjects and numbers */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/workload.h"

#define NAMES_ERROR_SIZE 512
#define WORKLOAD_TEXT	 128

/* A workload with its options filled in. */
struct workload_choice {
	const struct workload *workload;
	char text[WORKLOAD_TEXT]; /* as given: "hold:dist=pareto" */
	const char *generator_hash;
	void *options; /* allocated; workload_release frees them */
};

/*
 * Returns 0; -ENOENT or -EINVAL with one line in `error` (NAMES_ERROR_SIZE); or -ENOMEM. The caller
 * ends the choice with workload_release.
 */
int workload_choose(const char *text, struct workload_choice *choice, char *error);
void workload_release(struct workload_choice *choice);

/* A growing list of names. A zeroed list is empty. names_free frees the list and the names. */
struct names {
	char **name;
	size_t count, room;
};

/* Adds a copy of the name unless the list has it. Returns 0 or -ENOMEM. */
int names_add(struct names *names, const char *name);

/*
 * Keeps the names for which keep(name, data) is true, and frees the others. keep is called once for
 * each name, in order.
 */
void names_keep(struct names *names, bool (*keep)(const char *name, void *data), void *data);
void names_free(struct names *names);

/*
 * Adds the names that a list of words stands for. A word with * ? [ is a pattern that matches
 * names; "!pattern" removes the names that it matches from the list. A workload pattern with a ':'
 * is matched against "name:variant". A subject pattern matches wrapped subjects (lazy:quad-heap)
 * only if it has a ':'. Any other word must name a subject or workload, with or without options.
 * Blanks separate words. Commas separate words too, in a list without a ':'; with one they may
 * separate options. Returns 0, or an error as above. A list that holds one thing in two spellings
 * is an error.
 */
int names_expand_subjects(const char *words, struct names *names, char *error);
int names_expand_workloads(const char *words, struct names *names, char *error);

/* Returns -EINVAL with a line in `error` if two names are spellings of one workload, or else 0. */
int names_refuse_twin_workloads(const struct names *names, char *error);

/*
 * Adds the numbers of "1e3..1e6" (by decades), "1e2 1e4" or "500" that are not in the list. Returns
 * 0, or -EINVAL with a line in `error`.
 */
int names_expand_counts(const char *words, uint64_t *counts, size_t room, size_t *count,
			char *error);

/*
 * Reads "500" (first and last are equal) or "1e3..1e6". Returns 0, or -EINVAL with a line in
 * `error`.
 */
int names_read_range(const char *word, uint64_t *first, uint64_t *last, char *error);

/* Returns -EINVAL with a line in `error` for "1,000": its comma separates no two values of n. */
int names_refuse_thousands(const char *words, char *error);

#endif
