/*
 * attack.h - what all attacks of the workload adversary share
 */
#ifndef ADVERSARY_ATTACK_H
#define ADVERSARY_ATTACK_H

#include "bench/workloads/draw.h"

/* The number of timers whose deadlines are far from each other, in attacks with such timers. */
#define SPARSE 32

enum stop { DISARM, REMOVE };

struct adversary_options {
	struct workload_common common;
	int attack;
	int stop;
	uint64_t span, cycle; /* ns */
	uint64_t turn;	      /* ns */
	uint64_t turns;
	uint64_t gap; /* ns */
	double ratio;
	uint64_t levels;
	uint64_t back; /* ns */
	double behind;
};

/* An attack whose trace is being generated. */
struct attack {
	struct generator *generator;
	const struct adversary_options *options;
	uint64_t n, operations;
	uint64_t batch;
	uint64_t grain, span, cycle; /* ns */
};

static inline void begin(const struct attack *attack, uint64_t ids)
{
	generator_begin(attack->generator, ids, attack->grain);
	generator_mark(attack->generator, "fill", false);
}

static inline void begin_steady(const struct attack *attack)
{
	generator_mark(attack->generator, "steady", true);
}

static inline bool done(const struct attack *attack)
{
	return generator_done(attack->generator, attack->operations);
}

/* Advances time by `ns` and fires the due timers. */
static inline size_t pass(const struct attack *attack, uint64_t ns, const uint64_t **fired)
{
	return generator_advance(attack->generator, generator_now(attack->generator) + ns, fired);
}

static inline void stop(const struct attack *attack, uint64_t id)
{
	if (attack->options->stop == REMOVE)
		generator_remove(attack->generator, id);
	else
		generator_disarm(attack->generator, id);
}

/* Returns the number of turns in which all timers are armed once, `batch` in each turn. */
static inline uint64_t round_of_turns(const struct attack *attack)
{
	return (attack->n + attack->batch - 1) / attack->batch;
}

#endif
