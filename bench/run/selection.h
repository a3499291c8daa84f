/*
 * selection.h - some of an experiment's cells, as a command line asks for them
 */
#ifndef SELECTION_H
#define SELECTION_H

#include "bench/run/experiment.h"

/*
 * Keep the cells that the words name and mark all others. A word that keeps nothing is an error, so
 * that a name or a number that the experiment lacks is never ignored in silence. The words are:
 *
 *   workloads  names or patterns; "!PATTERN" leaves out what it matches
 *   n          numbers, or ranges: "1e3..1e6" keeps all between
 *   pass       one pass
 *   dispatch   as the setting of that name
 *
 * The experiment is complete before, and is complete again after selection_finish. 0; -EINVAL with
 * one line in `error` (NAMES_ERROR_SIZE) when a word keeps nothing; -ENOMEM.
 */
int select_workloads(struct experiment *experiment, const char *words, char *error);
int select_n(struct experiment *experiment, const char *words, char *error);
int select_pass(struct experiment *experiment, const char *word, char *error);
int select_dispatch(struct experiment *experiment, const char *words, char *error);

/*
 * Drops the groups that have no cell left, and lays the maps out again. 0; -EINVAL with one line in
 * `error` when all words together keep nothing; -ENOMEM.
 */
int selection_finish(struct experiment *experiment, char *error);

#endif
