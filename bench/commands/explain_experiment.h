/*
 * explain_experiment.h - an experiment in words: its question and its groups of cells
 */
#ifndef EXPLAIN_EXPERIMENT_H
#define EXPLAIN_EXPERIMENT_H

/* Explains an experiment's file. 0, or an exit status after saying what is wrong. */
int explain_experiment(const char *name);

#endif
