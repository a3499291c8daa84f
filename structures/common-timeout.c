/*
 * common-timeout - a queue for each interval that is used again, and a heap of the queues
 *
 * IDEA. Programs have millions of timeouts but few intervals: 60 s idle, 5 s to answer, 1 s to
 * retry. Timers of one interval expire in the order in which they are armed. So a queue keeps them
 * in order without a search, and only the first timer of each queue has to be compared with others.
 * The wrapper grouped does this over any structure. common-timeout does it over libev's heap:
 *
 *	 heap of representatives    queues, one per interval
 *	                +-------+
 *	     [17 s] --> |  5 s  | -> 17 s <-> 17 s <-> 19 s <-> 21 s
 *	     /    \     +-------+
 *	 [18 s]  [44 s] |  60 s | -> 44 s <-> 61 s <-> 75 s
 *	    |           +-------+
 *	  a single timer, whose interval is its own
 *
 * Programs need not declare intervals (common/intervals.h). An interval gets a queue when it is
 * used for the second time. When each queue belongs to an interval, a new interval gets the queue
 * that has been empty longest. A timer without a queue is a single timer in the heap, so the worst
 * case is a heap.
 *
 * A deadline may be earlier than the last one of its queue: the clock stepped back, or the same
 * interval was counted from two points in time. Then a walk from the queue's end finds the timer's
 * place. The walk is bounded: if the place is further away, the timer goes to the heap.
 *
 * COST.   k is the number of timers in the heap: representatives and single timers
 *         insert     O(1) at the end of a queue with timers, else O(log k)
 *         reinsert   O(1) in a queue, O(log k) for its first timer and for a single timer
 *         remove     O(1) in a queue, O(log k) for its first timer and for a single timer
 *         next       O(1)
 *         expire     O(1) for each timer of one queue in succession, else O(log k)
 *         memory     16 bytes for each timer, because any may have to go to the heap; up to 32
 *                    after growing; 176 bytes for each queue
 *
 * GIVES BACK. When reserve asks for at most a quarter of the heap's capacity, the heap shrinks to
 * room for twice the timers asked for. The queues stay; the option `queues` says how many there
 * are.
 *
 * WINS. With few intervals, as in servers: a re-arm of an idle timeout is a move from the middle of
 * a list to its end, for any n.
 *
 * LOSES. Against structures that postpone timers, which move nothing: a move writes to the timer
 * and to its neighbours. With few timers for an interval, and with distinct intervals (jitter,
 * retries): then it is a quad-heap that also searches a table.
 *
 * SOURCE. libevent's common timeouts (2.0, event.c), where programs declare their intervals by
 * hand. Lawn (Lev-Libfeld 2019) and Node.js's timer lists, which find the queue by the interval.
 *
 * DEPARTURES. In libevent the event of a queue fires and then looks at the queue, so timers of two
 * queues fire in the order of the queues. common-timeout returns timers in order of deadline.
 * libevent has at most 256 queues, never frees one, and walks back without bound. The queues of
 * common-timeout prefetch their next timers (common/hinted_list.h). In contrast to
 * grouped:quad-heap, common-timeout has options, and next is exact, because a representative moves
 * when the first timer of its queue leaves.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/cached_heap.h"
#include "common/intervals.h"
#include "common/options.h"
#include "timer.h"

/* The heap is libev's, with four children. */
#define ARITY 4
#define ROOT  (ARITY - 1)

/*
 * Values of link.word[3]. A timer in a queue has TIMER_MARK there, and the address of the queue. A
 * single timer is in the heap, which keeps its slot in link.word[0].
 */
#define IDLE	 0
#define DISARMED 1
#define SINGLE	 2

/* Rare cases are not inlined, so that the usual case does not save registers for them. */
#define RARELY __attribute__((noinline))

struct common_timeout_options {
	uint64_t queues, walk;
};

/*
 * The key of a queue's representative in the heap is that of the queue's first timer. The
 * representative's link.pointer[2] is the queue. In a single timer, link.pointer[2] is NULL.
 */
struct common_timeout {
	struct cached_heap heap; /* representatives and single timers */
	size_t size;
	uint64_t walk;
	struct intervals intervals;
};

