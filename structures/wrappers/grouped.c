/*
 * grouped - any other structure, with a queue for each interval that comes again
 *
 * IDEA. Programs have millions of timeouts but few intervals: 60 s idle, 5 s to answer, 1 s to
 * retry. Timers of one interval come due in the order in which they are armed. So they go into a
 * queue, which is in order without a search, and the structure within holds a single timer for the
 * queue, its head. Timers whose interval does not come again go to the structure within as they
 * are.
 *
 *	 within        the queues, one an interval
 *	 [head 5 s]  -> 17 s <-> 17 s <-> 19 s <-> 21 s
 *	 [head 60 s] -> 44 s <-> 61 s <-> 75 s
 *	 [a timer with an interval of its own]
 *
 * An interval gets a queue when it comes for the second time (common/intervals.h). A timer whose
 * deadline is not the last of its queue is put in order by walking back from the end, up to
 * GROUPED_WALK timers. If its place is further away, the timer goes to the structure within.
 *
 * A head is filed within for the deadline of the queue's first timer, or for an earlier time: when
 * the first timer leaves the queue and another one is left, the head stays as it is. When it comes
 * up there, it is filed again. A queue without timers has no head within.
 *
 * To expire, the structure within hands over what comes next. If that is a head, timers of its
 * queue follow as long as they come before what is left within.
 *
 * The structure within owns the link of a timer that it holds. It leaves one bit alone, TIMER_MARK
 * (timer.h). By that bit a timer is known to be here:
 *
 *	             link.word[3]
 *	idle         0, and so are the other words
 *	in a queue   the mark, and the address of the queue
 *	disarmed     the mark alone
 *	within       the other's; the mark is clear
 *
 * COST.   k is the number of queues in use
 *         insert     O(1) into a queue that has timers; else that of the structure with k timers
 *         reinsert   O(1) within a queue
 *         disarm     O(1)
 *         remove     O(1)
 *         next       that of the structure; early if a queue's first timer has left
 *         expire     O(1) a timer while one queue comes next; then an insert within
 *         memory     none a timer; 23 KB for the queues
 *
 * GIVES BACK. What the wrapped structure gives back. The queues stay.
 *
 * WINS. With few intervals, which is what servers have: whatever the structure within costs, a
 * timer in a queue costs it nothing. Where timers are stopped and their memory is needed at once:
 * remove unlinks a timer from two neighbours. Where many timers of one interval expire: the queue
 * prefetches.
 *
 * LOSES. With intervals that differ (jitter, back-off): every arm looks up a table in vain. Over a
 * structure that only stores a later deadline, if timers are mostly postponed: a move between two
 * places of a queue touches three timers (lazy:grouped:X does not).
 *
 * SOURCE. libevent's common timeouts (2.0, event.c), in which programs declare their intervals by
 * hand; Lawn (Lev-Libfeld 2019) and Node.js's timer lists, which find intervals by themselves. The
 * hints are our own.
 *
 * DEPARTURES. It is a layer over any structure. Timers of several queues fire in the order of the
 * structure within, which none of the three keeps. The number of queues is fixed, and so is the
 * walk. common-timeout is the same over libev's heap, with options for both.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "../common/intervals.h"
#include "../common/ticks.h"
#include "../timer.h"
#include "inner.h"

#define GROUPED_QUEUES 128
#define GROUPED_WALK   32

/*
 * Later deadlines and longer intervals are not grouped, so that no sum of them overflows. They are
 * some 300 years.
 */
#define GROUPED_LAST_DEADLINE	 (UINT64_MAX / 2)
#define GROUPED_LONGEST_INTERVAL (UINT64_MAX / 4)

/* Rare cases are calls, so that the usual ones need no registers for them. */
#define GROUPED_RARELY __attribute__((noinline))

