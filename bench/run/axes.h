/*
 * axes.h - the two axes of a map
 *
 * A map is a group of cells over two axes. (A cell is one subject, one workload and one n.) Each
 * axis is n or an option of the workloads. A map is expanded to ordinary workloads and ordinary n:
 * "mix" with the axis `stopped: 0 50%` becomes "mix:stopped=0" and "mix:stopped=50%". So the other
 * code need not know about maps. Each record stores its cell's place in the map.
 */
#ifndef AXES_H
#define AXES_H

#include <stdint.h>

#include "bench/names.h"

/* One axis. A zeroed axis is none. axis_free frees the values. */
struct axis {
	char name[32];	     /* "n", or the option */
	char title[96];	     /* a description for the figure: the option's help */
	struct names values; /* in order, as typed; the values of n in digits */
};

/*
 * Reads "n: 1e2..1e6", "stopped: 0 50% 90%" or "stopped=0,50%". Text without a name adds values to
 * an axis that already has a name. `what` begins the error message. Returns 0, or -EINVAL or
 * -ENOMEM with a line in `error` (NAMES_ERROR_SIZE).
 */
int axis_set(struct axis *axis, const char *what, const char *text, char *error);
void axis_free(struct axis *axis);

/* Returns whether the axis is n. */
bool axis_is_n(const struct axis *axis);

/*
 * Adds to `laid_out` each of `bases` with each combination of values of the axes that are options.
 * The last axis varies fastest. Also looks up the axes' titles. Returns 0, -ENOMEM, or -EINVAL or
 * -ENOENT with a line in `error` if a workload does not have an option or does not take a value.
 */
int axes_expand(struct axis *axes, const struct names *bases, struct names *laid_out, char *error);

/*
 * Returns the place on an axis of a cell with the workload number `choice` of those that
 * axes_expand adds, and with this n.
 */
size_t axes_place(const struct axis axes[2], size_t which, size_t choice, uint64_t n);

#endif
