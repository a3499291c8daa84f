/*
 * explain_experiment.h - prints an experiment's question and its groups of cells
 */
#ifndef EXPLAIN_EXPERIMENT_H
#define EXPLAIN_EXPERIMENT_H

/* Explains an experiment's file. Returns 0, or an exit status after reporting an error. */
int explain_experiment(const char *name);

#endif
