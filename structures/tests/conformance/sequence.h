/*
 * sequence.h - operations as data: made at random, run against the oracle, shrunk when they fail
 *
 * Times are absolute and each operation is made legal when it runs (arming inserts or reinserts,
 * disarming an idle timer is left out), so that any part of a sequence is a sequence: that is what
 * lets a failing one be shrunk to the few operations that matter.
 */
#ifndef TESTS_SEQUENCE_H
#define TESTS_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session.h"

enum operation_kind {
	OPERATION_ARM,	       /* insert or reinsert: time is the deadline */
	OPERATION_DISARM,      /* unless it is not armed */
	OPERATION_REMOVE,      /* unless it is idle */
	OPERATION_EXPIRE,      /* once, time is now */
	OPERATION_DRAIN,       /* until fewer than max come */
	OPERATION_AT_NEXT,     /* drain when next says, if that is at most `time` ahead */
	OPERATION_BEFORE_NEXT, /* expire 1 ns before that: nothing comes */
	OPERATION_RESERVE,     /* time is how many */
	OPERATION_VISIT,
	OPERATION_CHECK,
	OPERATION_KINDS
};

struct operation {
	enum operation_kind kind;
	bool fired; /* `timer` counts among those that fired last, if any did */
	uint32_t timer;
	uint32_t max;
	uint64_t time;
	uint64_t interval;
};

struct sequence {
	uint64_t start; /* now when the set is created */
	size_t timers;
	size_t count;
	struct operation *operations;
};

/* How a random sequence looks: number 0.. of SEQUENCE_PROFILES. */
#define SEQUENCE_PROFILES 13
const char *sequence_profile(size_t profile);

/* A random sequence of at most `count` operations; the caller ends it with sequence_free. */
void sequence_make(struct sequence *sequence, size_t profile, uint64_t seed, size_t count);
void sequence_free(struct sequence *sequence);

/* Applies operation number `number` to a session made for the sequence. */
void sequence_step(struct session *session, const struct operation *operation);

/*
 * Runs it all, and ends the process at the first wrong answer (session.h). `progress`, if not NULL,
 * is the number of operations begun, which survives that if the memory is shared.
 */
void sequence_run(const struct sequence *sequence, const struct subject *subject, bool trace,
		  size_t *progress);

/*
 * Shrinks a sequence that fails, each try in a child of its own, and prints what is left, and how
 * it fails, to stderr. Prints that it does not fail if so.
 */
void sequence_explain(struct sequence *sequence, const struct subject *subject);

#endif
