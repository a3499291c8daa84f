/*
 * common-timeout - a queue for each distinct interval, and the queues' heads in a heap
 *
 * IDEA. Programs have millions of timeouts but few intervals: 60 s idle, 5 s to answer, 1 s to
 * retry. Timers of one interval come due in the order in which they were armed, so a queue keeps
 * them sorted with no search, and only the first of each queue has to be compared with the others.
 *
 *	 heap of heads              queues, one an interval
 *	                +-------+
 *	     [17 s] --> |  5 s  | -> 17 s <-> 17 s <-> 19 s <-> 21 s
 *	     /    \     +-------+
 *	 [18 s]  [44 s] |  60 s | -> 44 s <-> 61 s <-> 75 s
 *	    |           +-------+
 *	  a single timer, whose interval is its own
 *
 * The structure finds the intervals by itself, through a hash table of those that have a queue. An
 * interval gets one the second time that it is seen: intervals that never come twice stay in the
 * heap and churn nothing. When all queues are taken, the one that has been empty longest is given
 * away. What has no queue is a timer of its own in the heap, so the worst case is a heap.
 *
 * A deadline that is not the latest of its queue (the clock stepped back; the same interval was
 * counted from two points in time) is put in order by walking back from the tail. The walk is
 * bounded: beyond it the timer goes to the heap, and the queue is sorted still.
 *
 * COST.   k is the number of heads and singles in the heap
 *         insert     O(1) into a queue, O(log k) into an empty one and for singles
 *         reinsert   O(1) within a queue, unless it was the head: O(log k)
 *         remove     O(1), O(log k) for a head or a single
 *         next       O(1)
 *         expire     O(1) a timer as long as its queue leads, O(log k) when another takes over
 *         memory     16 bytes a timer, as any of them may have to go to the heap, up to 32 after
 *                    growing; and 120 bytes a queue
 *
 * GIVES BACK. When reserve is called for a quarter of what the heap has room for, or less, the heap
 * shrinks to twice what is asked for. The queues stay; the options say how many there are.
 *
 * WINS. With few intervals, which is what servers have: a re-arm of an idle timeout is a move from
 * the middle of a list to its end, whatever n is.
 *
 * LOSES. Against anything lazy, which moves nothing; the move touches both neighbours, three lines
 * for one. Where most timers fire: a queue is a list, so that each cache miss waits for the one
 * before, where a heap can fetch ahead. With few timers to an interval, when most of them are
 * heads, and with distinct intervals (jitter, retries): it is then a quad-heap that also looks up
 * a table.
 *
 * SOURCE. libevent's common timeouts (2.0, event.c), where programs declare their intervals by
 * hand; queues found by interval: Lawn (Lev-Libfeld 2019), Node.js's timer lists.
 *
 * DEPARTURES. libevent's queues have their own heap event, which fires and then looks at the queue,
 * so timers of two queues fire in the order of the queues; here every expire is in order of
 * deadline. libevent has at most 256 queues, never frees one, and walks back without bound.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "common/cached_heap.h"
#include "timer.h"

/* The heap of heads is libev's, with four children. */
#define ARITY 4
#define ROOT  (ARITY - 1)

/* Places of timers that are not in the heap; see cached_heap.h. */
#define IDLE	 0
#define QUEUED	 1
#define DISARMED UINT64_MAX

struct common_timeout_options {
	uint64_t queues, walk;
};

/*
 * A queue is represented in the heap by a timer of its own, whose key is the first one's deadline
 * and whose link.pointer[2] is the queue. So it is with queued timers; a single's pointer is NULL.
 */
struct queue {
	struct timer head;
	uint64_t interval; /* 0 as long as it has never been given to one */
	struct timer *first, *last;
	struct queue *older, *newer; /* among the empty ones, by when they became so */
};

