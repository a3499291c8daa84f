/*
 * axes.h - the two things that a map varies
 *
 * A map is a group of cells laid out over two axes: n, or an option of its workloads. It is
 * expanded to ordinary workloads ("mix" and the axis `stopped: 0 50%` to "mix:stopped=0" and
 * "mix:stopped=50%") and ordinary n, so that everything else need not know of maps; each record
 * says where in its map it stands.
 */
#ifndef AXES_H
#define AXES_H

#include <stdint.h>

#include "bench/names.h"

/* One of the two. Zeroed is none; axis_free frees the values. */
struct axis {
	char name[32];	     /* "n", or the option */
	char title[96];	     /* what it is, for the figure: the option's help */
	struct names values; /* in order, as typed; those of n in digits */
};

/*
 * Reads "n: 1e2..1e6", "stopped: 0 50% 90%" or "stopped=0,50%"; text without a name goes on with
 * the values of an axis that has one. -EINVAL, or -ENOMEM, with a line in `error`
 * (NAMES_ERROR_SIZE).
 */
int axis_set(struct axis *axis, const char *what, const char *text, char *error);
void axis_free(struct axis *axis);

/* Whether it varies n. */
bool axis_is_n(const struct axis *axis);

/*
 * Adds to `laid_out` each of `bases` with each pair of values of the two axes that are options, the
 * last axis varying fastest, and looks up the axes' titles. -EINVAL or -ENOENT with a line in
 * `error` for an option that a workload does not have, or a value that it does not take; -ENOMEM.
 */
int axes_expand(struct axis *axes, const struct names *bases, struct names *laid_out, char *error);

/* Where on an axis a cell stands: the workload numbered `choice` of those above, and its n. */
size_t axes_place(const struct axis axes[2], size_t which, size_t choice, uint64_t n);

#endif
