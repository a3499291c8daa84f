/*
 * common_timeout.h - queues of events that share a duration
 *
 * With one duration and a clock that does not go back, the last add has the latest deadline, so a
 * queue is sorted by itself and arming is O(1). Only the queue's representative, an event of the
 * loop's own, stands in the timer structure. From libevent 2.0 (Mathewson, 2009). A list link and a
 * deadline are all that a queued timer needs; both are its own, since no structure holds it.
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
 * How a timeval names a queue: 20 bits of microseconds, 8 of index, and a mark in the top 4 of the
 * low 32 bits of tv_usec. Public encoding: programs print it and libevent's own tests check it.
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

/* The queue number `queue` (1 + index); its duration in ns; how it is written as a timeval. */
uint64_t common_duration(const struct event_base *base, uint16_t queue);
struct timeval common_timeval(const struct event_base *base, uint16_t queue);

/*
 * Files an event, whose timer no structure holds, under its deadline. O(1) unless time went back.
 */
void common_insert(struct event_base *base, struct event *event, uint16_t queue, uint64_t deadline);
void common_remove(struct event_base *base, struct event *event);

/* Visits the queued events, queue by queue in order of their deadlines, until non-zero. */
int common_for_each(const struct event_base *base, int (*visit)(struct event *event, void *data),
		    void *data);

/* Deletes all queued events. */
void common_delete_all(struct event_base *base);
void common_free(struct event_base *base);
const char *common_check(const struct event_base *base);

#endif
