/*
 * timeout.c - arming, re-arming, removing and expiring the timeouts of events
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
 */
#include "loop/base.h"
#include "loop/timeout_inline.h"

#include <errno.h>
#include <string.h>

int timeouts_init(struct event_base *base, const char *structure)
{
	struct timeouts *timeouts = &base->timeouts;
	char error[256];
	int result;

	if (strlen(structure) >= sizeof(timeouts->name)) {
		log_warning("timer structure '%.40s...': the name is too long", structure);
		return -EINVAL;
	}
	strcpy(timeouts->name, structure);
	result = timer_set_create(structure, time_read(base), &timeouts->structure, &timeouts->set,
				  error, sizeof(error));
	if (result)
		log_warning("timer structure '%s': %s", structure, error);
	return result;
}

void timeouts_free(struct event_base *base)
{
	if (base->timeouts.set)
		base->timeouts.structure->destroy(base->timeouts.set);
	base->timeouts.set = NULL;
}

/*
 * The period of a persistent event in ns. If the event was added to a common queue, the period has
 * the queue's number and the duration in us instead, so that a re-arm goes to the same queue. The
 * top bit marks this form, since no period is 292 years (2^63 ns) long. The duration is needed if
 * the event moves to another base, which has other queues.
 */
#define PERIOD_OF_QUEUE	     (UINT64_C(1) << 63)
#define PERIOD_QUEUE_BITS    16
#define PERIOD_DURATION_MOST ((UINT64_C(1) << (63 - PERIOD_QUEUE_BITS)) - 1) /* us: 4 years */

/* A duration that does not fit is stored in ns, and re-arms then do not use the queue. */
static uint64_t period_of_queue(const struct event_base *base, uint16_t queue)
{
	uint64_t duration = common_duration(base, queue);

	if (duration / 1000 > PERIOD_DURATION_MOST)
		return duration < PERIOD_OF_QUEUE ? duration : PERIOD_OF_QUEUE - 1;
	return PERIOD_OF_QUEUE | duration / 1000 << PERIOD_QUEUE_BITS | queue;
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
	return (event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT) &&
	       !event->ev_evcallback.evcb_common;
}

/* Makes room for `room` timers, which must suffice for the present timers. Returns 0 or -ENOMEM. */
static int set_room(struct event_base *base, size_t room)
{
	struct timeouts *timeouts = &base->timeouts;

	if (timeouts->structure->reserve(timeouts->set, room))
		return -ENOMEM;
	timeouts->room = room;
	timeouts->limit = room - timeouts->kept - base->common.count;
	return 0;
}

int timeout_grow(struct event_base *base)
{
	size_t needed = timeouts_needed(base), wanted = 2 * base->timeouts.room;

	if (wanted < TIMEOUTS_ROOM)
		wanted = TIMEOUTS_ROOM;
	if (wanted >= needed && !set_room(base, wanted))
		return 0;
	return set_room(base, needed);
}

void timeouts_shrink_slowly(struct event_base *base)
{
	size_t wanted = 2 * timeouts_needed(base);

	if (!(base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1))
		set_room(base, wanted > TIMEOUTS_ROOM ? wanted : TIMEOUTS_ROOM);
}

int timeout_reserve_slowly(struct event_base *base, const struct event *event,
			   const struct timeval *timeout)
{
	if (is_ordinary(event) || keeps_room(event) || timeout_queue(base, timeout))
		return 0;
	return timeout_grow(base);
}

void timeout_keep_room(struct event_base *base, struct event *event)
{
	struct timeouts *timeouts = &base->timeouts;

	if (event->ev_evcallback.evcb_closure != CLOSURE_PERSIST || is_armed(event) ||
	    !event->ev_period || event->ev_period & PERIOD_OF_QUEUE || keeps_room(event))
		return;
	if (timeouts->ordinary == timeouts->limit && timeout_grow(base))
		return;
	event->ev_evcallback.evcb_ncalls = 1;
	timeouts->kept++;
	timeouts->limit--;
}

void timeout_drop_room(struct event_base *base, struct event *event)
{
	if (!keeps_room(event))
		return;
	event->ev_evcallback.evcb_ncalls = 0;
	base->timeouts.kept--;
	base->timeouts.limit++;
}

