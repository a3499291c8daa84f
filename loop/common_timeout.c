/*
 * common_timeout.c - queues of events that share a duration, each with one timer in the structure
 *
 * The deadline of the representative's timer is never later than that of the queue's head, but may
 * be earlier: removing the head, or adding an event as a new and later head, does not re-arm the
 * representative. Then the representative expires with nothing due, at most once in each duration,
 * and is armed again for the present head. So adds, re-adds and deletes of a busy queue do not
 * touch the structure. (libevent re-arms the representative whenever an event becomes the head,
 * which in a queue of one event is at each add. With EVENT_BASE_FLAG_LIBEVENT_2_1 so does this
 * loop.)
 */
#include "loop/base.h"

#include <errno.h>

#include "structures/common/hinted_list.h"

struct common_queue {
	struct event_base *base;
	struct hinted_list list; /* of the events' timers, whose keys are the deadlines */
	struct event representative;
	uint64_t duration;
	struct timeval timeval; /* as given to the program: with index and mark */
	uint16_t number;	/* 1 + index */
};

static struct common_queue *queue_of(const struct event_base *base, uint16_t number)
{
	return base->common.queues[number - 1];
}

uint64_t common_duration(const struct event_base *base, uint16_t queue)
{
	return queue_of(base, queue)->duration;
}

struct timeval common_timeval(const struct event_base *base, uint16_t queue)
{
	return queue_of(base, queue)->timeval;
}

static bool is_empty(const struct common_queue *queue)
{
	return hinted_list_is_empty(&queue->list);
}

/* Cannot fail: make_room reserved the representative's room when the queue was made. */
static void arm_representative(struct common_queue *queue)
{
	timeout_arm_representative(queue->base, &queue->representative,
				   hinted_list_first(&queue->list)->deadline);
}

void common_insert(struct event_base *base, struct event *event, uint16_t number, uint64_t deadline)
{
	struct common_queue *queue = queue_of(base, number);
	const struct event *representative = &queue->representative;
	struct timer *timer = &event->ev_timer, *before;

	/* Searches from the tail: only absolute deadlines and a lagging clock lead further. */
	before = hinted_list_place(&queue->list, deadline, UINT64_MAX);
	timer->deadline = timer->key = deadline;
	hinted_list_put(&queue->list, before, timer);
	event->ev_evcallback.evcb_common = number;
	if (before == &queue->list.ends &&
	    (!(representative->ev_evcallback.evcb_flags & EVLIST_TIMEOUT) ||
	     representative->ev_timer.deadline > deadline ||
	     base->flags & EVENT_BASE_FLAG_LIBEVENT_2_1))
		arm_representative(queue);
}

void common_remove(struct event_base *base, struct event *event)
{
	struct timer *timer = &event->ev_timer;

	hinted_list_take_out(&queue_of(base, event->ev_evcallback.evcb_common)->list, timer);
	timer->link = (union timer_link){ .word = { 0 } };
	event->ev_evcallback.evcb_common = 0;
}

/* The representative's callback: activates all due events, and arms the representative anew. */
static void expire_queue(int fd, short what, void *arg)
{
	struct common_queue *queue = arg;
	struct event_base *base = queue->base;
	uint64_t now;

	(void)fd, (void)what;
	base_lock(base);
	now = time_cached(base);
	while (!is_empty(queue) && hinted_list_first(&queue->list)->deadline <= now) {
		struct timer *timer = hinted_list_first(&queue->list);
		struct event *event = event_of_timer(timer);

		hinted_list_fetch(timer);
		common_remove(base, event);
		timeout_expired(base, event);
	}
	if (!is_empty(queue))
		arm_representative(queue);
	base_unlock(base);
}

static const struct timeval *find_queue(const struct event_base *base, const struct timeval *given,
					uint64_t duration)
{
	uint16_t number = timeout_queue(base, given);

	if (number)
		return &queue_of(base, number)->timeval;
	for (size_t i = 0; i < base->common.count; i++) {
		if (base->common.queues[i]->duration == duration)
			return &base->common.queues[i]->timeval;
	}
	return NULL;
}

static struct common_queue *make_queue(struct event_base *base, uint64_t duration)
{
	struct common_queue *queue = memory_allocate_zeroed(1, sizeof(*queue));
	size_t index = base->common.count;