struct common_timeout {
	struct cached_heap heap; /* heads and singles */
	size_t size;
	uint64_t walk;
	size_t queue_count;
	struct queue *oldest, *newest; /* empty queues; those never used are the oldest */
	size_t table_mask;	       /* a power of two less one, at least twice the queues */
	struct queue **table;	       /* by interval, linear probing */
	uint64_t *seen;		       /* intervals seen once, by the same hash */
	struct queue queues[];
};

static struct common_timeout *common_of(const struct timer_set *set)
{
	return (struct common_timeout *)set;
}

static struct queue *queue_of(const struct timer *timer)
{
	return timer->link.pointer[2];
}

/*
 * Fibonacci hashing (Knuth, TAOCP 6.4), but from the middle of the product: intervals are multiples
 * of round numbers. In a table of 512 slots 1 s to 256 s take 1.1 probes on average to place; by
 * the product's top bits they would take 26 (counted).
 */
static size_t hash(const struct common_timeout *common, uint64_t interval)
{
	return (size_t)(interval * UINT64_C(0x9e3779b97f4a7c15) >> 32) & common->table_mask;
}

/* --- empty queues, oldest first */

static void list_empty(struct common_timeout *common, struct queue *queue)
{
	queue->older = common->newest;
	queue->newer = NULL;
	*(common->newest ? &common->newest->newer : &common->oldest) = queue;
	common->newest = queue;
}

static void unlist_empty(struct common_timeout *common, const struct queue *queue)
{
	*(queue->older ? &queue->older->newer : &common->oldest) = queue->newer;
	*(queue->newer ? &queue->newer->older : &common->newest) = queue->older;
}

/* --- the table of intervals */

static struct queue *table_find(const struct common_timeout *common, uint64_t interval)
{
	struct queue *queue;

	for (size_t i = hash(common, interval); (queue = common->table[i]);
	     i = (i + 1) & common->table_mask)
		if (queue->interval == interval)
			return queue;
	return NULL;
}

static void table_add(struct common_timeout *common, struct queue *queue)
{
	size_t i = hash(common, queue->interval);

	while (common->table[i])
		i = (i + 1) & common->table_mask;
	common->table[i] = queue;
}

/* Closes the gap by moving back whoever was pushed on by collision (Knuth, algorithm 6.4R). */
static void table_remove(struct common_timeout *common, const struct queue *queue)
{
	size_t mask = common->table_mask, gap = hash(common, queue->interval);

	while (common->table[gap] != queue)
		gap = (gap + 1) & mask;
	for (size_t i = (gap + 1) & mask; common->table[i]; i = (i + 1) & mask) {
		size_t home = hash(common, common->table[i]->interval);

		if (((i - home) & mask) < ((i - gap) & mask))
			continue; /* its home lies behind the gap */
		common->table[gap] = common->table[i];
		gap = i;
	}
	common->table[gap] = NULL;
}

/* The interval's queue; NULL when it has none and gets none. */
static struct queue *find_queue(struct common_timeout *common, uint64_t interval)
{
	struct queue *queue = table_find(common, interval);
	uint64_t *seen;

	if (queue)
		return queue;
	seen = &common->seen[hash(common, interval)];
	if (*seen != interval) {
		*seen = interval;
		return NULL;
	}
	queue = common->oldest;
	if (!queue)
		return NULL;
	if (queue->interval)
		table_remove(common, queue);
	queue->interval = interval;
	table_add(common, queue);
	return queue;
}

/* --- queues */

/*
 * The timer behind which the deadline belongs, NULL for the head. False when that is further from
 * the tail than the walk may go.
 */
static bool find_place(const struct common_timeout *common, const struct queue *queue,
		       uint64_t deadline, struct timer **before)
{
	uint64_t steps = common->walk;

	for (*before = queue->last; *before && (*before)->key > deadline;
	     *before = (*before)->link.previous)
		if (!steps--)
			return false;
	return true;
}

static void enqueue(struct common_timeout *common, struct queue *queue, struct timer *before,
		    struct timer *timer)
{
	struct timer *next = before ? before->link.next : queue->first;
	bool was_empty = !queue->first;

