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
	char reason[256]; /* of the first cell that failed or was left out */
};

void tally_add(struct tally *tally, const json_t *record);

/*
 * The exit status for these cells: 1 if one fired wrongly or if all failed, else 0. Reports on
 * stderr how many cells failed, or that none could be measured, with the reason of the first.
 */
int tally_conclude(const struct tally *tally);

#endif
