/*
 * event.c - assigning, adding and deleting events, and asking for their state
 */
#include "loop/base.h"
#include "loop/timeout_inline.h"

#include <errno.h>

/* event_self_cbarg returns the address of this variable, which no program uses as an argument. */
static char self;

void *event_self_cbarg(void)
{
	return &self;
}

/* An event with one of these bits is in a map, of descriptors or of signals. */
#define IN_A_MAP (EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL)

static uint8_t closure_of(short events)
{
	if (events & EV_SIGNAL)
		return CLOSURE_SIGNAL;
	if (events & EV_PERSIST)
		return CLOSURE_PERSIST;
	return events & IN_A_MAP ? CLOSURE_EVENT : CLOSURE_TIMER;
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

/*
 * While event_del waits for a callback in another thread, the callback may add its event again. The
 * loop may even begin the event's next call before event_del returns. The event's memory will be
 * freed, so event_free deletes such an event again.
 */
static bool is_in_use(const struct event *event)
{
	const struct event_callback *callback = &event->ev_evcallback;

	if (callback->evcb_flags & EVLIST_FINALIZING)
		return false;
	return (callback->evcb_flags & EVLIST_STANDING) ||
	       (!(event_asked(event) & EV_FINALIZE) &&
		callback_runs_elsewhere(event->ev_base, callback));
}

static void delete_for_good(struct event *event)
{
	base_enter(event->ev_base);
	do {
		event_del_locked(event, DELETE_AUTOBLOCK);
	} while (is_in_use(event));
	base_leave(event->ev_base);
}

void event_free(struct event *event)
{
	if (!event)
		return;
	debug_check_assigned(event, "event_free");
	if (event->ev_base)
		delete_for_good(event);
	debug_forget(event);
	memory_free(event);
}

struct event *event_new_internal(struct event_base *base, int fd,
				 void (*callback)(int fd, short what, void *arg))
{
	struct event *event = event_new(base, fd, EV_READ | EV_PERSIST, callback, base);

	if (event) {
		event->ev_evcallback.evcb_flags |= EVLIST_INTERNAL;
		event_priority_set(event, 0);
	}
	return event;
}

void event_free_internal(struct event *event)
{
	if (!event)
		return;
	event_del_locked(event, DELETE_EVEN_IF_FINALIZING);
	debug_forget(event);
	memory_free(event);
}

int event_base_set(struct event_base *base, struct event *event)
{
	/* Only an idle event: its flags say that it was assigned, and nothing else. */
	if (!base || event->ev_evcallback.evcb_flags != EVLIST_INIT)
		return -1;
	debug_check_assigned(event, "event_base_set");
	timeout_leave_base(event);
	event->ev_base = base;
	event->ev_evcallback.evcb_pri = (uint8_t)(base->active.priorities / 2);
	return 0;
}

/* --------------------------------------------------------------------------------- adding */

/* Adds the event to the map of its signal or its descriptor. */
static int map_add(struct event_base *base, struct event *event)
{
	int result = event_asked(event) & EV_SIGNAL ? signal_map_add(base, event)
						    : io_map_add(base, event);

	if (result)
		return result;
	event->ev_evcallback.evcb_flags |= EVLIST_INSERTED;
	count_up(&base->added, &event->ev_evcallback);
	notify_loop(base);
	return 0;
}

static void map_remove(struct event_base *base, struct event *event)
{
	if (event_asked(event) & EV_SIGNAL)
		signal_map_remove(base, event);
	else
		io_map_remove(base, event);
	event->ev_evcallback.evcb_flags &= ~EVLIST_INSERTED;
	count_down(&base->added, &event->ev_evcallback);
	notify_loop(base);
}

/* Adds an event that is more than a timer to its map, unless it is in the map or active already. */
static int add_to_map(struct event_base *base, struct event *event)
{
	const short standing = EVLIST_INSERTED | EVLIST_ACTIVE | EVLIST_ACTIVE_LATER;

	return event->ev_evcallback.evcb_flags & standing ? 0 : map_add(base, event);
}

int event_add_locked(struct event *event, const struct timeval *timeout)
{
	struct event_base *base = event->ev_base;

	/* First: the wait releases the lock, so state and room seen before it may have changed. */
	if (event_asked(event) & EV_SIGNAL)
		callback_wait(base, &event->ev_evcallback);
	if (event->ev_evcallback.evcb_flags & EVLIST_FINALIZING)
		return -1;
	if (timeout && timeout_reserve(base, event, timeout))
		return -1;
	if ((event_asked(event) & IN_A_MAP) && add_to_map(base, event))
		return -1;
	if (timeout)
		timeout_add(base, event, timeout);
	debug_note(event);
	return 0;
}

static __attribute__((noinline)) int add_with_care(struct event *event,
						   const struct timeval *timeout)
{
	struct event_base *base = event->ev_base;
	int result;

	if (!base) {
		log_warning("event_add: the event has no base");
		return -1;
	}
	base_enter(base);
	debug_check_assigned(event, "event_add");
	result = event_add_locked(event, timeout);
	base_leave(base);
	return result;
}

/* A function of its own, so that event_add need not keep the registers that this path uses. */
static __attribute__((noinline)) int move_timer(struct event_base *base, struct event *event,
						uint64_t deadline, uint64_t interval)
{
	timeout_move(base, event, deadline, interval);
	return 0;
}

/*
 * The first path is for nearly all adds: a plain timer, a base that belongs to this thread alone,
 * and a timeout that is normalised and not common. add_with_care is for all others.
 */
int event_add(struct event *event, const struct timeval *timeout)
{
	struct event_base *base;
	uint64_t interval, deadline;

	if (!event_base_at_hand(event, &base) || !timeout || !is_plain_timer(event, 0, 0) ||
	    !time_is_usual(timeout))
		return add_with_care(event, timeout);
	interval = time_from_timeval(timeout);
	deadline = time_after(time_origin(base), interval);
	if (is_armed(event))
		return move_timer(base, event, deadline, interval);
	if (__builtin_expect(base->timeouts.ordinary == base->timeouts.limit, 0) ||
	    __builtin_expect(event->ev_events & IN_A_MAP, 0)) /* if the program wrote it */
		return add_with_care(event, timeout);
	timeout_start(base, event, deadline, interval);
	return 0;
}

/* ------------------------------------------------------------------------------- deleting */

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
		active_remove(base, callback);
	else if (callback->evcb_flags & EVLIST_ACTIVE_LATER)
		active_remove_later(base, callback);
	if (callback->evcb_flags & EVLIST_INSERTED)
		map_remove(base, event);
	/* A loop that waited only for this event has nothing left to wait for and must return. */
	if (!base->added.now)
		notify_loop(base);
	debug_note(event);
	/* Last, because the wait releases the lock: the event must be deleted by then. */
	if (how == DELETE_BLOCK || (how == DELETE_AUTOBLOCK && !(event_asked(event) & EV_FINALIZE)))
		callback_wait(base, callback);
	return 0;
}

