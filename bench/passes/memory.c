/*
 * memory - bytes beside the timers, and all that can be checked without caring for time
 *
 * The checked replay samples the footprint at every advance, verifies the order of firing and the
 * invariants, and sleeps between advances as a loop would, counting the wake-ups that a `next`
 * ahead of the truth causes.
 *
 * At the end comes what is left of the memory after a peak. Of the timers that the trace leaves
 * armed, all but one in a hundred are stopped and removed. Then reserve tells the structure how few
 * timers there are. The footprint after that is armed_after_peak: the few timers' memory, and the
 * memory of the peak that the structure has not given back.
 */
#include <stdio.h>
#include <string.h>

#include "bench/cell.h"
#include "bench/replay/replay_check.h"

/* Of the timers that are armed at the end, one in so many stays. */
#define STAYS 100

/* Timers that insertions of the measured phases have walked past. */
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

/* Disarms first: where remove has to look for a timer, it need not if that was cleared away. */
static uint64_t disarm_most(struct replay *replay)
{
	uint64_t armed = 0, kept = 0;

	for (uint32_t id = 0; id < replay->trace->header->ids; id++) {
		struct replay_object *object = replay_object(replay, id);

		if (object->armed != REPLAY_ARMED)
			continue;
		if (armed++ % STAYS == 0) {
			kept++;
			continue;
		}
		object->armed = REPLAY_DISARMED;
		replay->structure->disarm(replay->set, &object->timer);
	}
	return kept;
}

static void remove_disarmed(struct replay *replay)
{
	for (uint32_t id = 0; id < replay->trace->header->ids; id++) {
		struct replay_object *object = replay_object(replay, id);

		if (object->armed != REPLAY_DISARMED)
			continue;
		replay->structure->remove(replay->set, &object->timer);
		memset(object, 0, sizeof(*object));
	}
}

/* Bytes; the replay is over and is not gone on with. */
static size_t armed_after_peak(struct replay *replay)
{
	uint64_t kept = disarm_most(replay);

	replay->structure->next(replay->set); /* clears away what was disarmed, if it is late */
	remove_disarmed(replay);
	(void)replay->structure->reserve(replay->set, kept); /* which does not fail for fewer */
	return replay->structure->footprint(replay->set);
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
	json_object_set_new(record, "footprint_peak",
			    json_integer((json_int_t)findings->footprint_peak));
	json_object_set_new(record, "armed_peak", json_integer((json_int_t)findings->armed_peak));
	json_object_set_new(record, "bytes_per_timer",
			    findings->armed_peak ? json_real((double)findings->footprint_peak /
							     (double)findings->armed_peak)
						 : json_null());
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
	/* What fired wrongly may not know its timers any more. */
	if (replay.set && replay.structure &&
	    !strcmp(json_string_value(json_object_get(record, "status")), "ok"))
		json_object_set_new(record, "armed_after_peak",
				    json_integer((json_int_t)armed_after_peak(&replay)));
	replay_close(&replay);
	return 0;
}

const struct pass pass_memory = {
	.name = "memory",
	.summary = "bytes beside the timers, wake-ups, lateness; order and invariants checked",
	.measure = measure_memory,
	.slowdown = 3,
};
