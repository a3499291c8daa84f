/*
 * fill-drain - n timers are armed, then all expire: growing and shrinking, measured apart
 *
 * PROGRAM. The Up/Down pattern of the event-set literature (Roenngren and Ayani, TOMACS 1997), and
 * what most published timer benchmarks do, usually with deadlines in the order of insertion, which
 * flatters heaps and lists alike. Here deadlines are independent, so their order is random.
 *
 * PARAMETERS. n deadlines, exponential or uniform with mean 1 s (assumed; only the ratio to the
 * grain matters).
 *
 * TWO MEASURED PHASES, no unmeasured fill: "fill", n arms in turns of `batch`, and "drain", in
 * which time advances until all have fired. Exactly one fill and one drain are made whatever number
 * of operations was asked for: 2 n operations are measured. Repeating the pair at small n would
 * warm the caches for the second fill, which is the very thing that the pair is about.
 *
 * Time stands still during the fill, as for a program that arms everything within a tick of its
 * clock, so that exactly n timers are armed at its end. The drain's turns end at the distribution's
 * quantiles, so that each fires about `batch`; the few that lie beyond the last are taken in steps
 * of one mean. Together they cover all deadlines: about ln n + 0.6 means if exponential, two if
 * uniform.
 *
 * PREDICTION. Fill: wheels and radix structures O(1) and flat; heaps O(1) too, since a random
 * deadline rises less than two levels on average; trees and skip lists O(log n). Drain: heaps pay
 * the whole price, log n levels for each timer, while wheels cascade; the cached heap of arity 4
 * wins while it fits the cache. The sum, not either half, is what sorting n timers costs.
 */
#include "draw.h"

enum { EXPONENTIAL, UNIFORM };

static const char *const distributions[] = { "exponential", "uniform", NULL };

struct fill_drain_options {
	struct workload_common common;
	int distribution;
	uint64_t mean; /* ns */
};

static const struct option_spec fill_drain_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct fill_drain_options),
	{ "dist", OPTION_WORD, offsetof(struct fill_drain_options, distribution), 0, 0,
	  "exponential", distributions, "distribution of the deadlines" },
	{ "mean", OPTION_DURATION, offsetof(struct fill_drain_options, mean), 1e3, 1e15, "1s", NULL,
	  "mean deadline" },
	{ .name = NULL },
};

static const char *const fill_drain_variants[] = { "", "dist=uniform", NULL };

/* The deadline that a share `below` of the timers does not exceed. */
static double quantile(const struct fill_drain_options *options, double below)
{
	double mean = (double)options->mean;

	return options->distribution == UNIFORM ? 2 * mean * below : -mean * log1p(-below);
}

static void fill_drain_generate(struct generator *generator, const void *given, uint64_t n,
				uint64_t operations)
{
	const struct fill_drain_options *options = given;
	uint64_t grain = options->common.grain;
	uint64_t batch = workload_batch(&options->common, n);
	const uint64_t *fired;

	(void)operations;
	generator_begin(generator, n, grain);
	generator_mark(generator, "fill", true);
	for (uint64_t id = 0; id < n; id++) {
		double below = generator_uniform(generator);

		generator_arm(generator, id, whole_grains(quantile(options, below), grain));
		if ((id + 1) % batch == 0)
			generator_advance(generator, 0, &fired);
	}

	generator_mark(generator, "drain", true);
	for (uint64_t left = n; !generator_failed(generator);) {
		uint64_t earliest = generator_earliest(generator), until;

		if (earliest == TIMER_NEVER)
			break;
		left = left > batch ? left - batch : 0;
		if (left)
			until = whole_grains(quantile(options, 1 - (double)left / (double)n),
					     grain);
		else
			until = generator_now(generator) + options->mean;
		generator_advance(generator, until > earliest ? until : earliest, &fired);
	}
}

const struct workload workload_fill_drain = {
	.name = "fill-drain",
	.summary = "n timers are armed, then all expire: growing and shrinking, measured apart",
	.source = "Up/Down of Roenngren and Ayani, TOMACS 1997. The mean of 1 s is assumed",
	.prediction = "filling is O(1) for wheels and, with random deadlines, for heaps; draining "
		      "costs heaps log n levels and wheels their cascades; trees pay when filling",
	.options = fill_drain_specs,
	.options_size = sizeof(struct fill_drain_options),
	.variants = fill_drain_variants,
	.generate = fill_drain_generate,
};
