/*
 * wake.h - waking a loop that runs in another thread
 *
 * Functions that change what the loop waits for call wake_loop or wake_loop_before. The caller
 * holds the base's lock.
 */
#ifndef WAKE_H
#define WAKE_H

#include "loop/base.h"

/* Only for wake_loop and wake_loop_before. The base must have a lock. */
void wake_other(struct event_base *base);
void wake_other_before(struct event_base *base, uint64_t deadline);

/* Wakes the loop if it runs in another thread. Does nothing for a base without a lock. */
static inline void wake_loop(struct event_base *base)
{
	if (base->lock)
		wake_other(base);
}

/*
 * Called when a timer is armed. Does the same as wake_loop if the loop would sleep past this
 * deadline (ns), or has already slept past the time at which its wait should have ended.
 */
static inline void wake_loop_before(struct event_base *base, uint64_t deadline)
{
	if (base->lock)
		wake_other_before(base, deadline);
}

#endif
