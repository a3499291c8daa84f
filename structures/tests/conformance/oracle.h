/*
 * oracle.h - what a structure must do, by arrays and walks over all of them
 *
 * The oracle is told every operation and judges every answer by the contract in timer.h, in the
 * accuracy that the structure declares. It is slow and obvious on purpose.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "structures/timer.h"

enum oracle_state { ORACLE_IDLE, ORACLE_ARMED, ORACLE_DISARMED };

/* The caller's object: the timer comes first, so that a timer that is handed out is its object. */
struct oracle_object {
	struct timer timer;
	size_t number;
};

struct oracle_timer {
	struct oracle_object *object;
	enum oracle_state state;
	uint64_t deadline;
	uint64_t must_fire;		  /* at the latest; TIMER_NEVER if it need not */
	uint64_t first_order, last_order; /* its place in the order lies within */
	bool seen;
};

struct oracle {
	const struct timer_structure *structure;
	struct timer_accuracy accuracy;
	struct oracle_timer *timers;
	size_t count, armed;
	uint64_t now; /* the largest that the structure has seen */
};

/* 0 or -ENOMEM. The timers' objects are the caller's to set. */
int oracle_open(struct oracle *oracle, const struct timer_structure *structure,
		const struct timer_accuracy *accuracy, size_t count, uint64_t now);
void oracle_close(struct oracle *oracle);

void oracle_arm(struct oracle *oracle, size_t number, uint64_t deadline, uint64_t interval);
void oracle_stop(struct oracle *oracle, size_t number, enum oracle_state state);

/* Judges what expire(now, out, max) returned: NULL, or what is wrong. */
const char *oracle_expired(struct oracle *oracle, uint64_t now, struct timer *const *out,
			   size_t count, size_t max);

/* Judges size, for_each, next and the structure's own check. */
const char *oracle_inspect(struct oracle *oracle, struct timer_set *set);

#endif
