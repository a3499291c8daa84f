/*
 * session.h - runs a structure and the oracle side by side
 *
 * A session applies every operation to both, and judges every answer of the structure at once. It
 * writes the first wrong answer to stderr and ends the process by abort(), as a failed assertion in
 * the structure does. A caller that must survive this runs the session in a child process
 * (child.h).
 *
 * Each timer has its own memory. When the timer becomes idle, its number decides what happens to
 * this memory: it is freed, made inaccessible (under the address sanitizer), overwritten, or left
 * unchanged. Memory that is not freed is checked for changes before the timer is used again.
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

/* What is tested: a structure with its options. */
struct subject {
	const struct timer_structure *structure;
	struct timer_choice choice; /* the options, and the structures that a wrapper wraps */
	struct timer_accuracy accuracy;
	bool defaults;	/* no option is given */
	char name[256]; /* the structure's name with the options, as typed */
};

/*
 * Parses the options and fills `subject`. Returns 0, or what timer_choice_open returns, with one
 * line of explanation in `error` (of OPTIONS_ERROR_SIZE bytes). The options of a wrapper are the
 * name and the options of the wrapped structure: "quad-heap", "hierarchical-wheel:tick=1ms".
 */
int subject_open(struct subject *subject, const struct timer_structure *structure,
		 const char *options, char *error);

/*
 * Opens a subject with the same structure, and the same wrapped structure if it is a wrapper, but
 * with other options. Returns as subject_open does.
 */
int subject_open_other(struct subject *other, const struct subject *subject, const char *options,
		       char *error);
void subject_close(struct subject *subject);

/* The largest `max` that a caller may pass. */
#define SESSION_MOST 256

struct object;

struct session {
	const struct subject *subject;
	struct timer_set *set;
	struct oracle oracle;
	struct object **objects; /* by number; NULL before the first use and after a free */
	size_t reserved;
	size_t *fired; /* timers that the latest session_expire or _drain returned */
	size_t fired_count, fired_room;
	size_t operations;
	uint64_t wakeups, spurious; /* expires at or after next(); those without a timer */
	uint64_t live, bytes;	    /* blocks that the set has allocated, and bytes in them */
	bool trace;		    /* print the operations to stderr, as C */
};

/*
 * Opens a session with `timers` idle timers, and reserves none. Returns 0, or -ENOMEM if
 * allocations are made to fail (allocations.h).
 */
int session_open(struct session *session, const struct subject *subject, size_t timers,
		 uint64_t now, bool trace);

/*
 * Destroys the set, whatever the states of its timers, checks that all its memory was freed, and
 * frees the session's own memory.
 */
void session_close(struct session *session);

/*
 * Reserves for n timers, or for all timers that are not idle if there are more than n. Returns 0,
 * or -ENOMEM after checking that nothing has changed.
 */
int session_reserve(struct session *session, size_t n);

/* Inserts or reinserts, as the timer's state requires. Reserves one more timer if necessary. */
void session_arm(struct session *session, size_t id, uint64_t deadline, uint64_t interval);
void session_disarm(struct session *session, size_t id); /* the timer must be armed */
void session_remove(struct session *session, size_t id); /* the timer must be armed or disarmed */

/*
 * session_expire calls expire once. session_drain calls expire until it returns fewer than max
 * timers. Both return the number of timers that fired. max is at most SESSION_MOST.
 */
size_t session_expire(struct session *session, uint64_t now, size_t max);
size_t session_drain(struct session *session, uint64_t now, size_t max);

/* Advances the caller's clock to now, without a call to the structure. */
void session_pass(struct session *session, uint64_t now);

uint64_t session_next(struct session *session);
void session_visit(struct session *session);
void session_check(struct session *session);

static inline enum oracle_state session_state(const struct session *session, size_t id)
{
	return session->oracle.timers[id].state;
}

/*
 * Returns the timer's memory, for tests of operations that a session does not offer. The timer must
 * not be idle.
 */
struct timer *session_timer(const struct session *session, size_t id);

/* Writes what is wrong, with the subject and the number of operations so far, and aborts. */
void session_fault(const struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
