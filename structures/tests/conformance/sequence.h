/*
 * sequence.h - random sequences of operations, run against the oracle and shrunk when they fail
 *
 * A sequence is data: each step has all of its arguments. A step that makes no sense in the state
 * that its timer is in is passed over, so every part of a sequence is a sequence, too.
 */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include "specimen.h"

enum step_kind { STEP_ARM, STEP_DISARM, STEP_REMOVE, STEP_EXPIRE, STEP_INSPECT, STEP_KINDS };

struct step {
	enum step_kind kind;
	size_t number;		     /* which timer */
	uint64_t deadline, interval; /* STEP_ARM: insert or reinsert, whichever it is in need of */
	bool fresh;		     /* STEP_ARM of an idle timer: in newly allocated memory */
	uint64_t now;		     /* STEP_EXPIRE */
	size_t max;
};

struct sequence {
	struct step *steps;
	size_t count, timers;
	uint64_t start; /* now when the set is created */
};

/* How many kinds of sequences there are; what each is about, in words. */
size_t sequence_profiles(void);
const char *sequence_profile_name(size_t profile);

/* Makes a sequence of that kind; the same for the same seed. sequence_free frees it. */
void sequence_make(struct sequence *sequence, size_t profile, uint64_t seed, size_t steps);
void sequence_free(struct sequence *sequence);

/* NULL, or what went wrong at step *at. Everything is inspected after every `every`th step. */
const char *sequence_run(const struct sequence *sequence, const struct specimen *specimen,
			 size_t every, size_t *at);

/* Drops steps as long as the rest still fails, in whatever way; each try is a process. */
void sequence_shrink(struct sequence *sequence, const struct specimen *specimen);

/* The steps, one a line, to stderr. */
void sequence_print(const struct sequence *sequence);

/* SplitMix64 (Steele et al., OOPSLA 2014): enough for tests, and one word of state. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

#endif
