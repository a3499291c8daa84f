/*
 * intervals.h - a queue for each interval that is used again
 *
 * A hash table finds the queue of an interval. An interval gets a queue when it is used for the
 * INTERVAL_USES-th time, because an interval that does not come again would take a queue from
 * another one. If intervals differ at random, some of them come twice by chance. The number of
 * queues is fixed. When each of them belongs to an interval, a new interval gets the queue that has
 * been empty longest.
 *
 * Each queue has a timer that is not a user's, its representative. The owner of the queues puts the
 * representative into the structure in which it finds the timer that is due first.
 */
#ifndef INTERVALS_H
#define INTERVALS_H

#include <errno.h>
#include <stdlib.h>

#include "hinted_list.h"

struct interval_queue {
	struct timer representative;
	struct hinted_list list;
	uint64_t interval;		      /* 0: the queue belongs to no interval yet */
	struct interval_queue *older, *newer; /* the list of empty queues */
	uint64_t late;			      /* for the owner of the queues; see grouped.c */
};

/* The uses after which an interval gets a queue. */
#define INTERVAL_USES 4

/* An interval without a queue that was used. */
struct interval_seen {
	uint64_t interval, uses;
};

struct intervals {
	size_t mask;		       /* the table's slots, a power of two, less one */
	struct interval_queue **table; /* by interval, linear probing; half of it is free */
	struct interval_seen *seen;    /* by the same hash: the last one that was used */
	struct interval_queue *oldest,
		*newest; /* the list of empty queues, by the time since which they are empty */
	struct interval_queue *queue; /* all queues; also the start of the allocated block */
	size_t count;
};

/*
 * Fibonacci hashing (Knuth, TAOCP 6.4), but with bits from the middle of the product. Intervals are
 * multiples of round numbers: by the top bits of the product, whole seconds collide often.
 */
static inline size_t intervals_hash(const struct intervals *intervals, uint64_t interval)
{
	return (size_t)(interval * UINT64_C(0x9e3779b97f4a7c15) >> 32) & intervals->mask;
}

static inline size_t intervals_bytes(const struct intervals *intervals)
{
	return intervals->count * sizeof(*intervals->queue) +
	       (intervals->mask + 1) * (sizeof(*intervals->table) + sizeof(*intervals->seen));
}

/* --- empty queues, the oldest first */

/*
 * Appends a queue to the list of empty queues. The owner calls this when the queue has become
 * empty.
 */
static inline void intervals_list_empty(struct intervals *intervals, struct interval_queue *queue)
{
	queue->older = intervals->newest;
	queue->newer = NULL;
	*(intervals->newest ? &intervals->newest->newer : &intervals->oldest) = queue;
	intervals->newest = queue;
}

/*
 * Takes a queue out of the list of empty queues. The owner calls this when the queue gets a timer.
 */
static inline void intervals_unlist_empty(struct intervals *intervals,
					  const struct interval_queue *queue)
{
	*(queue->older ? &queue->older->newer : &intervals->oldest) = queue->newer;
	*(queue->newer ? &queue->newer->older : &intervals->newest) = queue->older;
}

/*
 * Makes `count` empty queues that belong to no interval. Returns 0, and then the caller must call
 * intervals_close; or -ENOMEM.
 */
static inline int intervals_open(struct intervals *intervals, size_t count)
{
	size_t slots = 2;

	while (slots < 2 * count)
		slots *= 2;
	*intervals = (struct intervals){ .mask = slots - 1, .count = count };
	intervals->queue = calloc(1, intervals_bytes(intervals));
	if (!intervals->queue)
		return -ENOMEM;
	intervals->table = (struct interval_queue **)(void *)&intervals->queue[count];
	intervals->seen = (struct interval_seen *)(void *)&intervals->table[slots];
	for (size_t i = 0; i < count; i++) {
		hinted_list_open(&intervals->queue[i].list);
		intervals_list_empty(intervals, &intervals->queue[i]);
	}
	return 0;
}

static inline void intervals_close(struct intervals *intervals)
{
	free(intervals->queue);
}

