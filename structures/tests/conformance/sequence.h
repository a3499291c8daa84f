/*
 * sequence.h - operations as data: made at random, run against the oracle, shrunk when they fail
 *
 * Times are absolute, and each operation is made legal when it runs. For example, arming inserts or
 * reinserts, and disarming an idle timer does nothing. So any part of a sequence is a valid
 * sequence, and a failing sequence can be shrunk to the few operations that matter.
 */
#ifndef TESTS_SEQUENCE_H
#define TESTS_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session.h"

enum operation_kind {
	OPERATION_ARM,	       /* insert or reinsert; time is the deadline */
	OPERATION_DISARM,      /* does nothing unless the timer is armed */
	OPERATION_REMOVE,      /* does nothing if the timer is idle */
	OPERATION_EXPIRE,      /* one call of expire; time is now */
	OPERATION_DRAIN,       /* calls of expire until one returns fewer than max */
	OPERATION_AT_NEXT,     /* drain at next(), if that is at most `time` ahead */
	OPERATION_BEFORE_NEXT, /* expire 1 ns before next(): no timer fires */
	OPERATION_RESERVE,     /* for `time` timers */
	OPERATION_VISIT,
	OPERATION_CHECK,
	OPERATION_KINDS
};

struct operation {
	enum operation_kind kind;
	bool fired; /* `timer` is an index into the timers that fired last, if any did */
	uint32_t timer;
	uint32_t max;
	uint64_t time;
	uint64_t interval;
};

struct sequence {
	uint64_t start; /* the time at which the set is created */
	size_t timers;
	size_t count;
	struct operation *operations;
};

/* The kinds of random sequences are numbered from 0. sequence_profile returns the name of one. */
#define SEQUENCE_PROFILES 13
const char *sequence_profile(size_t profile);

/* Makes a random sequence of at most `count` operations. The caller frees it with sequence_free. */
void sequence_make(struct sequence *sequence, size_t profile, uint64_t seed, size_t count);
void sequence_free(struct sequence *sequence);

/* Applies an operation. The session must have been opened for the operation's sequence. */
void sequence_step(struct session *session, const struct operation *operation);

/*
 * Runs the whole sequence, and ends the process at the first wrong answer (session.h). If
 * `progress` is not NULL, it gets the number of operations that have begun. A caller that places it
 * in shared memory can read it after the process has ended.
 */
void sequence_run(const struct sequence *sequence, const struct subject *subject, bool trace,
		  size_t *progress);

/*
 * Shrinks a failing sequence. Runs each attempt in its own child process. Prints to stderr what is
 * left and how it fails, or that it does not fail.
 */
void sequence_explain(struct sequence *sequence, const struct subject *subject);

#endif
