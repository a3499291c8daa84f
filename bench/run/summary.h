/*
 * summary.h - run.json: what a run measured, what it left out and why, and its looks
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <jansson.h>

#include "bench/run/schedule.h"

#define SUMMARY_SENTENCE 1024

/*
 * Writes run.json into the run's folder. `looks` is the array that summary_read returned, with the
 * looks that summary_add_look has added since. Returns 0 or a negative errno.
 */
int summary_write(const struct schedule *schedule, const char *folder, const json_t *looks);

/*
 * Applies the looks of an earlier run in the folder to the schedule. Returns an array of these
 * looks, or an empty array. The caller owns the reference.
 */
json_t *summary_read(struct schedule *schedule, const char *folder);

/*
 * Adds a look, and the cells that stopped at this look, to the array. Takes over the reference to
 * `stopped`.
 */
void summary_add_look(json_t *looks, unsigned look, json_t *stopped);

/*
 * Writes one sentence about the cells that the run left out. The sentence is empty if there are
 * none.
 */
void summary_sentence(const struct schedule *schedule, char sentence[SUMMARY_SENTENCE]);

#endif