/* --- the table */

static inline struct interval_queue *intervals_lookup(const struct intervals *intervals,
						      uint64_t interval)
{
	struct interval_queue *queue;

	for (size_t i = intervals_hash(intervals, interval); (queue = intervals->table[i]);
	     i = (i + 1) & intervals->mask)
		if (queue->interval == interval)
			return queue;
	return NULL;
}

static inline void intervals_add(struct intervals *intervals, struct interval_queue *queue)
{
	size_t i = intervals_hash(intervals, queue->interval);

	while (intervals->table[i])
		i = (i + 1) & intervals->mask;
	intervals->table[i] = queue;
}

/*
 * Removes a queue from the table. Closes the gap: moves queues back that are not in their own slots
 * because of a collision (Knuth, algorithm 6.4R).
 */
static inline void intervals_remove(struct intervals *intervals, const struct interval_queue *queue)
{
	size_t mask = intervals->mask, gap = intervals_hash(intervals, queue->interval);

	while (intervals->table[gap] != queue)
		gap = (gap + 1) & mask;
	for (size_t i = (gap + 1) & mask; intervals->table[i]; i = (i + 1) & mask) {
		size_t home = intervals_hash(intervals, intervals->table[i]->interval);

		if (((i - home) & mask) < ((i - gap) & mask))
			continue; /* its home is behind the gap, so it stays */
		intervals->table[gap] = intervals->table[i];
		gap = i;
	}
	intervals->table[gap] = NULL;
}

/*
 * Gives an interval the queue that has been empty longest, and returns the queue. Returns NULL if
 * no queue is empty.
 */
static HINTED_RARELY struct interval_queue *intervals_give(struct intervals *intervals,
							   uint64_t interval)
{
	struct interval_queue *queue = intervals->oldest;

	if (!queue)
		return NULL;
	if (queue->interval)
		intervals_remove(intervals, queue);
	queue->interval = interval;
	intervals_add(intervals, queue);
	return queue;
}

/*
 * Notes that an interval without a queue is used. Returns a queue if the interval was used often
 * enough, with no other interval of its hash in between, and a queue is empty; otherwise NULL.
 */
static inline struct interval_queue *intervals_note(struct intervals *intervals, uint64_t interval)
{
	struct interval_seen *seen = &intervals->seen[intervals_hash(intervals, interval)];

	if (seen->interval != interval) {
		*seen = (struct interval_seen){ interval, 1 };
		return NULL;
	}
	return ++seen->uses < INTERVAL_USES ? NULL : intervals_give(intervals, interval);
}

/*
 * Returns the queue of an interval, which must not be 0. An interval without a queue may get one.
 * Returns NULL if it gets none.
 */
static inline struct interval_queue *intervals_find(struct intervals *intervals, uint64_t interval)
{
	struct interval_queue *queue = intervals_lookup(intervals, interval);

	return queue ? queue : intervals_note(intervals, interval);
}

/* Checks the table and the list of empty queues. Returns NULL, or what is broken. */
static inline const char *intervals_check(const struct intervals *intervals)
{
	size_t known = 0, tabled = 0, empty = 0, listed = 0;
	const struct interval_queue *older = NULL;

	for (size_t i = 0; i < intervals->count; i++) {
		const struct interval_queue *queue = &intervals->queue[i];

		known += queue->interval != 0;
		empty += hinted_list_is_empty(&queue->list);
		if (queue->interval && intervals_lookup(intervals, queue->interval) != queue)
			return "a queue is not found by its interval";
	}
	for (size_t i = 0; i <= intervals->mask; i++)
		tabled += intervals->table[i] != NULL;
	if (tabled != known)
		return "the table holds more or less than the queues in use";
	for (const struct interval_queue *queue = intervals->oldest; queue; queue = queue->newer) {
		if (!hinted_list_is_empty(&queue->list) || queue->older != older)
			return "the list of empty queues is broken";
		older = queue;
		listed++;
	}
	return listed == empty && intervals->newest == older ? NULL
							     : "an empty queue is not listed";
}

#endif
