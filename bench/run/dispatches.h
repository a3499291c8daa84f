/*
 * dispatches.h - which subjects can be dispatched as their group asks
 *
 * Loops, libraries and plug-ins are called through a table only. A group that asks for both ways
 * measures such a subject the one way that the subject has.
 */
#ifndef DISPATCHES_H
#define DISPATCHES_H

#include "bench/run/experiment.h"

/*
 * Takes each subject out of the blocks whose dispatch the subject lacks. A group of both ways is
 * split in two for that. Adds to `left_out` each subject that has no way that its group asks for.
 * 0; -EINVAL with one line in `error` (NAMES_ERROR_SIZE) when a group keeps no subject; -ENOMEM.
 */
int dispatches_settle(struct experiment *experiment, struct names *left_out, char *error);

#endif
