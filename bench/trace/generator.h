/*
 * generator.h - what a workload generates its trace with: random numbers, operations, an oracle
 *
 * A workload calls these functions in the order in which its program would act. The generator
 * writes the trace, keeps the virtual clock, and runs the oracle, which holds the armed timers and
 * determines which of them fire.
 *
 * Errors are sticky. After the first failure (of writing, or for lack of memory) all functions do
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
 * Must be called first. The workload numbers its timers 0..ids-1; the generator permutes these ids
 * at random before it writes them. All times are rounded up to multiples of `grain` (ns).
 */
void generator_begin(struct generator *generator, uint64_t ids, uint64_t grain);

/*
 * Begins a phase. Operations are counted and timed in measured phases only. Measured phases may
 * follow each other; each is reported under its name.
 */
void generator_mark(struct generator *generator, const char *phase, bool measured);

/*
 * Arms or re-arms a timer to expire `interval` ns from now. The interval is rounded up to a
 * multiple of the grain that is not 0.
 */
void generator_arm(struct generator *generator, uint64_t id, uint64_t interval);

/*
 * Arms a timer for a deadline that comes from no relative timeout. Structures get no interval to
 * group it by.
 */
void generator_arm_absolute(struct generator *generator, uint64_t id, uint64_t deadline);

/*
 * Arms a timer `interval` ns after the time `from`, for example the time stamp of a message. The
 * deadline is `from` + `interval`, rounded up to the grain. Structures may group the timer by the
 * interval. Deadlines of one interval need not be in the order in which the timers are armed.
 */
void generator_arm_from(struct generator *generator, uint64_t id, uint64_t interval, uint64_t from);

/*
 * Stops an armed timer: disarm if the owner keeps the timer's memory, remove if the owner frees it.
 */
void generator_disarm(struct generator *generator, uint64_t id);
void generator_remove(struct generator *generator, uint64_t id);

/*
 * One loop iteration. Time advances to `now` (rounded up to the grain, never back), and all due
 * timers fire. Returns their number and stores their ids in order of deadline; the ids are valid
 * until the next advance.
 */
size_t generator_advance(struct generator *generator, uint64_t now, const uint64_t **fired);

uint64_t generator_now(const struct generator *generator);
bool generator_armed(const struct generator *generator, uint64_t id);

/* The earliest deadline of the armed timers, or TIMER_NEVER if none is armed. */
uint64_t generator_earliest(const struct generator *generator);

/* Operations (arms, disarms, removes and firings) so far in the current phase. */
uint64_t generator_operations(const struct generator *generator);

/*
 * generator_done: whether the current phase has at least `operations` operations, or generation has
 * failed. generator_failed: whether it has failed.
 */
bool generator_done(const struct generator *generator, uint64_t operations);
bool generator_failed(const struct generator *generator);

/* Makes generation fail with a negative errno and a reason, unless it has failed already. */
void generator_fail(struct generator *generator, int error, const char *why);

/* Random numbers (random.h). They depend on the trace's seed alone. */
uint64_t generator_random(struct generator *generator);
uint64_t generator_below(struct generator *generator, uint64_t bound); /* 0..bound-1, unbiased */
double generator_uniform(struct generator *generator);		       /* in (0,1) */
double generator_exponential(struct generator *generator);	       /* mean 1 */
double generator_normal(struct generator *generator);		       /* mean 0, deviation 1 */

#endif
