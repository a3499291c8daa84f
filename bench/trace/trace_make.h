/*
 * trace_make.h - makes the trace of a workload
 */
#ifndef TRACE_MAKE_H
#define TRACE_MAKE_H

#include <signal.h>
#include <stdint.h>

#include "trace.h"
#include "bench/workload.h"

/* Whoever looks on while a trace is made. Any of it may be NULL. */
struct trace_watch {
	volatile sig_atomic_t *stop; /* non-zero: give up, -EINTR */

	/* How much is done, 0..1 and never falling; about every 1e5 operations. */
	void (*progress)(void *data, double fraction);
	void *data;
};

/*
 * Makes the trace of `workload` with these options (its filled-in options struct) at `path`. The
 * file appears there when it is complete and on the disk; until then it is path.partial, which is
 * gone whatever happens, unless the process is killed, and locked, so that of two processes that
 * make the same trace the second is told -EBUSY. workload_text (at most 127 bytes) and
 * generator_hash (at most 31) go into the header.
 *
 * 0, or a negative errno and one line in `error` (TRACE_ERROR_SIZE) that names the file: -ENOSPC
 * when the disk is full, -ENOMEM, -EINTR, -EBUSY, -EOVERFLOW for more timers than ids can number,
 * and what open, write, fsync and rename give. `watch` may be NULL.
 *
 * A workload that breaks the rules of generator.h is a programming error and dies by abort().
 */
int trace_make(const char *path, const struct workload *workload, const void *options,
	       const char *workload_text, uint64_t n, uint64_t seed, uint64_t operations,
	       const char *generator_hash, const struct trace_watch *watch, char *error);

/*
 * About how many bytes of memory it takes to make a trace of n timers and this many measured
 * operations, or to have it mapped in memory whole, whichever is more. UINT64_MAX on overflow.
 */
uint64_t trace_memory(uint64_t n, uint64_t operations);

#endif
