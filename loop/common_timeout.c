/*
 * common_timeout.c - queues of events that share a duration
 */
#include "loop/common_timeout.h"

#include <errno.h>

#include "loop/clock.h"
#include "loop/memory.h"

static bool is_empty(const struct common_queue *queue)
{
	return hinted_list_is_empty(&queue->list);
}

struct common_queue *common_find(const struct common_timeouts *common, uint64_t duration)
{
	for (size_t i = 0; i < common->count; i++) {
		if (common->queues[i]->duration == duration)
			return common->queues[i];
	}
	return NULL;
}

int common_make_room(struct common_timeouts *common)
{
	size_t room = common->room ? 2 * common->room : 16;
	struct common_queue **queues;

	if (common->count < common->room)
		return 0;
	queues = memory_reallocate(common->queues, room * sizeof(*queues));
	if (!queues)
		return -ENOMEM;
	common->queues = queues;
	common->room = room;
	return 0;
}

struct common_queue *common_new(struct common_timeouts *common, uint64_t duration)
{
	struct common_queue *queue = memory_allocate_zeroed(1, sizeof(*queue));
	size_t index = common->count;

	if (!queue)
		return NULL;
	hinted_list_open(&queue->list);
	queue->duration = duration;
	queue->number = (uint16_t)(index + 1);
	queue->timeval = time_to_timeval(duration);
	queue->timeval.tv_usec |=
		(suseconds_t)(COMMON_MARK | (uint32_t)index << COMMON_INDEX_SHIFT);
	common->queues[common->count++] = queue;
	return queue;
}

void common_free(struct common_timeouts *common)
{
	for (size_t i = 0; i < common->count; i++)
		memory_free(common->queues[i]);
	memory_free(common->queues);
	*common = (struct common_timeouts){ 0 };
}

bool common_insert(struct common_queue *queue, struct event *event, uint64_t deadline)
{
	struct timer *timer = &event->ev_timer, *before;

	/*
	 * Searches from the tail. The search takes more than one step only for absolute deadlines,
	 * or if the clock lags.
	 */
	before = hinted_list_place(&queue->list, deadline, UINT64_MAX);
	timer->deadline = timer->key = deadline;
	hinted_list_put(&queue->list, before, timer);
	event->ev_evcallback.evcb_common = queue->number;
	return before == &queue->list.ends;
}

void common_remove(struct common_queue *queue, struct event *event)
{
	struct timer *timer = &event->ev_timer;

	hinted_list_take_out(&queue->list, timer);
	timer->link = (union timer_link){ .word = { 0 } };
	event->ev_evcallback.evcb_common = 0;
}

struct event *common_first(const struct common_queue *queue)
{
	return is_empty(queue) ? NULL : event_of_timer(hinted_list_first(&queue->list));
}

int common_for_each(const struct common_timeouts *common,
		    int (*visit)(struct event *event, void *data), void *data)
{
	for (size_t i = 0; i < common->count; i++) {
		const struct common_queue *queue = common->queues[i];
		struct timer *timer = hinted_list_first(&queue->list);

		for (; timer != &queue->list.ends; timer = timer->link.next) {
			int result = visit(event_of_timer(timer), data);

			if (result)
				return result;
		}
	}
	return 0;
}

static const char *check_list(const struct common_queue *queue)
{
	struct timer *timer = hinted_list_first(&queue->list);
	size_t count = 0;

	for (; timer != &queue->list.ends; timer = timer->link.next) {
		const struct event *event = event_of_timer(timer);

		if (!(event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT) ||
		    event->ev_evcallback.evcb_common != queue->number)
			return "an event in a common queue lacks EVLIST_TIMEOUT or the queue's number";
		if (timer->key != timer->deadline)
			return "an event's key in a common queue is not its deadline";
	}
	return hinted_list_check(&queue->list, &count);
}

/* The callback of a representative re-arms it. So an active or running one need not be armed. */
static const char *check_representative(const struct common_queue *queue,
					const struct event_callback *running)
{
	const struct event *representative = &queue->representative;
	int flags = representative->ev_evcallback.evcb_flags;

	if (is_empty(queue) || flags & EVLIST_ACTIVE || running == &representative->ev_evcallback)
		return NULL;
	if (!(flags & EVLIST_TIMEOUT))
		return "a common queue has events and its representative is not armed";
	if (representative->ev_timer.deadline > hinted_list_first(&queue->list)->deadline)
		return "a common queue's representative is later than its head";
	return NULL;
}

const char *common_check(const struct common_timeouts *common, const struct event_callback *running)
{
	const char *broken = NULL;

	for (size_t i = 0; i < common->count && !broken; i++) {
		broken = check_list(common->queues[i]);
		if (!broken)
			broken = check_representative(common->queues[i], running);
	}
	return broken;
}
