/*
 * lifecycle - all timers are armed and re-armed, half are stopped, and the rest expire
 *
 * PROGRAM. This workload models no program. It does the four operations of an event loop's timers
 * on n timers, each operation in a phase of its own. Programs mix the operations, and a mix does
 * not show which operation is expensive. The benchmarks of an event loop's interface (event_add,
 * event_add again, event_del, and expiry with its callback) use this workload.
 *
 * PARAMETERS. Each arm and re-arm draws a deadline uniformly between `range` and 2 `range`. So no
 * timer is due before the last phase. `range` is 1 s by assumption; only its ratio to the grain,
 * the unit of time of the trace, matters. The first three phases take the timers in random order.
 * So memory is accessed at random, as in a server.
 *
 * FOUR MEASURED PHASES: "arm", n arms; "re-arm", n re-arms to new deadlines; "stop", n/2 removals;
 * "expire", in which time advances until the rest have fired, about `batch` in each turn (loop
 * iteration). The trace always has 3 n operations. The requested number of operations is ignored.
 * Time stands still except in the last phase.
 *
 * PREDICTION. For arming and expiring, see the prediction of fill-drain. For most structures a
 * re-arm is a removal and an arm. In a heap, a stop is O(log n) at worst and O(1) on average,
 * because most timers are near the leaves. In a list or a wheel, a stop is one unlinking.
 */
#include <errno.h>
#include <stdlib.h>

#include "draw.h"

struct lifecycle_options {
	struct workload_common common;
	uint64_t range; /* ns */
};

static const struct option_spec lifecycle_specs[] = {
	WORKLOAD_COMMON_OPTIONS(struct lifecycle_options),
	{ "range", OPTION_DURATION, offsetof(struct lifecycle_options, range), 1e3, 1e15, "1s",
	  NULL, "each deadline is drawn between 1 and 2 times this" },
	{ .name = NULL },
};

static const char *const lifecycle_variants[] = { "", NULL };

struct lifecycle {
	struct generator *generator;
	const struct lifecycle_options *options;
	uint64_t n, batch;
	uint64_t *order;
};

/* Fisher and Yates's shuffle in Durstenfeld's form. */
static void shuffle(struct lifecycle *lifecycle)
{
	for (uint64_t i = lifecycle->n; i > 1; i--) {
		uint64_t other = generator_below(lifecycle->generator, i);
		uint64_t kept = lifecycle->order[i - 1];

		lifecycle->order[i - 1] = lifecycle->order[other];
		lifecycle->order[other] = kept;
	}
}

static void arm(struct lifecycle *lifecycle, uint64_t id)
{
	double range = (double)lifecycle->options->range;
	double deadline = range * (1 + generator_uniform(lifecycle->generator));

	generator_arm(lifecycle->generator, id,
		      whole_grains(deadline, lifecycle->options->common.grain));
}

static void stop(struct lifecycle *lifecycle, uint64_t id)
{
	generator_remove(lifecycle->generator, id);
}

/*
 * Does one phase: shuffles all timers, and calls `operate` for the first `count`. A turn ends after
 * each batch.
 */
static void run_phase(struct lifecycle *lifecycle, const char *phase, uint64_t count,
		      void (*operate)(struct lifecycle *lifecycle, uint64_t id))
{
	const uint64_t *fired;

	shuffle(lifecycle);
	generator_mark(lifecycle->generator, phase, true);
	for (uint64_t i = 0; i < count && !generator_failed(lifecycle->generator); i++) {
		operate(lifecycle, lifecycle->order[i]);
		if ((i + 1) % lifecycle->batch == 0)
			generator_advance(lifecycle->generator, 0, &fired);
	}
}

/*
 * Advances from `range` in equal turns until no timer is armed. About one batch fires in each turn.
 */
static void expire_all(struct lifecycle *lifecycle)
{
	struct generator *generator = lifecycle->generator;
	uint64_t range = lifecycle->options->range, grain = lifecycle->options->common.grain;
	double share = (double)lifecycle->batch / ((double)lifecycle->n / 2 + 1);
	uint64_t turn = turn_length((double)range * (share < 1 ? share : 1), grain);
	uint64_t now = range;
	const uint64_t *fired;

	generator_mark(generator, "expire", true);
	while (generator_earliest(generator) != TIMER_NEVER && !generator_failed(generator)) {
		now += turn;
		generator_advance(generator, now, &fired);
	}
}

static void lifecycle_generate(struct generator *generator, const void *given, uint64_t n,
			       uint64_t operations)
{
	const struct lifecycle_options *options = given;
	struct lifecycle lifecycle = {
		.generator = generator,
		.options = options,
		.n = n,
		.batch = workload_batch(&options->common, n),
		.order = malloc(n * sizeof(*lifecycle.order)),
	};

	(void)operations;
	if (!lifecycle.order) {
		generator_fail(generator, -ENOMEM, "no memory for the order of timers");
		return;
	}
	for (uint64_t id = 0; id < n; id++)
		lifecycle.order[id] = id;
	generator_begin(generator, n, options->common.grain);
	run_phase(&lifecycle, "arm", n, arm);
	run_phase(&lifecycle, "re-arm", n, arm);
	run_phase(&lifecycle, "stop", n / 2, stop);
	expire_all(&lifecycle);
	free(lifecycle.order);
}

const struct workload workload_lifecycle = {
	.name = "lifecycle",
	.summary =
		"arms n timers, re-arms them, stops half, expires the rest; each in a phase of its own",
	.source = "the four operations of an event loop's timers. The range of 1 s is assumed",
	.prediction =
		"arming is O(1) for wheels and, with random deadlines, for heaps; a re-arm costs "
		"a removal and an arm; a stop is O(1) on average in a heap; "
		"expiring costs heaps log n",
	.options = lifecycle_specs,
	.options_size = sizeof(struct lifecycle_options),
	.variants = lifecycle_variants,
	.generate = lifecycle_generate,
};
