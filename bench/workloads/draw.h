/*
 * draw.h - the random durations of the workloads, plain and size-biased, and whole turns
 *
 * A turn is a loop iteration. A fill that reaches the steady state directly uses two facts of
 * renewal theory (Feller, vol. II, ch. XI). First, a random point in time falls into a long
 * interval more often than into a short one: the interval that contains the point is size-biased,
 * with the density x f(x) / mean. Second, the point is uniformly distributed in this interval. So a
 * timer that is armed at a random time has the age U X* and the residual life (1 - U) X*, where U
 * is uniform on (0,1) and X* is drawn size-biased.
 */
#ifndef WORKLOADS_DRAW_H
#define WORKLOADS_DRAW_H

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/workload.h"
#include "structures/timer.h"

/*
 * The longest duration: 2^60 ns, 36 years. It limits the deadlines of heavy-tailed distributions to
 * 64 bits. No trace is long enough for a timer with a longer duration to fire.
 */
#define LONGEST_DURATION (UINT64_C(1) << 60)

/*
 * Allocates zeroed memory for a workload's own state. The caller frees it. If memory runs out,
 * makes the generator fail and returns NULL.
 */
static inline void *workload_memory(struct generator *generator, uint64_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		generator_fail(generator, -ENOMEM, "not enough memory for the workload");
	return memory;
}

/* Returns `ns` (at most LONGEST_DURATION), rounded up to a multiple of the grain that is not 0. */
static inline uint64_t whole_grains(double ns, uint64_t grain)
{
	uint64_t whole;

	if (!(ns < (double)LONGEST_DURATION))
		return LONGEST_DURATION / grain * grain;
	whole = ns > 0 ? (uint64_t)ceil(ns) : 1;
	if (whole == 0)
		whole = 1;
	return (whole + grain - 1) / grain * grain;
}

/*
 * Returns the length of a turn: the multiple of the grain that is nearest to `ns`, at least one
 * grain. All turns of a trace then have the same length, and a lifetime is a whole number of turns.
 */
static inline uint64_t turn_length(double ns, uint64_t grain)
{
	double grains = round(ns / (double)grain);

	if (!(grains > 1))
		return grain;
	if (grains > (double)(LONGEST_DURATION / grain))
		return LONGEST_DURATION / grain * grain;
	return (uint64_t)grains * grain;
}

/*
 * Returns the number of turns, at least 1, until the first turn that ends at or after `ns` from
 * now.
 */
static inline uint64_t turns_until(uint64_t ns, uint64_t turn)
{
	uint64_t turns = ns / turn + (ns % turn != 0);

	return turns ? turns : 1;
}

static inline double draw_between(struct generator *generator, double low, double high)
{
	return low + (high - low) * generator_uniform(generator);
}

/*
 * Draws from the size-biased uniform distribution on low..high. The square of the result is
 * uniform.
 */
static inline double draw_between_biased(struct generator *generator, double low, double high)
{
	return sqrt(draw_between(generator, low * low, high * high));
}

/*
 * Draws from the size-biased exponential distribution with mean 1, an Erlang distribution of two
 * stages.
 */
static inline double draw_exponential_biased(struct generator *generator)
{
	double first = generator_exponential(generator);

	return first + generator_exponential(generator);
}

static inline double draw_lognormal(struct generator *generator, double median, double sigma)
{
	return median * exp(sigma * generator_normal(generator));
}

/*
 * Draws from the size-biased lognormal distribution, which is lognormal with a median that is
 * larger by the factor exp(sigma squared).
 */
static inline double draw_lognormal_biased(struct generator *generator, double median, double sigma)
{
	return draw_lognormal(generator, median * exp(sigma * sigma), sigma);
}

static inline double lognormal_mean(double median, double sigma)
{
	return median * exp(sigma * sigma / 2);
}

/* Returns the probability that a lognormal duration is shorter than `limit`. */
static inline double lognormal_below(double median, double sigma, double limit)
{
	return 0.5 * erfc(-log(limit / median) / (sigma * sqrt(2)));
}

#endif
