/*
 * memory - the bytes beside the timers; makes all checks, because this pass measures no times
 *
 * The checked replay samples the footprint at every advance and verifies the order of firing and
 * the invariants. Between advances it simulates the sleeps of a loop, and counts the spurious
 * wake-ups that an early `next` causes.
 *
 * At the end the pass measures how much memory the subject keeps after a peak. It stops and removes
 * all but one in a hundred of the timers that the trace leaves armed. These stops are a second
 * trace, which is replayed like the first. Then the pass calls a structure's reserve with the
 * number of timers that are left; a loop counts its timers itself. The footprint after that is
 * recorded as armed_after_peak. It consists of the memory for the few timers, and the memory of the
 * peak that the subject has not freed.
 *
 * For a subject that cannot report its footprint, the record has neither footprint_peak nor
 * armed_after_peak, and bytes_per_timer is null.
 *
 * Over a long simulated time (memory.h) the pass replays the stream part by part. All parts are
 * replayed as one replay, so the record has the same keys, and some more.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/passes/memory.h"
#include "bench/replay/replay_check.h"
#include "bench/trace/trace_stream.h"

/* One in STAYS of the timers that are armed at the end stays armed. */
#define STAYS 100

/* Counts the timers that insertions in the measured phases have walked past. */
struct walk {
	const struct replay *replay;
	uint64_t begun, steps;
};

static bool walks(const struct replay *replay)
{
	return replay->set && replay->structure && replay->structure->steps;
}

static void walk_begins(void *data, uint64_t phase)
{
	struct walk *walk = data;

	(void)phase;
	if (walks(walk->replay))
		walk->begun = walk->replay->structure->steps(walk->replay->set);
}

static void walk_ends(void *data, uint64_t phase, const struct replay_tally *part)
{
	struct walk *walk = data;

	(void)phase, (void)part;
	if (walks(walk->replay))
		walk->steps += walk->replay->structure->steps(walk->replay->set) - walk->begun;
}

/*
 * Returns whether the subject reports its footprint. A reported footprint is not 0, since it
 * includes the subject's state.
 */
static bool tells_footprint(const struct replay *replay)
{
	const struct subject_family *family = replay->subject->family;

	return family->footprint && family->footprint(replay);
}

/* Stores for each timer whether the trace leaves it armed. Its last operation decides. */
static void find_armed(const struct replay *replay, bool *armed)
{
	const struct trace *trace = replay->trace;
	const struct trace_operation *end = trace->operations + trace->header->operations;

	for (const struct trace_operation *one = trace->operations; one < end; one++) {
		if (one->kind <= TRACE_ARM_INTERVAL)
			armed[one->id] = one->time > replay->now;
		else if (one->kind == TRACE_DISARM || one->kind == TRACE_REMOVE)
			armed[one->id] = false;
	}
}

/* Keeps one in STAYS of the marks. Returns the number of those that are left. */
static uint64_t choose_few(bool *armed, uint64_t ids)
{
	uint64_t before = 0, kept = 0;

	for (uint64_t id = 0; id < ids; id++) {
		armed[id] = armed[id] && before++ % STAYS == 0;
		kept += armed[id];
	}
	return kept;
}

/*
 * Stops all timers except those that stay, by operations of `kind`, in one turn of the loop. The
 * operation only changes counts if the timer's state does not allow it. `room` has ids + 1 entries.
 */
static void stop_most(const struct cell *cell, struct replay *replay, const bool *stays,
		      enum trace_kind kind, struct trace_operation *room)
{
	static const struct trace_advance nothing_fires = { .earliest = TIMER_NEVER };
	struct trace after = { .header = cell->trace.header, .advances = &nothing_fires };
	struct trace_operation *operation = room;

	for (uint32_t id = 0; id < cell->trace.header->ids; id++)
		if (!stays[id])
			*operation++ = (struct trace_operation){ .kind = kind, .id = id };
	*operation++ = (struct trace_operation){ .kind = TRACE_ADVANCE, .time = replay->now };
	after.operations = room;
	replay->trace = &after;
	cell_code(cell, REPLAY_PLAIN)(replay, 0, (uint64_t)(operation - room));
	replay->trace = &cell->trace;
}

/*
 * Stores the footprint after the peak. `stays` marks the timers that are armed now, and is changed.
 * The replay must not be continued. Returns 0 or -ENOMEM.
 */
