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
 * -ENOSPC if the disk is full, -ENOMEM, -EINTR if watch->stop was set, -EBUSY, -ENAMETOOLONG if a
 * text does not fit into the header, -EOVERFLOW if there are more timers than ids can number, or an
 * error of open, write, fsync or rename. `watch` may be NULL.
 *
 * Aborts if the workload breaks the rules of generator.h, because that is a programming error.
 */
int trace_make(const char *path, const struct workload *workload, const void *options,
	       const char *workload_text, uint64_t n, uint64_t seed, uint64_t operations,
	       const char *generator_hash, const struct trace_watch *watch, char *error);

/*
 * Estimates the memory for a trace of n timers and `operations` measured operations, in bytes. The
 * result is the memory for making the trace or for mapping the whole trace, whichever is more.
 * Returns UINT64_MAX if a trace cannot have n timers or the result would overflow.
 */
uint64_t trace_memory(uint64_t n, uint64_t operations);

#endif
