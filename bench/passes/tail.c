/*
 * tail - the duration of single operations: reads the time-stamp counter before and after each
 *
 * A single reading is mostly noise, because an interrupt on a virtual machine takes longer than
 * almost any operation. But the trace is the same in every replay, so operation k does the same
 * work each time. The minimum of its readings is its duration without interruptions. Percentiles
 * are taken over these minima. A call of expire with room for 64 timers is one operation.
 *
 * A reading includes the counter's own cost, which is recorded as timing_overhead_ns.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cell.h"
#include "bench/cycles.h"

/* With fewer replays some minima would include interrupts. */
#define LEAST_REPEATS 5

/* Points of the recorded distribution, evenly spaced in the logarithm of the share. */
#define CURVE_POINTS 120

static int by_cycles(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/*
 * Returns the reading that only the share `above` of the sorted readings exceeds. Returns the
 * maximum for 0.
 */
static uint32_t quantile(const uint32_t *sorted, uint64_t count, double above)
{
	uint64_t rank = (uint64_t)ceil((1 - above) * (double)count);

	return sorted[rank ? rank - 1 : 0];
}

/* Returns the minimum cost of a pair of readings with nothing in between. */
static double overhead_cycles(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t begun = cycles_begin(), took = cycles_end() - begun;

		if (took < least)
			least = took;
	}
	return (double)least;
}

static void record_curve(json_t *record, const uint32_t *sorted, uint64_t count, double per_ns)
{
	json_t *curve = json_array();
	double span = log10((double)count);

	for (int i = 0; i <= CURVE_POINTS; i++) {
		double above = pow(10, -span * i / CURVE_POINTS);
		double ns = quantile(sorted, count, above) / per_ns;

		json_array_append_new(curve, json_pack("[f, f]", ns, above));
	}
	json_object_set_new(record, "ccdf", curve);
}

static void record_percentiles(json_t *record, const uint32_t *sorted, uint64_t count,
			       double per_ns)
{
	static const struct {
		const char *key;
		double above;
	} percentiles[] = {
		{ "p50_ns", 0.5 },	{ "p99_ns", 0.01 }, { "p999_ns", 0.001 },
		{ "p9999_ns", 0.0001 }, { "max_ns", 0 },
	};

	for (size_t i = 0; i < sizeof(percentiles) / sizeof(*percentiles); i++)
		json_object_set_new(
			record, percentiles[i].key,
			json_real(quantile(sorted, count, percentiles[i].above) / per_ns));
	json_object_set_new(record, "timed_operations", json_integer((json_int_t)count));
	json_object_set_new(record, "timing_overhead_ns", json_real(overhead_cycles() / per_ns));
}

/*
 * Returns the maximum number of timed operations. Each call of expire is an operation, and each
 * full batch causes one more call.
 */
static uint64_t most_operations(const struct trace *trace)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < trace->header->phases; i++) {
		const struct trace_phase *phase = &trace->phases[i];

		if (phase->measured)
			count += phase->arms + phase->stops + phase->advances +
				 phase->fired / REPLAY_EXPIRE_BATCH;
	}
	/* A late subject may fire timers that are due in an unmeasured phase. */
	return count + trace->header->fired / REPLAY_EXPIRE_BATCH + 1;
}

static int measure_tail(const struct cell *cell, json_t *record, char *error)
{
	uint64_t room = most_operations(&cell->trace), timed = 0;
	uint32_t *cycles = malloc(room * sizeof(*cycles));
	uint64_t wanted = cell->settings.repeats;
	uint64_t repeats = wanted > LEAST_REPEATS ? wanted : LEAST_REPEATS;
	double per_ns = cycles_per_ns();

	if (!cycles) {
		snprintf(error, CELL_ERROR_SIZE,
			 "out of memory for the times of single operations");
		return -ENOMEM;
	}
	memset(cycles, 0xff, room * sizeof(*cycles));
	for (uint64_t i = 0; i < repeats; i++) {
		struct replay replay;
		struct replay_tally measured;
		int result = cell_open(cell, &replay, error);

		if (result) {
			free(cycles);
			return result;
		}
		replay.cycles = cycles;
		replay.timeable = room;
		measured = cell_replay(cell, &replay, REPLAY_TIMED, REPLAY_PLAIN, NULL);
		timed = replay.timed;
		cell_record_replay(cell, &replay, &measured, record);
		replay_close(&replay);
	}
	qsort(cycles, timed, sizeof(*cycles), by_cycles);
	record_percentiles(record, cycles, timed, per_ns);
	record_curve(record, cycles, timed, per_ns);
	json_object_set_new(record, "repeats", json_integer((json_int_t)repeats));
	free(cycles);
	return 0;
}

const struct pass pass_tail = {
	.name = "tail",
	.summary = "single operations by the time-stamp counter, least of at least 5 replays",
	.measure = measure_tail,
	.slowdown = 8,
};
