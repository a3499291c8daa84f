/*
 * running.h - waiting for the end of the running callback, and cancelling its further calls
 *
 * event_add, event_del and event_active call these functions. The caller holds the base's lock.
 */
#ifndef RUNNING_H
#define RUNNING_H

#include "loop/base.h"

/*
 * Returns whether another thread is running this callback. Always returns false if the program has
 * not set condition functions (evthread_set_condition_callbacks).
 */
bool callback_runs_elsewhere(const struct event_base *base, const struct event_callback *callback);

/*
 * If callback_runs_elsewhere, waits until the present call of the callback has returned. Releases
 * the lock during the wait. Otherwise returns at once.
 */
void callback_wait(struct event_base *base, const struct event_callback *callback);

/* If this is a signal event whose callback is running, cancels the calls that would follow. */
static inline void event_abort_calls(struct event_base *base, const struct event *event)
{
	if (base->running_callback == &event->ev_evcallback)
		base->signal_calls_left = 0;
}

#endif
