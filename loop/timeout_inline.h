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

#include "loop/timeout.h"

#include <string.h>

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
	const short never = EVLIST_INSERTED | EVLIST_ACTIVE | EVLIST_FINALIZING | EVLIST_INTERNAL;

	return (head_of(&event->ev_evcallback) & head_with(never | mask, UINT8_MAX, UINT16_MAX)) ==
	       head_with(flags, CLOSURE_TIMER, 0);
}

/* Whether timeout_keep_room keeps room for the next period of this event, which is not armed. */
LOOP_INLINE bool keeps_room(const struct event *event)
{
	return event->ev_evcallback.evcb_closure == CLOSURE_PERSIST &&
	       event->ev_evcallback.evcb_ncalls;
}

LOOP_INLINE int timeout_reserve(struct event_base *base, const struct event *event,
				const struct timeval *timeout)
{
	if (__builtin_expect(base->timers.ordinary < base->timers.limit, 1))
		return 0;
	return timeout_reserve_slowly(base, event, timeout);
}

/* Arms an event that has no timeout. The room must have been reserved. */
LOOP_INLINE void timeout_start(struct event_base *base, struct event *event, uint64_t deadline,
			       uint64_t interval)
{
	struct timers *timers = &base->timers;

	timer_take_up(event);
	count_one(&base->added);
	timers->ordinary++;
	timers->structure->insert(timers->set, &event->ev_timer, deadline, interval);
}

/* Re-arms an event that is armed and not in a common queue. */
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

/* Removes the armed timer of a plain timer event. */
LOOP_INLINE void timeout_stop(struct event_base *base, struct event *event)
{
	struct timers *timers = &base->timers;

	base->added.now--;
	timers->ordinary--;
	timers->structure->remove(timers->set, &event->ev_timer);
	timer_put_down(event);
}

#endif
