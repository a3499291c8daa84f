/*
 * selection.h - some of an experiment's cells, as a command line asks for them
 */
#ifndef SELECTION_H
#define SELECTION_H

#include "bench/run/experiment.h"

/*
 * The cells to keep; NULL keeps all. A word that keeps nothing is an error, so that a name or a
 * number that the experiment lacks is never ignored in silence.
 */
struct selection {
	const char *workloads; /* names or patterns; "!PATTERN" leaves out what it matches */
	const char *n;	       /* numbers, or ranges: "1e3..1e6" keeps all between */
	const char *pass;
	const char *dispatch; /* as the key of that name */
};

/*
 * Drops all other cells from the experiment, which is complete before and after. 0; -EINVAL with
 * one line in `error` (NAMES_ERROR_SIZE) when a word keeps nothing, or all words together keep
 * nothing; -ENOMEM.
 */
int selection_apply(const struct selection *selection, struct experiment *experiment, char *error);

#endif
