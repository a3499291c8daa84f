/*
 * timeout_inline.h - arming, on the path of every event_add
 *
 * Inline, with what is rare left out of line. With few timers that saves calls. With a million it
 * saves more: nearly every add waits for its event to come from memory, and how many adds the
 * processor has under way at once is a matter of how many instructions and stores each takes. On
 * the machine that results/ comes from, event_add at a million timers took a fifth less time when
 * these functions became one.
 */
#ifndef TIMEOUT_INLINE_H
#define TIMEOUT_INLINE_H

#include "loop/base.h"

#define LOOP_INLINE static inline __attribute__((always_inline))

/*
 * The period of a persistent event is kept as ns, or as the queue that it came from, so that a
 * re-arm goes where the add went: then the top bit is set, since no period is 292 years long.
 */
#define PERIOD_OF_QUEUE (UINT64_C(1) << 63)

/* What an add to one of the common queues does; and for an event that its timeout made active. */
void timeout_add_common(struct event_base *base, struct event *event, uint16_t queue);
void timeout_supersede(struct event_base *base, struct event *event);

/*
 * Files an event under a deadline of its own, whatever timeout it had. libevent tells four cases
 * apart by where that was (queue or heap) and where it goes. Three of them are a removal and an
 * insertion whichever way one looks at it; only from structure to structure there is something to
 * save by moving in place.
 */
LOOP_INLINE void timeout_arm(struct event_base *base, struct event *event, uint64_t deadline,
			     uint64_t interval)
{
	struct event_callback *callback = &event->ev_evcallback;
	struct timeouts *timeouts = &base->timeouts;
	const struct timer_structure *structure = timeouts->structure;

	if (!(callback->evcb_flags & EVLIST_TIMEOUT)) {
		callback->evcb_flags |= EVLIST_TIMEOUT;
		count_one(&base->added);
		timeouts->ordinary++;
	} else if (__builtin_expect(callback->evcb_common, 0)) {
		common_remove(base, event);
		timeouts->ordinary++;
	} else if (timeouts->reinsert) {
		structure->reinsert(timeouts->set, &event->ev_timer, deadline, interval);
		return;
	} else {
		structure->remove(timeouts->set, &event->ev_timer);
	}
	structure->insert(timeouts->set, &event->ev_timer, deadline, interval);
}

LOOP_INLINE void timeout_add(struct event_base *base, struct event *event,
			     const struct timeval *timeout)
{
	struct event_callback *callback = &event->ev_evcallback;
	uint16_t queue = timeout_queue(base, timeout);
	uint64_t interval, deadline;

	/* Its timeout made it active, and now it has a new one: that was too early to call. */
	if (__builtin_expect(callback->evcb_flags & EVLIST_ACTIVE, 0))
		timeout_supersede(base, event);
	if (__builtin_expect(queue, 0)) {
		timeout_add_common(base, event, queue);
		return;
	}
	interval = time_from_timeval(timeout);
	deadline = time_after(time_origin(base), interval);
	if (callback->evcb_closure == CLOSURE_PERSIST)
		event->ev_period = interval < PERIOD_OF_QUEUE ? interval : PERIOD_OF_QUEUE - 1;
	timeout_arm(base, event, deadline, interval);
	notify_deadline(base, deadline);
}

#endif