static struct common_timeout *common_of(const struct timer_set *set)
{
	return (struct common_timeout *)set;
}

/* Returns the queue of a representative in the heap; NULL for a single timer. */
static struct interval_queue *queue_of_representative(const struct timer *timer)
{
	return timer->link.pointer[2];
}

static bool is_queued(const struct timer *timer)
{
	return timer->link.word[3] & TIMER_MARK;
}

/* Returns the queue that a queued timer is in. */
static struct interval_queue *queue_of(const struct timer *timer)
{
	return (struct interval_queue *)(uintptr_t)(timer->link.word[3] & ~TIMER_MARK);
}

/* --- queues */

/* Moves the representative in the heap, by the key of the queue's new first timer. */
static RARELY void representative_moves(struct common_timeout *common, struct interval_queue *queue)
{
	queue->representative.key = hinted_list_first(&queue->list)->key;
	heap_move(&common->heap, &queue->representative, queue->representative.key, ARITY);
}

/*
 * Moves the representative of a queue that has lost its first timer. If the queue is empty, takes
 * the representative out of the heap.
 */
static RARELY void representative_changed(struct common_timeout *common,
					  struct interval_queue *queue)
{
	if (!hinted_list_is_empty(&queue->list)) {
		queue->representative.key = hinted_list_first(&queue->list)->key;
		heap_move(&common->heap, &queue->representative, queue->representative.key, ARITY);
		return;
	}
	heap_take_out(&common->heap, &queue->representative, ARITY);
	intervals_list_empty(&common->intervals, queue);
}

static inline void mark_queued(struct timer *timer, const struct interval_queue *queue)
{
	timer->link.word[3] = TIMER_MARK | (uintptr_t)queue;
}

/* Returns whether a queue has timers and a deadline belongs behind the last of them. */
static inline bool is_last(const struct interval_queue *queue, uint64_t deadline)
{
	return !hinted_list_is_empty(&queue->list) &&
	       hinted_list_last(&queue->list)->key <= deadline;
}

/* Puts a timer into a queue, in the place that hinted_list_place has found. */
static inline void enqueue(struct common_timeout *common, struct interval_queue *queue,
			   struct timer *before, struct timer *timer)
{
	bool was_empty = hinted_list_is_empty(&queue->list);

	hinted_list_put(&queue->list, before, timer);
	mark_queued(timer, queue);
	if (before != &queue->list.ends)
		return;
	if (!was_empty) {
		representative_moves(common, queue);
		return;
	}
	intervals_unlist_empty(&common->intervals, queue);
	queue->representative.key = timer->key;
	heap_push(&common->heap, &queue->representative, timer->key, ARITY);
}

/* --- arming and stopping */

static __attribute__((unused)) bool armed(const struct timer *timer)
{
	return timer->link.word[3] > DISARMED;
}

/* Clears the link, because an idle timer may be inserted into any other set. */
static inline void make_idle(struct timer *timer)
{
	timer->link = (union timer_link){ .word = { 0 } };
}

/*
 * Puts a timer, by its key, into a queue or the heap. The timer must be in neither. `queue` is the
 * queue of its interval, or NULL.
 */
static RARELY void file(struct common_timeout *common, struct timer *timer,
			struct interval_queue *queue)
{
	struct timer *before = NULL;

	if (queue)
		before = hinted_list_place(&queue->list, timer->key, common->walk);
	if (before) {
		enqueue(common, queue, before, timer);
		return;
	}
	timer->link.pointer[2] = NULL;
	timer->link.word[3] = SINGLE;
	heap_push(&common->heap, timer, timer->key, ARITY);
}

/* Arms a timer that is neither in a queue nor in the heap. Usually no function is called. */
static inline void arm(struct common_timeout *common, struct timer *timer, uint64_t deadline,
		       uint64_t interval)
{
	struct interval_queue *queue = NULL;

	timer->deadline = timer->key = deadline;
	if (interval && deadline != TIMER_NEVER)
		queue = intervals_find(&common->intervals, interval);
	if (!queue || !is_last(queue, deadline)) {
		file(common, timer, queue);
		return;
	}
	hinted_list_append(&queue->list, timer);
	mark_queued(timer, queue);
}