static int measure_after_peak(const struct cell *cell, struct replay *replay, bool *stays,
			      size_t *bytes)
{
	size_t ids = cell->trace.header->ids;
	struct trace_operation *room = calloc(ids + 1, sizeof(*room));
	uint64_t kept;

	if (!room)
		return -ENOMEM;
	kept = choose_few(stays, ids);
	/*
	 * Removing an armed timer may require a search. So the first turn disarms the timers, and
	 * the structure clears the disarmed timers away at its end. The second turn then removes
	 * them cheaply.
	 */
	stop_most(cell, replay, stays, TRACE_DISARM, room);
	stop_most(cell, replay, stays, TRACE_REMOVE, room);
	if (replay->structure) /* does not fail for a smaller number */
		(void)replay->structure->reserve(replay->set, kept);
	*bytes = replay->subject->family->footprint(replay);
	free(room);
	return 0;
}

/*
 * Records the footprint after the peak, unless the replay was wrong: then the subject may have lost
 * timers. `part` is the last part of a stream, or NULL for a trace.
 */
static int record_after_peak(const struct cell *cell, struct replay *replay,
			     const struct trace_part *part, json_t *record, char *error)
{
	bool *armed;
	size_t bytes;
	int result = -ENOMEM;

	if (!tells_footprint(replay) ||
	    strcmp(json_string_value(json_object_get(record, "status")), "ok"))
		return 0;
	armed = calloc(cell->trace.header->ids + 1, sizeof(*armed));
	if (armed) {
		if (part)
			trace_part_armed(part, armed);
		else
			find_armed(replay, armed);
		result = measure_after_peak(cell, replay, armed, &bytes);
	}
	free(armed);
	if (result)
		snprintf(error, CELL_ERROR_SIZE, "%s: out of memory to stop %" PRIu64 " timers",
			 cell->subject.name, cell->trace.header->ids);
	else
		json_object_set_new(record, "armed_after_peak", json_integer((json_int_t)bytes));
	return result;
}

static void record_peak(const struct replay *replay, json_t *record)
{
	const struct replay_findings *findings = &replay->findings;
	double bytes = (double)findings->footprint_peak, armed = (double)findings->armed_peak;
	bool tells = tells_footprint(replay);

	if (tells)
		json_object_set_new(record, "footprint_peak",
				    json_integer((json_int_t)findings->footprint_peak));
	json_object_set_new(record, "armed_peak", json_integer((json_int_t)findings->armed_peak));
	json_object_set_new(record, "bytes_per_timer",
			    tells && findings->armed_peak ? json_real(bytes / armed) : json_null());
}

/* Records what a finished replay has found. */
static void record_findings(const struct cell *cell, const struct replay *replay,
			    const struct replay_tally *measured, const struct walk *walk,
			    json_t *record)
{
	const struct replay_findings *findings = &replay->findings;
	double fired = replay->tally.fired ? (double)replay->tally.fired : 1;

	cell_record_replay(cell, replay, measured, record);
	record_peak(replay, record);
	json_object_set_new(record, "lateness_mean_ns", json_real(findings->lateness_sum / fired));
	json_object_set_new(record, "lateness_max_ns",
			    json_integer((json_int_t)findings->lateness_max));
	json_object_set_new(record, "late", json_integer((json_int_t)findings->late));
	json_object_set_new(record, "wake_ups", json_integer((json_int_t)findings->wake_ups));
	json_object_set_new(record, "spurious_wake_ups",
			    json_integer((json_int_t)findings->spurious));
	if (walks(replay) && measured->arms)
		json_object_set_new(record, "steps_per_insert",
				    json_real((double)walk->steps / (double)measured->arms));
}

static int measure_memory(const struct cell *cell, json_t *record, char *error)
{
	struct replay replay;
	struct replay_tally measured;
	struct walk walk = { .replay = &replay };
	const struct cell_hooks hooks = { walk_begins, walk_ends, &walk };
	int result = cell_open(cell, &replay, error);

	if (result)
		return result;
	measured = cell_replay(cell, &replay, REPLAY_CHECKED, REPLAY_CHECKED, &hooks);
	record_findings(cell, &replay, &measured, &walk, record);
	result = record_after_peak(cell, &replay, NULL, record, error);
	replay_close(&replay);
	return result;
}

/* ----------------------------------------------------------------- over a long simulated time */

struct simulation {
	struct cell cell; /* its trace is the part */
	struct replay *replay;
	struct replay_tally measured;
	struct walk walk;
	uint64_t simulated, begun; /* ns; `begun` is TIMER_NEVER before a measured phase */
	uint64_t samples;	   /* number of sixtieths that have passed */
	double peak;		   /* bytes per timer */
	bool ended;
	json_t *record;
	char *error;
};

