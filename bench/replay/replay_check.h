/* replay_check.h - the functions of the checked mode, separate from the code that is timed */
#ifndef REPLAY_CHECK_H
#define REPLAY_CHECK_H

#include "bench/replay/replay.h"

/* States of replay_object.armed; a new object is all zero. */
#define REPLAY_IDLE	0
#define REPLAY_ARMED	1
#define REPLAY_DISARMED 2

/* Returns the latest time that `next` may return when the earliest deadline is `earliest`. */
uint64_t replay_bound(const struct replay *replay, uint64_t earliest);

/* Ends the process with status 1, because a partial replay is of no use. */
_Noreturn void replay_out_of_memory(const struct replay *replay);

/* Checks the order, earliness and lateness of the timers that one call of expire returned. */
void replay_check_batch(struct replay *replay, struct timer *const *batch, size_t count,
			uint64_t now);

/*
 * Samples the footprint and the number of armed timers. Called before an advance, when the number
 * of armed timers is highest. Calls check() from time to time.
 */
void replay_check_sample(struct replay *replay, uint64_t armed);

/* Counts the wake-up of an advance. Called after the advance. */
void replay_check_advance(struct replay *replay, uint64_t now);

#endif