/* Re-arms a single timer: moves it in the heap, or from the heap to a queue. */
static RARELY void move_single(struct common_timeout *common, struct timer *timer,
			       uint64_t deadline, uint64_t interval)
{
	struct interval_queue *queue = NULL;
	struct timer *before = NULL;

	timer->deadline = timer->key = deadline;
	if (interval && deadline != TIMER_NEVER)
		queue = intervals_find(&common->intervals, interval);
	if (queue)
		before = hinted_list_place(&queue->list, deadline, common->walk);
	if (!before) {
		heap_move(&common->heap, timer, deadline, ARITY);
		return;
	}
	heap_take_out(&common->heap, timer, ARITY);
	enqueue(common, queue, before, timer);
}

/*
 * Returns whether a timer is in a queue but not the first timer of the queue. If so, the heap need
 * not change when the timer leaves.
 */
static inline bool is_behind_another(const struct timer *timer)
{
	return is_queued(timer) && timer->link.previous != &queue_of(timer)->list.ends;
}

/* Takes a timer out of its queue or of the heap. */
static inline void take_out(struct common_timeout *common, struct timer *timer)
{
	struct interval_queue *queue = queue_of(timer);
	bool was_first;

	if (!is_queued(timer)) {
		heap_take_out(&common->heap, timer, ARITY);
		return;
	}
	was_first = timer->link.previous == &queue->list.ends;
	hinted_list_take_out(&queue->list, timer);
	if (was_first)
		representative_changed(common, queue);
}

/* Gives the only timer of a queue another deadline. */
static RARELY void move_alone(struct common_timeout *common, struct timer *timer, uint64_t deadline)
{
	timer->deadline = timer->key = deadline;
	representative_moves(common, queue_of(timer));
}

/* Re-arms a queued timer whose interval changes, or whose new place is not the queue's end. */
static RARELY void move_away(struct common_timeout *common, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	take_out(common, timer);
	arm(common, timer, deadline, interval);
}

/*
 * Re-arms a queued timer. Usually the timer is not the first, moves to its queue's end, and no
 * function is called.
 */
static inline void move_queued(struct common_timeout *common, struct timer *timer,
			       uint64_t deadline, uint64_t interval)
{
	struct interval_queue *queue = queue_of(timer);
	struct hinted_list *list = &queue->list;
	bool is_first = timer == hinted_list_first(list);

	if (interval != queue->interval || deadline == TIMER_NEVER) {
		move_away(common, timer, deadline, interval);
		return;
	}
	if (is_first && timer == hinted_list_last(list)) {
		move_alone(common, timer, deadline);
		return;
	}
	if (hinted_list_last(list)->key > deadline) {
		move_away(common, timer, deadline, interval);
		return;
	}
	timer->deadline = timer->key = deadline;
	hinted_list_take_out(list, timer);
	hinted_list_append(list, timer);
	if (is_first)
		representative_moves(common, queue);
}

static int common_timeout_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct common_timeout_options *asked = options;
	struct common_timeout *common = calloc(1, sizeof(*common));

	(void)now;
	if (!common)
		return -ENOMEM;
	if (intervals_open(&common->intervals, asked->queues)) {
		free(common);
		return -ENOMEM;
	}
	for (size_t i = 0; i < asked->queues; i++)
		common->intervals.queue[i].representative.link.pointer[2] =
			&common->intervals.queue[i];
	common->walk = asked->walk;
	*set = (struct timer_set *)common;
	return 0;
}

static void common_timeout_destroy(struct timer_set *set)
{
	struct common_timeout *common = common_of(set);

	free(common->heap.array.block);
	intervals_close(&common->intervals);
	free(common);
}

/*
 * For each representative in the heap, at least one timer is in a queue. So n timers take at most n
 * entries.
 */
static int common_timeout_reserve(struct timer_set *set, size_t n)
{
	struct common_timeout *common = common_of(set);

	return heap_reserve(&common->heap, n > common->size ? n : common->size, ARITY);
}