	if (!queue)
		return NULL;
	queue->base = base;
	hinted_list_open(&queue->list);
	queue->duration = duration;
	queue->number = (uint16_t)(index + 1);
	queue->timeval = time_to_timeval(duration);
	queue->timeval.tv_usec |=
		(suseconds_t)(COMMON_MARK | (uint32_t)index << COMMON_INDEX_SHIFT);
	event_assign(&queue->representative, base, -1, 0, expire_queue, queue);
	queue->representative.ev_evcallback.evcb_flags |= EVLIST_INTERNAL;
	event_priority_set(&queue->representative, 0);
	return queue;
}

/* Makes room for one more queue: in the array, and in the structure for its representative. */
static int make_room(struct event_base *base)
{
	struct common_timeouts *common = &base->common;
	struct timeouts *timeouts = &base->timeouts;
	if (common->count == common->room) {
		size_t room = common->room ? 2 * common->room : 16;
		struct common_queue **queues =
			memory_reallocate(common->queues, room * sizeof(*queues));

		if (!queues)
			return -ENOMEM;
		common->queues = queues;
		common->room = room;
	}
	return timeouts->ordinary == timeouts->limit ? timeout_grow(base) : 0;
}

static const struct timeval *init_locked(struct event_base *base, const struct timeval *given)
{
	uint64_t duration = time_from_timeval(given);
	const struct timeval *known = find_queue(base, given, duration);
	struct common_queue *queue;

	if (known)
		return known;
	if (base->common.count == COMMON_MAXIMUM) {
		log_warning("event_base_init_common_timeout: %d durations are the most a base has",
			    COMMON_MAXIMUM);
		return NULL;
	}
	if (make_room(base))
		return NULL;
	queue = make_queue(base, duration);
	if (!queue)
		return NULL;
	base->common.queues[base->common.count++] = queue;
	base->timeouts.limit--;
	return &queue->timeval;
}

const struct timeval *event_base_init_common_timeout(struct event_base *base,
						     const struct timeval *duration)
{
	const struct timeval *result;

	if (!base || !duration)
		return NULL;
	base_lock(base);
	result = init_locked(base, duration);
	base_unlock(base);
	return result;
}

int common_for_each(const struct event_base *base, int (*visit)(struct event *event, void *data),
		    void *data)
{
	for (size_t i = 0; i < base->common.count; i++) {
		const struct common_queue *queue = base->common.queues[i];
		struct timer *timer = hinted_list_first(&queue->list);

		for (; timer != &queue->list.ends; timer = timer->link.next) {
			int result = visit(event_of_timer(timer), data);

			if (result)
				return result;
		}
	}
	return 0;
}

void common_delete_all(struct event_base *base)
{
	for (size_t i = 0; i < base->common.count; i++) {
		struct common_queue *queue = base->common.queues[i];

		while (!is_empty(queue))
			event_del_locked(event_of_timer(hinted_list_first(&queue->list)),
					 DELETE_EVEN_IF_FINALIZING);
	}
}

void common_free(struct event_base *base)
{
	for (size_t i = 0; i < base->common.count; i++) {
		struct common_queue *queue = base->common.queues[i];

		event_del_locked(&queue->representative, DELETE_NOBLOCK);
		debug_forget(&queue->representative);
		memory_free(queue);
	}
	memory_free(base->common.queues);
	base->common = (struct common_timeouts){ 0 };
}

static const char *check_queue(const struct common_queue *queue)
{
	const struct event *representative = &queue->representative;
	int flags = representative->ev_evcallback.evcb_flags;
	struct timer *timer = hinted_list_first(&queue->list);
	const char *broken;
	size_t count = 0;

	for (; timer != &queue->list.ends; timer = timer->link.next) {
		const struct event *event = event_of_timer(timer);

		if (!(event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT) ||
		    event->ev_evcallback.evcb_common != queue->number)
			return "an event stands in a common queue and does not say so";
		if (timer->key != timer->deadline)
			return "a common queue orders an event by another time than its deadline";
	}
	broken = hinted_list_check(&queue->list, &count);
	if (broken)
		return broken;
	/* If the representative is active or running, expire_queue will arm it. */
	if (is_empty(queue) || flags & EVLIST_ACTIVE ||
	    queue->base->running_callback == &representative->ev_evcallback)
		return NULL;
	if (!(flags & EVLIST_TIMEOUT))
		return "a common queue has events and its representative is not armed";
	if (representative->ev_timer.deadline > hinted_list_first(&queue->list)->deadline)
		return "a common queue's representative is later than its head";
	return NULL;
}

const char *common_check(const struct event_base *base)
{
	for (size_t i = 0; i < base->common.count; i++) {
		const char *broken = check_queue(base->common.queues[i]);

		if (broken)
			return broken;
	}
	return NULL;
}
