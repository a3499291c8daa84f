/*
 * trace_stream.h - generates a trace in parts, each of which is used before the next is generated
 *
 * A trace of many simulated minutes with a million timers fits neither into memory nor on a disk.
 * So its stream is handed over in parts while the workload generates it, and nothing of a part is
 * kept. The memory needed is that of the generator, which depends on the number of timers only, and
 * of one part. The stream is the same as in a trace of the workload, n and seed.
 */
#ifndef TRACE_STREAM_H
#define TRACE_STREAM_H

#include <stdbool.h>

#include "bench/workload.h"
#include "trace.h"

struct generator;

/* A part of a stream. All pointers are valid until the part has been taken. */
struct trace_part {
	/*
	 * The part as a trace. Its phases are the current phase and those that begin in the part,
	 * and their `first` is an index in the part. Indexes in advances[] and fired[] begin at 0.
	 */
	struct trace trace;

	/* The header and the phases of the whole stream so far. It has no operations. */
	struct trace whole;

	/* Whether the part ends with a turn. Only then are the counts of the phases complete. */
	bool turn_ended;
	uint64_t now;			   /* time of the last advance of the stream so far */
	uint64_t armed;			   /* number of timers that are armed at the end */
	const struct generator *generator; /* for trace_part_armed */
};

/* Stores for each id of the trace whether it is armed at the end of the part. Takes O(ids). */
void trace_part_armed(const struct trace_part *part, bool *armed);

/*
 * Takes a part. `until` is the time with whose first turn the next part ends, unless it is full
 * before; it stays as it is until it is set. Returns 0, or -ECANCELED to end the stream, which is
 * allowed at the end of a turn, or another negative errno with one line in the `error` of
 * trace_stream.
 */
typedef int trace_part_take(void *data, const struct trace_part *part, uint64_t *until);

/*
 * Generates the stream of a workload with its options, until it is ended or the workload ends by
 * itself. `operations` is what the workload takes for the number of measured operations, if it asks
 * for more than whether it is done. `name` is named in errors. Returns 0, or a negative errno with
 * one line in `error` (TRACE_ERROR_SIZE): -ENOMEM, -EOVERFLOW, or the error of `take`.
 */
int trace_stream(const struct workload *workload, const void *options, const char *name, uint64_t n,
		 uint64_t seed, uint64_t operations, trace_part_take *take, void *data,
		 char *error);

#endif
