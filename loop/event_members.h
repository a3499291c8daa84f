/*
 * event_members.h - the members of struct event, as the loop reads and writes them
 *
 * All files of the loop that touch events use these functions, which do not use the event's base.
 * The caller holds the base's lock, if the event has a base.
 */
#ifndef EVENT_MEMBERS_H
#define EVENT_MEMBERS_H

#include "structures/timer.h" /* must be first, or event_struct.h does not declare ev_timer */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#define LOOP_INLINE static inline __attribute__((always_inline))

_Static_assert(sizeof(struct event) == 128, "struct event is 128 bytes");
_Static_assert(offsetof(struct event, ev_evcallback.evcb_flags) == 16, "flags at 16");
_Static_assert(offsetof(struct event, ev_evcallback.evcb_pri) == 18, "priority at 18");
_Static_assert(offsetof(struct event, ev_evcallback.evcb_ncalls) == 20, "calls at 20");
_Static_assert(offsetof(struct event, ev_evcallback.evcb_arg) == 32, "argument at 32");
_Static_assert(offsetof(struct event, ev_io_next) == 40, "list at 40");
_Static_assert(offsetof(struct event, ev_fd) == 56, "descriptor at 56");
_Static_assert(offsetof(struct event, ev_aside) == 60, "bits put aside at 60");
_Static_assert(offsetof(struct event, ev_base) == 64, "base at 64");
_Static_assert(offsetof(struct event, ev_timer) == 72, "timer at 72");
_Static_assert(offsetof(struct event, ev_events) == 104, "events at 104");
_Static_assert(offsetof(struct event, ev_res) == 106, "result at 106");
_Static_assert(offsetof(struct event, ev_period) == 120, "period at 120");

/* evcb_closure: what the loop does to call a callback (closure.c). */
enum closure {
	CLOSURE_TIMER,	  /* calls the callback of an event that is only a timer */
	CLOSURE_EVENT,	  /* calls the callback of any other event that does not persist */
	CLOSURE_SIGNAL,	  /* calls the callback once for each time that the signal arrived */
	CLOSURE_PERSIST,  /* re-arms the timeout, then calls the callback */
	CLOSURE_FINALIZE, /* calls the finalizer of event_finalize */
	CLOSURE_FINALIZE_AND_FREE, /* calls the finalizer, then frees the event */
	CLOSURES,
};

/* An event with one of these flags is pending or active: the loop holds pointers to its memory. */
#define EVLIST_STANDING (EVLIST_TIMEOUT | EVLIST_INSERTED | EVLIST_ACTIVE)

/* A pending event with one of these bits is in the map of descriptors or in the map of signals. */
#define EV_IN_A_MAP (EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL)

static inline struct event *event_of_callback(struct event_callback *callback)
{
	return (struct event *)callback; /* ev_evcallback is the first member */
}

static inline struct event *event_of_timer(struct timer *timer)
{
	return (struct event *)((char *)timer - offsetof(struct event, ev_timer));
}

LOOP_INLINE bool event_is_armed(const struct event *event)
{
	return event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT;
}

/*
 * event_asked returns the EV_ bits that the program asked for. event_result returns the EV_ bits
 * that made the event active. While the timer is armed, both values are in ev_aside
 * (event_struct.h).
 */
static inline short event_asked(const struct event *event)
{
	return event_is_armed(event) ? event->ev_aside.events : event->ev_events;
}

static inline short event_result(const struct event *event)
{
	return event_is_armed(event) ? event->ev_aside.result : event->ev_res;
}

static inline void event_set_result(struct event *event, short result)
{
	if (event_is_armed(event))
		event->ev_aside.result = result;
	else
		event->ev_res = result;
}

/*
 * Prepares an idle timer for insert, and sets EVLIST_TIMEOUT. Moves ev_events and ev_res, which are
 * in the timer's memory, to ev_aside. Clears the link, which must be zero in an idle timer, because
 * the program may have written to that memory.
 */
LOOP_INLINE void timer_take_up(struct event *event)
{
	event->ev_aside.events = event->ev_events;
	event->ev_aside.result = event->ev_res;
	memset(&event->ev_timer.link, 0, sizeof(event->ev_timer.link));
	event->ev_evcallback.evcb_flags |= EVLIST_TIMEOUT;
}

/*
 * Clears EVLIST_TIMEOUT, and moves ev_events and ev_res back from ev_aside. The timer must be idle:
 * neither a structure nor a common queue may hold it.
 */
LOOP_INLINE void timer_put_down(struct event *event)
{
	event->ev_evcallback.evcb_flags &= ~EVLIST_TIMEOUT;
	event->ev_events = event->ev_aside.events;
	event->ev_res = event->ev_aside.result;
}

#endif
