/*
 * oracle.h - the contract of timer.h as arrays, with which every answer of a structure is compared
 *
 * Timers have the numbers 0..count-1. The caller reports every operation to the oracle. The oracle
 * judges every answer by the accuracy that the structure declares. The oracle keeps no order and
 * sorts nothing, so that a reader can easily see that it is right. Judging an answer costs
 * O(count).
 *
 * A judgement is NULL if the answer is right, or else one line that says what is wrong. The text is
 * valid until the next judgement.
 */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/timer.h"

enum oracle_state { ORACLE_IDLE, ORACLE_ARMED, ORACLE_DISARMED };

struct oracle_timer {
	enum oracle_state state;
	bool visited;
	uint64_t deadline;
	uint64_t must;	/* from this now on, expire must return the timer; TIMER_NEVER: never */
	uint64_t after; /* what the calls at the current now had reached, in deadlines or ticks, */
			/* when they left the timer behind; the timer's own must not be less */
	uint64_t least_tick, most_tick; /* the bounds of its tick, for an order by tick */
};

struct oracle {
	struct timer_accuracy accuracy;
	uint64_t clock;	 /* the caller's now */
	uint64_t latest; /* the latest now that the structure has seen; not after `clock` */
	uint64_t at;	 /* now in the latest call of expire */
	size_t armed, not_idle;
	size_t count;
	struct oracle_timer *timers;
	char fault[200];
};

/* Returns 0 or -ENOMEM. All timers are idle, and the structure has seen `now`. */
int oracle_open(struct oracle *oracle, const struct timer_accuracy *accuracy, size_t count,
		uint64_t now);
void oracle_close(struct oracle *oracle);

/* Advances the caller's clock. The structure does not see the new time. */
void oracle_pass(struct oracle *oracle, uint64_t now);

/* The oracle does not distinguish insert from reinsert: the last deadline is the valid one. */
void oracle_arm(struct oracle *oracle, size_t id, uint64_t deadline, uint64_t interval);
void oracle_disarm(struct oracle *oracle, size_t id);
void oracle_remove(struct oracle *oracle, size_t id);

/* Returns the latest time that next() may return. */
uint64_t oracle_latest_next(const struct oracle *oracle);
const char *oracle_judge_next(struct oracle *oracle, uint64_t next);
const char *oracle_judge_size(struct oracle *oracle, size_t size);

/*
 * Judges a call of expire(now, .., max) that returned `count` timers in this order. `next` is what
 * next() returned before the call. Makes the timers idle.
 */
const char *oracle_judge_expire(struct oracle *oracle, uint64_t now, size_t max, uint64_t next,
				const size_t *ids, size_t count);

/*
 * oracle_judge_visit judges one visit of for_each, oracle_judge_visits all of them after for_each
 * has returned.
 */
const char *oracle_judge_visit(struct oracle *oracle, size_t id);
const char *oracle_judge_visits(struct oracle *oracle);

#endif
