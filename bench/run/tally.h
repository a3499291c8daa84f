/*
 * tally.h - what became of the cells that a run has recorded
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
 * The exit status that these cells call for: 1 if one fired wrongly or if all failed, else 0. Says
 * on stderr how many failed, or that none could be measured, and the first one's reason.
 */
int tally_conclude(const struct tally *tally);

#endif
