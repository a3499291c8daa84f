/*
 * grouped/queues.h - the queues of the wrapper grouped, and the timers in and out of them
 *
 * grouped.c has the essay, and the operations of the contract. Here is the state of a set: the keys
 * of timers in queues, the representatives of queues, and the choice between a queue and the
 * wrapped structure.
 */
#ifndef GROUPED_QUEUES_H
#define GROUPED_QUEUES_H

#include "../../common/intervals.h"
#include "../../common/ticks.h"
#include "../../timer.h"

#define GROUPED_QUEUES 128
#define GROUPED_WALK   32

/*
 * Deadlines and intervals beyond these limits are not grouped, so that their sums cannot overflow.
 * The limits are about 292 and 146 years.
 */
#define GROUPED_LAST_DEADLINE	 (UINT64_MAX / 2)
#define GROUPED_LONGEST_INTERVAL (UINT64_MAX / 4)

/* Rare cases are not inlined, so that the usual case does not save registers for them. */
#define GROUPED_RARELY __attribute__((noinline))

/*
 * The table of the wrapped structure. A unit that scripts/registry generates defines GROUPED_INNER
 * as that table, so that the compiler can inline the calls. GROUPED_INNERMOST is the table of the
 * innermost structure, which is not a wrapper.
 */
#ifdef GROUPED_INNER
#define GROUPED_WRAPPED(grouped) (&GROUPED_INNER)
#define GROUPED_IN_NS(grouped)	 (!GROUPED_INNERMOST.accuracy || (grouped)->ticks.ns == 1)
#else
#define GROUPED_WRAPPED(grouped) ((grouped)->inner)
#define GROUPED_IN_NS(grouped)	 ((grouped)->ticks.ns == 1)
#endif

struct grouped {
	const struct timer_structure *inner;
	struct timer_set *wrapped;
	size_t queued;	    /* timers in queues */
	size_t busy_queues; /* queues with timers; their representatives are armed */
	struct ticks ticks; /* of the wrapped structure's keys */
	double fraction;    /* of the interval, by which the wrapped structure may be late */
	struct intervals intervals;
};

static struct grouped *grouped_of(const struct timer_set *set)
{
	return (struct grouped *)set;
}

/*
 * Returns whether the timer is in a queue, or was disarmed by this wrapper. TIMER_MARK is the
 * highest bit, and an address above it means a queue.
 */
static inline bool grouped_holds(const struct timer *timer)
{
	return timer->link.word[3] >= TIMER_MARK;
}

static inline bool grouped_is_queued(const struct timer *timer)
{
	return timer->link.word[3] > TIMER_MARK;
}

static inline struct interval_queue *grouped_queue_of(const struct timer *timer)
{
	return (struct interval_queue *)(uintptr_t)(timer->link.word[3] & ~TIMER_MARK);
}

static inline void grouped_clear(struct timer *timer)
{
	timer->link = (union timer_link){ .word = { 0 } };
}

/* Returns whether a timer is the representative of a queue, and not a user's timer. */
static inline bool grouped_is_representative(const struct grouped *grouped,
					     const struct timer *timer)
{
	return (uintptr_t)timer - (uintptr_t)grouped->intervals.queue <
	       GROUPED_QUEUES * sizeof(struct interval_queue);
}

/*
 * Returns a timer's key in a queue: the time by which expire returns the timer, in the unit of the
 * wrapped structure's keys. That is the deadline, or later if the wrapped structure may be late.
 */
static inline uint64_t grouped_key(const struct grouped *grouped,
				   const struct interval_queue *queue, uint64_t deadline)
{
	if (GROUPED_IN_NS(grouped))
		return deadline + queue->late;
	return ticks_ceiling(&grouped->ticks, deadline) + queue->late;
}

/* Returns the earliest deadline that has the key. The representative is armed for it. */
static inline uint64_t grouped_due(const struct grouped *grouped,
				   const struct interval_queue *queue, uint64_t key)
{
	key -= queue->late;
	if (GROUPED_IN_NS(grouped))
		return key;
	return key ? (key - 1) * grouped->ticks.ns + 1 : 0;
}

/* --- representatives */

static inline void grouped_arm_representative(struct grouped *grouped, struct interval_queue *queue)
{
	GROUPED_WRAPPED(grouped)->insert(
		grouped->wrapped, &queue->representative,
		grouped_due(grouped, queue, hinted_list_first(&queue->list)->key), queue->interval);
}

/* Arms the representative of a queue that was empty until now. */
static GROUPED_RARELY void grouped_start_queue(struct grouped *grouped,
					       struct interval_queue *queue)
{
	intervals_unlist_empty(&grouped->intervals, queue);
	grouped->busy_queues++;
	grouped_arm_representative(grouped, queue);
}

/* Re-arms the representative if the queue's new first timer is due before it. */
static GROUPED_RARELY void grouped_bring_forward(struct grouped *grouped,
						 struct interval_queue *queue)
{
	uint64_t due = grouped_due(grouped, queue, hinted_list_first(&queue->list)->key);

	if (due < queue->representative.deadline)
		GROUPED_WRAPPED(grouped)->reinsert(grouped->wrapped, &queue->representative, due,
						   queue->interval);
}

/* Marks a queue as empty. Its representative must not be armed. */
static void grouped_end_queue(struct grouped *grouped, struct interval_queue *queue)
{
	grouped->busy_queues--;
	intervals_list_empty(&grouped->intervals, queue);
}

