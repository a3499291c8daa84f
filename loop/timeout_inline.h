/*
 * timeout_inline.h - arming and removing timers, for every event_add and event_del
 *
 * These functions are inline, and leave rare cases to functions that are not. With few timers that
 * saves the cost of calls. With a million timers it saves more: nearly every add waits for its
 * event's memory, and the fewer instructions and stores an add takes, the more adds the processor
 * can overlap.
 */
#ifndef TIMEOUT_INLINE_H
#define TIMEOUT_INLINE_H

#include "loop/base.h"

#include <string.h>

#define LOOP_INLINE static inline __attribute__((always_inline))

/*
 * The eight bytes with the flags, priority, closure, calls and queue of an event. One load and one
 * comparison check several of these fields.
 */
LOOP_INLINE uint64_t head_of(const struct event_callback *callback)
{
	uint64_t head;

	_Static_assert(offsetof(struct event_callback, evcb_common) ==
			       offsetof(struct event_callback, evcb_flags) + 6,
		       "the head is eight bytes");
	memcpy(&head, &callback->evcb_flags, sizeof(head));
	return head;
}

LOOP_INLINE uint64_t head_with(short flags, uint8_t closure, uint16_t common)
{
	struct event_callback callback = { 0 };

	callback.evcb_flags = flags;
	callback.evcb_closure = closure;
	callback.evcb_common = common;
	return head_of(&callback);
}

/*
 * Whether the event is a plain timer: the program's own and not finalizing, nothing but a timer,
 * and in no map and no queue. Also, its flags in `mask` must equal `flags`.
 */
LOOP_INLINE bool is_plain_timer(const struct event *event, short mask, short flags)
{
	const short never = EVLIST_INSERTED | EVLIST_ACTIVE | EVLIST_ACTIVE_LATER |
			    EVLIST_FINALIZING | EVLIST_INTERNAL;

	return (head_of(&event->ev_evcallback) & head_with(never | mask, UINT8_MAX, UINT16_MAX)) ==
	       head_with(flags, CLOSURE_TIMER, 0);
}

LOOP_INLINE bool is_armed(const struct event *event)
{
	return event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT;
}

/*
 * Makes the timer ready to be armed. Moves ev_events and ev_res, which are in the timer's memory,
 * to ev_aside. Clears the link, which must be zero in an idle timer, as the program may have
 * written there.
 */
LOOP_INLINE void timer_take_up(struct event *event)
{
	event->ev_aside.events = event->ev_events;
	event->ev_aside.result = event->ev_res;
	memset(&event->ev_timer.link, 0, sizeof(event->ev_timer.link));
	event->ev_evcallback.evcb_flags |= EVLIST_TIMEOUT;
}

/* Moves ev_events and ev_res back. The timer must be idle: in no structure and no queue. */
LOOP_INLINE void timer_put_down(struct event *event)
{
	event->ev_evcallback.evcb_flags &= ~EVLIST_TIMEOUT;
	event->ev_events = event->ev_aside.events;
	event->ev_res = event->ev_aside.result;
}

/* Arms an event that has no timeout. The room must have been reserved. */
LOOP_INLINE void timeout_start(struct event_base *base, struct event *event, uint64_t deadline,
			       uint64_t interval)
{
	struct timeouts *timeouts = &base->timeouts;

	timer_take_up(event);
	count_one(&base->added);
	timeouts->ordinary++;
	timeouts->structure->insert(timeouts->set, &event->ev_timer, deadline, interval);
}

/* Re-arms an event that is armed and not in a common queue. */
LOOP_INLINE void timeout_move(struct event_base *base, struct event *event, uint64_t deadline,
			      uint64_t interval)
{
	struct timeouts *timeouts = &base->timeouts;
	const struct timer_structure *structure = timeouts->structure;

	if (timeouts->reinsert) {
		structure->reinsert(timeouts->set, &event->ev_timer, deadline, interval);
		return;
	}
	structure->remove(timeouts->set, &event->ev_timer);
	structure->insert(timeouts->set, &event->ev_timer, deadline, interval);
}

/* Removes the armed timer of a plain timer event. */
LOOP_INLINE void timeout_stop(struct event_base *base, struct event *event)
{
	struct timeouts *timeouts = &base->timeouts;

	base->added.now--;
	timeouts->ordinary--;
	timeouts->structure->remove(timeouts->set, &event->ev_timer);
	timer_put_down(event);
}

#endif