/* Adds every count of a part. All members of a tally are numbers of 64 bits. */
static void add_tally(struct replay_tally *sum, const struct replay_tally *part)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)part;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

/* Returns the time at which the first measured phase began, if it begins in the part. */
static uint64_t begin_of(const struct trace *part)
{
	for (uint64_t i = 0; i < part->header->phases; i++)
		if (part->phases[i].measured)
			return part->operations[part->phases[i].first].time;
	return TIMER_NEVER;
}

/* Returns when the next sixtieth of the time ends. */
static uint64_t next_sample(const struct simulation *simulation)
{
	double part = (double)(simulation->samples + 1) / MEMORY_SAMPLES;

	return simulation->begun + (uint64_t)ceil((double)simulation->simulated * part);
}

static void take_sample(struct simulation *simulation, const struct trace_part *part)
{
	const struct replay *replay = simulation->replay;
	json_t *samples = json_object_get(simulation->record, "bytes_per_timer_samples");
	double bytes;

	while (next_sample(simulation) <= part->now && simulation->samples < MEMORY_SAMPLES)
		simulation->samples++;
	if (!tells_footprint(replay) || !part->armed)
		return;
	bytes = (double)replay->subject->family->footprint(replay) / (double)part->armed;
	json_array_append_new(samples, json_real(bytes));
	simulation->peak = fmax(simulation->peak, bytes);
	json_object_set_new(simulation->record, "bytes_per_timer_end", json_real(bytes));
	json_object_set_new(simulation->record, "bytes_per_timer_peak",
			    json_real(simulation->peak));
}

/* Records the result after the last part. Ends the stream, or returns an error. */
static int finish(struct simulation *simulation, const struct trace_part *part)
{
	struct cell whole = simulation->cell;
	int result;

	simulation->ended = true;
	whole.trace = part->whole;
	simulation->replay->trace = &whole.trace;
	record_findings(&whole, simulation->replay, &simulation->measured, &simulation->walk,
			simulation->record);
	result = record_after_peak(&whole, simulation->replay, part, simulation->record,
				   simulation->error);
	simulation->replay->trace = &simulation->cell.trace;
	return result ? result : -ECANCELED;
}

static int take_part(void *data, const struct trace_part *part, uint64_t *until)
{
	struct simulation *simulation = data;
	const struct cell_hooks hooks = { walk_begins, walk_ends, &simulation->walk };
	struct replay_tally measured;

	simulation->cell.trace = part->trace;
	simulation->replay->fired_end = 0;
	measured = cell_replay(&simulation->cell, simulation->replay, REPLAY_CHECKED,
			       REPLAY_CHECKED, &hooks);
	add_tally(&simulation->measured, &measured);
	if (simulation->begun == TIMER_NEVER) {
		simulation->begun = begin_of(&part->trace);
		if (simulation->begun == TIMER_NEVER)
			return 0;
	} else if (part->turn_ended && part->now >= next_sample(simulation)) {
		take_sample(simulation, part);
		if (simulation->samples == MEMORY_SAMPLES)
			return finish(simulation, part);
	}
	*until = next_sample(simulation);
	return 0;
}

/* Returns the number of measured operations of a trace. */
static uint64_t operations_of(const struct trace *trace)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < trace->header->phases; i++)
		if (trace->phases[i].measured)
			sum += trace->phases[i].arms + trace->phases[i].stops +
			       trace->phases[i].fired;
	return sum;
}

int memory_simulate(const struct cell *cell, const struct workload_choice *workload,
		    uint64_t simulated, json_t *record, char *error)
{
	const struct trace_header *header = cell->trace.header;
	struct replay replay;
	struct simulation simulation = {
		.cell = *cell,
		.replay = &replay,
		.walk = { .replay = &replay },
		.simulated = simulated,
		.begun = TIMER_NEVER,
		.record = record,
		.error = error,
	};
	int result = cell_open(&simulation.cell, &replay, error);

	if (result)
		return result;
	json_object_set_new(record, "bytes_per_timer_samples", json_array());
	result = trace_stream(workload->workload, workload->options, workload->text, header->n,
			      header->seed, operations_of(&cell->trace), take_part, &simulation,
			      error);
	if (!result && !simulation.ended) {
		snprintf(error, CELL_ERROR_SIZE, "%s ends by itself before that simulated time",
			 workload->text);
		result = -EINVAL;
	}
	replay_close(&replay);
	return result;
}

const struct pass pass_memory = {
	.name = "memory",
	.summary = "bytes beside the timers, wake-ups, lateness; order and invariants checked",
	.measure = measure_memory,
	.slowdown = 3,
};
