/*
 * looks.h - asks the statistics which workloads and n are resolved
 *
 * scripts/resolved.py decides, so that there is one implementation of the statistics. It is given
 * the run's folder and writes the keys of the blocks that need no further block, one a line.
 */
#ifndef LOOKS_H
#define LOOKS_H

#include <jansson.h>

#include "bench/run/schedule.h"

/*
 * Asks about the run in `folder` and resolves in the schedule what is resolved; `stopped` becomes a
 * new array of the keys of the first block of each. When the script cannot be run, nothing is
 * resolved, the result is false and `error` (LOOKS_ERROR_SIZE) says why.
 */
bool looks_ask(struct schedule *schedule, const char *folder, json_t **stopped, char *error);

/* Foresees in the schedule what a look would resolve now of the stages up to this one. */
void looks_peek(struct schedule *schedule, const char *folder, size_t stage);

#define LOOKS_ERROR_SIZE 512

/* Resolves what such an array says. */
void looks_apply(struct schedule *schedule, const json_t *stopped);

#endif
