/*
 * timeout.c - reserving room for the timeouts of events, arming, re-arming and removing them
 *
 * event_add first reserves and then commits. Everything that can fail happens before anything
 * changes, because a failed event_add must leave all timers as they were. libevent breaks this rule
 * in two cases. It does not reserve for an event that moves from a common queue into the heap, and
 * it ignores the result of arming a queue's representative. This loop reserves room for all
 * ordinary timers and for one more timer for each queue, which covers both cases.
 *
 * A re-add can move a timer in two ways: remove and insert, as in libevent, or `reinsert` in place.
 * libevent's source has had the second way since 2012, but does not compile it. The base's
 * configuration chooses the way.
 *
 * COMMON TIMEOUTS. The deadline of a representative is never later than the deadline of its queue's
 * head. It may be earlier, because two operations do not re-arm the representative: removing the
 * head, and adding an event as a new head with a later deadline. Then the representative expires
 * with nothing due, at most once in each duration, and is re-armed for the present head. So adds,
 * re-adds and deletes in a queue that is in use do not touch the structure. (libevent re-arms the
 * representative whenever an event becomes the head. In a queue of one event, each add does that.
 * With EVENT_BASE_FLAG_LIBEVENT_2_1 this loop does the same.)
 */
#include "loop/timeout.h"

#include "loop/activation.h"
#include "loop/running.h"
#include "loop/timeout_inline.h"
#include "loop/wake.h"

/*
 * Returns the ev_period of an event that was added to this queue. If the duration does not fit into
 * the bits for it, returns a plain period in ns, and re-arms do not use the queue.
 */
static uint64_t period_of_queue(const struct common_queue *queue)
{
	uint64_t duration = queue->duration;

	if (duration / 1000 > PERIOD_DURATION_MOST)
		return duration < PERIOD_OF_QUEUE ? duration : PERIOD_OF_QUEUE - 1;
	return PERIOD_OF_QUEUE | duration / 1000 << PERIOD_QUEUE_BITS | queue->number;
}

void timeout_leave_base(struct event *event)
{
	const uint64_t period = event->ev_period & ~PERIOD_OF_QUEUE;

	if (event->ev_period & PERIOD_OF_QUEUE)
		event->ev_period = (period >> PERIOD_QUEUE_BITS) * 1000;
}

/* Returns whether the event has an ordinary timeout: its timer is in the set, not in a queue. */
static bool is_ordinary(const struct event *event)
{
	return event_is_armed(event) && !event->ev_evcallback.evcb_common;
}

int timeout_reserve_slowly(struct event_base *base, const struct event *event,
			   const struct timeval *timeout)
{
	if (is_ordinary(event) || keeps_room(event) || common_number(&base->common, timeout))
		return 0;
	return timers_grow(&base->timers);
}

void timeout_keep_room(struct event_base *base, struct event *event)
{
	struct timers *timers = &base->timers;

	if (event->ev_evcallback.evcb_closure != CLOSURE_PERSIST || event_is_armed(event) ||
	    !event->ev_period || event->ev_period & PERIOD_OF_QUEUE || keeps_room(event))
		return;
	if (timers_make_room(timers))
		return;
	event->ev_evcallback.evcb_ncalls = 1;
	timers->kept++;
	timers->limit--;
}

void timeout_drop_room(struct event_base *base, struct event *event)
{
	if (!keeps_room(event))
		return;
	event->ev_evcallback.evcb_ncalls = 0;
	base->timers.kept--;
	base->timers.limit++;
}

/* Removes the timer from the set or from its common queue. The event keeps EVLIST_TIMEOUT. */
static void unfile(struct event_base *base, struct event *event)
{
	struct timers *timers = &base->timers;

	if (event->ev_evcallback.evcb_common) {
		common_remove(common_queue_with(&base->common, event), event);
		return;
	}
	timers->structure->remove(timers->set, &event->ev_timer);
	timers->ordinary -= !(event->ev_evcallback.evcb_flags & EVLIST_INTERNAL);
}

