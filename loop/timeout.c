/*
 * timeout.c - reserving room for the timeouts of events, arming, re-arming and removing them
 *
 * event_add reserves first and commits then. Everything that can fail happens before anything
 * changes, since a program that gets "no memory" must find its timers as they were. libevent breaks
 * this rule in two cases: it does not reserve for an event that moves from a common queue into the
 * heap, and it ignores the result of arming a queue's representative. Here the room is for all
 * ordinary timers and one more for each queue, which covers both cases.
 *
 * A re-add has two ways to move a timer: remove and insert, like libevent, or `reinsert` in place.
 * The second has been in libevent's source since 2012, but is compiled out there. The base's
 * configuration chooses the way.
 *
 * COMMON TIMEOUTS. The deadline of a representative's timer is never later than that of its queue's
 * head, but may be earlier: removing the head, or adding an event as a new and later head, does not
 * re-arm the representative. Then the representative expires with nothing due, at most once in each
 * duration, and is armed again for the present head. So adds, re-adds and deletes of a busy queue
 * do not touch the structure. (libevent re-arms the representative whenever an event becomes the
 * head, which in a queue of one event is at each add. With EVENT_BASE_FLAG_LIBEVENT_2_1 so does
 * this loop.)
 */
#include "loop/timeout.h"

#include "loop/activation.h"
#include "loop/running.h"
#include "loop/timeout_inline.h"
#include "loop/wake.h"

/* A duration that does not fit is stored in ns, and re-arms then do not use the queue. */
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

/* Whether the event's timer is in the set, and not in a common queue. */
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

/* Removes the timer from the set or its common queue. The event's flag EVLIST_TIMEOUT stays. */
static void unfile(struct event_base *base, struct event *event)
{
	struct timers *timers = &base->timers;

	if (event->ev_evcallback.evcb_common) {
		common_remove(&base->common, event);
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
 * libevent distinguishes four cases, by where the timer was (queue or heap) and where it goes. In
 * three cases there is nothing to do but remove and insert. Only a move within the structure can
 * gain by moving in place.
 */
void timeout_arm(struct event_base *base, struct event *event, uint64_t deadline, uint64_t interval)
{
	struct timers *timers = &base->timers;

	if (!event_is_armed(event)) {
		timeout_start(base, event, deadline, interval);
	} else if (event->ev_evcallback.evcb_common) {
		common_remove(&base->common, event);
		timers->ordinary++;
		timers->structure->insert(timers->set, &event->ev_timer, deadline, interval);
	} else {
		timeout_move(base, event, deadline, interval);
	}
	wake_loop_before(base, deadline);
}

/* The event is the loop's own: it is not counted, and its room was reserved with its queue. */
void timeout_arm_representative(struct event_base *base, struct common_queue *queue)
{
	struct timers *timers = &base->timers;
	struct event *event = &queue->representative;

	/* libevent calls event_add, which takes a timed-out event from its active queue. */
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

/* Whether the representative would expire too late for a new head with this deadline. */
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

	/* If the old timeout has made the event active, the new timeout replaces it. */
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
