/*
 * draw.h - the random durations of the workloads, plain and size-biased, and whole turns
 *
 * A turn is a loop iteration. Each fill that starts in the steady state rests on two facts of
 * renewal theory (Feller, vol. II, ch. XI). First, a random point in time falls into a long
 * interval more often than into a short one: the interval that contains it is size-biased, with the
 * density x f(x) / mean. Second, the point is uniformly distributed within that interval. So a
 * timer that is found armed has the age U X* and the residual life (1 - U) X*, where X* is drawn
 * size-biased.
 */
#ifndef WORKLOADS_DRAW_H
#define WORKLOADS_DRAW_H

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/workload.h"
#include "structures/timer.h"

/*
 * The longest duration: 2^60 ns, 36 years. It keeps the deadlines of heavy-tailed distributions
 * within 64 bits. No trace runs long enough for a timer beyond it to fire.
 */
#define LONGEST_DURATION (UINT64_C(1) << 60)

/*
 * Allocates zeroed memory for a workload's own state, which the caller frees. If there is none,
 * makes the generator fail and returns NULL.
 */
static inline void *workload_memory(struct generator *generator, uint64_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		generator_fail(generator, -ENOMEM, "not enough memory for the workload");
	return memory;
}

/*
 * A duration of `ns` (at most LONGEST_DURATION), rounded up to a multiple of the grain that is not
 * 0.
 */
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
 * The length of a turn: the multiple of the grain that is nearest to `ns`, at least one grain. All
 * turns of a trace then have the same length, and a lifetime is a whole number of turns.
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

/* The number of turns until the first one that ends at or after `ns` from now; at least 1. */
static inline uint64_t turns_until(uint64_t ns, uint64_t turn)
{
	uint64_t turns = ns / turn + (ns % turn != 0);

	return turns ? turns : 1;
}

static inline double draw_between(struct generator *generator, double low, double high)
{
	return low + (high - low) * generator_uniform(generator);
}

/* Uniform on low..high, size-biased: its square is uniform. */
static inline double draw_between_biased(struct generator *generator, double low, double high)
{
	return sqrt(draw_between(generator, low * low, high * high));
}

/* Exponential with mean 1, size-biased: an Erlang distribution of two stages. */
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
 * Lognormal, size-biased: lognormal with a median that is larger by the factor exp(sigma squared).
 */
static inline double draw_lognormal_biased(struct generator *generator, double median, double sigma)
{
	return draw_lognormal(generator, median * exp(sigma * sigma), sigma);
}

static inline double lognormal_mean(double median, double sigma)
{
	return median * exp(sigma * sigma / 2);
}

/* The probability that a lognormal duration is shorter than `limit`. */
static inline double lognormal_below(double median, double sigma, double limit)
{
	return 0.5 * erfc(-log(limit / median) / (sigma * sqrt(2)));
}

#endif
