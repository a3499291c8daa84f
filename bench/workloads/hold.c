/*
 * hold - every timer fires and is armed again at once, as in a simulator
 *
 * PROGRAM. The hold model, the classic measure of event sets. n timers are always armed. The loop
 * fires the due timers and arms each again for a random increment from now. Discrete-event
 * simulators work like this. For an event loop it is the worst case: no timeout is ever stopped, so
 * all of them must be sorted.
 *
 * PARAMETERS. The increment is `mean` times a number with mean 1, which is computed from r, uniform
 * on (0,1). The number in brackets is 1 - G, where G is the Gini coefficient of the distribution.
 * An insertion into a sorted list passes the share 1 - G of the list if it searches from the head,
 * and G if it searches from the tail.
 *
 *	exponential	-ln r					[0.500]
 *	uniform		2 r					[0.667]
 *	biased		0.9 + 0.2 r				[0.967]
 *	bimodal		2/21 r, and 200/21 more one time in 10	[0.130]
 *	triangular	1.5 sqrt r				[0.800]
 *	pareto		(1 - 1/alpha) r^(-1/alpha)		[0.500 at alpha 1.5]
 *
 * The first five are the distributions of Jones (CACM 1986) and of McCormack and Sargent (1981).
 * Tang et al. (TOMACS 2005) claim that the ladder queue copes with Pareto of infinite variance.
 * Published code has 0.95238 r + (10 %: 9.5238) for the bimodal distribution. Its mean is 1.43,
 * because a decimal point slipped. With nine short increments for each long increment, which is a
 * hundred times as long, the mean is 1 for 0.095238 r. (2/21 is 0.095238, and 200/21 is 9.5238.)
 *
 * The mean itself (1 s) is assumed. Only its ratio to the grain (the trace's unit of time) matters
 * to structures.
 *
 * STEADY STATE. It holds from the first turn (loop iteration). The fill gives each timer the
 * residual life of a running interval: the interval is drawn size-biased, and a random part of it
 * has passed (draw.h). Size-biased, the exponential distribution is an Erlang distribution of two
 * stages. The uniform distribution on a..b is the square root of the uniform distribution on
 * a^2..b^2. This also holds for biased, and for both modes of bimodal; the long mode is chosen with
 * probability 0.1 x (its mean) = 201/210. The triangular distribution is 1.5 cbrt r, and Pareto is
 * Pareto with alpha - 1. A timer fires in the first turn that ends at or after its deadline, so its
 * lifetime is a whole number of turns. Rejection sampling weights the timers by their lifetimes
 * rounded up to turns. So n timers are armed after each turn, and the expected number of firings is
 * the same in every turn, for any n.
 *
 * TURNS take batch x mean / n, so that about `batch` timers fire in each. The loop sleeps through
 * turns in which no timer is due. A million operations on a million timers are half a million holds
 * and last for half of a mean. Under Pareto, 4 % of the timers that are armed at any time have
 * deadlines more than a hundred means ahead.
 *
 * PREDICTION. Heaps: O(log n), and from some 1e5 timers on a cache miss for every level below the
 * top ones. Keys beside the pointers more than halve this cost; arity 4 saves little more. Wheels
 * pay a cascade for each level, which walks a list through cold memory. They are slower than the
 * heap of arity 4 with cached keys for all n that fit into the cache. A sorted list costs 1 - G of
 * its length and cannot compete for n of 1e3 and more. Structures that group by interval find no
 * groups, and cost as much as their inner heap plus overhead. Lazy variants save nothing. Biased
 * increments are nearly first in, first out, and favour structures that insert at the tail. Bimodal
 * and Pareto hurt calendar queues, which have one bucket width for all.
 */
#include "draw.h"

enum { EXPONENTIAL, UNIFORM, BIASED, BIMODAL, TRIANGULAR, PARETO };

static const char *const distributions[] = { "exponential", "uniform", "biased", "bimodal",
					     "triangular",  "pareto",  NULL };

struct hold_options {
	struct workload_common common;
	int distribution;
	double alpha;
	uint64_t mean; /* ns */
};

static const struct option_spec hold_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct hold_options),
	{ "dist", OPTION_WORD, offsetof(struct hold_options, distribution), 0, 0, "exponential",
	  distributions, "distribution of the increments" },
	{ "alpha", OPTION_REAL, offsetof(struct hold_options, alpha), 1.1, 100, "1.5", NULL,
	  "exponent of the Pareto distribution" },
	{ "mean", OPTION_DURATION, offsetof(struct hold_options, mean), 1e3, 1e15, "1s", NULL,
	  "mean increment" },
	{ .name = NULL },
};

