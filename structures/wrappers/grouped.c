/*
 * grouped - a wrapper that adds to any structure a queue for each interval that is used again
 *
 * IDEA. Programs have millions of timeouts but few intervals: 60 s idle, 5 s to answer, 1 s to
 * retry. Timers of one interval expire in the order in which they are armed. So the wrapper appends
 * them to a queue, which is then in order without a search. The wrapped structure holds one timer
 * of the wrapper's own for each queue, the queue's representative. A timer whose interval has no
 * queue is armed in the wrapped structure itself.
 *
 *	 wrapped structure           the queues, one per interval (times are deadlines)
 *	 [representative, 5 s]   ->  17 s <-> 17 s <-> 19 s <-> 21 s
 *	 [representative, 60 s]  ->  44 s <-> 61 s <-> 75 s
 *	 [a timer without a queue]
 *
 * An interval gets a queue when it is used for the fourth time (common/intervals.h). If a timer's
 * deadline is not the latest of its queue, a walk from the queue's end finds its place. The walk
 * passes at most GROUPED_WALK timers. If the place is further away, the timer is armed in the
 * wrapped structure.
 *
 * A representative is armed for the deadline of its queue's first timer, or for an earlier time. It
 * is earlier if the first timer has left the queue: the representative is not re-armed then. When
 * such a representative expires, the wrapper arms it for the queue's present first timer. The
 * representative of an empty queue is not armed.
 *
 * expire takes the earliest timer from the wrapped structure. If that is a representative, expire
 * returns the timers of its queue that are due before the next timer of the wrapped structure.
 *
 * The wrapped structure owns the link of a timer that it holds. It leaves one bit of the link
 * clear: TIMER_MARK (timer.h). The wrapper sets that bit in the timers that it holds or has
 * disarmed:
 *
 *	             link.word[3]
 *	idle         0, and so are the other words
 *	in a queue   the mark, and the address of the queue
 *	disarmed     only the mark
 *	wrapped      as the wrapped structure sets it; the mark is clear
 *
 * COST.   k is the number of timers in the wrapped structure: representatives, and timers without a
 *         queue
 *         insert     O(1) at the end of a queue with timers; else an insert among k timers
 *         reinsert   O(1) if the timer stays in its queue and was or becomes not the first; else a
 *                    reinsert among k timers
 *         disarm     O(1); for the last timer of a queue, a remove among k timers
 *         remove     as disarm
 *         next       as in the wrapped structure; early if a queue's first timer has left
 *         expire     O(1) for each timer of one queue in succession; then an insert among k timers
 *         memory     nothing for a timer; 23 KB for all queues
 *
 * GIVES BACK. The wrapped structure gives back as much as it does without the wrapper. The queues
 * stay.
 *
 * WINS. With few intervals, as in servers: a timer in a queue costs the wrapped structure nothing.
 * Where the memory of a stopped timer is needed at once: remove unlinks the timer from two
 * neighbours. Where many timers of one interval expire: the queue prefetches its next timers.
 *
 * LOSES. With intervals that differ (jitter, back-off): every arm searches the table of intervals
 * without success. Over a structure that postpones timers (lazy:X), if most timers are postponed: X
 * would only store the later deadline, and a queue moves the timer to its end, which writes to the
 * timer's neighbours. lazy:grouped:X avoids that.
 *
 * SOURCE. libevent's common timeouts (2.0, event.c), in which programs declare their intervals by
 * hand; Lawn (Lev-Libfeld 2019) and Node.js's timer lists, which find intervals by themselves. The
 * prefetch hints in the queues (common/hinted_list.h) are our own.
 *
 * DEPARTURES. It wraps any structure. Timers of different queues fire in the order of the wrapped
 * structure, which none of the three sources keeps. The number of queues is fixed, and the walk is
 * bounded. The structure common-timeout does the same over libev's heap, and has options for both
 * limits.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "grouped/queues.h"
#include "inner.h"

/* --- the operations */