/*
 * The structure within. A unit that knows it beforehand (scripts/registry writes it) defines
 * GROUPED_INNER as the name of its table, and all calls of it can be compiled in. GROUPED_INNERMOST
 * is the same if the structure within is no wrapper; else it is the table of what that wraps.
 */
#ifdef GROUPED_INNER
#define GROUPED_WITHIN(grouped) (&GROUPED_INNER)
#define GROUPED_IN_NS(grouped)	(!GROUPED_INNERMOST.accuracy || (grouped)->ticks.ns == 1)
#else
#define GROUPED_WITHIN(grouped) ((grouped)->inner)
#define GROUPED_IN_NS(grouped)	((grouped)->ticks.ns == 1)
#endif

struct grouped {
	const struct timer_structure *inner;
	struct timer_set *within;
	size_t queued;	    /* timers in queues */
	size_t heads;	    /* queues that have timers; their heads are within */
	struct ticks ticks; /* of the keys within */
	double fraction;    /* by which the structure within may be late */
	struct intervals intervals;
};

static struct grouped *grouped_of(const struct timer_set *set)
{
	return (struct grouped *)set;
}

/* In a queue, or disarmed and nowhere. */
static inline bool grouped_is_here(const struct timer *timer)
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

/* Whether the structure within has handed over a queue's head, and no timer of a user. */
static inline bool grouped_is_head(const struct grouped *grouped, const struct timer *timer)
{
	return (uintptr_t)timer - (uintptr_t)grouped->intervals.queue <
	       GROUPED_QUEUES * sizeof(struct interval_queue);
}

/*
 * A timer's key in a queue: the time by which expire returns it, in the unit of the keys within.
 * That is the deadline, or later if the structure within may be late.
 */
static inline uint64_t grouped_key(const struct grouped *grouped,
				   const struct interval_queue *queue, uint64_t deadline)
{
	if (GROUPED_IN_NS(grouped))
		return deadline + queue->late;
	return ticks_ceiling(&grouped->ticks, deadline) + queue->late;
}

/* The earliest deadline that has the key: what the head is filed for. */
static inline uint64_t grouped_due(const struct grouped *grouped,
				   const struct interval_queue *queue, uint64_t key)
{
	key -= queue->late;
	if (GROUPED_IN_NS(grouped))
		return key;
	return key ? (key - 1) * grouped->ticks.ns + 1 : 0;
}

/* --- the heads of queues */

static inline void grouped_file_head(struct grouped *grouped, struct interval_queue *queue)
{
	GROUPED_WITHIN(grouped)->insert(
		grouped->within, &queue->head,
		grouped_due(grouped, queue, hinted_list_first(&queue->list)->key), queue->interval);
}

/* The queue has got its first timer. */
static GROUPED_RARELY void grouped_begin(struct grouped *grouped, struct interval_queue *queue)
{
	intervals_unlist_empty(&grouped->intervals, queue);
	grouped->heads++;
	grouped_file_head(grouped, queue);
}

/* The queue has another first timer. */
static GROUPED_RARELY void grouped_bring_forward(struct grouped *grouped,
						 struct interval_queue *queue)
{
	uint64_t due = grouped_due(grouped, queue, hinted_list_first(&queue->list)->key);

	if (due < queue->head.deadline)
		GROUPED_WITHIN(grouped)->reinsert(grouped->within, &queue->head, due,
						  queue->interval);
}

/* The queue has lost its last timer, and its head is not within, or no longer. */
static void grouped_end(struct grouped *grouped, struct interval_queue *queue)
{
	grouped->heads--;
	intervals_list_empty(&grouped->intervals, queue);
}

static GROUPED_RARELY void grouped_give_up(struct grouped *grouped, struct interval_queue *queue)
{
	GROUPED_WITHIN(grouped)->remove(grouped->within, &queue->head);
	grouped_end(grouped, queue);
}

/* --- in and out of queues */

