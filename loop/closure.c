/*
 * closure.c - what the loop does before and after a callback, by the kind of event
 *
 * A closure is a function that calls one kind of callback. Its caller holds the base's lock. The
 * closure copies from the event all that the call needs, releases the lock, calls the callback, and
 * takes the lock again. After the call the closure does not touch the event, which the callback may
 * have freed. Only after the finalizer of event_free_finalize does the closure free the event.
 */
#include "loop/closure.h"

#include "loop/base.h"
#include "loop/debug.h"
#include "loop/expiry.h"
#include "loop/memory.h"

typedef void closure_function(struct event_base *base, struct event_callback *callback);

static void call_event(struct event_base *base, struct event_callback *callback)
{
	struct event *event = event_of_callback(callback);
	event_callback_fn function = callback->evcb_cb_union.evcb_callback;
	evutil_socket_t fd = event->ev_fd;
	short what = event_result(event);
	void *arg = callback->evcb_arg;

	base_leave(base);
	function(fd, what, arg);
	base_enter(base);
}

/* Re-arms the timeout before the call, so that the callback can delete or change the timeout. */
static void call_persistent(struct event_base *base, struct event_callback *callback)
{
	timeout_rearm(base, event_of_callback(callback));
	debug_note(event_of_callback(callback));
	call_event(base, callback);
}

/*
 * Calls the callback once for each time that the signal arrived. The calls end early if the
 * callback deletes the event (event_abort_calls) or breaks the loop. The base holds the number of
 * calls that are left, because each call may free the event.
 */
static void call_for_signal(struct event_base *base, struct event_callback *callback)
{
	struct event *event = event_of_callback(callback);
	event_callback_fn function = callback->evcb_cb_union.evcb_callback;
	evutil_socket_t fd = event->ev_fd;
	short what = event_result(event);
	void *arg = callback->evcb_arg;

	base->signal_calls_left = callback->evcb_ncalls;
	callback->evcb_ncalls = 0;
	while (base->signal_calls_left > 0) {
		base->signal_calls_left--;
		base_leave(base);
		function(fd, what, arg);
		base_enter(base);
		if (base->broken)
			break;
	}
}

static void call_finalizer(struct event_base *base, struct event_callback *callback)
{
	struct event *event = event_of_callback(callback);
	event_finalize_callback_fn finalizer = callback->evcb_cb_union.evcb_evfinalize;
	void *arg = callback->evcb_arg;

	base->running_callback = NULL;
	base_leave(base);
	finalizer(event, arg);
	base_enter(base);
}

static void call_finalizer_and_free(struct event_base *base, struct event_callback *callback)
{
	struct event *event = event_of_callback(callback);

	call_finalizer(base, callback);
	debug_forget(event);
	memory_free(event);
}

static closure_function *const closures[CLOSURES] = {
	[CLOSURE_TIMER] = call_event,	     [CLOSURE_EVENT] = call_event,
	[CLOSURE_SIGNAL] = call_for_signal,  [CLOSURE_PERSIST] = call_persistent,
	[CLOSURE_FINALIZE] = call_finalizer, [CLOSURE_FINALIZE_AND_FREE] = call_finalizer_and_free,
};

void closure_call(struct event_base *base, struct event_callback *callback)
{
	if (__builtin_expect(callback->evcb_closure == CLOSURE_TIMER, 1))
		call_event(base, callback);
	else
		closures[callback->evcb_closure](base, callback);
}
