/*
 * boundaries.h - the attack `boundaries` of the workload adversary: deadlines at powers of 64
 */
#ifndef ADVERSARY_BOUNDARIES_H
#define ADVERSARY_BOUNDARIES_H

#include "bench/workloads/adversary/attack.h"

struct boundaries {
	const struct attack *attack;
	uint64_t levels;
	uint64_t longest; /* ns: 64 boundaries of the highest level */
};

static inline uint64_t boundaries_apart(const struct boundaries *of, uint64_t level)
{
	return of->attack->grain << 6 * level;
}

/*
 * Returns the time of the first boundary of the level at or after `time`, or a grain before or
 * after that boundary.
 */
static inline uint64_t boundaries_near(const struct boundaries *of, uint64_t level, uint64_t time)
{
	uint64_t apart = boundaries_apart(of, level), grain = of->attack->grain;
	uint64_t at = (time + apart - 1) / apart * apart;

	return at - grain + generator_below(of->attack->generator, 3) * grain;
}

/* Arms a timer for a time near a boundary of a random level, about `ahead` ns from now. */
static inline void boundaries_arm(const struct boundaries *of, uint64_t id, double ahead)
{
	struct generator *generator = of->attack->generator;
	uint64_t level = 1 + generator_below(generator, of->levels);
	uint64_t least = generator_now(generator) + 2 * of->attack->grain;

	generator_arm_absolute(
		generator, id,
		boundaries_near(of, level, least + whole_grains(ahead, of->attack->grain)));
}

/*
 * Returns the time of the next advance: near the first boundary of a random level at or after the
 * earliest deadline. Level 0 has a boundary at each grain.
 */
static inline uint64_t boundaries_next(const struct boundaries *of)
{
	struct generator *generator = of->attack->generator;
	uint64_t level = generator_below(generator, of->levels + 1);
	uint64_t earliest = generator_earliest(generator);
	uint64_t time = boundaries_near(of, level, earliest);

	return time > earliest ? time : earliest;
}

static inline void boundaries(const struct attack *attack)
{
	struct boundaries of = { .attack = attack, .levels = attack->options->levels };

	/* With a long grain, fewer levels fit into the longest duration. */
	while (of.levels > 1 && attack->grain > LONGEST_DURATION >> 6 * (of.levels + 1))
		of.levels--;
	of.longest = boundaries_apart(&of, of.levels + 1);
	begin(attack, attack->n);
	for (uint64_t id = 0; id < attack->n; id++) {
		double interval = (double)of.longest * draw_between_biased(attack->generator, 0, 1);

		boundaries_arm(&of, id, interval * generator_uniform(attack->generator));
	}
	begin_steady(attack);
	while (!done(attack)) {
		const uint64_t *fired;
		size_t count;

		if (generator_now(attack->generator) > TIMER_NEVER / 2)
			generator_fail(attack->generator, -EOVERFLOW,
				       "time has passed 2^63 ns: use fewer levels");
		count = generator_advance(attack->generator, boundaries_next(&of), &fired);
		for (size_t i = 0; i < count; i++)
			boundaries_arm(&of, fired[i],
				       (double)of.longest * generator_uniform(attack->generator));
	}
}

#endif