	timer->link.next = next;
	timer->link.previous = before;
	timer->link.pointer[2] = queue;
	*heap_place(timer) = QUEUED;
	*(before ? &before->link.next : &queue->first) = timer;
	*(next ? &next->link.previous : &queue->last) = timer;
	if (before)
		return;
	queue->head.key = timer->key;
	if (was_empty) {
		unlist_empty(common, queue);
		heap_push(&common->heap, &queue->head, timer->key, ARITY);
	} else {
		heap_move(&common->heap, &queue->head, timer->key, ARITY);
	}
}

/* The queue has a new head, or none. */
static void head_changed(struct common_timeout *common, struct queue *queue)
{
	if (queue->first) {
		queue->head.key = queue->first->key;
		heap_move(&common->heap, &queue->head, queue->head.key, ARITY);
		return;
	}
	heap_take_out(&common->heap, &queue->head, ARITY);
	list_empty(common, queue);
}

static void dequeue(struct common_timeout *common, struct timer *timer)
{
	struct queue *queue = queue_of(timer);
	struct timer *before = timer->link.previous, *next = timer->link.next;

	*(before ? &before->link.next : &queue->first) = next;
	*(next ? &next->link.previous : &queue->last) = before;
	if (!before)
		head_changed(common, queue);
}

/* --- arming and stopping */

static __attribute__((unused)) bool armed(struct timer *timer)
{
	return *heap_place(timer) != IDLE && *heap_place(timer) != DISARMED;
}

/* Idle memory is all zero, so that the timer may go to any other structure next. */
static void make_idle(struct timer *timer)
{
	timer->link = (union timer_link){ .word = { 0 } };
}

/* Files a timer that is in no queue; one that is in the heap and has to stay there only moves. */
static void arm(struct common_timeout *common, struct timer *timer, uint64_t deadline,
		uint64_t interval, bool in_heap)
{
	struct queue *queue = NULL;
	struct timer *before;

	timer->deadline = timer->key = deadline;
	if (interval && deadline != TIMER_NEVER)
		queue = find_queue(common, interval);
	if (queue && find_place(common, queue, deadline, &before)) {
		if (in_heap)
			heap_take_out(&common->heap, timer, ARITY);
		enqueue(common, queue, before, timer);
	} else if (in_heap) {
		heap_move(&common->heap, timer, deadline, ARITY);
	} else {
		timer->link.pointer[2] = NULL;
		heap_push(&common->heap, timer, deadline, ARITY);
	}
}

/* Whether it is alone in its queue and stays there, so that the queue need not be emptied first. */
static bool stays_alone(const struct timer *timer, uint64_t deadline, uint64_t interval)
{
	const struct queue *queue = queue_of(timer);

	return queue->first == queue->last && queue->interval == interval &&
	       deadline != TIMER_NEVER;
}

static void take_out(struct common_timeout *common, struct timer *timer)
{
	if (*heap_place(timer) == QUEUED)
		dequeue(common, timer);
	else
		heap_take_out(&common->heap, timer, ARITY);
}

static int common_timeout_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct common_timeout_options *asked = options;
	struct common_timeout *common =
		calloc(1, sizeof(*common) + asked->queues * sizeof(struct queue));
	size_t slots = 2;

	(void)now;
	if (!common)
		return -ENOMEM;
	while (slots < 2 * asked->queues)
		slots *= 2;
	common->table = calloc(slots, sizeof(*common->table));
	common->seen = calloc(slots, sizeof(*common->seen));
	if (!common->table || !common->seen) {
		free(common->table);
		free(common->seen);
		free(common);
		return -ENOMEM;
	}
	common->table_mask = slots - 1;
	common->walk = asked->walk;
	common->queue_count = asked->queues;
	for (size_t i = 0; i < common->queue_count; i++) {
		common->queues[i].head.link.pointer[2] = &common->queues[i];
		list_empty(common, &common->queues[i]);
	}
	*set = (struct timer_set *)common;
	return 0;
}

