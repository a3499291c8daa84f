/*
 * wake.h - wakes up a loop that sleeps in another thread
 */
#ifndef WAKE_H
#define WAKE_H

#include "loop/base.h"

/* Called by wake_loop and wake_loop_before, for a base with a lock. */
void wake_other(struct event_base *base);
void wake_other_before(struct event_base *base, uint64_t deadline);

/* Wakes the loop if it runs in another thread. */
static inline void wake_loop(struct event_base *base)
{
	if (base->lock)
		wake_other(base);
}

/*
 * The same after an add, if the loop would sleep past this deadline or has slept past the end of
 * its wait.
 */
static inline void wake_loop_before(struct event_base *base, uint64_t deadline)
{
	if (base->lock)
		wake_other_before(base, deadline);
}

#endif
