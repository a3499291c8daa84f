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
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cell.h"
#include "bench/replay/replay_check.h"

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

/*
 * Marks the timers that stay: one in STAYS of those that the trace leaves armed. Returns their
 * number.
 */
static uint64_t choose_few(const struct replay *replay, bool *stays)
{
	const struct trace *trace = replay->trace;
	const struct trace_operation *end = trace->operations + trace->header->operations;
	uint64_t armed = 0, kept = 0;

	/*
	 * First stores in stays[] whether each timer is armed. The last operation of a timer
	 * decides.
	 */
	for (const struct trace_operation *one = trace->operations; one < end; one++) {
		if (one->kind <= TRACE_ARM_INTERVAL)
			stays[one->id] = one->time > replay->now;
		else if (one->kind == TRACE_DISARM || one->kind == TRACE_REMOVE)
			stays[one->id] = false;
	}
	for (uint64_t id = 0; id < trace->header->ids; id++) {
		stays[id] = stays[id] && armed++ % STAYS == 0;
		kept += stays[id];
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

/* Stores the footprint after the peak. The replay must not be continued. Returns 0 or -ENOMEM. */
static int measure_after_peak(const struct cell *cell, struct replay *replay, size_t *bytes)
{
	size_t ids = cell->trace.header->ids;
	struct trace_operation *room = calloc(ids + 1, sizeof(*room));
	bool *stays = calloc(ids + 1, sizeof(*stays));
	int result = room && stays ? 0 : -ENOMEM;

	if (!result) {
		uint64_t kept = choose_few(replay, stays);

		/*
		 * Removing an armed timer may require a search. So the first turn disarms the
		 * timers, and the structure clears the disarmed timers away at its end. The second
		 * turn then removes them cheaply.
		 */
		stop_most(cell, replay, stays, TRACE_DISARM, room);
		stop_most(cell, replay, stays, TRACE_REMOVE, room);
		if (replay->structure) /* does not fail for a smaller number */
			(void)replay->structure->reserve(replay->set, kept);
		*bytes = replay->subject->family->footprint(replay);
	}
	free(stays);
	free(room);
	return result;
}

static int record_after_peak(const struct cell *cell, struct replay *replay, json_t *record,
			     char *error)
{
	size_t bytes;

	if (measure_after_peak(cell, replay, &bytes)) {
		snprintf(error, CELL_ERROR_SIZE, "%s: out of memory to stop %" PRIu64 " timers",
			 cell->subject.name, cell->trace.header->ids);
		return -ENOMEM;
	}
	json_object_set_new(record, "armed_after_peak", json_integer((json_int_t)bytes));
	return 0;
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

static int measure_memory(const struct cell *cell, json_t *record, char *error)
{
	struct replay replay;
	struct replay_tally measured;
	const struct replay_findings *findings = &replay.findings;
	struct walk walk = { .replay = &replay };
	const struct cell_hooks hooks = { walk_begins, walk_ends, &walk };
	int result = cell_open(cell, &replay, error);
	double fired;

	if (result)
		return result;
	measured = cell_replay(cell, &replay, REPLAY_CHECKED, REPLAY_CHECKED, &hooks);
	cell_record_replay(cell, &replay, &measured, record);
	fired = replay.tally.fired ? (double)replay.tally.fired : 1;
	record_peak(&replay, record);
	json_object_set_new(record, "lateness_mean_ns", json_real(findings->lateness_sum / fired));
	json_object_set_new(record, "lateness_max_ns",
			    json_integer((json_int_t)findings->lateness_max));
	json_object_set_new(record, "late", json_integer((json_int_t)findings->late));
	json_object_set_new(record, "wake_ups", json_integer((json_int_t)findings->wake_ups));
	json_object_set_new(record, "spurious_wake_ups",
			    json_integer((json_int_t)findings->spurious));
	if (walks(&replay) && measured.arms)
		json_object_set_new(record, "steps_per_insert",
				    json_real((double)walk.steps / (double)measured.arms));
	/* A subject whose replay was wrong may have lost timers. */
	if (tells_footprint(&replay) &&
	    !strcmp(json_string_value(json_object_get(record, "status")), "ok"))
		result = record_after_peak(cell, &replay, record, error);
	replay_close(&replay);
	return result;
}

const struct pass pass_memory = {
	.name = "memory",
	.summary = "bytes beside the timers, wake-ups, lateness; order and invariants checked",
	.measure = measure_memory,
	.slowdown = 3,
};