static void common_timeout_destroy(struct timer_set *set)
{
	struct common_timeout *common = common_of(set);

	free(common->heap.block);
	free(common->table);
	free(common->seen);
	free(common);
}

/* A queue in the heap has a timer that is not, so n timers never take more than n entries. */
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
	assert(common->size < common->heap.capacity && "insert: more timers than reserved");
	arm(common, timer, deadline, interval, false);
	common->size++;
}

static void common_timeout_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				    uint64_t interval)
{
	struct common_timeout *common = common_of(set);

	assert(armed(timer) && "reinsert: the timer is not armed");
	if (*heap_place(timer) != QUEUED) {
		arm(common, timer, deadline, interval, true);
	} else if (stays_alone(timer, deadline, interval)) {
		timer->deadline = timer->key = deadline;
		head_changed(common, queue_of(timer));
	} else {
		dequeue(common, timer);
		arm(common, timer, deadline, interval, false);
	}
}

static void common_timeout_disarm(struct timer_set *set, struct timer *timer)
{
	struct common_timeout *common = common_of(set);

	assert(armed(timer) && "disarm: the timer is not armed");
	take_out(common, timer);
	common->size--;
	*heap_place(timer) = DISARMED;
}

static void common_timeout_remove(struct timer_set *set, struct timer *timer)
{
	struct common_timeout *common = common_of(set);

	assert(*heap_place(timer) != IDLE && "remove: the timer is idle");
	if (*heap_place(timer) != DISARMED) {
		take_out(common, timer);
		common->size--;
	}
	make_idle(timer);
}

static uint64_t common_timeout_next(struct timer_set *set)
{
	const struct common_timeout *common = common_of(set);

	return common->heap.size ? common->heap.entries[ROOT].key : TIMER_NEVER;
}

/* Up to when the queue at the root leads all others: the least of the root's children. */
static uint64_t lead_ends(const struct cached_heap *heap)
{
	const struct heap_entry *children = heap->entries + heap_children(ROOT, ARITY);

	return heap->size > 1 ? children[heap_least(children, ARITY)].key : TIMER_NEVER;
}

/* Hands over what is due of the queue at the root, as long as it leads. */
static size_t expire_queue(struct common_timeout *common, struct queue *queue, uint64_t now,
			   struct timer **out, size_t max)
{
	uint64_t until = lead_ends(&common->heap);
	struct timer *timer = queue->first;
	size_t count = 0;

	if (until > now)
		until = now;
	do {
		out[count] = timer;
		timer = timer->link.next;
		make_idle(out[count++]);
	} while (count < max && timer && timer->key <= until);
	queue->first = timer;
	*(timer ? &timer->link.previous : &queue->last) = NULL;
	head_changed(common, queue);
	return count;
}

