/*
 * closure.c - what surrounds a callback, by the kind of event
 *
 * Each closure is called with the base's lock, takes from the event all that the call needs, lets
 * go of the lock, calls, and takes it again. After the call the event may be gone: callbacks may
 * free what they were called for.
 */
#include "loop/base.h"

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

/* Armed anew first, so that the callback finds a pending event which it may delete or change. */
static void call_persistent(struct event_base *base, struct event_callback *callback)
{
	timeout_rearm(base, event_of_callback(callback));
	debug_note(event_of_callback(callback));
	call_event(base, callback);
}

/*
 * As often as the signal came, unless the callback deletes or re-adds the event, which zeroes the
 * calls left, or breaks the loop. The count is the base's: the event may be freed by any call.
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
