/*
 * common_timeout.h - queues of events that share a duration
 *
 * If all events have one duration and the clock does not go back, the latest add has the latest
 * deadline. So a queue is sorted without effort, and arming is O(1). The timer structure holds only
 * the queue's representative, an event of the loop's own. A queued event needs a list link and a
 * deadline. Both are in its own timer, which no structure holds.
 *
 * Source: libevent 2.0 (Mathewson, 2009).
 */
#ifndef COMMON_TIMEOUT_H
#define COMMON_TIMEOUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include "structures/timer.h"

struct event;
struct event_base;

/*
 * How a timeval names a queue. tv_usec has 20 bits of microseconds and 8 bits of index, and a mark
 * in the top 4 of its low 32 bits. The encoding is public: programs print it, and libevent's tests
 * check it.
 */
#define COMMON_MICROSECONDS UINT32_C(0x000fffff)
#define COMMON_INDEX_SHIFT  20
#define COMMON_INDEX_MASK   UINT32_C(0x0ff00000)
#define COMMON_MARK_MASK    UINT32_C(0xf0000000)
#define COMMON_MARK	    UINT32_C(0x50000000)
#define COMMON_MAXIMUM	    256

struct common_queue;

struct common_timeouts {
	struct common_queue **queues;
	size_t count, room;
};

/* The duration, in ns, and the public timeval of the queue with this number (1 + index). */
uint64_t common_duration(const struct event_base *base, uint16_t queue);
struct timeval common_timeval(const struct event_base *base, uint16_t queue);

/*
 * Adds an event to a queue by its deadline. No structure may hold the event's timer. O(1) if the
 * deadline is the latest, else O(later deadlines in the queue).
 */
void common_insert(struct event_base *base, struct event *event, uint16_t queue, uint64_t deadline);
void common_remove(struct event_base *base, struct event *event);

/*
 * Calls `visit` for the events, queue by queue, by deadline. Stops at a result that is not 0 and
 * returns it.
 */
int common_for_each(const struct event_base *base, int (*visit)(struct event *event, void *data),
		    void *data);

/* Deletes all queued events. */
void common_delete_all(struct event_base *base);
void common_free(struct event_base *base);
const char *common_check(const struct event_base *base);

#endif
