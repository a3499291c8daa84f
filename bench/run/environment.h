/*
 * environment.h - describes the machine, its load, and the build
 */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include <jansson.h>
#include <stdint.h>

/*
 * Describes what is fixed for a run (machine, kernel, compiler, flags, revision), and the date and
 * load at its beginning. Returns a new reference.
 */
json_t *environment_describe(void);

/*
 * Returns the part of `environment` that every record repeats, so that a record is complete by
 * itself. The result is a new reference.
 */
json_t *environment_for_records(const json_t *environment);

/*
 * Returns the clock ticks that the hypervisor has taken from this machine since boot, or 0 if the
 * kernel does not report them.
 */
uint64_t environment_steal(void);

/* Returns the load average over the last minute, or 0 if it is unknown. */
double environment_load(void);

#endif
