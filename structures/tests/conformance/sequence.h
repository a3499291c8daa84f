/*
 * sequence.h - operations as data: made at random, run against the oracle, shrunk when they fail
 *
 * Times are absolute, and each operation is made legal when it runs: arming inserts or reinserts,
 * and disarming an idle timer is left out. So any part of a sequence is a sequence, and a failing
 * one can be shrunk to the few operations that matter.
 */
#ifndef TESTS_SEQUENCE_H
#define TESTS_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session.h"

enum operation_kind {
	OPERATION_ARM,	       /* insert or reinsert; time is the deadline */
	OPERATION_DISARM,      /* if it is armed */
	OPERATION_REMOVE,      /* unless it is idle */
	OPERATION_EXPIRE,      /* once; time is now */
	OPERATION_DRAIN,       /* until fewer than max come */
	OPERATION_AT_NEXT,     /* drain when next says, if that is at most `time` ahead */
	OPERATION_BEFORE_NEXT, /* expire 1 ns before that: no timer fires */
	OPERATION_RESERVE,     /* for `time` timers */
	OPERATION_VISIT,
	OPERATION_CHECK,
	OPERATION_KINDS
};

struct operation {
	enum operation_kind kind;
	bool fired; /* `timer` is an index among those that fired last, if any did */
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

/* The kinds of random sequences, numbered from 0. */
#define SEQUENCE_PROFILES 13
const char *sequence_profile(size_t profile);

/* Makes a random sequence of at most `count` operations. The caller ends it with sequence_free. */
void sequence_make(struct sequence *sequence, size_t profile, uint64_t seed, size_t count);
void sequence_free(struct sequence *sequence);

/* Applies an operation to a session that was opened for its sequence. */
void sequence_step(struct session *session, const struct operation *operation);

/*
 * Runs the whole sequence, and ends the process at the first wrong answer (session.h). `progress`,
 * if not NULL, gets the number of operations begun. In shared memory it survives the process.
 */
void sequence_run(const struct sequence *sequence, const struct subject *subject, bool trace,
		  size_t *progress);

/*
 * Shrinks a failing sequence, each try in a child of its own. Prints what is left, and how it
 * fails, to stderr, or that it does not fail.
 */
void sequence_explain(struct sequence *sequence, const struct subject *subject);

#endif