static size_t common_timeout_expire(struct timer_set *set, uint64_t now, struct timer **out,
				    size_t max)
{
	struct common_timeout *common = common_of(set);
	size_t count = 0;

	while (count < max && common->heap.size) {
		struct heap_entry first = common->heap.entries[ROOT];
		struct queue *queue = queue_of(first.timer);

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

static void common_timeout_for_each(const struct timer_set *set,
				    void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct common_timeout *common = common_of(set);

	for (size_t slot = ROOT; slot < heap_end(&common->heap, ARITY); slot++) {
		struct timer *timer = common->heap.entries[slot].timer;

		if (!queue_of(timer))
			visit(timer, data);
		else
			for (timer = queue_of(timer)->first; timer; timer = timer->link.next)
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

	return sizeof(*common) + common->queue_count * sizeof(struct queue) +
	       (common->table_mask + 1) * (sizeof(*common->table) + sizeof(*common->seen)) +
	       heap_bytes(&common->heap, ARITY);
}

static const char *check_queue(const struct common_timeout *common, struct queue *queue,
			       size_t *count)
{
	const struct timer *previous = NULL;

	if (queue->interval && table_find(common, queue->interval) != queue)
		return "a queue is not found by its interval";
	if (!queue->first && heap_holds(&common->heap, &queue->head, ARITY))
		return "an empty queue is in the heap";
	if (queue->first && !heap_holds(&common->heap, &queue->head, ARITY))
		return "a queue with timers is not in the heap";
	if (queue->first && queue->head.key != queue->first->key)
		return "a queue's key is not its first timer's";
	for (struct timer *timer = queue->first; timer; timer = timer->link.next) {
		if (queue_of(timer) != queue || *heap_place(timer) != QUEUED)
			return "a timer is not in the queue that it says";
		if (timer->link.previous != previous)
			return "a queue's links do not agree";
		if (previous && previous->key > timer->key)
			return "a queue is not in order";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (timer->key == TIMER_NEVER)
			return "a timer that never fires is in a queue";
		previous = timer;
		++*count;
	}
	return queue->last == previous ? NULL : "a queue's last is not at its end";
}

static const char *check_empty_list(const struct common_timeout *common, size_t empty)
{
	const struct queue *older = NULL;
	size_t listed = 0;

	for (const struct queue *queue = common->oldest; queue; queue = queue->newer) {
		if (queue->first || queue->older != older)
			return "the list of empty queues is broken";
		older = queue;
		listed++;
	}
	return listed == empty && common->newest == older ? NULL : "an empty queue is not listed";
}

static const char *common_timeout_check(const struct timer_set *set)
{
	struct common_timeout *common = common_of(set);
	size_t count = 0, empty = 0, known = 0, tabled = 0;
	const char *broken;

	for (size_t i = 0; i < common->queue_count; i++) {
		broken = check_queue(common, &common->queues[i], &count);
		if (broken)
			return broken;
		empty += !common->queues[i].first;
		known += common->queues[i].interval != 0;
	}
	for (size_t i = 0; i <= common->table_mask; i++)
		tabled += common->table[i] != NULL;
	if (tabled != known)
		return "the table holds more or less than the queues in use";
	for (size_t slot = ROOT; slot < heap_end(&common->heap, ARITY); slot++) {
		const struct timer *timer = common->heap.entries[slot].timer;

		count += !queue_of(timer);
		if (!queue_of(timer) && timer->key > timer->deadline)
			return "a timer is filed after its deadline";
	}
	if (count != common->size)
		return "the size is not the number of timers";
	broken = check_empty_list(common, empty);
	return broken ? broken : heap_check(&common->heap, ARITY);
}

static const struct option_spec common_timeout_options[] = {
	{ "queues", OPTION_COUNT, offsetof(struct common_timeout_options, queues), 1, 65536, "256",
	  NULL, "intervals that have a queue at a time" },
	{ "walk", OPTION_COUNT, offsetof(struct common_timeout_options, walk), 0, 1e6, "32", NULL,
	  "steps from a queue's tail to a deadline out of order; beyond, it goes to the heap" },
	{ 0 },
};

static const char *const common_timeout_interesting[] = {
	"", "queues=1", "queues=2,walk=1", "queues=4,walk=0", NULL,
};

const struct timer_structure timer_common_timeout = {
	.name = "common-timeout",
	.summary = "a queue for each interval, found by itself, with the heads in a heap",
	.source = "libevent 2.0's common timeouts; Lawn, Lev-Libfeld 2019; Node.js's timer lists",
	.departures = "finds intervals by itself, fires in order of deadline across queues, gives "
		      "empty queues away, bounds the walk from the tail",
	.complexity = { "O(1), O(log k) if first in its queue", "O(1), O(log k) for a head",
			"O(1), O(log k) for a head", "O(1), O(log k) for a head", "O(1)",
			"O(1) each while one queue leads" },
	.groups = true,
	.options = common_timeout_options,
	.options_size = sizeof(struct common_timeout_options),
	.interesting = common_timeout_interesting,
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
