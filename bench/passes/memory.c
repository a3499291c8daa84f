/*
 * memory - bytes beside the timers, and all that can be checked without caring for time
 *
 * The checked replay samples the footprint at every advance, verifies the order of firing and the
 * invariants, and sleeps between advances as a loop would, counting the wake-ups that a `next` ahead
 * of the truth causes.
 */
#include <stdio.h>

#include "bench/cell.h"

static int measure_memory(const struct cell *cell, json_t *record, char *error)
{
	struct replay replay;
	struct replay_tally measured;
	const struct replay_findings *findings = &replay.findings;
	int result = cell_open(cell, &replay, error);
	double fired;

	if (result)
		return result;
	measured = cell_replay(cell, &replay, REPLAY_CHECKED, REPLAY_CHECKED, NULL);
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
	replay_close(&replay);
	return 0;
}

const struct pass pass_memory = {
	.name = "memory",
	.summary = "bytes beside the timers, wake-ups, lateness; order and invariants checked",
	.measure = measure_memory,
	.slowdown = 3,
};