static __attribute__((noinline)) int delete_event(struct event *event, enum deletion how,
						  const char *function)
{
	int result;

	if (!event->ev_base) {
		log_warning("%s: the event has no base", function);
		return -1;
	}
	base_enter(event->ev_base);
	debug_check_assigned(event, function);
	result = event_del_locked(event, how);
	base_leave(event->ev_base);
	return result;
}

int event_del(struct event *event)
{
	struct event_base *base;

	if (!event_base_at_hand(event, &base) ||
	    !is_plain_timer(event, EVLIST_TIMEOUT, EVLIST_TIMEOUT))
		return delete_event(event, DELETE_AUTOBLOCK, "event_del");
	timeout_stop(base, event);
	return 0;
}

int event_del_block(struct event *event)
{
	return delete_event(event, DELETE_BLOCK, "event_del_block");
}

int event_del_noblock(struct event *event)
{
	return delete_event(event, DELETE_NOBLOCK, "event_del_noblock");
}

int event_remove_timer(struct event *event)
{
	struct event_base *base = event->ev_base;

	if (!base) {
		log_warning("event_remove_timer: the event has no base");
		return -1;
	}
	base_enter(base);
	debug_check_assigned(event, "event_remove_timer");
	if (event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT) {
		timeout_remove(base, event);
		if (event->ev_evcallback.evcb_closure == CLOSURE_PERSIST)
			event->ev_period = 0;
	}
	debug_note(event);
	base_leave(base);
	return 0;
}

/* --------------------------------------------------------------------------------- asking */

int event_pending(const struct event *event, short events, struct timeval *timeout)
{
	struct event_base *base = event->ev_base;
	short flags, pending = 0;

	if (!base) {
		log_warning("event_pending: the event has no base");
		return 0;
	}
	base_enter(base);
	debug_check_assigned(event, "event_pending");
	flags = event->ev_evcallback.evcb_flags;
	if (flags & EVLIST_INSERTED)
		pending |= event_asked(event) & (EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL);
	if (flags & (EVLIST_ACTIVE | EVLIST_ACTIVE_LATER))
		pending |= event_result(event);
	if (flags & EVLIST_TIMEOUT)
		pending |= EV_TIMEOUT;
	events &= EV_TIMEOUT | EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL;
	if (timeout && (flags & EVLIST_TIMEOUT) && (events & EV_TIMEOUT))
		*timeout = time_to_wall(base, event->ev_timer.deadline);
	base_leave(base);
	return pending & events;
}

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
	base_enter(base); /* another thread may arm the event, which moves the bits to ev_aside */
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
