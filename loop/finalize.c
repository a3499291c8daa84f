/*
 * finalize.c - deletes an event whose callback another thread may be running, without waiting
 *
 * The loop calls the finalizer like any callback. So the event's own callback does not run while
 * the finalizer runs, and the finalizer may free whatever the event refers to. After event_finalize
 * the event cannot become pending or active again.
 */
#include "loop/activate.h"
#include "loop/base.h"
#include "loop/debug.h"
#include "loop/event_internal.h"
#include "loop/log.h"

static int finalize(struct event *event, event_finalize_callback_fn callback, enum closure closure)
{
	struct event_base *base = event->ev_base;

	if (!base) {
		log_warning("event_finalize: the event has no base");
		return -1;
	}
	base_lock(base);
	debug_check_assigned(event, "event_finalize");
	event_del_locked(event, DELETE_NOBLOCK);
	event->ev_evcallback.evcb_closure = (uint8_t)closure;
	event->ev_evcallback.evcb_cb_union.evcb_evfinalize = callback;
	event_active_locked(event, EV_FINALIZE, 1);
	event->ev_evcallback.evcb_flags |= EVLIST_FINALIZING;
	base_unlock(base);
	return 0;
}

int event_finalize(unsigned flags, struct event *event, event_finalize_callback_fn callback)
{
	(void)flags;
	return finalize(event, callback, CLOSURE_FINALIZE);
}

int event_free_finalize(unsigned flags, struct event *event, event_finalize_callback_fn callback)
{
	(void)flags;
	return finalize(event, callback, CLOSURE_FINALIZE_AND_FREE);
}