void timeout_remove(struct event_base *base, struct event *event)
{
	unfile(base, event);
	timer_put_down(event);
	count_down(&base->added, &event->ev_evcallback);
}

/*
 * A timer can move from the set or a common queue, to the set or a common queue. Only a move inside
 * the set can gain from `reinsert`. The other moves are remove and insert.
 */
void timeout_arm(struct event_base *base, struct event *event, uint64_t deadline, uint64_t interval)
{
	struct timers *timers = &base->timers;

	if (!event_is_armed(event)) {
		timeout_start(base, event, deadline, interval);
	} else if (event->ev_evcallback.evcb_common) {
		common_remove(common_queue_with(&base->common, event), event);
		timers->ordinary++;
		timers->structure->insert(timers->set, &event->ev_timer, deadline, interval);
	} else {
		timeout_move(base, event, deadline, interval);
	}
	wake_loop_before(base, deadline);
}

/* The base does not count a representative. Its room was reserved when the queue was made. */
void timeout_arm_representative(struct event_base *base, struct common_queue *queue)
{
	struct timers *timers = &base->timers;
	struct event *event = &queue->representative;

	/* libevent calls event_add, which removes a timed-out event from its active queue. */
	if ((base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1) &&
	    (event->ev_evcallback.evcb_flags & EVLIST_ACTIVE))
		activation_leave(base, &event->ev_evcallback);
	if (event_is_armed(event))
		timers->structure->remove(timers->set, &event->ev_timer);
	else
		timer_take_up(event);
	timers->structure->insert(timers->set, &event->ev_timer,
				  common_first(queue)->ev_timer.deadline, 0);
}

/*
 * Returns whether a new head with this deadline must re-arm the representative, which would
 * otherwise expire later than the deadline, or not at all.
 */
static bool must_be_armed(const struct event_base *base, const struct event *representative,
			  uint64_t deadline)
{
	return !event_is_armed(representative) || representative->ev_timer.deadline > deadline ||
	       base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1;
}

void timeout_arm_common(struct event_base *base, struct event *event, uint16_t number,
			uint64_t deadline)
{
	struct common_queue *queue = common_queue_of(&base->common, number);

	if (event_is_armed(event)) {
		unfile(base, event);
	} else {
		timer_take_up(event);
		count_one(&base->added);
	}
	if (common_insert(queue, event, deadline) &&
	    must_be_armed(base, &queue->representative, deadline))
		timeout_arm_representative(base, queue);
	wake_loop_before(base, deadline);
}

static void add_common(struct event_base *base, struct event *event, uint16_t number)
{
	const struct common_queue *queue = common_queue_of(&base->common, number);

	if (event->ev_evcallback.evcb_closure == CLOSURE_PERSIST)
		event->ev_period = period_of_queue(queue);
	timeout_arm_common(base, event, number,
			   time_after(time_origin(&base->time), queue->duration));
}

/* If its timeout has made the event active, removes the event from its active queue. */
static void supersede(struct event_base *base, struct event *event)
{
	if (!(event_result(event) & EV_TIMEOUT))
		return;
	event_abort_calls(base, event);
	activation_leave(base, &event->ev_evcallback);
}

void timeout_add(struct event_base *base, struct event *event, const struct timeval *timeout)
{
	struct event_callback *callback = &event->ev_evcallback;
	uint16_t queue = common_number(&base->common, timeout);
	uint64_t interval, deadline;

	if (callback->evcb_flags & EVLIST_ACTIVE)
		supersede(base, event);
	timeout_drop_room(base, event);
	if (queue) {
		add_common(base, event, queue);
		return;
	}
	interval = time_from_timeval(timeout);
	deadline = time_after(time_origin(&base->time), interval);
	if (callback->evcb_closure == CLOSURE_PERSIST)
		event->ev_period = interval < PERIOD_OF_QUEUE ? interval : PERIOD_OF_QUEUE - 1;
	timeout_arm(base, event, deadline, interval);
}
