/*
 * looks.h - asks the statistics which workloads and n are resolved
 *
 * scripts/resolved.py decides, so that there is one implementation of the statistics. The script
 * gets the run's folder and prints the keys of all blocks whose workload and n need no further
 * block.
 */
#ifndef LOOKS_H
#define LOOKS_H

#include <jansson.h>

#include "bench/run/schedule.h"

#define LOOKS_ERROR_SIZE 512

/*
 * Asks about the run in `folder`, and marks the workloads and n that are resolved in the schedule.
 * *stopped becomes a new array, which the caller owns, with the key of the first block of each.
 * When the script cannot be run, nothing is resolved, the result is false and `error`
 * (LOOKS_ERROR_SIZE) says why.
 */
bool looks_ask(struct schedule *schedule, const char *folder, json_t **stopped, char *error);

/* Foresees in the schedule what a look would resolve now, in the stages up to this one. */
void looks_peek(struct schedule *schedule, const char *folder, size_t stage);

/* Resolves the workloads and n of an array that looks_ask made. */
void looks_apply(struct schedule *schedule, const json_t *stopped);

#endif
