/*
 * spelling.h - whether two spellings name the same workload or subject
 *
 * "hold" and "hold:dist=exponential" are one workload, since exponential is the default. If a run
 * measured both, each would silently be a null control of the other: the same code measured twice.
 */
#ifndef SPELLING_H
#define SPELLING_H

#include <stdbool.h>

/* Returns whether both name the same workload with the same options. */
bool spelling_same_workload(const char *a, const char *b);

/*
 * Returns whether both name the same subject with the same options. A null control (again:) is
 * never the same as the subject that it repeats.
 */
bool spelling_same_subject(const char *a, const char *b);

#endif