static const char *const hold_variants[] = {
	"", "dist=uniform", "dist=biased", "dist=bimodal", "dist=triangular", "dist=pareto", NULL
};

#define SHORT_MODE (2.0 / 21)
#define LONG_MODE  (200.0 / 21)

/* Draws an increment with mean 1. */
static double increment(struct generator *generator, const struct hold_options *options)
{
	double r = generator_uniform(generator);

	switch (options->distribution) {
	case UNIFORM:
		return 2 * r;
	case BIASED:
		return 0.9 + 0.2 * r;
	case BIMODAL:
		return SHORT_MODE * r + (generator_uniform(generator) < 0.1 ? LONG_MODE : 0);
	case TRIANGULAR:
		return 1.5 * sqrt(r);
	case PARETO:
		return (1 - 1 / options->alpha) * pow(r, -1 / options->alpha);
	default:
		return -log(r);
	}
}

/* Draws a size-biased increment, from the distribution with mean 1. */
static double increment_biased(struct generator *generator, const struct hold_options *options)
{
	const double long_share = 0.1 * (LONG_MODE + SHORT_MODE / 2);

	switch (options->distribution) {
	case UNIFORM:
		return draw_between_biased(generator, 0, 2);
	case BIASED:
		return draw_between_biased(generator, 0.9, 1.1);
	case BIMODAL:
		if (generator_uniform(generator) < long_share)
			return draw_between_biased(generator, LONG_MODE, LONG_MODE + SHORT_MODE);
		return draw_between_biased(generator, 0, SHORT_MODE);
	case TRIANGULAR:
		return 1.5 * cbrt(generator_uniform(generator));
	case PARETO:
		return (1 - 1 / options->alpha) *
		       pow(generator_uniform(generator), -1 / (options->alpha - 1));
	default:
		return draw_exponential_biased(generator);
	}
}

/*
 * Draws the residual life of the interval in which a timer is found. The weight of an interval x
 * must be its length in whole turns, which is at most x + turn. So the function draws x from a
 * mixture with the weight x + turn, and accepts it with a probability that is the ratio of the two
 * weights. The timer was armed in any of the interval's turns with equal probability.
 */
static uint64_t residual(struct generator *generator, const struct hold_options *options,
			 uint64_t turn)
{
	double mean = (double)options->mean, width = (double)turn;

	for (;;) {
		bool biased = generator_uniform(generator) < mean / (mean + width);
		double x = mean * (biased ? increment_biased(generator, options)
					  : increment(generator, options));
		uint64_t interval = whole_grains(x, options->common.grain);
		uint64_t turns = turns_until(interval, turn);
		double weight = (double)turns * width / ((double)interval + width);

		if (generator_uniform(generator) < weight)
			return interval - generator_below(generator, turns) * turn;
	}
}

/* Returns the end of the next turn in which a timer is due. */
static uint64_t next_turn(const struct generator *generator, uint64_t turn)
{
	uint64_t now = generator_now(generator), earliest = generator_earliest(generator);
	uint64_t turns = earliest > now ? turns_until(earliest - now, turn) : 1;

	return now + turns * turn;
}

static void hold_generate(struct generator *generator, const void *given, uint64_t n,
			  uint64_t operations)
{
	const struct hold_options *options = given;
	uint64_t grain = options->common.grain;
	double mean = (double)options->mean;
	uint64_t batch = workload_batch(&options->common, n);
	uint64_t turn = turn_length((double)batch * mean / (double)n, grain);

	generator_begin(generator, n, grain);
	generator_mark(generator, "fill", false);
	for (uint64_t id = 0; id < n; id++)
		generator_arm(generator, id, residual(generator, options, turn));

	generator_mark(generator, "steady", true);
	while (!generator_done(generator, operations)) {
		const uint64_t *fired;
		size_t count = generator_advance(generator, next_turn(generator, turn), &fired);

		for (size_t i = 0; i < count; i++) {
			double x = mean * increment(generator, options);

			generator_arm(generator, fired[i], whole_grains(x, grain));
		}
	}
}

const struct workload workload_hold = {
	.name = "hold",
	.summary = "every timer fires and is armed again at once, as in a simulator",
	.source = "hold model: Jones, CACM 1986; McCormack and Sargent 1981; Pareto after Tang et "
		  "al., TOMACS 2005. The mean of 1 s is assumed",
	.prediction = "heaps with cached keys win until n outgrows the caches, wheels pay for "
		      "cascades, grouping by interval and lazy re-arms gain nothing, a "
		      "sorted list is too slow from 1e3 on",
	.options = hold_specs,
	.options_size = sizeof(struct hold_options),
	.variants = hold_variants,
	.generate = hold_generate,
};
