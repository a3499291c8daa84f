/*
 * spelling.h - whether two spellings name one thing
 *
 * "hold" and "hold:dist=exponential" are one workload, since exponential is the default. Measured
 * as two, each would stand in for the other's null control without a word about it.
 */
#ifndef SPELLING_H
#define SPELLING_H

#include <stdbool.h>

/* Whether both are workloads, the same one with the same options. */
bool spelling_same_workload(const char *a, const char *b);

/*
 * Whether both are subjects, the same one with the same options. A null control (again:) is never
 * the same as what it repeats.
 */
bool spelling_same_subject(const char *a, const char *b);

#endif
