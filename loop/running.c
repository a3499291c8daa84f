/*
 * running.c - waiting for the end of a callback that is running in another thread
 */
#include "loop/running.h"

bool callback_runs_elsewhere(const struct event_base *base, const struct event_callback *callback)
{
	return base->running_callback == callback && base->callback_done &&
	       base->thread != thread_identity();
}

/*
 * A wait on a condition may end spuriously, and the callback may run again before a waiter gets the
 * lock. So the waiter compares the number of the call, to learn whether its call has returned.
 */
void callback_wait(struct event_base *base, const struct event_callback *callback)
{
	unsigned long call = base->calls;

	while (callback_runs_elsewhere(base, callback) && base->calls == call) {
		base->callback_waiters++;
		condition_wait(base->callback_done, base->lock);
	}
}
