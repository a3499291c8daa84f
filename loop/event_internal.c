/*
 * event_internal.c - adding and deleting events, for callers that hold the base's lock
 */
#include "loop/event_internal.h"

#include "loop/activation.h"
#include "loop/debug.h"
#include "loop/event_map.h"
#include "loop/running.h"
#include "loop/timeout_inline.h"
#include "loop/wake.h"

/*
 * Adds an event to the map of its descriptor or signal, unless the event is in the map already or
 * is active. Returns 0 or -errno.
 */
static int add_to_map(struct event_base *base, struct event *event)
{
	const short standing = EVLIST_INSERTED | EVLIST_ACTIVE;

	return event->ev_evcallback.evcb_flags & standing ? 0 : event_map_add(base, event);
}

int event_add_locked(struct event *event, const struct timeval *timeout)
{
	struct event_base *base = event->ev_base;

	/* This must be first: the wait releases the lock, so anything read earlier may change. */
	if (event_asked(event) & EV_SIGNAL)
		callback_wait(base, &event->ev_evcallback);
	if (event->ev_evcallback.evcb_flags & EVLIST_FINALIZING)
		return -1;
	if (timeout && timeout_reserve(base, event, timeout))
		return -1;
	if ((event_asked(event) & EV_IN_A_MAP) && add_to_map(base, event))
		return -1;
	if (timeout)
		timeout_add(base, event, timeout);
	debug_note(event);
	return 0;
}

int event_del_locked(struct event *event, enum deletion how)
{
	struct event_base *base = event->ev_base;
	struct event_callback *callback = &event->ev_evcallback;

	if ((callback->evcb_flags & EVLIST_FINALIZING) && how != DELETE_EVEN_IF_FINALIZING)
		return 0;
	event_abort_calls(base, event);
	timeout_drop_room(base, event);
	if (callback->evcb_flags & EVLIST_TIMEOUT)
		timeout_remove(base, event);
	if (callback->evcb_flags & EVLIST_ACTIVE)
		activation_leave(base, callback);
	if (callback->evcb_flags & EVLIST_INSERTED)
		event_map_remove(base, event);
	/* If this was the last event, the loop has nothing to wait for and must return. */
	if (!base->added.now)
		wake_loop(base);
	debug_note(event);
	/* This must be last: the wait releases the lock, so the event must be deleted already. */
	if (how == DELETE_BLOCK || (how == DELETE_AUTOBLOCK && !(event_asked(event) & EV_FINALIZE)))
		callback_wait(base, callback);
	return 0;
}
