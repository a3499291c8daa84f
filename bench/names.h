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
	char text[WORKLOAD_TEXT]; /* as the user gave it: "hold:dist=pareto" */
	const char *generator_hash;
	void *options; /* allocated; workload_release frees them */
};

/*
 * Finds the workload that `text` names, and parses its options. Returns 0, or -ENOENT, -EINVAL or
 * -ENOMEM with one line in `error` (NAMES_ERROR_SIZE). After success the caller must free the
 * options with workload_release.
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
 * Adds the names that the list `words` selects. A word with one of the characters * ? [ is a
 * pattern and adds all names that it matches. A word "!pattern" removes the names that the pattern
 * matches. A workload pattern with a ':' is matched against "name:variant". A subject pattern
 * matches wrapped subjects (lazy:quad-heap) only if it has a ':'. Any other word must name a
 * subject or workload, with or without options. Blanks separate words. In a part without a ':',
 * commas separate words too; in a part with a ':', commas separate options. A list that names one
 * subject or workload in two spellings is an error. Returns 0, or -ENOENT, -EINVAL or -ENOMEM with
 * one line in `error` (NAMES_ERROR_SIZE).
 */
int names_expand_subjects(const char *words, struct names *names, char *error);
int names_expand_workloads(const char *words, struct names *names, char *error);

/*
 * Returns -EINVAL with a line in `error` if two names are spellings of one workload. Returns 0
 * otherwise.
 */
int names_refuse_twin_workloads(const struct names *names, char *error);

/*
 * Adds the numbers of "1e3..1e6" (in steps of a factor of ten), "1e2 1e4" or "500" that are not yet
 * in the list. `room` is the size of `counts`. Returns 0, -ENOMEM, or another negative errno with a
 * line in `error`.
 */
int names_expand_counts(const char *words, uint64_t *counts, size_t room, size_t *count,
			char *error);

/*
 * Reads "500" (first and last are equal) or "1e3..1e6". Returns 0, or a negative errno with a line
 * in `error`.
 */
int names_read_range(const char *word, uint64_t *first, uint64_t *last, char *error);

/*
 * Returns -EINVAL with a line in `error` for a number such as "1,000", whose comma groups digits
 * and does not separate values of n. Returns 0 for all other words.
 */
int names_refuse_thousands(const char *words, char *error);

#endif