static void common_timeout_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	struct common_timeout *common = common_of(set);

	assert(!armed(timer) && "insert: the timer is armed");
	assert(common->size < common->heap.array.capacity && "insert: more timers than reserved");
	common->size++;
	arm(common, timer, deadline, interval);
}

static void common_timeout_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				    uint64_t interval)
{
	struct common_timeout *common = common_of(set);

	assert(armed(timer) && "reinsert: the timer is not armed");
	if (is_queued(timer))
		move_queued(common, timer, deadline, interval);
	else
		move_single(common, timer, deadline, interval);
}

static RARELY void disarm_first_or_single(struct common_timeout *common, struct timer *timer)
{
	take_out(common, timer);
	common->size--;
	timer->link.word[3] = DISARMED;
}

static void common_timeout_disarm(struct timer_set *set, struct timer *timer)
{
	struct common_timeout *common = common_of(set);

	assert(armed(timer) && "disarm: the timer is not armed");
	if (!is_behind_another(timer)) {
		disarm_first_or_single(common, timer);
		return;
	}
	hinted_list_take_out(&queue_of(timer)->list, timer);
	common->size--;
	timer->link.word[3] = DISARMED;
}

/* Removes a timer that is the first of its queue, single, or disarmed. */
static RARELY void remove_other(struct common_timeout *common, struct timer *timer)
{
	if (timer->link.word[3] != DISARMED) {
		take_out(common, timer);
		common->size--;
	}
	make_idle(timer);
}

static void common_timeout_remove(struct timer_set *set, struct timer *timer)
{
	struct common_timeout *common = common_of(set);

	assert(timer->link.word[3] != IDLE && "remove: the timer is idle");
	if (!is_behind_another(timer)) {
		remove_other(common, timer);
		return;
	}
	hinted_list_take_out(&queue_of(timer)->list, timer);
	common->size--;
	make_idle(timer);
}

static uint64_t common_timeout_next(struct timer_set *set)
{
	const struct common_timeout *common = common_of(set);

	return common->heap.size ? common->heap.entries[ROOT].key : TIMER_NEVER;
}

/*
 * Returns the key up to which the queue at the root comes before all others: the least key of the
 * root's children.
 */
static uint64_t lead_ends(const struct cached_heap *heap)
{
	if (heap->size <= 1)
		return TIMER_NEVER;
	return heap->entries[heap_least(heap, heap_children(ROOT, ARITY), ARITY)].key;
}

/*
 * Stores due timers of the queue at the root in out, up to max, as long as they come before all
 * other queues and single timers. Returns their number.
 */
static size_t expire_queue(struct common_timeout *common, struct interval_queue *queue,
			   uint64_t now, struct timer **out, size_t max)
{
	uint64_t until = lead_ends(&common->heap);
	size_t count =
		hinted_list_hand_over(&queue->list, until < now ? until : now, false, out, max);

	representative_changed(common, queue);
	return count;
}

static size_t common_timeout_expire(struct timer_set *set, uint64_t now, struct timer **out,
				    size_t max)
{
	struct common_timeout *common = common_of(set);
	size_t count = 0;

	while (count < max && common->heap.size) {
		struct heap_entry first = common->heap.entries[ROOT];
		struct interval_queue *queue = queue_of_representative(first.timer);

		if (first.key > now || first.key == TIMER_NEVER)
			break;
		if (queue) {
			count += expire_queue(common, queue, now, out + count, max - count);
			continue;
		}
		heap_take_root(&common->heap, ARITY);
		make_idle(first.timer);
		out[count++] = first.timer;
	}
	common->size -= count;
	return count;
}

static void visit_queue(const struct hinted_list *list,
			void (*visit)(struct timer *timer, void *data), void *data)
{
	struct timer *timer = hinted_list_first(list);

	for (; timer != &list->ends; timer = timer->link.next)
		visit(timer, data);
}

static void common_timeout_for_each(const struct timer_set *set,
				    void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct common_timeout *common = common_of(set);

	for (size_t slot = ROOT; slot < heap_end(&common->heap, ARITY); slot++) {
		struct timer *timer = common->heap.entries[slot].timer;

		if (queue_of_representative(timer))
			visit_queue(&queue_of_representative(timer)->list, visit, data);
		else
			visit(timer, data);
	}
}

