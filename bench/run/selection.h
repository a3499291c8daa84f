/*
 * selection.h - reduces an experiment to the cells that a command line selects
 */
#ifndef SELECTION_H
#define SELECTION_H

#include "bench/run/experiment.h"

/*
 * These functions keep the cells that the words name, and mark all others for selection_finish. A
 * word that keeps no cell is an error, so that a name or number that the experiment lacks is not
 * ignored silently. The words are:
 *
 *   workloads  names or patterns; "!PATTERN" leaves out what it matches
 *   n          numbers, or ranges: "1e3..1e6" keeps all between
 *   pass       one pass
 *   dispatch   as the setting of that name
 *
 * The experiment must be complete before the first call. It is complete again after
 * selection_finish. The functions return 0, or a negative errno with one line in `error`
 * (NAMES_ERROR_SIZE): usually -EINVAL if a word keeps no cell, or -ENOMEM.
 */
int select_workloads(struct experiment *experiment, const char *words, char *error);
int select_n(struct experiment *experiment, const char *words, char *error);
int select_pass(struct experiment *experiment, const char *word, char *error);
int select_dispatch(struct experiment *experiment, const char *words, char *error);

/*
 * Drops the groups that have no cell left, and expands the maps again. Returns 0, -EINVAL with one
 * line in `error` if the words together keep no cell, or another error of experiment_complete.
 */
int selection_finish(struct experiment *experiment, char *error);

#endif
