/*
 * trace_make.h - makes the trace of a workload
 */
#ifndef TRACE_MAKE_H
#define TRACE_MAKE_H

#include <stdint.h>

#include "bench/workload.h"
#include "trace.h"
#include "trace_watch.h"

/*
 * Makes the trace of `workload` with `options` (the workload's filled-in options struct) at `path`.
 * The file gets this name when it is complete and on the disk. Until then its name is path.partial.
 * On an error trace_make removes path.partial; only a killed process leaves it behind. path.partial
 * is locked: a second process that makes the same trace gets -EBUSY. workload_text (at most 127
 * bytes) and generator_hash (at most 31) are stored in the header.
 *
 * Returns 0, or a negative errno with one line in `error` (TRACE_ERROR_SIZE) that names the file:
 * -ENOSPC when the disk is full, -ENOMEM, -EINTR, -EBUSY, -ENAMETOOLONG when a text does not fit
 * the header, -EOVERFLOW for more timers than ids can number, and the errors of open, write, fsync
 * and rename. `watch` may be NULL.
 *
 * Aborts if the workload breaks the rules of generator.h: that is a programming error.
 */
int trace_make(const char *path, const struct workload *workload, const void *options,
	       const char *workload_text, uint64_t n, uint64_t seed, uint64_t operations,
	       const char *generator_hash, const struct trace_watch *watch, char *error);

/*
 * Estimates the bytes of memory needed to make a trace of n timers and this many measured
 * operations, or to map it as a whole, whichever is more. UINT64_MAX on overflow.
 */
uint64_t trace_memory(uint64_t n, uint64_t operations);

#endif
