/*
 * timeout_inline.h - arming and removing timers, inline, for every event_add and event_del
 *
 * event.c, event_internal.c, expiry.c and timeout.c use these functions. The caller holds the
 * base's lock. The functions do not wake the loop.
 *
 * Only the common cases are inline. With few timers that saves the cost of calls. With a million
 * timers it saves more. Nearly every add then waits for its event's memory. The fewer instructions
 * and stores an add takes, the more adds the processor can overlap.
 */
#ifndef TIMEOUT_INLINE_H
#define TIMEOUT_INLINE_H

#include "loop/timeout.h"

#include <string.h>

/*
 * Returns the eight bytes that hold the flags, priority, closure, calls and queue of an event. So
 * one load and one comparison check several of these fields.
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
 * Returns whether the event is a plain timer, and those of its flags that are in `mask` equal
 * `flags`. A plain timer is an event of the program that is only a timer, does not persist, is not
 * finalizing, and is not in a map, in an active queue or in a common queue.
 */
LOOP_INLINE bool is_plain_timer(const struct event *event, short mask, short flags)
{
	const short never = EVLIST_INSERTED | EVLIST_ACTIVE | EVLIST_FINALIZING | EVLIST_INTERNAL;

	return (head_of(&event->ev_evcallback) & head_with(never | mask, UINT8_MAX, UINT16_MAX)) ==
	       head_with(flags, CLOSURE_TIMER, 0);
}

/* Returns whether timeout_keep_room has kept room for the next period of this event. */
LOOP_INLINE bool keeps_room(const struct event *event)
{
	return event->ev_evcallback.evcb_closure == CLOSURE_PERSIST &&
	       event->ev_evcallback.evcb_ncalls;
}

/* See timeout.h. */
LOOP_INLINE int timeout_reserve(struct event_base *base, const struct event *event,
				const struct timeval *timeout)
{
	if (__builtin_expect(base->timers.ordinary < base->timers.limit, 1))
		return 0;
	return timeout_reserve_slowly(base, event, timeout);
}

/* Arms an event that has no timeout, and counts it. There must be room. Times are in ns. */
LOOP_INLINE void timeout_start(struct event_base *base, struct event *event, uint64_t deadline,
			       uint64_t interval)
{
	struct timers *timers = &base->timers;

	timer_take_up(event);
	count_one(&base->added);
	timers->ordinary++;
	timers->structure->insert(timers->set, &event->ev_timer, deadline, interval);
}

/* Re-arms an event that has an ordinary timeout. Times are in ns. */
LOOP_INLINE void timeout_move(struct event_base *base, struct event *event, uint64_t deadline,
			      uint64_t interval)
{
	struct timers *timers = &base->timers;
	const struct timer_structure *structure = timers->structure;

	if (timers->reinsert) {
		structure->reinsert(timers->set, &event->ev_timer, deadline, interval);
		return;
	}
	structure->remove(timers->set, &event->ev_timer);
	structure->insert(timers->set, &event->ev_timer, deadline, interval);
}

/* Removes the timeout of a plain timer that is armed. */
LOOP_INLINE void timeout_stop(struct event_base *base, struct event *event)
{
	struct timers *timers = &base->timers;

	base->added.now--;
	timers->ordinary--;
	timers->structure->remove(timers->set, &event->ev_timer);
	timer_put_down(event);
}

#endif
