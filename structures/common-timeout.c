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
 * used for the fourth time. When each queue belongs to an interval, a new interval gets the queue
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

#include "common/interval_heap.h"
#include "common/options.h"
#include "timer.h"

/*
 * Values of link.word[3], beside those of queued timers. A single timer is in the heap, which keeps
 * its slot in link.word[0]. The heap is libev's, with four children.
 */
#define IDLE	 0
#define DISARMED 1
#define SINGLE	 2

/* Rare cases are not inlined, so that the usual case does not save registers for them. */
#define RARELY __attribute__((noinline))

struct common_timeout_options {
	uint64_t queues, walk;
};

struct common_timeout {
	struct interval_heap queues; /* and single timers in the heap */
	size_t size;
	uint64_t walk;
};

static struct common_timeout *common_of(const struct timer_set *set)
{
	return (struct common_timeout *)set;
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
	if (queue && queue_put(&common->queues, queue, timer, common->walk))
		return;
	timer->link.pointer[2] = NULL;
	timer->link.word[3] = SINGLE;
	heap_push(&common->queues.heap, timer, timer->key, INTERVAL_ARITY);
}

/* Arms a timer that is neither in a queue nor in the heap. Usually no function is called. */
static inline void arm(struct common_timeout *common, struct timer *timer, uint64_t deadline,
		       uint64_t interval)
{
	struct interval_queue *queue = NULL;

	timer->deadline = timer->key = deadline;
	if (interval && deadline != TIMER_NEVER)
		queue = intervals_find(&common->queues.intervals, interval);
	if (!queue || !queue_is_before(queue, deadline))
		file(common, timer, queue);
	else
		queue_append(queue, timer);
}

/* Re-arms a single timer: moves it in the heap, or from the heap to a queue. */
static RARELY void move_single(struct common_timeout *common, struct timer *timer,
			       uint64_t deadline, uint64_t interval)
{
	struct interval_queue *queue = NULL;

	timer->deadline = timer->key = deadline;
	if (interval && deadline != TIMER_NEVER)
		queue = intervals_find(&common->queues.intervals, interval);
	if (!queue || !hinted_list_place(&queue->list, deadline, common->walk)) {
		heap_move(&common->queues.heap, timer, deadline, INTERVAL_ARITY);
		return;
	}
	heap_take_out(&common->queues.heap, timer, INTERVAL_ARITY);
	queue_put(&common->queues, queue, timer, common->walk);
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
	bool was_first = !is_behind_another(timer);

	if (!is_queued(timer)) {
		heap_take_out(&common->queues.heap, timer, INTERVAL_ARITY);
		return;
	}
	hinted_list_take_out(&queue_of(timer)->list, timer);
	if (was_first)
		queue_renew(&common->queues, queue_of(timer));
}

/* Gives the only timer of a queue another deadline. */
static RARELY void move_alone(struct common_timeout *common, struct timer *timer, uint64_t deadline)
{
	timer->deadline = timer->key = deadline;
	queue_renew(&common->queues, queue_of(timer));
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
	bool is_first = !is_behind_another(timer);

	if (interval != queue->interval || deadline == TIMER_NEVER) {
		move_away(common, timer, deadline, interval);
		return;
	}
	if (!is_one_of_many(timer)) {
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
		queue_renew(&common->queues, queue);
}

static int common_timeout_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct common_timeout_options *asked = options;
	struct common_timeout *common = calloc(1, sizeof(*common));

	(void)now;
	if (!common)
		return -ENOMEM;
	if (intervals_open(&common->queues.intervals, asked->queues)) {
		free(common);
		return -ENOMEM;
	}
	common->walk = asked->walk;
	*set = (struct timer_set *)common;
	return 0;
}

static void common_timeout_destroy(struct timer_set *set)
{
	struct common_timeout *common = common_of(set);

	free(common->queues.heap.array.block);
	intervals_close(&common->queues.intervals);
	free(common);
}

/*
 * For each representative in the heap, at least one timer is in a queue. So n timers take at most n
 * entries.
 */
static int common_timeout_reserve(struct timer_set *set, size_t n)
{
	struct common_timeout *common = common_of(set);

	return heap_reserve(&common->queues.heap, n > common->size ? n : common->size,
			    INTERVAL_ARITY);
}

static void common_timeout_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	struct common_timeout *common = common_of(set);

	assert(!armed(timer) && "insert: the timer is armed");
	assert(common->size < common->queues.heap.array.capacity &&
	       "insert: more timers than reserved");
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

	return queues_least(&common->queues);
}

/*
 * Stores due timers of the queue at the root in out, up to max, as long as they come before all
 * other queues and single timers. Returns their number.
 */
static size_t expire_queue(struct common_timeout *common, struct interval_queue *queue,
			   uint64_t now, struct timer **out, size_t max)
{
	uint64_t until = queues_second(&common->queues);
	size_t count =
		hinted_list_hand_over(&queue->list, until < now ? until : now, false, out, max);

	queue_renew(&common->queues, queue);
	return count;
}

static size_t common_timeout_expire(struct timer_set *set, uint64_t now, struct timer **out,
				    size_t max)
{
	struct common_timeout *common = common_of(set);
	size_t count = 0;

	while (count < max && common->queues.heap.size) {
		struct heap_entry first = common->queues.heap.entries[heap_root(INTERVAL_ARITY)];
		struct interval_queue *queue = queue_of_representative(first.timer);

		if (first.key > now || first.key == TIMER_NEVER)
			break;
		if (queue) {
			count += expire_queue(common, queue, now, out + count, max - count);
			continue;
		}
		heap_take_root(&common->queues.heap, INTERVAL_ARITY);
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

	for (size_t slot = heap_root(INTERVAL_ARITY);
	     slot < heap_end(&common->queues.heap, INTERVAL_ARITY); slot++) {
		struct timer *timer = common->queues.heap.entries[slot].timer;

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

	return sizeof(*common) + intervals_bytes(&common->queues.intervals) +
	       heap_bytes(&common->queues.heap, INTERVAL_ARITY);
}

static const char *common_timeout_check(const struct timer_set *set)
{
	struct common_timeout *common = common_of(set);
	size_t count = 0;
	const char *broken = queues_check(&common->queues, &count);

	for (size_t slot = heap_root(INTERVAL_ARITY);
	     slot < heap_end(&common->queues.heap, INTERVAL_ARITY) && !broken; slot++) {
		const struct timer *timer = common->queues.heap.entries[slot].timer;
		const struct interval_queue *queue = queue_of_representative(timer);

		count += !queue;
		if (!queue && timer->key > timer->deadline)
			broken = "a timer is filed after its deadline";
		if (queue && timer->key != hinted_list_first(&queue->list)->key)
			broken = "a queue's key is not its first timer's";
	}
	if (!broken && count != common->size)
		broken = "the size is not the number of timers";
	return broken ? broken : heap_check(&common->queues.heap, INTERVAL_ARITY);
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
