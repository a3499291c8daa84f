/*
 * common_events.c - makes, expires and frees the queues of a base's common timeouts
 */
#include "loop/common_events.h"

#include "loop/base.h"
#include "loop/debug.h"
#include "loop/event_internal.h"
#include "loop/expiry.h"
#include "loop/log.h"
#include "loop/timeout.h"

/*
 * The callback of a queue's representative. Activates the queue's due events. If events are left,
 * re-arms the representative.
 */
static void expire_queue(evutil_socket_t fd, short what, void *arg)
{
	struct common_queue *queue = arg;
	struct event_base *base = queue->representative.ev_base;
	struct event *first;
	uint64_t now;

	(void)fd, (void)what;
	base_lock(base);
	now = time_cached(&base->time);
	while ((first = common_first(queue)) && first->ev_timer.deadline <= now) {
		hinted_list_fetch(&first->ev_timer);
		common_remove(queue, first);
		timeout_expired(base, first);
	}
	if (first)
		timeout_arm_representative(base, queue);
	base_unlock(base);
}

/*
 * Returns the queue that `given` names, if event_base_init_common_timeout has returned `given`.
 * Otherwise returns the queue of this duration. Returns NULL if there is no such queue.
 */
static const struct common_queue *find_queue(const struct event_base *base,
					     const struct timeval *given, uint64_t duration)
{
	uint16_t number = common_number(&base->common, given);

	return number ? common_queue_of(&base->common, number)
		      : common_find(&base->common, duration);
}

/*
 * Makes a queue, and reserves room in the timer structure for its representative, so that arming
 * the representative cannot fail. Returns NULL if memory runs out.
 */
static const struct common_queue *make_queue(struct event_base *base, uint64_t duration)
{
	struct common_queue *queue;

	if (common_make_room(&base->common) || timers_make_room(&base->timers))
		return NULL;
	queue = common_new(&base->common, duration);
	if (!queue)
		return NULL;
	event_assign(&queue->representative, base, -1, 0, expire_queue, queue);
	queue->representative.ev_evcallback.evcb_flags |= EVLIST_INTERNAL;
	event_priority_set(&queue->representative, 0);
	/* The representative uses one of the places that timers_make_room has reserved. */
	base->timers.queues++;
	base->timers.limit--;
	return queue;
}

static const struct common_queue *find_or_make(struct event_base *base, const struct timeval *given)
{
	uint64_t duration = time_from_timeval(given);
	const struct common_queue *known = find_queue(base, given, duration);

	if (known)
		return known;
	if (base->common.count == COMMON_MAXIMUM) {
		log_warning("event_base_init_common_timeout: a base can have at most %d durations",
			    COMMON_MAXIMUM);
		return NULL;
	}
	return make_queue(base, duration);
}

const struct timeval *event_base_init_common_timeout(struct event_base *base,
						     const struct timeval *duration)
{
	const struct common_queue *queue;

	if (!base || !duration)
		return NULL;
	base_lock(base);
	queue = find_or_make(base, duration);
	base_unlock(base);
	return queue ? &queue->timeval : NULL;
}

void common_events_delete(struct event_base *base)
{
	struct event *first;

	for (size_t i = 0; i < base->common.count; i++) {
		while ((first = common_first(base->common.queues[i])))
			event_del_locked(first, DELETE_EVEN_IF_FINALIZING);
	}
}

void common_events_free(struct event_base *base)
{
	for (size_t i = 0; i < base->common.count; i++) {
		struct event *representative = &base->common.queues[i]->representative;

		event_del_locked(representative, DELETE_NOBLOCK);
		debug_forget(representative);
	}
	common_free(&base->common);
}
