/*
 * timeout_inline.h - arming, on the path of every event_add
 *
 * Inline, with what is rare left out of line. With few timers that saves calls. With a million it
 * saves more: nearly every add waits for its event to come from memory, and how many adds the
 * processor has under way at once is a matter of how many instructions and stores each takes. (On
 * the EPYC that results/ comes from, at a million timers: 146 ns an event_add when these were calls,
 * 103 ns now; libevent takes 200.)
 */
#ifndef TIMEOUT_INLINE_H
#define TIMEOUT_INLINE_H

#include "loop/base.h"

#define LOOP_INLINE static inline __attribute__((always_inline))

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

#endif
