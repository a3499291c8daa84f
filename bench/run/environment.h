/*
 * environment.h - the machine, the build and the state they are in
 */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include <jansson.h>
#include <stdint.h>

/* What is fixed for a run: machine, kernel, compiler, flags, revision. A new reference. */
json_t *environment_describe(void);

/* What every record repeats of it, so that a record can stand alone. A new reference. */
json_t *environment_for_records(const json_t *environment);

/* Clock ticks that the hypervisor has taken from this machine so far; 0 if it won't say. */
uint64_t environment_steal(void);

/* The load average over the last minute. */
double environment_load(void);

#endif
