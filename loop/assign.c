/*
 * assign.c - event_assign, event_new, and the functions that return or change what was assigned
 */
#include "loop/assign.h"

#include "loop/base.h"
#include "loop/debug.h"
#include "loop/log.h"
#include "loop/memory.h"
#include "loop/timeout.h"

/* event_self_cbarg returns this variable's address, which a program cannot get in another way. */
static char self;

void *event_self_cbarg(void)
{
	return &self;
}

static uint8_t closure_of(short events)
{
	if (events & EV_SIGNAL)
		return CLOSURE_SIGNAL;
	if (events & EV_PERSIST)
		return CLOSURE_PERSIST;
	return events & EV_IN_A_MAP ? CLOSURE_EVENT : CLOSURE_TIMER;
}

int event_assign(struct event *event, struct event_base *base, evutil_socket_t fd, short events,
		 event_callback_fn callback, void *arg)
{
	struct event_callback *head = &event->ev_evcallback;

	if ((events & EV_SIGNAL) && (events & (EV_READ | EV_WRITE | EV_CLOSED))) {
		log_warning("event_assign: EV_SIGNAL cannot go with EV_READ, EV_WRITE or "
			    "EV_CLOSED");
		return -1;
	}
	debug_check_idle(event, "event_assign");
	if (!base)
		base = current_base;
	*event = (struct event){ 0 };
	head->evcb_flags = EVLIST_INIT;
	head->evcb_pri = (uint8_t)(base ? base->active.priorities / 2 : 0);
	head->evcb_closure = closure_of(events);
	head->evcb_cb_union.evcb_callback = callback;
	head->evcb_arg = arg == &self ? event : arg;
	event->ev_fd = fd;
	event->ev_events = events;
	event->ev_base = base;
	debug_check_descriptor(event, "event_assign");
	debug_assigned(event);
	return 0;
}

struct event *event_new(struct event_base *base, evutil_socket_t fd, short events,
			event_callback_fn callback, void *arg)
{
	struct event *event = memory_allocate(sizeof(*event));

	if (!event)
		return NULL;
	if (event_assign(event, base, fd, events, callback, arg)) {
		memory_free(event);
		return NULL;
	}
	return event;
}

struct event *own_event_new(struct event_base *base, int fd,
			    void (*callback)(int fd, short what, void *arg))
{
	struct event *event = event_new(base, fd, EV_READ | EV_PERSIST, callback, base);

	if (event) {
		event->ev_evcallback.evcb_flags |= EVLIST_INTERNAL;
		event_priority_set(event, 0);
	}
	return event;
}

int event_base_set(struct event_base *base, struct event *event)
{
	/* The event must be assigned, and not pending, active, finalizing or the loop's own. */
	if (!base || event->ev_evcallback.evcb_flags != EVLIST_INIT)
		return -1;
	debug_check_assigned(event, "event_base_set");
	timeout_leave_base(event);
	event->ev_base = base;
	event->ev_evcallback.evcb_pri = (uint8_t)(base->active.priorities / 2);
	return 0;
}

/* --------------------------------------------------------------------------------- asking */

int event_initialized(const struct event *event)
{
	return !!(event->ev_evcallback.evcb_flags & EVLIST_INIT);
}

int event_priority_set(struct event *event, int priority)
{
	debug_check_assigned(event, "event_priority_set");
	if (!event->ev_base || (event->ev_evcallback.evcb_flags & EVLIST_ACTIVE))
		return -1;
	if (priority < 0 || priority >= event->ev_base->active.priorities)
		return -1;
	event->ev_evcallback.evcb_pri = (uint8_t)priority;
	return 0;
}

evutil_socket_t event_get_fd(const struct event *event)
{
	debug_check_assigned(event, "event_get_fd");
	return event->ev_fd;
}

struct event_base *event_get_base(const struct event *event)
{
	debug_check_assigned(event, "event_get_base");
	return event->ev_base;
}

short event_get_events(const struct event *event)
{
	struct event_base *base = event->ev_base;
	short events;

	debug_check_assigned(event, "event_get_events");
	if (!base)
		return event->ev_events;
	base_enter(base); /* another thread may arm the event and so move the bits to ev_aside */
	events = event_asked(event);
	base_leave(base);
	return events;
}

event_callback_fn event_get_callback(const struct event *event)
{
	debug_check_assigned(event, "event_get_callback");
	return event->ev_evcallback.evcb_cb_union.evcb_callback;
}

void *event_get_callback_arg(const struct event *event)
{
	debug_check_assigned(event, "event_get_callback_arg");
	return event->ev_evcallback.evcb_arg;
}

int event_get_priority(const struct event *event)
{
	debug_check_assigned(event, "event_get_priority");
	return event->ev_evcallback.evcb_pri;
}

void event_get_assignment(const struct event *event, struct event_base **base, evutil_socket_t *fd,
			  short *events, event_callback_fn *callback, void **arg)
{
	debug_check_assigned(event, "event_get_assignment");
	if (base)
		*base = event->ev_base;
	if (fd)
		*fd = event->ev_fd;
	if (events)
		*events = event_get_events(event);
	if (callback)
		*callback = event->ev_evcallback.evcb_cb_union.evcb_callback;
	if (arg)
		*arg = event->ev_evcallback.evcb_arg;
}

size_t event_get_struct_event_size(void)
{
	return sizeof(struct event);
}
