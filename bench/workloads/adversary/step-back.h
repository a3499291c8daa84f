/*
 * step-back.h - the attack `step-back` of the workload adversary: the program's clock steps back
 */
#ifndef ADVERSARY_STEP_BACK_H
#define ADVERSARY_STEP_BACK_H

#include "bench/workloads/adversary/attack.h"

/* The number of different intervals. */
#define STEP_BACK_INTERVALS 8

/*
 * Returns interval k of 0..7. The intervals are evenly spread from a quarter of the cycle to seven
 * quarters.
 */
static inline uint64_t step_back_interval(const struct attack *attack, uint64_t k)
{
	double part = 0.25 + 1.5 * (double)k / (STEP_BACK_INTERVALS - 1);

	return whole_grains(part * (double)attack->cycle, attack->grain);
}

/* Arms a timer that is found at a random point of its life. The life is size-biased. */
static inline void step_back_fill(const struct attack *attack, uint64_t id)
{
	uint64_t longest = step_back_interval(attack, STEP_BACK_INTERVALS - 1);
	uint64_t interval, age;

	do {
		interval = step_back_interval(
			attack, generator_below(attack->generator, STEP_BACK_INTERVALS));
		age = generator_below(attack->generator, longest / attack->grain) * attack->grain;
	} while (age >= interval);
	generator_arm_from(attack->generator, id, interval, generator_now(attack->generator) - age);
}

/*
 * Runs the hold model with eight intervals. In each period of n / 2 arms, the time stamps of the
 * last arms are `back` behind. Those of the trace's last turn are not, so that no timer is due when
 * the trace ends.
 */
static inline void step_back(const struct attack *attack)
{
	struct generator *generator = attack->generator;
	uint64_t back = whole_grains((double)attack->options->back, attack->grain);
	uint64_t longest = step_back_interval(attack, STEP_BACK_INTERVALS - 1);
	uint64_t turn = turn_length(
		(double)attack->batch / (double)attack->n * (double)attack->cycle, attack->grain);
	uint64_t period = attack->n < 16 ? 8 : attack->n / 2, arms = 0;
	uint64_t good = period - (uint64_t)(attack->options->behind * (double)period);
	const uint64_t *fired;

	begin(attack, attack->n);
	/* Time stamps must not be before time 0. */
	pass(attack, back > longest ? back : longest, &fired);
	for (uint64_t id = 0; id < attack->n; id++)
		step_back_fill(attack, id);
	begin_steady(attack);
	while (!done(attack)) {
		size_t count = pass(attack, turn, &fired);
		bool last = generator_operations(generator) + count >= attack->operations;

		for (size_t i = 0; i < count; i++, arms++) {
			uint64_t now = generator_now(generator);
			uint64_t k = generator_below(generator, STEP_BACK_INTERVALS);
			uint64_t interval = step_back_interval(attack, k);
			uint64_t behind = last || arms % period < good ? 0 : back;

			/* A negative timeout is taken for 0, so no deadline is in the past. */
			generator_arm_from(generator, fired[i], interval,
					   now - (behind < interval ? behind : interval));
		}
	}
}

#endif
