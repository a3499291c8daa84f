/*
 * running.h - the callback that is running: waiting for its end, and ending its calls
 */
#ifndef RUNNING_H
#define RUNNING_H

#include "loop/base.h"

/*
 * Whether another thread is running this callback now. Always false if the program has not set
 * condition functions (evthread_set_condition_callbacks).
 */
bool callback_runs_elsewhere(const struct event_base *base, const struct event_callback *callback);

/*
 * If another thread is running this callback, waits until that call has returned. Releases the lock
 * meanwhile. Returns at once in the loop's own thread, and where the program has not set condition
 * functions.
 */
void callback_wait(struct event_base *base, const struct event_callback *callback);

/* If the signal event's callback is running, cancels the calls that are still to be made. */
static inline void event_abort_calls(struct event_base *base, const struct event *event)
{
	if (base->running_callback == &event->ev_evcallback)
		base->signal_calls_left = 0;
}

#endif