/* Removes the timer from the set or its common queue. The event's flag EVLIST_TIMEOUT stays. */
static void unfile(struct event_base *base, struct event *event)
{
	struct timeouts *timeouts = &base->timeouts;

	if (event->ev_evcallback.evcb_common) {
		common_remove(base, event);
		return;
	}
	timeouts->structure->remove(timeouts->set, &event->ev_timer);
	timeouts->ordinary -= !(event->ev_evcallback.evcb_flags & EVLIST_INTERNAL);
}

void timeout_remove(struct event_base *base, struct event *event)
{
	unfile(base, event);
	timer_put_down(event);
	count_down(&base->added, &event->ev_evcallback);
}

/*
 * Arms an event with a deadline of its own, whatever timeout it had. libevent distinguishes four
 * cases, by where the timer was (queue or heap) and where it goes. In three cases there is nothing
 * to do but remove and insert. Only a move within the structure can gain by moving in place.
 */
static void arm(struct event_base *base, struct event *event, uint64_t deadline, uint64_t interval)
{
	struct timeouts *timeouts = &base->timeouts;

	if (!is_armed(event)) {
		timeout_start(base, event, deadline, interval);
	} else if (event->ev_evcallback.evcb_common) {
		common_remove(base, event);
		timeouts->ordinary++;
		timeouts->structure->insert(timeouts->set, &event->ev_timer, deadline, interval);
	} else {
		timeout_move(base, event, deadline, interval);
	}
}

static void arm_common(struct event_base *base, struct event *event, uint16_t queue,
		       uint64_t deadline)
{
	struct event_callback *callback = &event->ev_evcallback;

	if (callback->evcb_flags & EVLIST_TIMEOUT) {
		unfile(base, event);
	} else {
		timer_take_up(event);
		count_one(&base->added);
	}
	common_insert(base, event, queue, deadline);
	notify_deadline(base, deadline);
}

static void add_common(struct event_base *base, struct event *event, uint16_t queue)
{
	if (event->ev_evcallback.evcb_closure == CLOSURE_PERSIST)
		event->ev_period = period_of_queue(base, queue);
	arm_common(base, event, queue, time_after(time_origin(base), common_duration(base, queue)));
}

static void supersede(struct event_base *base, struct event *event)
{
	if (!(event_result(event) & EV_TIMEOUT))
		return;
	event_abort_calls(base, event);
	active_remove(base, &event->ev_evcallback);
}

void timeout_add(struct event_base *base, struct event *event, const struct timeval *timeout)
{
	struct event_callback *callback = &event->ev_evcallback;
	uint16_t queue = timeout_queue(base, timeout);
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
	deadline = time_after(time_origin(base), interval);
	if (callback->evcb_closure == CLOSURE_PERSIST)
		event->ev_period = interval < PERIOD_OF_QUEUE ? interval : PERIOD_OF_QUEUE - 1;
	arm(base, event, deadline, interval);
	notify_deadline(base, deadline);
}

/* The event is the loop's own: it is not counted, and its room was reserved with its queue. */
void timeout_arm_representative(struct event_base *base, struct event *event, uint64_t deadline)
{
	struct timeouts *timeouts = &base->timeouts;

	/* libevent calls event_add, which takes a timed-out event from its active queue. */
	if ((base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1) &&
	    (event->ev_evcallback.evcb_flags & EVLIST_ACTIVE))
		active_remove(base, &event->ev_evcallback);
	if (event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT)
		timeouts->structure->remove(timeouts->set, &event->ev_timer);
	else
		timer_take_up(event);
	timeouts->structure->insert(timeouts->set, &event->ev_timer, deadline, 0);
}

/*
 * The next deadline is one period after the last, so that a persistent event keeps its phase. If
 * that time has passed, or if it was not its timeout that made the event active, the next deadline
 * is one period from now.
 */
static uint64_t next_deadline(struct event_base *base, const struct event *event, uint64_t period)
{
	uint64_t deadline;

	if (event_result(event) & EV_TIMEOUT) {
		deadline = time_after(event->ev_timer.deadline, period);
		if (deadline >= time_cached(base))
			return deadline;
	}
	return time_after(time_origin(base), period);
}

