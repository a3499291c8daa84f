/*
 * timeout_inline.h - arming and stopping, on the path of every event_add and event_del
 *
 * Inline, with what is rare left out of line. With few timers that saves calls. With a million it
 * saves more: nearly every add waits for its event to come from memory, and how many adds the
 * processor has under way at once is a matter of how many instructions and stores each takes.
 */
#ifndef TIMEOUT_INLINE_H
#define TIMEOUT_INLINE_H

#include "loop/base.h"

#include <string.h>

#define LOOP_INLINE static inline __attribute__((always_inline))

/*
 * Flags, priority, closure, calls and queue of an event are eight bytes, which are looked at
 * together: what is to be one thing and what is to be none takes one load and one comparison.
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
 * A timer and nothing else, the program's own, in no queue of any kind, and of these flags those in
 * `mask` that are in `flags`.
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
 * The event's timer comes into use, and what the program may see in the timer's memory goes aside.
 * The link is cleared, since a program may have written there, and an idle timer's link is zero.
 */
LOOP_INLINE void timer_take_up(struct event *event)
{
	event->ev_aside.events = event->ev_events;
	event->ev_aside.result = event->ev_res;
	memset(&event->ev_timer.link, 0, sizeof(event->ev_timer.link));
	event->ev_evcallback.evcb_flags |= EVLIST_TIMEOUT;
}

/* The event's timer is idle: no structure and no queue knows it. */
LOOP_INLINE void timer_put_down(struct event *event)
{
	event->ev_evcallback.evcb_flags &= ~EVLIST_TIMEOUT;
	event->ev_events = event->ev_aside.events;
	event->ev_res = event->ev_aside.result;
}

/* Files an event that had no timeout under a deadline. There is room. */
LOOP_INLINE void timeout_start(struct event_base *base, struct event *event, uint64_t deadline,
			       uint64_t interval)
{
	struct timeouts *timeouts = &base->timeouts;

	timer_take_up(event);
	count_one(&base->added);
	timeouts->ordinary++;
	timeouts->structure->insert(timeouts->set, &event->ev_timer, deadline, interval);
}

/* Files one that is armed, and in no common queue, under another. */
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

/* Stops a plain timer that is armed. */
LOOP_INLINE void timeout_stop(struct event_base *base, struct event *event)
{
	struct timeouts *timeouts = &base->timeouts;

	base->added.now--;
	timeouts->ordinary--;
	timeouts->structure->remove(timeouts->set, &event->ev_timer);
	timer_put_down(event);
}

#endif
