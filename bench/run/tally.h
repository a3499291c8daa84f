/*
 * tally.h - counts the cells that a run has recorded, by outcome
 */
#ifndef TALLY_H
#define TALLY_H

#include <jansson.h>
#include <stddef.h>

#include "bench/outcome.h"

struct tally {
	size_t cells[OUTCOMES];
	char reason[256]; /* why the first cell failed; or was left out, if none failed */
};

void tally_add(struct tally *tally, const json_t *record);

/*
 * Returns the exit status for these cells: 1 if a replay was wrong, or if all cells failed except
 * those that were left out; otherwise 0. Reports on stderr how many cells failed or were wrong, or
 * that no cell could be measured, with the reason of the first.
 */
int tally_conclude(const struct tally *tally);

#endif
