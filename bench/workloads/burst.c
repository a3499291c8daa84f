/*
 * burst - herds of timers with one deadline: all expire at once and are all armed again
 *
 * PROGRAM. Many objects share a deadline: the entries of a cache that were loaded together, the
 * objects of a game with one clock, clients that were accepted together after a restart. All timers
 * of a herd expire in a single advance, and the program arms all of them for the next period.
 *
 * PARAMETERS, all assumed. One herd of n timers and a period of 1 s. groups=G makes G herds of n /
 * G timers, whose deadlines are evenly spaced over the period.
 *
 * STEADY STATE. The fill arms each herd at a different time, for one period. Afterwards each
 * advance ends at a herd's deadline, and the loop sleeps in between.
 *
 * TURNS (loop iterations) are whole herds, whatever `batch` is, because the workload measures
 * herds. Every herd fires at least once, even if fewer operations are requested. So with a million
 * timers, a million requested operations become two million: a million firings in one advance and a
 * million arms, in one period.
 *
 * PREDICTION. The workload measures how a structure expires many timers at once. Wheels and
 * common-timeout walk one long list through cold memory, and each load waits for the previous load.
 * Structures with arrays of pointers can have many loads in flight and should be several times as
 * fast. Heaps pay O(log n) for each timer, although equal deadlines may fire in any order. Arming
 * is cheap for heaps, because equal deadlines need no sifting. Only the argument `max` of expire
 * bounds the latency of a call.
 */
#include "draw.h"

struct burst_options {
	struct workload_common common;
	uint64_t groups;
	uint64_t period; /* ns */
};

static const struct option_spec burst_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct burst_options),
	{ "groups", OPTION_COUNT, offsetof(struct burst_options, groups), 1, 1e9, "1", NULL,
	  "number of herds (at most n)" },
	{ "period", OPTION_DURATION, offsetof(struct burst_options, period), 1e3, 1e15, "1s", NULL,
	  "time between two firings of a herd" },
	{ .name = NULL },
};

static const char *const burst_variants[] = { "", "groups=16", NULL };

static void burst_generate(struct generator *generator, const void *given, uint64_t n,
			   uint64_t operations)
{
	const struct burst_options *options = given;
	uint64_t grain = options->common.grain;
	uint64_t period = whole_grains((double)options->period, grain);
	uint64_t groups = options->groups < n ? options->groups : n;
	const uint64_t *fired;
	uint64_t spacing, moments;

	if (groups > period / grain)
		groups = period / grain;
	spacing = period / groups / grain * grain;

	generator_begin(generator, n, grain);
	generator_mark(generator, "fill", false);
	for (uint64_t id = 0, group = 0; id < n; id++) {
		for (; id >= (group + 1) * n / groups; group++)
			generator_advance(generator, (group + 1) * spacing, &fired);
		generator_arm(generator, id, period);
	}

	generator_mark(generator, "steady", true);
	for (moments = 0; moments < groups || !generator_done(generator, operations); moments++) {
		size_t count = generator_advance(generator, generator_earliest(generator), &fired);

		if (generator_failed(generator))
			break;
		for (size_t i = 0; i < count; i++)
			generator_arm(generator, fired[i], period);
	}
}

const struct workload workload_burst = {
	.name = "burst",
	.summary = "herds of timers with one deadline: all expire at once and are armed again",
	.source = "assumed: deadlines that many objects share",
	.prediction = "limited by how fast cold timers expire: arrays of pointers beat linked "
		      "lists several times over, heaps pay O(log n) for each timer",
	.options = burst_specs,
	.options_size = sizeof(struct burst_options),
	.variants = burst_variants,
	.generate = burst_generate,
};