static size_t common_timeout_size(const struct timer_set *set)
{
	return common_of(set)->size;
}

static size_t common_timeout_footprint(const struct timer_set *set)
{
	const struct common_timeout *common = common_of(set);

	return sizeof(*common) + intervals_bytes(&common->intervals) +
	       heap_bytes(&common->heap, ARITY);
}

static const char *check_queue(const struct common_timeout *common, struct interval_queue *queue,
			       size_t *count)
{
	const struct timer *first = hinted_list_first(&queue->list), *timer = first;
	bool is_empty = hinted_list_is_empty(&queue->list);

	if (is_empty && heap_holds(&common->heap, &queue->representative, ARITY))
		return "an empty queue is in the heap";
	if (!is_empty && !heap_holds(&common->heap, &queue->representative, ARITY))
		return "a queue with timers is not in the heap";
	if (!is_empty && queue->representative.key != first->key)
		return "a queue's key is not its first timer's";
	for (; timer != &queue->list.ends; timer = timer->link.next) {
		if (!is_queued(timer) || queue_of(timer) != queue)
			return "a timer's stored queue is not the queue that it is in";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (timer->key == TIMER_NEVER)
			return "a timer that never fires is in a queue";
	}
	return hinted_list_check(&queue->list, count);
}

static const char *common_timeout_check(const struct timer_set *set)
{
	struct common_timeout *common = common_of(set);
	const char *broken;
	size_t count = 0;

	for (size_t i = 0; i < common->intervals.count; i++) {
		broken = check_queue(common, &common->intervals.queue[i], &count);
		if (broken)
			return broken;
	}
	for (size_t slot = ROOT; slot < heap_end(&common->heap, ARITY); slot++) {
		const struct timer *timer = common->heap.entries[slot].timer;

		count += !queue_of_representative(timer);
		if (!queue_of_representative(timer) && timer->key > timer->deadline)
			return "a timer is filed after its deadline";
	}
	if (count != common->size)
		return "the size is not the number of timers";
	broken = intervals_check(&common->intervals);
	return broken ? broken : heap_check(&common->heap, ARITY);
}

static const struct option_spec common_timeout_options[] = {
	{ "queues", OPTION_COUNT, offsetof(struct common_timeout_options, queues), 1, 65536, "256",
	  NULL, "intervals that have a queue at a time" },
	{ "walk", OPTION_COUNT, offsetof(struct common_timeout_options, walk), 0, 1e6, "32", NULL,
	  "steps from a queue's tail to a deadline out of order; beyond, it goes to the heap" },
	{ 0 },
};

static const char *const common_timeout_settings_to_test[] = {
	"", "queues=1", "queues=2,walk=1", "queues=4,walk=0", NULL,
};

const struct timer_structure timer_common_timeout = {
	.name = "common-timeout",
	.summary =
		"a queue for each interval, which the program need not declare; a heap of the queues",
	.source = "libevent 2.0's common timeouts; Lawn, Lev-Libfeld 2019; Node.js's timer lists",
	.departures =
		"programs need not declare intervals; fires in order of deadline across queues; "
		"empty queues serve other intervals; bounds the walk from the tail",
	.complexity = { "O(1), O(log k) if first in its queue", "O(1), O(log k) if first",
			"O(1), O(log k) if first", "O(1), O(log k) if first", "O(1)",
			"O(1) for each timer of one queue in succession" },
	.groups = true,
	.options = common_timeout_options,
	.options_size = sizeof(struct common_timeout_options),
	.settings_to_test = common_timeout_settings_to_test,
	.create = common_timeout_create,
	.destroy = common_timeout_destroy,
	.reserve = common_timeout_reserve,
	.insert = common_timeout_insert,
	.reinsert = common_timeout_reinsert,
	.disarm = common_timeout_disarm,
	.remove = common_timeout_remove,
	.next = common_timeout_next,
	.expire = common_timeout_expire,
	.for_each = common_timeout_for_each,
	.size = common_timeout_size,
	.footprint = common_timeout_footprint,
	.check = common_timeout_check,
};
