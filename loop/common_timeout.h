/*
 * common_timeout.h - queues of events that share a duration
 *
 * If all events have one duration and the clock does not go back, the latest add has the latest
 * deadline. So a queue is sorted without effort, and arming is O(1). The timer structure holds only
 * the queue's representative, an event of the loop's own. A queued event needs a list link and a
 * deadline. Both are in its own timer, which no structure holds.
 *
 * The functions here know no base. common_events.h makes the queues of a base, and timeout.h arms
 * the representatives. The caller holds the base's lock.
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
 * How a timeval names a queue. tv_usec has 20 bits of microseconds and 8 bits of index, and a mark
 * in the top 4 of its low 32 bits. The encoding is public: programs print it, and libevent's tests
 * check it.
 */
#define COMMON_INDEX_SHIFT 20
#define COMMON_INDEX_MASK  UINT32_C(0x0ff00000)
#define COMMON_MARK_MASK   UINT32_C(0xf0000000)
#define COMMON_MARK	   UINT32_C(0x50000000)
#define COMMON_MAXIMUM	   256

struct common_queue {
	struct hinted_list list;     /* of the events' timers, whose keys are the deadlines */
	struct event representative; /* the caller assigns it */
	uint64_t duration;	     /* ns */
	struct timeval timeval;	     /* as given to the program: with index and mark */
	uint16_t number;	     /* 1 + index */
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

/* The number (1 + index) of the queue that a timeval names; 0: it names none. */
static inline uint16_t common_number(const struct common_timeouts *common,
				     const struct timeval *timeout)
{
	uint32_t low = (uint32_t)timeout->tv_usec;
	uint32_t index = (low & COMMON_INDEX_MASK) >> COMMON_INDEX_SHIFT;

	if ((low & COMMON_MARK_MASK) != COMMON_MARK || index >= common->count)
		return 0;
	return (uint16_t)(index + 1);
}

/* The queue of this duration, in ns, or NULL. O(queues). */
struct common_queue *common_find(const struct common_timeouts *common, uint64_t duration);

/*
 * common_make_room makes room in the array for one more queue: 0 or -ENOMEM. common_new makes a
 * queue after that, or returns NULL without memory. There may be COMMON_MAXIMUM queues.
 */
int common_make_room(struct common_timeouts *common);
struct common_queue *common_new(struct common_timeouts *common, uint64_t duration);

/* Frees all queues, which must be empty. */
void common_free(struct common_timeouts *common);

/*
 * Adds an event to a queue by its deadline. No structure may hold the event's timer. Returns
 * whether the event is the new head. O(1) if the deadline is the latest, else O(later deadlines in
 * the queue).
 */
bool common_insert(struct common_queue *queue, struct event *event, uint64_t deadline);
void common_remove(const struct common_timeouts *common, struct event *event);

/* The event with the earliest deadline. NULL: the queue is empty. */
struct event *common_first(const struct common_queue *queue);

/*
 * Calls `visit` for the events, queue by queue, by deadline. Stops at a result that is not 0 and
 * returns it.
 */
int common_for_each(const struct common_timeouts *common,
		    int (*visit)(struct event *event, void *data), void *data);

/* NULL, or a text that names the broken invariant. `running`: the callback that runs, or NULL. */
const char *common_check(const struct common_timeouts *common,
			 const struct event_callback *running);

#endif
