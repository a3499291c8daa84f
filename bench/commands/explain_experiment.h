/*
 * explain_experiment.h - an experiment in words: its question and its groups of cells
 */
#ifndef EXPLAIN_EXPERIMENT_H
#define EXPLAIN_EXPERIMENT_H

#include <stdbool.h>

/* Whether a word names an experiment: it ends in .ini, as for `timerbed run`. */
bool explain_is_experiment(const char *name);

/* Prints it; an exit status, having said what is wrong. */
int explain_experiment(const char *name);

#endif
