/*
 * memory - bytes beside the timers, and all that can be checked without caring for time
 *
 * The checked replay samples the footprint at every advance, verifies the order of firing and the
 * invariants, and sleeps between advances as a loop would, counting the wake-ups that a `next`
 * ahead of the truth causes.
 */
#include <stdio.h>

#include "bench/cell.h"

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
	replay_close(&replay);
	return 0;
}

const struct pass pass_memory = {
	.name = "memory",
	.summary = "bytes beside the timers, wake-ups, lateness; order and invariants checked",
	.measure = measure_memory,
	.slowdown = 3,
};