/* Removes the representative of a queue that has become empty. */
static GROUPED_RARELY void grouped_release_queue(struct grouped *grouped,
						 struct interval_queue *queue)
{
	GROUPED_WRAPPED(grouped)->remove(grouped->wrapped, &queue->representative);
	grouped_end_queue(grouped, queue);
}

/* --- in and out of queues */

/*
 * Puts a timer into a queue, behind `before`. Neither a queue nor the wrapped structure may hold
 * the timer.
 */
static inline void grouped_enqueue(struct grouped *grouped, struct interval_queue *queue,
				   struct timer *before, struct timer *timer)
{
	bool was_empty = hinted_list_is_empty(&queue->list);

	hinted_list_put(&queue->list, before, timer);
	timer->link.word[3] = TIMER_MARK | (uintptr_t)queue;
	grouped->queued++;
	if (was_empty)
		grouped_start_queue(grouped, queue);
	else if (before == &queue->list.ends)
		grouped_bring_forward(grouped, queue);
}

static inline void grouped_dequeue(struct grouped *grouped, struct timer *timer)
{
	struct interval_queue *queue = grouped_queue_of(timer);

	hinted_list_take_out(&queue->list, timer);
	grouped->queued--;
	if (hinted_list_is_empty(&queue->list))
		grouped_release_queue(grouped, queue);
}

/*
 * Returns how late the wrapped structure may be with a timer of that interval, in the unit of its
 * keys: the fraction, one tick, and two units for rounding.
 */
static uint64_t grouped_lateness(const struct grouped *grouped, uint64_t interval)
{
	if (grouped->fraction <= 0)
		return 0;
	return (uint64_t)(grouped->fraction * (double)interval / (double)grouped->ticks.ns) + 3;
}

/*
 * Returns the queue of an interval. An interval without a queue may get one. Returns NULL if the
 * interval gets none, or is 0, or if the timer is beyond a limit.
 */
static inline struct interval_queue *grouped_find(struct grouped *grouped, uint64_t deadline,
						  uint64_t interval)
{
	if (interval - 1 >= GROUPED_LONGEST_INTERVAL || deadline > GROUPED_LAST_DEADLINE)
		return NULL;
	return intervals_find(&grouped->intervals, interval);
}

/*
 * Returns whether a queue has a place for a timer with that deadline. If so, stores the timer's key
 * in *key, and the timer behind which it belongs in *before.
 */
static inline bool grouped_find_place(const struct grouped *grouped, struct interval_queue *queue,
				      uint64_t deadline, uint64_t *key, struct timer **before)
{
	if (!queue)
		return false;
	if (hinted_list_is_empty(&queue->list))
		queue->late = grouped_lateness(grouped, queue->interval);
	*key = grouped_key(grouped, queue, deadline);
	*before = hinted_list_place(&queue->list, *key, GROUPED_WALK);
	return *before;
}

/*
 * Arms a timer that neither a queue nor the wrapped structure holds. `queue` is the queue of its
 * interval, or NULL.
 */
static GROUPED_RARELY void grouped_arm(struct grouped *grouped, struct timer *timer,
				       uint64_t deadline, uint64_t interval,
				       struct interval_queue *queue)
{
	struct timer *before = NULL;
	uint64_t key = 0;

	if (grouped_find_place(grouped, queue, deadline, &key, &before)) {
		timer->deadline = deadline;
		timer->key = key;
		grouped_enqueue(grouped, queue, before, timer);
		return;
	}
	if (grouped_holds(timer))
		grouped_clear(timer);
	GROUPED_WRAPPED(grouped)->insert(grouped->wrapped, timer, deadline, interval);
}

/*
 * Arms a timer that the wrapped structure knows, as armed (`is_armed`) or as disarmed. The wrapped
 * structure always gets the call, because it ends the program if the call is a misuse.
 */
static GROUPED_RARELY void grouped_arm_wrapped(struct grouped *grouped, struct timer *timer,
					       uint64_t deadline, uint64_t interval, bool is_armed)
{
	struct interval_queue *queue = grouped_find(grouped, deadline, interval);
	struct timer *before = NULL;
	uint64_t key = 0;
	bool is_taken = grouped_find_place(grouped, queue, deadline, &key, &before);

	if (is_armed)
		GROUPED_WRAPPED(grouped)->reinsert(grouped->wrapped, timer, deadline, interval);
	else
		GROUPED_WRAPPED(grouped)->insert(grouped->wrapped, timer, deadline, interval);
	if (!is_taken)
		return;
	GROUPED_WRAPPED(grouped)->remove(grouped->wrapped, timer);
	timer->deadline = deadline;
	timer->key = key;
	grouped_enqueue(grouped, queue, before, timer);
}

/*
 * Appends a timer to a queue, if the queue has timers and the new timer is due last. Returns
 * whether it has appended the timer. The queue's representative need not be touched. The caller
 * counts the timer.
 */
static inline bool grouped_append(struct grouped *grouped, struct interval_queue *queue,
				  struct timer *timer, uint64_t deadline)
{
	uint64_t key;

	if (hinted_list_is_empty(&queue->list))
		return false;
	key = grouped_key(grouped, queue, deadline);
	if (hinted_list_last(&queue->list)->key > key)
		return false;
	timer->deadline = deadline;
	timer->key = key;
	hinted_list_append(&queue->list, timer);
	timer->link.word[3] = TIMER_MARK | (uintptr_t)queue;
	return true;
}

/*
 * Returns whether a queued timer is the only one of its queue. If not, the queue's representative
 * need not be touched when the timer leaves.
 */
static inline bool grouped_is_alone(const struct timer *timer)
{
	return timer->link.next == timer->link.previous;
}

#endif
