/*
 * width.h - the attack `width` of the workload adversary: it spoils a calendar queue's day length
 */
#ifndef ADVERSARY_WIDTH_H
#define ADVERSARY_WIDTH_H

#include "bench/workloads/adversary/attack.h"

struct width {
	const struct attack *attack;
	uint64_t *close; /* ids of the close timers, in any order */
	uint64_t sparse_count, close_count;
	uint64_t swing;	     /* number of close timers that are stopped and armed again */
	uint64_t gap, width; /* ns: gap between sparse timers; range of the close timers */
	uint64_t base;	     /* time at which the current period began */
};

/*
 * Chooses the sizes. A calendar queue may double or halve its size when the number of timers passes
 * a power of two. So the attack lets the number of timers fall below half of the largest power of
 * two that is not above n.
 */
static inline void width_measure(struct width *width)
{
	const struct attack *attack = width->attack;
	uint64_t power = 1, low;

	while (power <= attack->n / 2)
		power *= 2;
	low = power > 2 ? power / 2 - 1 : attack->n;
	width->sparse_count = attack->n / 4 < SPARSE ? attack->n / 4 : SPARSE;
	width->close_count = attack->n - width->sparse_count;
	width->swing = attack->n - low < width->close_count ? attack->n - low : width->close_count;
	width->width = width->close_count * attack->grain;
	width->gap = whole_grains(fmin(attack->options->ratio * (double)attack->grain,
				       (double)LONGEST_DURATION / (2 * SPARSE)),
				  attack->grain);
	/* The first gap must have room for all turns that stop timers and arm them again. */
	if (width->gap < (2 * attack->n + 2) * attack->grain)
		width->gap = (2 * attack->n + 2) * attack->grain;
}

/* Returns the first deadline of the close timers in the current period. */
static inline uint64_t width_close(const struct width *width)
{
	return width->base + (width->sparse_count + 1) * width->gap;
}

static inline uint64_t width_period(const struct width *width)
{
	return (width->sparse_count + 1) * width->gap + width->width;
}

/*
 * Arms a close timer for a random deadline in the range of the close timers, `ahead` ns later than
 * this period's range.
 */
static inline void width_arm(const struct width *width, uint64_t id, uint64_t ahead)
{
	struct generator *generator = width->attack->generator;
	uint64_t place = generator_below(generator, width->close_count) * width->attack->grain;

	generator_arm_absolute(generator, id, width_close(width) + ahead + place);
}

static inline void width_swing(struct width *width)
{
	const struct attack *attack = width->attack;
	const uint64_t *fired;
	uint64_t *close = width->close;

	for (uint64_t i = 0; i < width->swing && !done(attack); i++) {
		uint64_t other = i + generator_below(attack->generator, width->close_count - i);
		uint64_t id = close[other];

		if (i % attack->batch == 0)
			pass(attack, attack->grain, &fired);
		close[other] = close[i];
		close[i] = id;
		stop(attack, id);
	}
	for (uint64_t i = 0; i < width->swing && !done(attack); i++) {
		if (i % attack->batch == 0)
			pass(attack, attack->grain, &fired);
		width_arm(width, close[i], 0);
	}
}

/* Fires the timers of the current period in turns, and arms each for the next period. */
static inline void width_fire(struct width *width)
{
	const struct attack *attack = width->attack;
	uint64_t period = width_period(width), end = width->base + period;
	uint64_t turn = attack->batch * attack->grain;

	while (generator_earliest(attack->generator) < end && !done(attack)) {
		const uint64_t *fired;
		uint64_t earliest = generator_earliest(attack->generator);
		uint64_t last = earliest + turn - attack->grain;
		size_t count;

		if (earliest < width_close(width))
			last = earliest;
		count = generator_advance(attack->generator, last < end ? last : end - 1, &fired);
		for (size_t i = 0; i < count; i++) {
			if (fired[i] < width->sparse_count)
				generator_arm_absolute(attack->generator, fired[i],
						       width->base + period +
							       (fired[i] + 1) * width->gap);
			else
				width_arm(width, fired[i], period);
		}
	}
	width->base = end;
}

static inline void spoil_width(const struct attack *attack)
{
	struct width width = { .attack = attack };

	width_measure(&width);
	width.close = workload_memory(attack->generator, width.close_count, sizeof(*width.close));
	if (!width.close)
		return;
	begin(attack, attack->n);
	for (uint64_t id = 0; id < width.sparse_count; id++)
		generator_arm_absolute(attack->generator, id, (id + 1) * width.gap);
	for (uint64_t i = 0; i < width.close_count; i++) {
		width.close[i] = width.sparse_count + i;
		width_arm(&width, width.close[i], 0);
	}
	begin_steady(attack);
	while (!done(attack)) {
		width_swing(&width);
		width_fire(&width);
	}
	free(width.close);
}

#endif
