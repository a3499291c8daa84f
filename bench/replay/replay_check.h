/*
 * replay_check.h - what the checked mode looks at, out of the way of what is timed
 */
#ifndef REPLAY_CHECK_H
#define REPLAY_CHECK_H

#include "bench/replay/replay.h"

/* States of replay_object.armed; a new object is all zero. */
#define REPLAY_IDLE	0
#define REPLAY_ARMED	1
#define REPLAY_DISARMED 2

/* The latest that `next` may answer when the earliest deadline is `earliest`. */
uint64_t replay_bound(const struct replay *replay, uint64_t earliest);

/* Ends the process with status 1: there is no going on with half a replay. */
_Noreturn void replay_out_of_memory(const struct replay *replay);

/* Order, earliness and lateness of what one call of expire handed over. */
void replay_check_batch(struct replay *replay, struct timer *const *batch, size_t count,
			uint64_t now);

/*
 * Samples footprint and armed timers, when the most are armed: before an advance. Walks all
 * invariants now and then.
 */
void replay_check_sample(struct replay *replay, uint64_t armed);

/* After an advance: the loop woke up for it. */
void replay_check_advance(struct replay *replay, uint64_t now);

#endif
