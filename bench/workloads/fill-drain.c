/*
 * fill-drain - n timers are armed, then all expire; filling and draining are measured separately
 *
 * PROGRAM. The workload is the Up/Down pattern of the event-set literature (Roenngren and Ayani,
 * TOMACS 1997). Most published timer benchmarks use this pattern, usually with deadlines in the
 * order of insertion, which favours heaps as well as lists. In this workload the deadlines are
 * independent, so their order is random.
 *
 * PARAMETERS. The n deadlines are exponential or uniform with mean 1 s. The mean is assumed; only
 * its ratio to the grain (the trace's unit of time) matters.
 *
 * TWO MEASURED PHASES, no unmeasured fill. "fill" is n arms in turns (loop iterations) of `batch`.
 * In "drain" time advances until all timers have fired. There is exactly one fill and one drain,
 * with 2 n operations together. The requested number of operations is ignored. The workload
 * measures cold memory, and with small n a second fill and drain would find the caches warm from
 * the first drain.
 *
 * Time stands still during the fill, as for a program that arms all timers within a tick of its
 * clock. So exactly n timers are armed at the end of the fill. The drain's turns end at quantiles
 * of the distribution, so that each turn fires about `batch` timers. The few timers beyond the last
 * quantile expire in steps of one mean. The drain lasts about ln n + 0.6 means if the distribution
 * is exponential, and two means if it is uniform.
 *
 * PREDICTION. Fill: wheels and radix structures are O(1) and flat. Heaps are O(1) too, since a
 * random deadline rises by less than two levels on average. Trees and skip lists are O(log n).
 * Drain: heaps pay log n levels for each timer, while wheels cascade. The heap of arity 4 with
 * cached keys wins while it fits into the cache. The cost of sorting n timers is the sum of both
 * phases, not either of them.
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

/* Returns the deadline that the share `below` of the timers does not exceed. */
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
	.summary = "n timers are armed, then all expire: filling and draining, measured apart",
	.source = "Up/Down of Roenngren and Ayani, TOMACS 1997. The mean of 1 s is assumed",
	.prediction = "filling is O(1) for wheels and, with random deadlines, for heaps; draining "
		      "costs heaps log n levels and wheels their cascades; trees pay in filling",
	.options = fill_drain_specs,
	.options_size = sizeof(struct fill_drain_options),
	.variants = fill_drain_variants,
	.generate = fill_drain_generate,
};
