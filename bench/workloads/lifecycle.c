/*
 * lifecycle - all timers are armed and re-armed, half are stopped, and the rest expire
 *
 * PROGRAM. None. The workload does the four operations of an event loop's timers one after the
 * other, each in a phase of its own, on n timers. Programs mix the operations, and a mix does not
 * show which operation is expensive. The passes that measure an event loop's interface (event_add,
 * event_add again, event_del, and expiry with its callback) use this workload.
 *
 * PARAMETERS. n deadlines, uniform over `range` (1 s, assumed; only its ratio to the grain matters)
 * and at least `range` ahead, so that no timer is due before the last phase. Each phase takes the
 * timers in random order, so memory is accessed at random, as in a program whose connections come
 * and go.
 *
 * FOUR MEASURED PHASES: "arm", n arms; "re-arm", n re-arms to a new deadline; "stop", half of the
 * timers removed; "expire", in which time advances until the other half have fired, about `batch`
 * in each turn (loop iteration). There is exactly one lifecycle, 3 n operations, whatever number of
 * operations was asked for. Time stands still except in the last phase.
 *
 * PREDICTION. Arming and expiring are as in fill-drain. For most structures a re-arm is a removal
 * and an arm. A stop costs a heap log n in the worst case and next to nothing on average, since a
 * random timer is near the bottom. It costs a list or a wheel one unlinking.
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
	  NULL, "deadlines are between one and two ranges away" },
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
 * One phase: calls `operate` for the first `count` timers in a new random order, in turns of a
 * batch.
 */
static void take_all(struct lifecycle *lifecycle, const char *phase, uint64_t count,
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
 * Expires all timers in turns of equal length from `range` to 2 `range`, about a batch in each
 * turn.
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
	take_all(&lifecycle, "arm", n, arm);
	take_all(&lifecycle, "re-arm", n, arm);
	take_all(&lifecycle, "stop", n / 2, stop);
	expire_all(&lifecycle);
	free(lifecycle.order);
}

const struct workload workload_lifecycle = {
	.name = "lifecycle",
	.summary = "timers are armed, re-armed, half of them stopped, the rest expire: each apart",
	.source = "the four operations of an event loop's timers. The range of 1 s is assumed",
	.prediction =
		"arming is O(1) for wheels and, with random deadlines, for heaps; a re-arm costs "
		"a removal and an arm; a random timer is near a heap's leaves when it is stopped; "
		"expiring costs heaps log n",
	.options = lifecycle_specs,
	.options_size = sizeof(struct lifecycle_options),
	.variants = lifecycle_variants,
	.generate = lifecycle_generate,
};
