/*
 * session.h - a structure and the oracle side by side
 *
 * Every operation goes to both, and every answer is judged at once. The first wrong answer is
 * written to stderr and ends the process by abort(), as a failed assertion in the structure does. A
 * caller that wants to go on runs the session in a child (child.h).
 *
 * Each timer has memory of its own. When the timer is handed back, its number decides what happens
 * to this memory: it is freed, forbidden to touch (under the address sanitizer), overwritten, or
 * left alone. Memory that is not freed is checked for changes before the timer is used again.
 */
#ifndef TESTS_SESSION_H
#define TESTS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oracle.h"
#include "structures/common/find.h"
#include "structures/common/options.h"
#include "structures/timer.h"

/* What is tested: a structure with options. */
struct subject {
	const struct timer_structure *structure;
	struct timer_choice choice; /* its options, and what it wraps */
	struct timer_accuracy accuracy;
	bool defaults;	/* no option is given */
	char name[256]; /* with the options, as typed */
};

/*
 * Returns 0, or as timer_choice_open, with one line in `error` (of OPTIONS_ERROR_SIZE bytes). The
 * options of a wrapper are what it wraps and the options of that: "quad-heap",
 * "hierarchical-wheel:tick=1ms".
 */
int subject_open(struct subject *subject, const struct timer_structure *structure,
		 const char *options, char *error);

/* The same structure, over the same inner one if it is a wrapper, with other options. */
int subject_open_other(struct subject *other, const struct subject *subject, const char *options,
		       char *error);
void subject_close(struct subject *subject);

/* The largest `max` of a call of expire. */
#define SESSION_MOST 256

struct object;

struct session {
	const struct subject *subject;
	struct timer_set *set;
	struct oracle oracle;
	struct object **objects; /* by number; NULL before its first use and when freed */
	size_t reserved;
	size_t *fired; /* numbers of the timers that the latest expire or drain handed over */
	size_t fired_count, fired_room;
	size_t operations;
	uint64_t wakeups, spurious; /* calls of expire at or after next(), and those in vain */
	uint64_t live, bytes;	    /* blocks that the set has allocated, and bytes in them */
	bool trace;		    /* print the operations to stderr, as C */
};

/*
 * Opens a session with `timers` timers, none of them reserved. Returns -ENOMEM only when
 * allocations are made to fail.
 */
int session_open(struct session *session, const struct subject *subject, size_t timers,
		 uint64_t now, bool trace);

/* Ends the set, whatever is armed, and checks that all memory has come back. */
void session_close(struct session *session);

/*
 * Reserves for n timers, or for those that are not idle if they are more. Returns 0, or -ENOMEM
 * after checking that nothing has changed.
 */
int session_reserve(struct session *session, size_t n);

/* Inserts or reinserts, as the timer's state requires. Reserves one more timer if need be. */
void session_arm(struct session *session, size_t id, uint64_t deadline, uint64_t interval);
void session_disarm(struct session *session, size_t id); /* armed */
void session_remove(struct session *session, size_t id); /* armed or disarmed */

/* One call of expire, or as many as it takes until fewer than max are handed over. */
size_t session_expire(struct session *session, uint64_t now, size_t max);
size_t session_drain(struct session *session, uint64_t now, size_t max);

/* Time passes until now, and the structure is not told. */
void session_pass(struct session *session, uint64_t now);

uint64_t session_next(struct session *session);
void session_visit(struct session *session);
void session_check(struct session *session);

static inline enum oracle_state session_state(const struct session *session, size_t id)
{
	return session->oracle.timers[id].state;
}

/* The timer's memory, for tests of what a session never does. Only while the timer is not idle. */
struct timer *session_timer(const struct session *session, size_t id);

/* Writes what is wrong, with the subject and the number of operations so far, and aborts. */
void session_fault(const struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
