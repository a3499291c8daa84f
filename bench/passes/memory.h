/*
 * memory.h - the pass `memory` over a long simulated time, for which no trace is kept
 */
#ifndef PASSES_MEMORY_H
#define PASSES_MEMORY_H

#include "bench/cell.h"
#include "bench/names.h"

/* The number of regular simulated times at which the footprint is recorded. */
#define MEMORY_SAMPLES 60

/*
 * Measures a cell like the pass memory, but continues the stream of the cell's trace until the
 * measured phases have lasted for `simulated` ns of virtual time. The stream is generated while it
 * is replayed (trace_stream.h). `workload` is the one of which the cell's trace was made. The
 * record has these keys in addition: bytes_per_timer_end, at the end; bytes_per_timer_samples,
 * after each sixtieth of the time; and bytes_per_timer_peak, the largest of the samples. Each is
 * the footprint divided by the number of timers that are armed at that time.
 *
 * The duration is no setting of struct cell_settings, because that struct is part of the code of
 * every subject. Returns 0, or a negative errno with one line in `error` (CELL_ERROR_SIZE): -EINVAL
 * if the workload ends by itself before that time, or the errors of cell_open and trace_stream.
 */
int memory_simulate(const struct cell *cell, const struct workload_choice *workload,
		    uint64_t simulated, json_t *record, char *error);

#endif
