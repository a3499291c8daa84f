/*
 * generator.h - the functions with which a workload generates its trace
 *
 * A workload calls these functions in the order in which the program that it models would act. The
 * generator writes the trace, keeps the virtual clock, supplies random numbers, and runs the
 * oracle. The oracle holds the armed timers and determines which of them fire.
 *
 * Errors are sticky. After the first failure (a write error or lack of memory), operations do
 * nothing, generator_advance returns 0, and generator_failed returns true. generator_done returns
 * true as well, so a workload's loops end.
 */
#ifndef GENERATOR_H
#define GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct generator;

/*
 * Must be called first. The workload numbers its timers 0..ids-1. The generator writes a random
 * permutation of these ids into the trace. All times are rounded up to multiples of `grain`, the
 * trace's unit of time in ns.
 */
void generator_begin(struct generator *generator, uint64_t ids, uint64_t grain);

/*
 * Begins a phase. Operations are counted and timed in measured phases only. A measured phase may
 * follow another. Each is reported under its name.
 */
void generator_mark(struct generator *generator, const char *phase, bool measured);

/*
 * Arms or re-arms a timer to expire `interval` ns from now. The interval is rounded up to a
 * multiple of the grain that is not 0.
 */
void generator_arm(struct generator *generator, uint64_t id, uint64_t interval);

/*
 * Arms a timer for an absolute deadline, rounded up to the grain. The deadline does not come from a
 * relative timeout, so structures get no interval by which they could group the timer.
 */
void generator_arm_absolute(struct generator *generator, uint64_t id, uint64_t deadline);

/*
 * Arms a timer `interval` ns after the time `from`, for example the time stamp of a message. The
 * deadline is `from` + `interval`, rounded up to the grain. Structures may group the timer by the
 * interval. Deadlines of one interval need not be in the order in which the timers are armed.
 */
void generator_arm_from(struct generator *generator, uint64_t id, uint64_t interval, uint64_t from);

/*
 * Stop a timer. generator_disarm requires an armed timer, whose owner keeps its memory.
 * generator_remove requires an armed or disarmed timer, whose owner frees its memory.
 */
void generator_disarm(struct generator *generator, uint64_t id);
void generator_remove(struct generator *generator, uint64_t id);

/*
 * Generates one loop iteration. Advances the time to `now` (rounded up to the grain, never back),
 * and fires all due timers. Returns their number, and stores a pointer to their ids in order of
 * deadline. The generator owns the ids; they are valid until the next advance.
 */
size_t generator_advance(struct generator *generator, uint64_t now, const uint64_t **fired);

uint64_t generator_now(const struct generator *generator);
bool generator_armed(const struct generator *generator, uint64_t id);

/* Returns the earliest deadline of the armed timers, or TIMER_NEVER if no timer is armed. */
uint64_t generator_earliest(const struct generator *generator);

/*
 * Returns the number of operations (arms, disarms, removes and firings) so far in the current
 * phase.
 */
uint64_t generator_operations(const struct generator *generator);

/*
 * generator_done returns whether the current phase has at least `operations` operations or
 * generation has failed. If the stream goes on until its user ends it (trace_stream.h),
 * generator_done ignores `operations`. generator_failed returns whether generation has failed.
 */
bool generator_done(const struct generator *generator, uint64_t operations);
bool generator_failed(const struct generator *generator);

/* Makes generation fail with a negative errno and a reason, unless it has failed already. */
void generator_fail(struct generator *generator, int error, const char *why);

/* Random numbers (random.h). They depend only on the trace's seed. */
uint64_t generator_random(struct generator *generator);
uint64_t generator_below(struct generator *generator, uint64_t bound); /* 0..bound-1, unbiased */
double generator_uniform(struct generator *generator);		       /* in (0,1) */
double generator_exponential(struct generator *generator);	       /* mean 1 */
double generator_normal(struct generator *generator);		       /* mean 0, deviation 1 */

#endif
