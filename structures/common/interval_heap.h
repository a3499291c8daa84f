/*
 * interval_heap.h - queues by interval, and a heap that says which of them is due first
 *
 * common-timeout and interval-levels have this in common. Timers of an interval are in a queue
 * (intervals.h). A queue with timers has its representative in the heap, with the key of the
 * queue's first timer, or an earlier one if that timer has left. The heap may also have timers that
 * are in no queue, single timers.
 *
 * link.word[3] of a queued timer is TIMER_MARK, the address of the queue, and flags of the owner in
 * the three lowest bits. link.pointer[2] of a representative is its queue, and NULL in a single
 * timer.
 */
#ifndef INTERVAL_HEAP_H
#define INTERVAL_HEAP_H

#include "cached_heap.h"
#include "intervals.h"

#define INTERVAL_ARITY 4

/* Rare cases are not inlined, so that the usual case does not save registers for them. */
#define INTERVAL_RARELY __attribute__((noinline, unused))

struct interval_heap {
	struct cached_heap heap; /* representatives and single timers */
	struct intervals intervals;
};

static inline bool is_queued(const struct timer *timer)
{
	return timer->link.word[3] >= TIMER_MARK;
}

/* Returns the queue that a queued timer is in. */
static inline struct interval_queue *queue_of(const struct timer *timer)
{
	return (struct interval_queue *)(uintptr_t)(timer->link.word[3] & ~(TIMER_MARK | 7));
}

/* Returns the queue of a representative in the heap; NULL for a single timer. */
static inline struct interval_queue *queue_of_representative(const struct timer *timer)
{
	return timer->link.pointer[2];
}

/* Returns whether a queue has timers and a key belongs behind the last of them. */
static inline bool queue_is_before(const struct interval_queue *queue, uint64_t key)
{
	return !hinted_list_is_empty(&queue->list) && hinted_list_last(&queue->list)->key <= key;
}

/* Appends a timer with its key to a queue that is before the key. O(1). */
static inline void queue_append(struct interval_queue *queue, struct timer *timer)
{
	hinted_list_append(&queue->list, timer);
	timer->link.word[3] = TIMER_MARK | (uintptr_t)queue;
}

/* Returns whether a timer is in a queue that has timers without it. */
static inline bool is_one_of_many(const struct timer *timer)
{
	return is_queued(timer) && timer->link.next != timer->link.previous;
}

/*
 * Brings the heap up to date with a queue that has timers, or had some: moves the representative,
 * or takes it out of the heap. O(log k), with k entries in the heap.
 */
static INTERVAL_RARELY void queue_renew(struct interval_heap *queues, struct interval_queue *queue)
{
	struct timer *head = &queue->representative;

	if (!hinted_list_is_empty(&queue->list)) {
		head->key = hinted_list_first(&queue->list)->key;
		heap_move(&queues->heap, head, head->key, INTERVAL_ARITY);
	} else if (head->link.pointer[2]) {
		heap_take_out(&queues->heap, head, INTERVAL_ARITY);
		head->link.pointer[2] = NULL;
		intervals_list_empty(&queues->intervals, queue);
	}
}

/*
 * Puts a timer with its key into a queue, unless its place is more than `walk` timers away from the
 * end. Returns whether it has put it.
 */
static INTERVAL_RARELY bool queue_put(struct interval_heap *queues, struct interval_queue *queue,
				      struct timer *timer, uint64_t walk)
{
	struct timer *before = hinted_list_place(&queue->list, timer->key, walk);
	struct timer *head = &queue->representative;

	if (!before)
		return false;
	hinted_list_put(&queue->list, before, timer);
	timer->link.word[3] = TIMER_MARK | (uintptr_t)queue;
	if (!head->link.pointer[2]) {
		intervals_unlist_empty(&queues->intervals, queue);
		head->link.pointer[2] = queue;
		head->key = timer->key;
		heap_push(&queues->heap, head, timer->key, INTERVAL_ARITY);
	} else if (timer->key < head->key) {
		queue_renew(queues, queue);
	}
	return true;
}

/* Takes a queued timer out of its queue. O(1) if it is one of many. */
static inline void queue_take_out(struct interval_heap *queues, const struct timer *timer)
{
	struct interval_queue *queue = queue_of(timer);

	hinted_list_take_out(&queue->list, timer);
	if (hinted_list_is_empty(&queue->list))
		queue_renew(queues, queue);
}

/* Returns the first key of the heap; TIMER_NEVER if it is empty. */
static inline uint64_t queues_least(const struct interval_heap *queues)
{
	return queues->heap.size ? queues->heap.entries[heap_root(INTERVAL_ARITY)].key
				 : TIMER_NEVER;
}

/* Returns the second key of the heap. */
static inline uint64_t queues_second(const struct interval_heap *queues)
{
	size_t child = heap_children(heap_root(INTERVAL_ARITY), INTERVAL_ARITY);

	if (queues->heap.size < 2)
		return TIMER_NEVER;
	return queues->heap.entries[heap_least(&queues->heap, child, INTERVAL_ARITY)].key;
}

/*
 * Checks the queues, and adds the number of their timers to *count. Returns NULL, or what is
 * broken.
 */
static inline const char *queues_check(const struct interval_heap *queues, size_t *count)
{
	const char *broken = NULL;

	for (size_t i = 0; i < queues->intervals.count && !broken; i++) {
		struct interval_queue *queue = &queues->intervals.queue[i];
		const struct timer *first = hinted_list_first(&queue->list), *timer = first;
		bool is_empty = hinted_list_is_empty(&queue->list);

		if (heap_holds(&queues->heap, &queue->representative, INTERVAL_ARITY) == is_empty)
			return "an empty queue is in the heap, or another one is not";
		if (!is_empty && queue->representative.key > first->key)
			return "a queue's key is after its first timer's";
		for (; timer != &queue->list.ends; timer = timer->link.next)
			if (!is_queued(timer) || queue_of(timer) != queue)
				return "a timer's stored queue is not the queue that it is in";
		broken = hinted_list_check(&queue->list, count);
	}
	return broken ? broken : intervals_check(&queues->intervals);
}

#endif
