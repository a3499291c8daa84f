/*
 * generator.h - what a workload generates its trace with: random numbers, operations, an oracle
 *
 * A workload calls these in the order in which its program would act. The generator writes the
 * trace, keeps the virtual clock, and runs the oracle that knows what is armed and what fires.
 *
 * Errors are sticky: once writing or memory has failed, everything that follows does nothing,
 * generator_advance returns 0 and generator_failed tells; loops end because generator_done is true.
 */
#ifndef GENERATOR_H
#define GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct generator;

/*
 * Must come first: how many timers there are (ids 0..ids-1, the workload's own numbering; the
 * generator permutes them on the way out) and the grain (ns) that all times are rounded to.
 */
void generator_begin(struct generator *generator, uint64_t ids, uint64_t grain);

/*
 * Begins a phase. In measured phases operations are counted and timed. Two measured phases may
 * follow each other; each is reported by its name.
 */
void generator_mark(struct generator *generator, const char *phase, bool measured);

/* Arms (or re-arms) a timer to fire `interval` ns from now, rounded up to the grain, at least one.
 */
void generator_arm(struct generator *generator, uint64_t id, uint64_t interval);

/* Arms at a point in time that is no relative timeout: nothing to group by. */
void generator_arm_absolute(struct generator *generator, uint64_t id, uint64_t deadline);

/*
 * Arms for `interval` ns, counted from another point in time than now: the time stamp of a message,
 * say. The deadline is `from` + `interval`, rounded up to the grain; the interval is what
 * structures may group by. A program that does so may give one interval deadlines that go back.
 */
void generator_arm_from(struct generator *generator, uint64_t id, uint64_t interval, uint64_t from);

/* Stops an armed timer that its owner keeps (disarm) or gives up (remove). */
void generator_disarm(struct generator *generator, uint64_t id);
void generator_remove(struct generator *generator, uint64_t id);

/*
 * One turn of the loop: time moves to `now` (rounded up to the grain; never back) and what is due
 * fires. Returns how many, and their ids in order of deadline, valid until the next advance.
 */
size_t generator_advance(struct generator *generator, uint64_t now, const uint64_t **fired);

uint64_t generator_now(const struct generator *generator);
bool generator_armed(const struct generator *generator, uint64_t id);

/* The earliest armed deadline, TIMER_NEVER if none. */
uint64_t generator_earliest(const struct generator *generator);

/* Operations (arms, disarms, removes, firings) in the present phase so far. */
uint64_t generator_operations(const struct generator *generator);

/* Whether the present phase has `operations` of them, or generating has failed. */
bool generator_done(const struct generator *generator, uint64_t operations);
bool generator_failed(const struct generator *generator);

/* Makes generating fail with a negative errno and a reason, unless it has failed already. */
void generator_fail(struct generator *generator, int error, const char *why);

/* Random numbers, from the trace's seed alone (xoshiro256**, Blackman and Vigna 2018). */
uint64_t generator_random(struct generator *generator);
uint64_t generator_below(struct generator *generator, uint64_t bound); /* 0..bound-1, unbiased */
double generator_uniform(struct generator *generator);		       /* in (0,1) */
double generator_exponential(struct generator *generator);	       /* mean 1 */
double generator_normal(struct generator *generator);		       /* mean 0, deviation 1 */

#endif