static int grouped_create_over(struct timer_set **set, const struct timer_inner *inner,
			       uint64_t now)
{
	struct timer_accuracy accuracy = inner_accuracy(inner);
	struct grouped *grouped = calloc(1, sizeof(*grouped));
	int result;

	if (!grouped)
		return -ENOMEM;
	result = intervals_open(&grouped->intervals, GROUPED_QUEUES);
	if (!result)
		result = inner_create(&grouped->wrapped, inner, now);
	if (result) {
		intervals_close(&grouped->intervals);
		free(grouped);
		return result;
	}
	grouped->inner = inner->structure;
	grouped->ticks = ticks_of(accuracy.tick ? accuracy.tick : 1);
	grouped->fraction = accuracy.when == TIMER_LATE_FRACTION ? accuracy.fraction : 0;
	*set = (struct timer_set *)grouped;
	return 0;
}

static void grouped_destroy(struct timer_set *set)
{
	struct grouped *grouped = grouped_of(set);

	GROUPED_WRAPPED(grouped)->destroy(grouped->wrapped);
	intervals_close(&grouped->intervals);
	free(grouped);
}

/*
 * For each armed representative, at least one timer is in a queue. So n timers need no more than n
 * places in the wrapped structure.
 */
static int grouped_reserve(struct timer_set *set, size_t n)
{
	struct grouped *grouped = grouped_of(set);

	return GROUPED_WRAPPED(grouped)->reserve(grouped->wrapped, n);
}

static void grouped_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			   uint64_t interval)
{
	struct grouped *grouped = grouped_of(set);
	const uint64_t *word = timer->link.word;
	struct interval_queue *queue;

	assert(!grouped_is_queued(timer) && "insert: the timer is armed");
	if (word[3] != TIMER_MARK && (word[0] | word[1] | word[2] | word[3])) {
		grouped_arm_wrapped(grouped, timer, deadline, interval, false);
		return;
	}
	queue = grouped_find(grouped, deadline, interval);
	if (queue && grouped_append(grouped, queue, timer, deadline))
		grouped->queued++;
	else
		grouped_arm(grouped, timer, deadline, interval, queue);
}

/* Gives the only timer of a queue another deadline. */
static GROUPED_RARELY void grouped_move_alone(struct grouped *grouped, struct timer *timer,
					      uint64_t deadline)
{
	struct interval_queue *queue = grouped_queue_of(timer);

	timer->deadline = deadline;
	timer->key = grouped_key(grouped, queue, deadline);
	grouped_bring_forward(grouped, queue);
}

/* Re-arms a queued timer whose interval changes, or whose new place is not the queue's end. */
static GROUPED_RARELY void grouped_move_away(struct grouped *grouped, struct timer *timer,
					     uint64_t deadline, uint64_t interval)
{
	grouped_dequeue(grouped, timer);
	grouped_clear(timer);
	grouped_arm(grouped, timer, deadline, interval, grouped_find(grouped, deadline, interval));
}

/* Re-arms a queued timer. Usually the timer moves to its queue's end, and no function is called. */
static inline void grouped_move(struct grouped *grouped, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	struct interval_queue *queue = grouped_queue_of(timer);
	uint64_t key = grouped_key(grouped, queue, deadline);

	if (interval != queue->interval || deadline > GROUPED_LAST_DEADLINE) {
		grouped_move_away(grouped, timer, deadline, interval);
		return;
	}
	if (grouped_is_alone(timer)) {
		grouped_move_alone(grouped, timer, deadline);
		return;
	}
	if (hinted_list_last(&queue->list)->key > key) {
		grouped_move_away(grouped, timer, deadline, interval);
		return;
	}
	timer->deadline = deadline;
	timer->key = key;
	hinted_list_take_out(&queue->list, timer);
	hinted_list_append(&queue->list, timer);
}

static void grouped_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	struct grouped *grouped = grouped_of(set);

	assert(timer->link.word[3] != TIMER_MARK && "reinsert: the timer is not armed");
	if (grouped_holds(timer))
		grouped_move(grouped, timer, deadline, interval);
	else
		grouped_arm_wrapped(grouped, timer, deadline, interval, true);
}

static GROUPED_RARELY void grouped_disarm_alone(struct grouped *grouped, struct timer *timer)
{
	grouped_dequeue(grouped, timer);
	timer->link = (union timer_link){ .word = { [3] = TIMER_MARK } };
}

