/*
 * draw.h - durations as the workloads draw them, plain and size-biased, and whole turns
 *
 * Two facts from renewal theory (Feller, vol. II, ch. XI) are behind every fill that starts in the
 * steady state. A point in time picked at random falls into a long interval rather than a short
 * one: the interval it falls into is size-biased, its density x f(x) / mean. And it falls anywhere
 * in that interval with equal chance. So a timer that is found armed has the age U X*, and the
 * residual life (1 - U) X*, where X* is drawn size-biased.
 */
#ifndef WORKLOADS_DRAW_H
#define WORKLOADS_DRAW_H

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/workload.h"
#include "structures/timer.h"

/*
 * No duration is longer: 2^60 ns, 36 years. It keeps deadlines of heavy tails within 64 bits; what
 * lies beyond fires in no trace either way.
 */
#define LONGEST_DURATION (UINT64_C(1) << 60)

/*
 * Zeroed memory for a workload's own state; NULL, and the generator has failed, when there is none.
 * The caller frees it.
 */
static inline void *workload_memory(struct generator *generator, uint64_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		generator_fail(generator, -ENOMEM, "not enough memory for the workload");
	return memory;
}

/* A duration of `ns`, rounded up to the grain, at least one grain. */
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
 * How long a turn of the loop takes: the multiple of the grain that is nearest to `ns`, at least
 * one. Turns of whole grains are all equally long, so a lifetime is a whole number of turns.
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

/* How many turns pass until the first that is at or after `ns` from now, at least one. */
static inline uint64_t turns_until(uint64_t ns, uint64_t turn)
{
	uint64_t turns = ns / turn + (ns % turn != 0);

	return turns ? turns : 1;
}

static inline double draw_between(struct generator *generator, double low, double high)
{
	return low + (high - low) * generator_uniform(generator);
}

/* Uniform on low..high, size-biased: the square is uniform. */
static inline double draw_between_biased(struct generator *generator, double low, double high)
{
	return sqrt(draw_between(generator, low * low, high * high));
}

/* Exponential with mean 1, size-biased: Erlang of two stages. */
static inline double draw_exponential_biased(struct generator *generator)
{
	double first = generator_exponential(generator);

	return first + generator_exponential(generator);
}

static inline double draw_lognormal(struct generator *generator, double median, double sigma)
{
	return median * exp(sigma * generator_normal(generator));
}

/* Lognormal, size-biased: lognormal again, the median larger by exp(sigma squared). */
static inline double draw_lognormal_biased(struct generator *generator, double median, double sigma)
{
	return draw_lognormal(generator, median * exp(sigma * sigma), sigma);
}

static inline double lognormal_mean(double median, double sigma)
{
	return median * exp(sigma * sigma / 2);
}

/* The chance that a lognormal duration is shorter than `limit`. */
static inline double lognormal_below(double median, double sigma, double limit)
{
	return 0.5 * erfc(-log(limit / median) / (sigma * sqrt(2)));
}

#endif
