/*
 * dispatches.h - which subjects can be dispatched as their group asks
 *
 * Loops, libraries and structures with a plug-in's code are called through a table only. A group
 * that asks for both ways measures these the one way that they have.
 */
#ifndef DISPATCHES_H
#define DISPATCHES_H

#include "bench/run/experiment.h"

/*
 * Takes each subject out of the blocks whose dispatch it lacks, for which a group is split in two
 * where need be. Adds to `left_out` the subjects that have none of the ways that a group of theirs
 * asks for. 0; -EINVAL with one line in `error` (NAMES_ERROR_SIZE) when a group keeps no subject;
 * -ENOMEM.
 */
int dispatches_settle(struct experiment *experiment, struct names *left_out, char *error);

#endif
