/*
 * at_hand.h - the base whose loop runs in this thread, for a shorter path through event_add
 *
 * loop.c sets the variable, and event.c reads it. Neither needs a lock, because each thread has its
 * own variable.
 */
#ifndef AT_HAND_H
#define AT_HAND_H

#include "loop/event_members.h"

#include <stdbool.h>

/*
 * The base whose loop runs in this thread, if that base has no lock and debug mode is off.
 * Otherwise an address that belongs to no base. Never NULL. Defined in loop.c.
 */
extern _Thread_local struct event_base *base_at_hand __attribute__((tls_model("initial-exec")));

/*
 * Stores base_at_hand in *base, and returns whether base_at_hand is the event's base. If the result
 * is true, the event has a base, the base needs no lock, and debug mode is off.
 *
 * Also, *base does not depend on the event's memory. Only the branch depends on it, and the
 * processor predicts the branch. So the instructions that follow need not wait for the event's
 * memory. With a million timers, that wait is most of the cost of an add. The compiler could use
 * the pointer from the event instead, once it knows that the two are equal. The asm prevents that.
 */
static inline bool event_base_at_hand(const struct event *event, struct event_base **base)
{
	struct event_base *guess = base_at_hand;

	*base = guess;
	__asm__("" : "+r"(*base));
	return __builtin_expect(event->ev_base == guess, 1);
}

#endif