/* Puts a timer that is in no queue and not within into a queue, where its key has a place. */
static inline void grouped_enqueue(struct grouped *grouped, struct interval_queue *queue,
				   struct timer *before, struct timer *timer)
{
	bool was_empty = hinted_list_is_empty(&queue->list);

	hinted_list_put(&queue->list, before, timer);
	timer->link.word[3] = TIMER_MARK | (uintptr_t)queue;
	grouped->queued++;
	if (was_empty)
		grouped_begin(grouped, queue);
	else if (before == &queue->list.ends)
		grouped_bring_forward(grouped, queue);
}

static inline void grouped_dequeue(struct grouped *grouped, struct timer *timer)
{
	struct interval_queue *queue = grouped_queue_of(timer);

	hinted_list_take_out(&queue->list, timer);
	grouped->queued--;
	if (hinted_list_is_empty(&queue->list))
		grouped_give_up(grouped, queue);
}

/*
 * How late the structure within may be with a timer of that interval, in the unit of its keys: by
 * the fraction, a tick, and what rounding takes.
 */
static uint64_t grouped_lateness(const struct grouped *grouped, uint64_t interval)
{
	if (grouped->fraction <= 0)
		return 0;
	return (uint64_t)(grouped->fraction * (double)interval / (double)grouped->ticks.ns) + 3;
}

/* The queue of an interval; NULL if it has none, or the timer must not be grouped. */
static inline struct interval_queue *grouped_find(struct grouped *grouped, uint64_t deadline,
						  uint64_t interval)
{
	if (interval - 1 >= GROUPED_LONGEST_INTERVAL || deadline > GROUPED_LAST_DEADLINE)
		return NULL;
	return intervals_find(&grouped->intervals, interval);
}

/*
 * Whether a queue takes a timer with that deadline. If so, stores the timer's key there, and the
 * timer behind which the key belongs.
 */