/* Re-arms at an absolute time. So the interval is 0: the structure must not group by the period. */
void timeout_rearm(struct event_base *base, struct event *event)
{
	uint64_t deadline, period = event->ev_period;
	uint16_t queue = period & PERIOD_OF_QUEUE ? (uint16_t)period : 0;

	timeout_drop_room(base, event);
	if (!period)
		return;
	if (!queue && !is_armed(event) && base->timeouts.ordinary == base->timeouts.limit &&
	    timeout_grow(base)) {
		log_warning("no memory to arm a persistent event anew: it will not fire again");
		return;
	}
	/* With EVENT_BASE_FLAG_LIBEVENT_2_1 expiry has removed the event from its map. */
	if (event_add_locked(event, NULL))
		return;
	if (queue) {
		arm_common(base, event, queue,
			   next_deadline(base, event, common_duration(base, queue)));
		return;
	}
	deadline = next_deadline(base, event, period);
	arm(base, event, deadline, 0);
	notify_deadline(base, deadline);
}

uint64_t timeouts_next(struct event_base *base)
{
	return base->timeouts.structure->next(base->timeouts.set);
}

/*
 * An event that will not be armed again leaves all maps and queues, like any event that has run
 * once. An event that will be armed again stays in the map of its descriptor. (libevent removes it
 * and adds it again before the callback, which costs two system calls.) An event that is active
 * already keeps the bits that made it active. (libevent forgets that there was something to read.)
 */
void timeout_expired(struct event_base *base, struct event *event)
{
	struct event_callback *callback = &event->ev_evcallback;
	bool rearmed = callback->evcb_closure == CLOSURE_PERSIST && event->ev_period;

	timer_put_down(event);
	count_down(&base->added, callback);
	base->statistics.timers_expired += !(callback->evcb_flags & EVLIST_INTERNAL);
	if ((callback->evcb_flags & (EVLIST_INSERTED | EVLIST_ACTIVE | EVLIST_ACTIVE_LATER)) &&
	    (base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1 ||
	     (!rearmed && !(callback->evcb_flags & EVLIST_ACTIVE))))
		event_del_locked(event, DELETE_NOBLOCK);
	event_active_locked(event, EV_TIMEOUT, 1);
}

/* Lets the processor fetch all events at once, instead of one after the other. */
static void fetch_ahead(struct timer *const *expired, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(&event_of_timer(expired[i])->ev_evcallback, 1);
}

static void ordinary_expired(struct event_base *base, struct event *event)
{
	base->timeouts.ordinary -= !(event->ev_evcallback.evcb_flags & EVLIST_INTERNAL);
	if (__builtin_expect(is_plain_timer(event, EVLIST_TIMEOUT, EVLIST_TIMEOUT), 1))
		active_insert_timer(base, event);
	else
		timeout_expired(base, event);
}

void timeouts_process(struct event_base *base)
{
	struct timeouts *timeouts = &base->timeouts;
	size_t left = timeouts->budget ? timeouts->budget : SIZE_MAX;
	struct timer *expired[EXPIRE_BATCH];
	size_t count, most;
	uint64_t now;

	if (!timeouts->structure->size(timeouts->set))
		return;
	now = time_cached(base);
	do {
		most = left < EXPIRE_BATCH ? left : EXPIRE_BATCH;
		count = timeouts->structure->expire(timeouts->set, now, expired, most);
		left -= count;
		fetch_ahead(expired, count);
		for (size_t i = 0; i < count; i++)
			ordinary_expired(base, event_of_timer(expired[i]));
	} while (count == most && left);
}

static void count_timer(struct timer *timer, void *data)
{
	struct event *event = event_of_timer(timer);
	size_t *counts = data; /* ordinary timers, representatives, wrong ones */
	int flags = event->ev_evcallback.evcb_flags;

	counts[flags & EVLIST_INTERNAL ? 1 : 0]++;
	if (!(flags & EVLIST_TIMEOUT) || event->ev_evcallback.evcb_common)
		counts[2]++;
}

const char *timeouts_check(struct event_base *base)
{
	struct timeouts *timeouts = &base->timeouts;
	size_t counts[3] = { 0 };
	const char *broken = timeouts->structure->check(timeouts->set);

	if (broken)
		return broken;
	timeouts->structure->for_each(timeouts->set, count_timer, counts);
	if (counts[2])
		return "a timer is in the set whose event does not say so";
	if (counts[0] != timeouts->ordinary)
		return "the set's ordinary timers are miscounted";
	if (counts[1] > base->common.count)
		return "there are more representatives than queues";
	if (timeouts->limit + timeouts->kept + base->common.count != timeouts->room)
		return "the queues' representatives or periods that go on have no room";
	if (timeouts->ordinary > timeouts->limit)
		return "room is reserved for fewer timers than there are";
	return NULL;
}
