/*
 * expiry.c - what happens when timeouts expire, and re-arming persistent events
 */
#include "loop/expiry.h"

#include "loop/activate.h"
#include "loop/event_internal.h"
#include "loop/log.h"
#include "loop/timeout_inline.h"

/*
 * Returns the next deadline of a persistent event. It is one period after the last deadline, so
 * that the event keeps its phase. The deadline is one period from now if that time has passed, or
 * if the timeout is not among the reasons why the event is active.
 */
static uint64_t next_deadline(struct event_base *base, const struct event *event, uint64_t period)
{
	uint64_t deadline;

	if (event_result(event) & EV_TIMEOUT) {
		deadline = time_after(event->ev_timer.deadline, period);
		if (deadline >= time_cached(&base->time))
			return deadline;
	}
	return time_after(time_origin(&base->time), period);
}

/* Arms a persistent event again before its callback runs. */
void timeout_rearm(struct event_base *base, struct event *event)
{
	uint64_t period = event->ev_period;
	uint16_t queue = period & PERIOD_OF_QUEUE ? (uint16_t)period : 0;

	timeout_drop_room(base, event);
	if (!period)
		return;
	if (!queue && !event_is_armed(event) && timers_make_room(&base->timers)) {
		log_warning(
			"no memory to re-arm a persistent event: its timeout will not fire again");
		return;
	}
	/* With EVENT_BASE_FLAG_LIBEVENT_2_1, timeout_expired removed the event from its map. */
	if (event_add_locked(event, NULL))
		return;
	if (queue)
		timeout_arm_common(base, event, queue,
				   next_deadline(base, event,
						 common_queue_of(&base->common, queue)->duration));
	else
		/* The interval is 0, because the deadline may be less than one period from now. */
		timeout_arm(base, event, next_deadline(base, event, period), 0);
}

/*
 * An event that is not active and will not be re-armed leaves its map. An event that will be
 * re-armed stays in the map of its descriptor. (libevent removes it from the map, and adds it again
 * before the callback, which costs two system calls.) An event that is already active stays in its
 * map, stays active, and keeps the bits that made it active. (libevent drops these bits.)
 */
void timeout_expired(struct event_base *base, struct event *event)
{
	struct event_callback *callback = &event->ev_evcallback;
	bool rearmed = callback->evcb_closure == CLOSURE_PERSIST && event->ev_period;

	timer_put_down(event);
	count_down(&base->added, callback);
	base->statistics.timers_expired += !(callback->evcb_flags & EVLIST_INTERNAL);
	if ((callback->evcb_flags & (EVLIST_INSERTED | EVLIST_ACTIVE)) &&
	    (base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1 ||
	     (!rearmed && !(callback->evcb_flags & EVLIST_ACTIVE))))
		event_del_locked(event, DELETE_NOBLOCK);
	event_active_locked(event, EV_TIMEOUT, 1);
}

/*
 * Puts a plain timer that has expired into its active queue. `added` stays the same: the event
 * loses its place in the set and gets a place in the queue.
 */
static void activate_timer(struct event_base *base, struct event *event)
{
	base->statistics.timers_expired++;
	timer_put_down(event);
	event->ev_res = EV_TIMEOUT;
	count_one(&base->active_events);
	active_insert(&base->active, &event->ev_evcallback);
}

static void ordinary_expired(struct event_base *base, struct event *event)
{
	base->timers.ordinary -= !(event->ev_evcallback.evcb_flags & EVLIST_INTERNAL);
	if (__builtin_expect(is_plain_timer(event, EVLIST_TIMEOUT, EVLIST_TIMEOUT), 1))
		activate_timer(base, event);
	else
		timeout_expired(base, event);
}

/* Lets the processor fetch the memory of all events at once, not one after the other. */
static void fetch_ahead(struct timer *const *expired, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(&event_of_timer(expired[i])->ev_evcallback, 1);
}

void timeouts_process(struct event_base *base)
{
	struct timers *timers = &base->timers;
	size_t left = timers->budget ? timers->budget : SIZE_MAX;
	struct timer *expired[EXPIRE_BATCH];
	size_t count, most;
	uint64_t now;

	if (!timers->structure->size(timers->set))
		return;
	now = time_cached(&base->time);
	do {
		most = left < EXPIRE_BATCH ? left : EXPIRE_BATCH;
		count = timers->structure->expire(timers->set, now, expired, most);
		left -= count;
		fetch_ahead(expired, count);
		for (size_t i = 0; i < count; i++)
			ordinary_expired(base, event_of_timer(expired[i]));
	} while (count == most && left);
}