static void grouped_disarm(struct timer_set *set, struct timer *timer)
{
	struct grouped *grouped = grouped_of(set);

	assert(timer->link.word[3] != TIMER_MARK && "disarm: the timer is not armed");
	if (!grouped_holds(timer)) {
		GROUPED_WRAPPED(grouped)->disarm(grouped->wrapped, timer);
		return;
	}
	if (grouped_is_alone(timer)) {
		grouped_disarm_alone(grouped, timer);
		return;
	}
	hinted_list_take_out(&grouped_queue_of(timer)->list, timer);
	grouped->queued--;
	timer->link = (union timer_link){ .word = { [3] = TIMER_MARK } };
}

/* Removes a timer that is the only one of its queue, or that this wrapper has disarmed. */
static GROUPED_RARELY void grouped_remove_rare(struct grouped *grouped, struct timer *timer)
{
	if (grouped_is_queued(timer))
		grouped_dequeue(grouped, timer);
	grouped_clear(timer);
}

static void grouped_remove(struct timer_set *set, struct timer *timer)
{
	struct grouped *grouped = grouped_of(set);

	if (!grouped_holds(timer)) {
		GROUPED_WRAPPED(grouped)->remove(grouped->wrapped, timer);
		return;
	}
	/* This is also true of a disarmed timer, whose two links are NULL. */
	if (grouped_is_alone(timer)) {
		grouped_remove_rare(grouped, timer);
		return;
	}
	hinted_list_take_out(&grouped_queue_of(timer)->list, timer);
	grouped->queued--;
	grouped_clear(timer);
}

static uint64_t grouped_next(struct timer_set *set)
{
	const struct grouped *grouped = grouped_of(set);

	return GROUPED_WRAPPED(grouped)->next(grouped->wrapped);
}

/* --- expiry */

/* Returns the largest key that is due and not after the next timer of the wrapped structure. */
static inline uint64_t grouped_until(const struct grouped *grouped,
				     const struct interval_queue *queue, uint64_t now)
{
	uint64_t next = GROUPED_WRAPPED(grouped)->next(grouped->wrapped);
	uint64_t until = next < now ? next : now;

	if (!GROUPED_IN_NS(grouped))
		until = ticks_floor(&grouped->ticks, until);
	/* All keys in queues are below the limit, so UINT64_MAX includes all of them. */
	return until > GROUPED_LAST_DEADLINE ? UINT64_MAX : until + queue->late;
}

/*
 * Returns due timers of a queue whose representative has expired: the first one, and those that
 * come before the next timer of the wrapped structure. Returns none if the representative was
 * early. Arms the representative again if the queue has timers left.
 */
static size_t grouped_expire_queue(struct grouped *grouped, struct interval_queue *queue,
				   uint64_t now, struct timer **out, size_t max)
{
	uint64_t first = hinted_list_first(&queue->list)->key, until;
	size_t count = 0;

	if (grouped_due(grouped, queue, first) <= queue->representative.deadline) {
		until = grouped_until(grouped, queue, now);
		count = hinted_list_hand_over(&queue->list, until > first ? until : first, false,
					      out, max);
		grouped->queued -= count;
	}
	if (hinted_list_is_empty(&queue->list))
		grouped_end_queue(grouped, queue);
	else
		grouped_arm_representative(grouped, queue);
	return count;
}

static size_t grouped_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct grouped *grouped = grouped_of(set);
	size_t count = 0;

	/*
	 * While representatives are armed, each timer of the wrapped structure may be one, so
	 * timers are taken one by one.
	 */
	while (grouped->busy_queues && count < max) {
		struct timer *first;

		if (!GROUPED_WRAPPED(grouped)->expire(grouped->wrapped, now, &first, 1))
			return count;
		if (grouped_is_representative(grouped, first))
			count += grouped_expire_queue(grouped, (struct interval_queue *)first, now,
						      out + count, max - count);
		else
			out[count++] = first;
	}
	if (count < max)
		count += GROUPED_WRAPPED(grouped)->expire(grouped->wrapped, now, out + count,
							  max - count);
	return count;
}

/* --- inspection */

struct grouped_visit {
	const struct grouped *grouped;
	void (*visit)(struct timer *timer, void *data);
	void *data;
};

static void grouped_visit_wrapped(struct timer *timer, void *data)
{
	const struct grouped_visit *wanted = data;

	if (!grouped_is_representative(wanted->grouped, timer))
		wanted->visit(timer, wanted->data);
}

