/*
 * event.c - event_add, event_del and their variants, event_free and event_pending
 *
 * event_internal.c has the same operations for callers that hold the base's lock.
 */
#include "loop/base.h"

#include "loop/at_hand.h"
#include "loop/debug.h"
#include "loop/event_internal.h"
#include "loop/log.h"
#include "loop/memory.h"
#include "loop/running.h"
#include "loop/timeout_inline.h"

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

/* Not inline, so that event_add need not save the registers that this path uses. */
static __attribute__((noinline)) int move_timer(struct event_base *base, struct event *event,
						uint64_t deadline, uint64_t interval)
{
	timeout_move(base, event, deadline, interval);
	return 0;
}

/*
 * The short path is for nearly all adds: the event is a plain timer, its base has no lock and its
 * loop runs in this thread, and the timeout is normalised and not common. add_with_care is for all
 * other adds.
 */
int event_add(struct event *event, const struct timeval *timeout)
{
	struct event_base *base;
	uint64_t interval, deadline;

	if (!event_base_at_hand(event, &base) || !timeout || !is_plain_timer(event, 0, 0) ||
	    !time_is_usual(timeout))
		return add_with_care(event, timeout);
	interval = time_from_timeval(timeout);
	deadline = time_after(time_origin(&base->time), interval);
	if (event_is_armed(event))
		return move_timer(base, event, deadline, interval);
	if (__builtin_expect(base->timers.ordinary == base->timers.limit, 0) ||
	    __builtin_expect(event->ev_events & EV_IN_A_MAP, 0)) /* the program wrote ev_events */
		return add_with_care(event, timeout);
	timeout_start(base, event, deadline, interval);
	return 0;
}

/* ------------------------------------------------------------------------------- deleting */

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

/*
 * Returns whether the loop still uses an event that was deleted. While event_del waits for a
 * callback in another thread, the callback may add its event again. The loop may even begin the
 * event's next call before event_del returns. event_free will free the event's memory, so it
 * deletes such an event again.
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
	if (flags & EVLIST_ACTIVE)
		pending |= event_result(event);
	if (flags & EVLIST_TIMEOUT)
		pending |= EV_TIMEOUT;
	events &= EV_TIMEOUT | EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL;
	if (timeout && (flags & EVLIST_TIMEOUT) && (events & EV_TIMEOUT))
		*timeout = time_to_wall(&base->time, event->ev_timer.deadline);
	base_leave(base);
	return pending & events;
}