static inline bool grouped_takes(const struct grouped *grouped, struct interval_queue *queue,
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

/* Arms a timer that is not within and not in a queue. `queue` is that of its interval, or NULL. */
static GROUPED_RARELY void grouped_arm(struct grouped *grouped, struct timer *timer,
				       uint64_t deadline, uint64_t interval,
				       struct interval_queue *queue)
{
	struct timer *before = NULL;
	uint64_t key = 0;

	if (grouped_takes(grouped, queue, deadline, &key, &before)) {
		timer->deadline = deadline;
		timer->key = key;
		grouped_enqueue(grouped, queue, before, timer);
		return;
	}
	if (grouped_is_here(timer))
		grouped_clear(timer);
	GROUPED_WITHIN(grouped)->insert(grouped->within, timer, deadline, interval);
}

/*
 * Arms a timer of which the structure within knows the state: it is armed there or, for insert,
 * disarmed. The structure gets the call in any case, and ends the program if it is a misuse.
 */
static GROUPED_RARELY void grouped_arm_within(struct grouped *grouped, struct timer *timer,
					      uint64_t deadline, uint64_t interval, bool is_armed)
{
	struct interval_queue *queue = grouped_find(grouped, deadline, interval);
	struct timer *before = NULL;
	uint64_t key = 0;
	bool is_taken = grouped_takes(grouped, queue, deadline, &key, &before);

	if (is_armed)
		GROUPED_WITHIN(grouped)->reinsert(grouped->within, timer, deadline, interval);
	else
		GROUPED_WITHIN(grouped)->insert(grouped->within, timer, deadline, interval);
	if (!is_taken)
		return;
	GROUPED_WITHIN(grouped)->remove(grouped->within, timer);
	timer->deadline = deadline;
	timer->key = key;
	grouped_enqueue(grouped, queue, before, timer);
}

/*
 * Appends a timer to a queue that has timers, if it comes last there. Such a queue's head need not
 * be touched.
 */
static inline bool grouped_appends(struct grouped *grouped, struct interval_queue *queue,
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

/* Whether a timer of a queue is the only one there. If not, the queue's head stays as it is. */
static inline bool grouped_is_alone(const struct timer *timer)
{
	return timer->link.next == timer->link.previous;
}

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
		result = inner_create(&grouped->within, inner, now);
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

	GROUPED_WITHIN(grouped)->destroy(grouped->within);
	intervals_close(&grouped->intervals);
	free(grouped);
}

/* A queue whose head is within has a timer that is not, so n timers take no more than n there. */
static int grouped_reserve(struct timer_set *set, size_t n)
{
	struct grouped *grouped = grouped_of(set);

	return GROUPED_WITHIN(grouped)->reserve(grouped->within, n);
}

static void grouped_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			   uint64_t interval)
{
	struct grouped *grouped = grouped_of(set);
	const uint64_t *word = timer->link.word;
	struct interval_queue *queue;

	assert(!grouped_is_queued(timer) && "insert: the timer is armed");
	if (word[3] != TIMER_MARK && (word[0] | word[1] | word[2] | word[3])) {
		grouped_arm_within(grouped, timer, deadline, interval, false);
		return;
	}
	queue = grouped_find(grouped, deadline, interval);
	if (queue && grouped_appends(grouped, queue, timer, deadline))
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

/* Arms a timer of a queue anew, with another interval, or not at the end of the queue. */
static GROUPED_RARELY void grouped_move_away(struct grouped *grouped, struct timer *timer,
					     uint64_t deadline, uint64_t interval)
{
	grouped_dequeue(grouped, timer);
	grouped_clear(timer);
	grouped_arm(grouped, timer, deadline, interval, grouped_find(grouped, deadline, interval));
}

/* Re-arms a timer of a queue. The usual case calls nothing: it goes to the end of its queue. */
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
	if (grouped_is_here(timer))
		grouped_move(grouped, timer, deadline, interval);
	else
		grouped_arm_within(grouped, timer, deadline, interval, true);
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
	if (!grouped_is_here(timer)) {
		GROUPED_WITHIN(grouped)->disarm(grouped->within, timer);
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

/* Of a timer that is alone in its queue, or disarmed and nowhere. */
static GROUPED_RARELY void grouped_remove_other(struct grouped *grouped, struct timer *timer)
{
	if (grouped_is_queued(timer))
		grouped_dequeue(grouped, timer);
	grouped_clear(timer);
}

static void grouped_remove(struct timer_set *set, struct timer *timer)
{
	struct grouped *grouped = grouped_of(set);

	if (!grouped_is_here(timer)) {
		GROUPED_WITHIN(grouped)->remove(grouped->within, timer);
		return;
	}
	if (grouped_is_alone(timer)) { /* so are the links of one that is disarmed: both NULL */
		grouped_remove_other(grouped, timer);
		return;
	}
	hinted_list_take_out(&grouped_queue_of(timer)->list, timer);
	grouped->queued--;
	grouped_clear(timer);
}

static uint64_t grouped_next(struct timer_set *set)
{
	const struct grouped *grouped = grouped_of(set);

	return GROUPED_WITHIN(grouped)->next(grouped->within);
}

/* --- what comes up */

/* The last key that comes before what is left within, and is due. */
static inline uint64_t grouped_until(const struct grouped *grouped,
				     const struct interval_queue *queue, uint64_t now)
{
	uint64_t next = GROUPED_WITHIN(grouped)->next(grouped->within);
	uint64_t until = next < now ? next : now;

	if (!GROUPED_IN_NS(grouped))
		until = ticks_floor(&grouped->ticks, until);
	/* No key is near the end of time. */
	return until > GROUPED_LAST_DEADLINE ? UINT64_MAX : until + queue->late;
}

/*
 * Hands over timers of a queue whose head has come up: the first one, unless the head was filed too
 * early, and those that come before what is left within. Then files the head again.
 */
static size_t grouped_expire_queue(struct grouped *grouped, struct interval_queue *queue,
				   uint64_t now, struct timer **out, size_t max)
{
	uint64_t first = hinted_list_first(&queue->list)->key, until;
	size_t count = 0;

	if (grouped_due(grouped, queue, first) <= queue->head.deadline) {
		until = grouped_until(grouped, queue, now);
		count = hinted_list_hand_over(&queue->list, until > first ? until : first, out,
					      max);
		grouped->queued -= count;
	}
	if (hinted_list_is_empty(&queue->list))
		grouped_end(grouped, queue);
	else
		grouped_file_head(grouped, queue);
	return count;
}

static size_t grouped_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct grouped *grouped = grouped_of(set);
	size_t count = 0;

	while (grouped->heads && count < max) {
		struct timer *first;

		if (!GROUPED_WITHIN(grouped)->expire(grouped->within, now, &first, 1))
			return count;
		if (grouped_is_head(grouped, first))
			count += grouped_expire_queue(grouped, (struct interval_queue *)first, now,
						      out + count, max - count);
		else
			out[count++] = first;
	}
	if (count < max)
		count += GROUPED_WITHIN(grouped)->expire(grouped->within, now, out + count,
							 max - count);
	return count;
}

/* --- looking */

struct grouped_visit {
	const struct grouped *grouped;
	void (*visit)(struct timer *timer, void *data);
	void *data;
};

static void grouped_visit_within(struct timer *timer, void *data)
{
	const struct grouped_visit *wanted = data;

	if (!grouped_is_head(wanted->grouped, timer))
		wanted->visit(timer, wanted->data);
}

static void grouped_for_each(const struct timer_set *set,
			     void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct grouped *grouped = grouped_of(set);
	struct grouped_visit wanted = { grouped, visit, data };

	GROUPED_WITHIN(grouped)->for_each(grouped->within, grouped_visit_within, &wanted);
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

	return grouped->queued + GROUPED_WITHIN(grouped)->size(grouped->within) - grouped->heads;
}

static size_t grouped_footprint(const struct timer_set *set)
{
	const struct grouped *grouped = grouped_of(set);

	return sizeof(*grouped) + intervals_bytes(&grouped->intervals) +
	       GROUPED_WITHIN(grouped)->footprint(grouped->within);
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
	    queue->head.deadline > grouped_due(grouped, queue, first->key))
		return "a queue's head is filed after its first timer";
	return NULL;
}

