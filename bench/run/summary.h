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
 * looks since. 0 or a negative errno.
 */
int summary_write(const struct schedule *schedule, const char *folder, const json_t *looks);

/*
 * Takes the looks of an earlier run in the folder into the schedule. Returns them, or an empty
 * array; the caller has the reference.
 */
json_t *summary_read(struct schedule *schedule, const char *folder);

/* Adds a look, and what stopped at it, to that array. Takes the reference to `stopped`. */
void summary_add_look(json_t *looks, unsigned look, json_t *stopped);

/* What was left out, as one sentence; empty if nothing was. */
void summary_sentence(const struct schedule *schedule, char sentence[SUMMARY_SENTENCE]);

#endif
