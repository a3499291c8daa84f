/*
 * equal.h - the attack `equal` of the workload adversary: herds of equal deadlines among others
 */
#ifndef ADVERSARY_EQUAL_H
#define ADVERSARY_EQUAL_H

#include "bench/workloads/adversary/attack.h"

#define HERDS 8

/*
 * Returns the next deadline of a herd. A herd's deadlines are a cycle apart, and the herds are
 * evenly spread over the cycle.
 */
static inline uint64_t next_moment(const struct attack *attack, uint64_t herd)
{
	uint64_t cycle = attack->cycle / HERDS * HERDS, now = generator_now(attack->generator);
	uint64_t first = cycle / HERDS * (herd + 1);

	return now < first ? first : first + ((now - first) / cycle + 1) * cycle;
}

static inline void equal(const struct attack *attack)
{
	uint64_t n = attack->n, lone = n / 2;
	uint64_t share = (n - lone + HERDS - 1) / HERDS; /* timers in a herd */
	double mean = (double)attack->cycle;
	uint64_t turn = turn_length((double)attack->batch / (double)n * mean,
				    attack->options->common.grain);
	const uint64_t *fired = NULL;
	size_t count = 0;

	begin(attack, n);
	for (uint64_t id = 0; id < n; id++) {
		if (id < lone)
			generator_arm(attack->generator, id,
				      whole_grains(mean * generator_exponential(attack->generator),
						   attack->grain));
		else
			generator_arm_absolute(attack->generator, id,
					       next_moment(attack, (id - lone) / share));
	}
	begin_steady(attack);
	while (!done(attack)) {
		count = pass(attack, turn, &fired);
		for (size_t i = 0; i < count; i++) {
			double wait = mean * generator_exponential(attack->generator);

			if (fired[i] < lone)
				generator_arm(attack->generator, fired[i],
					      whole_grains(wait, attack->grain));
			else
				generator_arm_absolute(
					attack->generator, fired[i],
					next_moment(attack, (fired[i] - lone) / share));
		}
	}
}

#endif