struct grouped_count {
	const struct grouped *grouped;
	size_t heads, idle;
};

static void grouped_count_heads(struct timer *timer, void *data)
{
	struct grouped_count *count = data;

	if (!grouped_is_head(count->grouped, timer))
		return;
	count->heads++;
	count->idle += hinted_list_is_empty(&((struct interval_queue *)timer)->list);
}

static const char *grouped_check(const struct timer_set *set)
{
	const struct grouped *grouped = grouped_of(set);
	struct grouped_count heads = { grouped, 0, 0 };
	const char *broken = GROUPED_WITHIN(grouped)->check(grouped->within);
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
	GROUPED_WITHIN(grouped)->for_each(grouped->within, grouped_count_heads, &heads);
	if (heads.heads != grouped->heads || heads.idle)
		return "the heads within are not those of the queues that have timers";
	return queued == grouped->queued ? NULL : "the size is not the number of timers";
}

const struct timer_structure timer_grouped = {
	.name = "grouped",
	.summary =
		"wraps another, as in grouped:quad-heap: a queue for each interval that comes again",
	.source = "libevent 2.0's common timeouts; Lawn, Lev-Libfeld 2019; Node.js's timer lists",
	.departures = "a layer over any structure, in its order; queues prefetch; a bounded walk",
	.complexity = { "O(1) into a queue; else the structure's", "O(1) within a queue",
			"O(1) from a queue", "O(1) from a queue", "the structure's",
			"O(1) each while one queue leads" },
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
