/*
 * activate.c - making events active, for the program, a descriptor or a signal
 */
#include "loop/activate.h"

#include "loop/activation.h"
#include "loop/debug.h"
#include "loop/log.h"
#include "loop/running.h"
#include "loop/timeout.h"
#include "loop/wake.h"

void event_active_locked(struct event *event, int what, short ncalls)
{
	struct event_base *base = event->ev_base;
	struct event_callback *callback = &event->ev_evcallback;

	if (callback->evcb_flags & EVLIST_FINALIZING)
		return;
	timeout_keep_room(base, event);
	if (callback->evcb_flags & EVLIST_ACTIVE)
		what |= event_result(event);
	event_set_result(event, (short)what);
	if (callback->evcb_flags & EVLIST_ACTIVE)
		return;
	/* An event that is more urgent than the running callback ends the iteration after it. */
	if (callback->evcb_pri < base->active.running_priority)
		base->continued = true;
	if (event_asked(event) & EV_SIGNAL)
		callback->evcb_ncalls = ncalls;
	activation_enter(base, callback);
	wake_loop(base);
	debug_note(event);
}

void activate_descriptor(struct event_base *base, int fd, short events)
{
	struct event *event = io_map_events(&base->io, fd);

	for (; event; event = LIST_NEXT(event, ev_io_next)) {
		if (event_asked(event) & (events & ~EV_ET))
			event_active_locked(event, event_asked(event) & events, 1);
	}
}

/* If the backend watches for edges, events that asked for EV_ET also get EV_ET as a result. */
void backend_report(struct event_base *base, int fd, short events)
{
	activate_descriptor(base, fd, io_map_has_edges(&base->io, fd) ? events | EV_ET : events);
}

void activate_signal(struct event_base *base, int signal, int count)
{
	struct event *event = signal_map_events(&base->signals, signal);

	for (; event; event = LIST_NEXT(event, ev_io_next))
		event_active_locked(event, EV_SIGNAL,
				    (short)(count < INT16_MAX ? count : INT16_MAX));
}

/*
 * If a loop in another thread is calling the callback of a signal event, event_active waits until
 * the call has returned, as in libevent. The wait releases the lock, and the callback may free its
 * event. So event_active_locked must not wait: its callers walk lists of events.
 */
static void wait_for_signal_calls(struct event *event)
{
	const short settled = EVLIST_FINALIZING | EVLIST_ACTIVE;

	if (!(event->ev_evcallback.evcb_flags & settled) && (event_asked(event) & EV_SIGNAL))
		callback_wait(event->ev_base, &event->ev_evcallback);
}

void event_active(struct event *event, int what, short ncalls)
{
	if (!event->ev_base) {
		log_warning("event_active: the event has no base");
		return;
	}
	base_lock(event->ev_base);
	debug_check_assigned(event, "event_active");
	wait_for_signal_calls(event);
	event_active_locked(event, what, ncalls);
	base_unlock(event->ev_base);
}
