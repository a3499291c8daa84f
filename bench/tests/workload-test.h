/* workload-test.h - makes the trace of a workload and counts its operations */
#ifndef WORKLOAD_TEST_H
#define WORKLOAD_TEST_H

#include "trace-test.h"

#include <inttypes.h>
#include <math.h>

#define BINS 10

/* The counts of a measured phase. A turn is an advance and the operations after it. */
struct tally {
	uint64_t inserts, rearms, disarms, removes, fired, advances;
	uint64_t armed_first, armed_least, armed_most, armed_last; /* at the ends of turns */
	double armed_mean;
	uint64_t longest_turn; /* operations */
	uint64_t bin_turns;    /* set by the caller: turns of virtual time in a bin; 0: no bins */
	uint64_t turns;	       /* the length of the phase */
	uint64_t fired_bins[BINS];
	uint64_t stopped_bins[BINS];
};

static inline uint64_t operations_of(const struct tally *tally)
{
	return tally->inserts + tally->rearms + tally->disarms + tally->removes + tally->fired;
}

static inline const struct workload *find(const char *name)
{
	for (size_t i = 0; workloads[i]; i++) {
		if (strcmp(workloads[i]->name, name) == 0)
			return workloads[i];
	}
	fail_msg("there is no workload %s", name);
	return NULL;
}

/* Generates, opens and validates a trace. The caller closes it. */
static inline void make(struct trace *trace, const char *file, const char *name,
			const char *options, uint64_t n, uint64_t operations, uint64_t seed)
{
	const struct workload *workload = find(name);
	char error[TRACE_ERROR_SIZE] = "", path[256];
	void *parsed = calloc(1, workload->options_size);

	assert_non_null(parsed);
	if (options_parse(workload->options, options, parsed, error, sizeof(error)) < 0 ||
	    (workload->refuse && workload->refuse(parsed)))
		fail_msg("%s:%s is refused: %s", name, options, error);
	file_in_folder(path, file);
	if (trace_make(path, workload, parsed, name, n, seed, operations, "test", NULL, error) <
		    0 ||
	    trace_open(trace, path, error) < 0 || trace_validate(trace, path, error) < 0)
		fail_msg("%s:%s n=%" PRIu64 " seed=%" PRIu64 ": %s", name, options, n, seed, error);
	free(parsed);
}

enum { IDLE, ARMED, DISARMED };

struct walk {
	const struct trace *trace;
	struct tally *tally;
	unsigned char *states;
	uint64_t armed, turn_operations;
	uint64_t begin, turn, now; /* ns; `turn` is the shortest time between two advances */
	bool measured;
};

/* Adds to the bin of the current turn. Turns after the last bin do not count. */
static inline void count_in_bin(const struct walk *walk, uint64_t *bins, uint64_t count)
{
	uint64_t turn = (walk->now - walk->begin) / walk->turn;
	uint64_t bin = turn ? (turn - 1) / walk->tally->bin_turns : 0;

	if (bin < BINS)
		bins[bin] += count;
}

static inline void walk_advance(struct walk *walk, const struct trace_operation *operation)
{
	struct tally *tally = walk->tally;
	uint64_t from = operation->id ? walk->trace->advances[operation->id - 1].fired_end : 0;
	uint64_t to = walk->trace->advances[operation->id].fired_end;

	walk->now = operation->time;
	if (walk->measured) {
		if (tally->advances == 0)
			tally->armed_first = tally->armed_least = walk->armed;
		if (walk->armed < tally->armed_least)
			tally->armed_least = walk->armed;
		if (walk->armed > tally->armed_most)
			tally->armed_most = walk->armed;
		tally->armed_mean += (double)walk->armed;
		walk->turn_operations = to - from;
		tally->advances++;
		tally->fired += to - from;
		if (tally->bin_turns)
			count_in_bin(walk, tally->fired_bins, to - from);
	}
	for (uint64_t i = from; i < to; i++)
		walk->states[walk->trace->fired[i]] = IDLE;
	walk->armed -= to - from;
}

static inline void walk_stop(struct walk *walk, const struct trace_operation *operation)
{
	unsigned char *state = &walk->states[operation->id];

	walk->armed -= *state == ARMED;
	*state = operation->kind == TRACE_DISARM ? DISARMED : IDLE;
	if (!walk->measured)
		return;
	walk->tally->disarms += operation->kind == TRACE_DISARM;
	walk->tally->removes += operation->kind == TRACE_REMOVE;
	if (walk->tally->bin_turns)
		count_in_bin(walk, walk->tally->stopped_bins, 1);
}

static inline void walk_arm(struct walk *walk, const struct trace_operation *operation)
{
	unsigned char *state = &walk->states[operation->id];
	bool rearm = *state == ARMED;

	*state = ARMED;
	walk->armed += !rearm;
	if (walk->measured) {
		walk->tally->rearms += rearm;
		walk->tally->inserts += !rearm;
	}
}

/* Finds the beginning of the phase, the length of a turn and the number of turns. */
static inline void measure_turns(struct walk *walk, uint64_t first, uint64_t end)
{
	uint64_t now = 0;

	walk->turn = UINT64_MAX;
	for (uint64_t i = 0; i < end; i++) {
		const struct trace_operation *operation = &walk->trace->operations[i];

		if (i == first)
			walk->begin = now;
		if (operation->kind != TRACE_ADVANCE)
			continue;
		if (i > first && operation->time > now && operation->time - now < walk->turn)
			walk->turn = operation->time - now;
		now = operation->time;
	}
	walk->tally->turns = (now - walk->begin) / walk->turn;
}

/* Adds the phase with this name to the tally. */
static inline void add_tally(struct tally *tally, const struct trace *trace, const char *phase)
{
	struct walk walk = { .trace = trace, .tally = tally };
	uint64_t which = 0, first, end;

	while (which < trace->header->phases && strcmp(trace->phases[which].name, phase) != 0)
		which++;
	assert_true(which < trace->header->phases);
	assert_true(trace->phases[which].measured);
	first = trace->phases[which].first;
	end = which + 1 < trace->header->phases ? trace->phases[which + 1].first
						: trace->header->operations;
	walk.states = calloc(trace->header->ids, 1);
	assert_non_null(walk.states);
	measure_turns(&walk, first, end);
	for (uint64_t i = 0; i < end; i++) {
		const struct trace_operation *operation = &trace->operations[i];

		walk.measured = i >= first;
		if (operation->kind == TRACE_ADVANCE) {
			walk_advance(&walk, operation);
			continue;
		}
		if (operation->kind == TRACE_MARK || operation->kind == TRACE_INTERVAL)
			continue;
		if (operation->kind == TRACE_DISARM || operation->kind == TRACE_REMOVE)
			walk_stop(&walk, operation);
		else
			walk_arm(&walk, operation);
		if (walk.measured && ++walk.turn_operations > tally->longest_turn)
			tally->longest_turn = walk.turn_operations;
	}
	tally->armed_last = walk.armed;
	tally->armed_mean /= (double)(tally->advances ? tally->advances : 1);
	free(walk.states);
}

static inline void make_tally(struct tally *tally, const char *name, const char *options,
			      uint64_t n, uint64_t operations, uint64_t seed, const char *phase)
{
	struct trace trace;

	make(&trace, "tally", name, options, n, operations, seed);
	*tally = (struct tally){ .inserts = 0 };
	add_tally(tally, &trace, phase);
	trace_close(&trace);
}

#endif
