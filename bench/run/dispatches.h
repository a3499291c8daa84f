/*
 * dispatches.h - removes subjects from blocks whose dispatch they lack
 *
 * The dispatch of a block is the way in which it calls its subjects: through a table, or inlined.
 * Loops, libraries and plug-ins can only be called through a table. A group that asks for both ways
 * measures such a subject only through the table.
 */
#ifndef DISPATCHES_H
#define DISPATCHES_H

#include "bench/run/experiment.h"

/*
 * Removes each subject from the blocks whose dispatch the subject lacks. For this purpose, splits a
 * group with both ways in two if necessary. Adds to `left_out` each subject that lacks all ways
 * that its group asks for. Returns 0, -EINVAL with one line in `error` (NAMES_ERROR_SIZE) if a
 * group with one way keeps no subject, or -ENOMEM.
 */
int dispatches_settle(struct experiment *experiment, struct names *left_out, char *error);

#endif