static void grouped_for_each(const struct timer_set *set,
			     void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct grouped *grouped = grouped_of(set);
	struct grouped_visit wanted = { grouped, visit, data };

	GROUPED_WRAPPED(grouped)->for_each(grouped->wrapped, grouped_visit_wrapped, &wanted);
	for (size_t i = 0; i < GROUPED_QUEUES; i++) {
		const struct hinted_list *list = &grouped->intervals.queue[i].list;
		struct timer *timer = hinted_list_first(list);

		for (; timer != &list->ends; timer = timer->link.next)
			visit(timer, data);
	}
}

static size_t grouped_size(const struct timer_set *set)
{
	const struct grouped *grouped = grouped_of(set);

	return grouped->queued + GROUPED_WRAPPED(grouped)->size(grouped->wrapped) -
	       grouped->busy_queues;
}

static size_t grouped_footprint(const struct timer_set *set)
{
	const struct grouped *grouped = grouped_of(set);

	return sizeof(*grouped) + intervals_bytes(&grouped->intervals) +
	       GROUPED_WRAPPED(grouped)->footprint(grouped->wrapped);
}

static const char *grouped_check_queue(const struct grouped *grouped,
				       const struct interval_queue *queue)
{
	const struct timer *first = hinted_list_first(&queue->list), *timer = first;

	for (; timer != &queue->list.ends; timer = timer->link.next) {
		if (!grouped_is_queued(timer) || grouped_queue_of(timer) != queue)
			return "a timer's stored queue is not the queue that it is in";
		if (grouped_due(grouped, queue, timer->key) > timer->deadline)
			return "a timer is filed after its deadline";
	}
	if (first != &queue->list.ends &&
	    queue->representative.deadline > grouped_due(grouped, queue, first->key))
		return "a queue's representative is armed for later than its first timer";
	return NULL;
}

struct grouped_count {
	const struct grouped *grouped;
	size_t representatives, idle;
};

static void grouped_count_representatives(struct timer *timer, void *data)
{
	struct grouped_count *count = data;

	if (!grouped_is_representative(count->grouped, timer))
		return;
	count->representatives++;
	count->idle += hinted_list_is_empty(&((struct interval_queue *)timer)->list);
}

static const char *grouped_check(const struct timer_set *set)
{
	const struct grouped *grouped = grouped_of(set);
	struct grouped_count count = { grouped, 0, 0 };
	const char *broken = GROUPED_WRAPPED(grouped)->check(grouped->wrapped);
	size_t queued = 0;

	for (size_t i = 0; i < GROUPED_QUEUES && !broken; i++) {
		const struct interval_queue *queue = &grouped->intervals.queue[i];

		broken = hinted_list_check(&queue->list, &queued);
		if (!broken)
			broken = grouped_check_queue(grouped, queue);
	}
	if (!broken)
		broken = intervals_check(&grouped->intervals);
	if (broken)
		return broken;
	GROUPED_WRAPPED(grouped)->for_each(grouped->wrapped, grouped_count_representatives, &count);
	if (count.representatives != grouped->busy_queues || count.idle)
		return "the armed representatives are not those of the queues with timers";
	return queued == grouped->queued ? NULL : "the count of queued timers is wrong";
}

const struct timer_structure timer_grouped = {
	.name = "grouped",
	.summary =
		"wraps another structure (grouped:quad-heap); an interval that is used again gets a queue",
	.source = "libevent 2.0's common timeouts; Lawn, Lev-Libfeld 2019; Node.js's timer lists",
	.departures =
		"wraps any structure and keeps its order; prefetches in queues; bounds the walk",
	.complexity = { "O(1) at the end of a queue; else the structure's",
			"O(1) in a queue; else the structure's",
			"O(1) in a queue; the structure's for its last timer",
			"O(1) in a queue; the structure's for its last timer", "the structure's",
			"O(1) for each timer of one queue in succession" },
	.groups = true,
	.create_over = grouped_create_over,
	.destroy = grouped_destroy,
	.reserve = grouped_reserve,
	.insert = grouped_insert,
	.reinsert = grouped_reinsert,
	.disarm = grouped_disarm,
	.remove = grouped_remove,
	.next = grouped_next,
	.expire = grouped_expire,
	.for_each = grouped_for_each,
	.size = grouped_size,
	.footprint = grouped_footprint,
	.check = grouped_check,
};
