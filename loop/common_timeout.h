/*
 * common_timeout.h - queues of events that share a duration
 *
 * If all events of a queue have one duration and the clock does not go back, the last event that
 * was added has the latest deadline. So appending keeps the queue sorted, and arming is O(1). The
 * timer structure holds one timer for the queue, the timer of its representative, an event of the
 * loop's own. The events of the queue use their own timers for the list link and the deadline.
 *
 * The functions of this file do not get the base. timeout.c adds and removes events, and arms the
 * representatives. common_events.c makes and frees the queues of a base. The caller holds the
 * base's lock.
 *
 * Source: libevent 2.0 (Mathewson, 2009).
 */
#ifndef COMMON_TIMEOUT_H
#define COMMON_TIMEOUT_H

#include "loop/event_members.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include "structures/common/hinted_list.h"

/*
 * A timeval names a queue by its tv_usec. From the lowest bit up, tv_usec has 20 bits of
 * microseconds, 8 bits of the queue's index, and a mark of 4 bits. The encoding is public, because
 * programs print it and libevent's tests check it.
 */
#define COMMON_INDEX_SHIFT 20
#define COMMON_INDEX_MASK  UINT32_C(0x0ff00000)
#define COMMON_MARK_MASK   UINT32_C(0xf0000000)
#define COMMON_MARK	   UINT32_C(0x50000000)
#define COMMON_MAXIMUM	   256

struct common_queue {
	struct hinted_list list;     /* the events' timers, whose keys are their deadlines */
	struct event representative; /* the caller of common_new assigns it */
	uint64_t duration;	     /* ns */
	struct timeval timeval;	     /* the duration with index and mark, for the program */
	uint16_t number;	     /* 1 + the queue's index */
};

struct common_timeouts {
	struct common_queue **queues;
	size_t count, room;
};

static inline struct common_queue *common_queue_of(const struct common_timeouts *common,
						   uint16_t number)
{
	return common->queues[number - 1];
}

/* Returns the queue that the event is in. The event must be in one. */
static inline struct common_queue *common_queue_with(const struct common_timeouts *common,
						     const struct event *event)
{
	return common_queue_of(common, event->ev_evcallback.evcb_common);
}

/* Returns the number (1 + index) of the queue that a timeval names, or 0 if it names no queue. */
static inline uint16_t common_number(const struct common_timeouts *common,
				     const struct timeval *timeout)
{
	uint32_t low = (uint32_t)timeout->tv_usec;
	uint32_t index = (low & COMMON_INDEX_MASK) >> COMMON_INDEX_SHIFT;

	if ((low & COMMON_MARK_MASK) != COMMON_MARK || index >= common->count)
		return 0;
	return (uint16_t)(index + 1);
}

/* Returns the queue of this duration (ns), or NULL. O(queues). */
struct common_queue *common_find(const struct common_timeouts *common, uint64_t duration);

/*
 * Make a queue, in two steps. common_make_room makes room in the array for one more queue. It
 * returns 0, or -ENOMEM with nothing changed. Then common_new makes the queue, or returns NULL if
 * memory runs out. common_free frees the queue. The caller limits the number of queues to
 * COMMON_MAXIMUM.
 */
int common_make_room(struct common_timeouts *common);
struct common_queue *common_new(struct common_timeouts *common, uint64_t duration);

/* Frees all queues, which must be empty. */
void common_free(struct common_timeouts *common);

/*
 * common_insert adds an event to a queue, sorted by its deadline in ns. The event's timer must not
 * be in a structure or a queue. Returns whether the event is the new head. O(1) if the deadline is
 * the latest, else O(later deadlines in the queue). common_remove removes an event from its queue,
 * in O(1). `queue` must be that queue. Neither changes the event's flags or the representative.
 */
bool common_insert(struct common_queue *queue, struct event *event, uint64_t deadline);
void common_remove(struct common_queue *queue, struct event *event);

/* Returns the event with the earliest deadline, or NULL if the queue is empty. O(1). */
struct event *common_first(const struct common_queue *queue);

/*
 * Calls `visit` for all events, queue by queue, in order of deadline. Stops at the first result
 * that is not 0, and returns that result. Otherwise returns 0.
 */
int common_for_each(const struct common_timeouts *common,
		    int (*visit)(struct event *event, void *data), void *data);

/*
 * Returns NULL, or a text that names the broken invariant. `running` is the callback that is
 * running, or NULL.
 */
const char *common_check(const struct common_timeouts *common,
			 const struct event_callback *running);

#endif
