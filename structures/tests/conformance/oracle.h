/*
 * oracle.h - the contract of timer.h as arrays, with which every answer of a structure is compared
 *
 * Timers are numbers 0..count-1. The oracle is told every operation, and judges every answer by the
 * accuracy that the structure declares. It keeps no order and sorts nothing, so that a reader sees
 * at once that it is right. An answer costs O(count).
 *
 * A judgement is NULL if the answer is right, or one line on what is wrong. The text is valid until
 * the next judgement.
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
	uint64_t must;	/* from this now on, expire must return it; TIMER_NEVER: it never must */
	uint64_t after; /* calls at the current now have left it behind and reached this: */
			/* it must not come before that */
	uint64_t least_tick, most_tick; /* the ticks that it may be filed under */
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

/* Returns 0, or -ENOMEM. All timers are idle, and the structure has seen `now`. */
int oracle_open(struct oracle *oracle, const struct timer_accuracy *accuracy, size_t count,
		uint64_t now);
void oracle_close(struct oracle *oracle);

/* Time passes, and the structure is not told. */
void oracle_pass(struct oracle *oracle, uint64_t now);

/* Insert and reinsert are the same to the oracle: the last one wins. */
void oracle_arm(struct oracle *oracle, size_t id, uint64_t deadline, uint64_t interval);
void oracle_disarm(struct oracle *oracle, size_t id);
void oracle_remove(struct oracle *oracle, size_t id);

/* The latest time that next() may answer. */
uint64_t oracle_latest_next(const struct oracle *oracle);
const char *oracle_judge_next(struct oracle *oracle, uint64_t next);
const char *oracle_judge_size(struct oracle *oracle, size_t size);

/*
 * expire(now, .., max) has handed over `count` timers, in this order. Before it, next() was `next`.
 * After it, the timers are idle.
 */
const char *oracle_judge_expire(struct oracle *oracle, uint64_t now, size_t max, uint64_t next,
				const size_t *ids, size_t count);

/* oracle_judge_visit: for_each has visited one more timer. oracle_judge_visits: it has returned. */
const char *oracle_judge_visit(struct oracle *oracle, size_t id);
const char *oracle_judge_visits(struct oracle *oracle);

#endif
