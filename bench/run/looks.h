/*
 * looks.h - asks the statistics which workloads and n are resolved
 *
 * A look is a point at which a run judges its results so far. The script scripts/resolved.py
 * decides which workloads and n are resolved, so that there is only one implementation of the
 * statistics. The script gets the run's folder and prints the keys of all blocks whose workload and
 * n need no further block.
 */
#ifndef LOOKS_H
#define LOOKS_H

#include <jansson.h>

#include "bench/run/schedule.h"

#define LOOKS_ERROR_SIZE 512

/*
 * Runs the script on `folder`, and marks in the schedule the workloads and n that are resolved.
 * Stores in *stopped a new array, which the caller owns, with the key of the first block of each
 * resolved workload and n. If the script cannot be run or fails, resolves nothing and returns
 * false, with the reason in `error` (LOOKS_ERROR_SIZE).
 */
bool looks_ask(struct schedule *schedule, const char *folder, json_t **stopped, char *error);

/*
 * Runs the script and tells the schedule what a look would resolve now, in the stages up to
 * `stage`.
 */
void looks_peek(struct schedule *schedule, const char *folder, size_t stage);

/* Marks as resolved the workloads and n of an array that looks_ask made. */
void looks_apply(struct schedule *schedule, const json_t *stopped);

#endif
