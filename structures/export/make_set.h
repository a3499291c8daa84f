/*
 * make_set.h - how the test program of an export makes a set
 *
 * A test program contains one of two definitions of make_set: make_set_with.c if the structure has
 * options, otherwise make_set_plain.c.
 */
#ifndef MAKE_SET_H
#define MAKE_SET_H

#include "../timer.h"

/*
 * Makes a set with these options, and stores its accuracy. Returns 0, and then the caller must
 * destroy the set. Otherwise returns -EINVAL or -ENOMEM, and `error` (of `size` bytes) says why in
 * one line.
 */
int make_set(const char *options, uint64_t now, struct timer_set **set,
	     struct timer_accuracy *accuracy, char *error, size_t size);

#endif
