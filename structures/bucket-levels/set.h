/*
 * bucket-levels/set.h - the operations of bucket-levels and of interval-levels
 *
 * A structure's file defines SET_QUEUES, the number of queues for intervals, and includes this
 * header. In bucket-levels it is 0, and the compiler leaves the queues out.
 */
#include <assert.h>

#include "check.h"
#include "sweep.h"

/* A walk of so many timers finds the place of a timer that is not due last in its queue. */
#define SET_WALK 32

/* Intervals and deadlines beyond these limits get no queue, so that no sum overflows. */
#define LONGEST_INTERVAL (UINT64_MAX / 4)
#define LAST_DEADLINE	 (UINT64_MAX / 2)

/*
 * Timers of an interval that were put off have a queue of their own, as if this were added to their
 * interval.
 */
#define PUT_OFF (UINT64_C(1) << 63)

static struct levels *levels_of(const struct timer_set *set)
{
	return (struct levels *)set;
}

static inline bool is_armed(struct timer *timer)
{
	return *timer_where(timer) && !(*timer_where(timer) & DISARMED);
}

static inline uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Takes a timer out of wherever it is, and makes it idle. Does not count it. */
static LEVELS_RARELY void set_take_out(struct levels *levels, struct timer *timer)
{
	uint64_t where = *timer_where(timer);
	uint32_t id = timer->link.half[0];

	if (SET_QUEUES && is_queued(timer))
		queue_take_out(&levels->queues, timer);
	else if (where & IN_HEAP)
		heap_take_out(&levels->queues.heap, timer, INTERVAL_ARITY);
	else if (where & IN_LEVELS)
		levels_end_entry(levels, id);
	timer->link = (union timer_link){ .word = { 0 } };
}

/* --- arming */

/* Arms an idle timer whose deadline is not behind that of a queue with timers. */
static LEVELS_RARELY void set_insert_rare(struct levels *levels, struct timer *timer,
					  uint64_t deadline, uint64_t interval,
					  struct interval_queue *queue)
{
	bool groups = interval - 1 < LONGEST_INTERVAL && deadline <= LAST_DEADLINE;

	if (groups && !queue)
		queue = intervals_note(&levels->queues.intervals, interval);
	timer->key = deadline;
	if (!groups || !queue || !queue_put(&levels->queues, queue, timer, SET_WALK))
		levels_file(levels, timer, deadline);
}

/* Arms an idle timer. */
static inline void set_insert(struct levels *levels, struct timer *timer, uint64_t deadline,
			      uint64_t interval)
{
	struct interval_queue *queue;

	timer->deadline = deadline;
	levels->armed++;
	if (!SET_QUEUES) {
		levels_file(levels, timer, deadline);
		return;
	}
	queue = intervals_lookup(&levels->queues.intervals, interval);
	if (!queue || !queue_is_before(queue, deadline) || deadline > LAST_DEADLINE) {
		set_insert_rare(levels, timer, deadline, interval, queue);
		return;
	}
	timer->key = deadline;
	queue_append(queue, timer);
}

/* Arms a timer that is armed or disarmed, and that cannot stay where it is. */
static LEVELS_RARELY void set_insert_again(struct levels *levels, struct timer *timer,
					   uint64_t deadline, uint64_t interval)
{
	levels->armed -= !(*timer_where(timer) & DISARMED);
	set_take_out(levels, timer);
	set_insert(levels, timer, deadline, interval);
}

static void levels_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	uint64_t where = *timer_where(timer);

	assert(!is_armed(timer) && "insert: the timer is armed");
	if (!where) {
		set_insert(levels_of(set), timer, deadline, interval);
	} else if (where == DISARMED || deadline < timer->key) {
		set_insert_again(levels_of(set), timer, deadline, interval);
	} else {
		timer->deadline = deadline;
		*timer_where(timer) = where & ~(uint64_t)DISARMED;
		levels_of(set)->armed++;
	}
}

static void levels_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	if (deadline >= timer->key)
		timer->deadline = deadline;
	else
		set_insert_again(levels_of(set), timer, deadline, interval);
}

/* --- stopping */

static void levels_disarm(struct timer_set *set, struct timer *timer)
{
	assert(is_armed(timer) && "disarm: the timer is not armed");
	*timer_where(timer) |= DISARMED;
	timer->deadline = TIMER_NEVER;
	levels_of(set)->armed--;
}

static void levels_remove(struct timer_set *set, struct timer *timer)
{
	struct levels *levels = levels_of(set);
	uint64_t where = *timer_where(timer);
	uint32_t id = timer->link.half[0];

	assert(where && "remove: the timer is idle");
	levels->armed -= !(where & DISARMED);
	if (SET_QUEUES && is_one_of_many(timer)) {
		hinted_list_take_out(&queue_of(timer)->list, timer);
		timer->link = (union timer_link){ .word = { 0 } };
	} else if (where == IN_LEVELS) {
		timer->link = (union timer_link){ .word = { 0 } };
		levels_end_entry(levels, id);
	} else {
		set_take_out(levels, timer);
	}
}

/* --- expiry */

/*
 * Files the first timer of a queue again, which was put off or disarmed. If it is due an eighth of
 * its interval, or less, before an interval is over, it goes to the queue of those put off, until
 * an eighth of the interval is left. That queue is in order, as now grows.
 */
static LEVELS_RARELY void set_put_off(struct levels *levels, struct timer *timer, uint64_t now)
{
	uint64_t interval = queue_of(timer)->interval & ~PUT_OFF;
	uint64_t soon = now + interval - interval / 8;
	bool is_disarmed = *timer_where(timer) & DISARMED;
	struct interval_queue *queue = NULL;

	hinted_list_fetch(timer);
	queue_take_out(&levels->queues, timer);
	if (!is_disarmed && now <= LAST_DEADLINE && timer->deadline - soon <= interval / 8)
		queue = intervals_find(&levels->queues.intervals, interval | PUT_OFF);
	if (queue) {
		timer->key = soon;
		if (queue_put(&levels->queues, queue, timer, SET_WALK))
			return;
	}
	levels_file_again(levels, timer);
}

/* Hands over the first timer of the heap, or timers of its queue, up to the key `until`. */
static size_t set_expire_heap(struct levels *levels, uint64_t until, uint64_t now,
			      struct timer **out, size_t max)
{
	struct timer *first = levels->queues.heap.entries[heap_root(INTERVAL_ARITY)].timer;
	struct interval_queue *queue = SET_QUEUES ? queue_of_representative(first) : NULL;
	size_t count = 0;

	if (!queue) {
		heap_take_root(&levels->queues.heap, INTERVAL_ARITY);
		if (first->deadline != first->key) {
			levels_file_again(levels, first);
			return 0;
		}
		first->link = (union timer_link){ .word = { 0 } };
		*out = first;
		return 1;
	}
	for (;;) {
		count += hinted_list_hand_over(&queue->list, until, true, out + count, max - count);
		first = hinted_list_first(&queue->list);
		if (count == max || first == &queue->list.ends || first->key > until)
			break;
		until = least_of(until, first->deadline);
		set_put_off(levels, first, now);
	}
	queue_renew(&levels->queues, queue);
	return count;
}

static uint64_t levels_next(struct timer_set *set)
{
	struct levels *levels = levels_of(set);

	return least_of(queues_least(&levels->queues), levels_least(levels, 0));
}

static size_t levels_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct levels *levels = levels_of(set);
	size_t count = 0;

	now -= now == TIMER_NEVER;
	while (count < max) {
		uint64_t heap = queues_least(&levels->queues), until = least_of(heap, now);
		uint64_t key = levels_least(levels, until);

		if (key <= until)
			count += front_hand_over(levels, until, out + count, max - count);
		else if (heap <= now)
			count += set_expire_heap(
				levels,
				least_of(least_of(key, queues_second(&levels->queues)), now), now,
				out + count, max - count);
		else
			break;
	}
	levels->armed -= count;
	return count;
}

/* --- memory */

static int levels_reserve(struct timer_set *set, size_t n)
{
	struct levels *levels = levels_of(set);
	size_t entries, nodes, buckets, capacity = levels->store.capacity;
	int result;

	if (n <= capacity)
		return 0;
	if (n > UINT32_MAX / 4)
		return -ENOMEM;
	capacity = n > 2 * capacity ? n : 2 * capacity;
	entries = entries_for(capacity);
	nodes = entries / NODE_ENTRIES;
	/* Each bucket with entries may have one chunk that is not full. */
	buckets = (LEVELS + nodes) * DIGITS;
	result = store_grow(&levels->store, capacity,
			    entries / CHUNK_ROOM + (entries < buckets ? entries : buckets) +
				    (nodes + 1) * NODE_CHUNKS);
	levels->queues.heap.entries = levels->store.array[HEAP_ARRAY];
	if (!result)
		levels->most_nodes = nodes;
	return result;
}

static void levels_destroy(struct timer_set *set)
{
	store_close(&levels_of(set)->store);
	intervals_close(&levels_of(set)->queues.intervals);
	free(set);
}

static int levels_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct levels *levels = aligned_alloc(CHUNK_BYTES, sizeof(*levels));

	(void)options;
	if (!levels)
		return -ENOMEM;
	memset(levels, 0, offsetof(struct levels, lowest));
	levels->current = levels->limit = now;
	levels->buckets.next = levels->buckets.previous = &levels->buckets;
	for (unsigned level = 0; level < LEVELS; level++) {
		levels->path[level] = &levels->lowest[level];
		node_open(levels->path[level], level, NULL);
	}
	if (intervals_open(&levels->queues.intervals, SET_QUEUES) ||
	    levels_reserve((struct timer_set *)levels, LEVELS_FIRST)) {
		levels_destroy((struct timer_set *)levels);
		return -ENOMEM;
	}
	*set = (struct timer_set *)levels;
	return 0;
}

static size_t levels_footprint(const struct timer_set *set)
{
	return sizeof(struct levels) + intervals_bytes(&levels_of(set)->queues.intervals) +
	       store_bytes(&levels_of(set)->store);
}

/* --- inspection */

static size_t levels_size(const struct timer_set *set)
{
	return levels_of(set)->armed;
}

struct armed_visit {
	timer_visitor *visit;
	void *data;
};

static void visit_armed(struct timer *timer, void *data)
{
	struct armed_visit *armed = data;

	if (is_armed(timer))
		armed->visit(timer, armed->data);
}

static void levels_for_each(const struct timer_set *set, timer_visitor *visit, void *data)
{
	const struct interval_heap *queues = &levels_of(set)->queues;
	struct armed_visit armed = { visit, data };

	levels_visit(levels_of(set), visit_armed, &armed);
	for (size_t i = 0; i < queues->heap.size; i++) {
		struct timer *timer = queues->heap.entries[heap_root(INTERVAL_ARITY) + i].timer;
		struct interval_queue *queue = queue_of_representative(timer);

		if (!queue)
			visit_armed(timer, &armed);
		for (timer = queue ? hinted_list_first(&queue->list) : NULL;
		     queue && timer != &queue->list.ends; timer = timer->link.next)
			visit_armed(timer, &armed);
	}
}

/* Counts an armed timer, and checks its key. */
static void check_timer(struct timer *timer, void *data)
{
	struct checking *checking = data;

	checking->armed++;
	check_that(checking, timer->key <= timer->deadline, "a timer is filed after its deadline");
}

static const char *levels_check(const struct timer_set *set)
{
	const struct levels *levels = levels_of(set);
	struct checking checking = { .levels = levels, .broken = check_levels(levels) };
	struct cached_heap heap = levels->queues.heap;
	size_t queued = 0;

	heap.array.capacity = levels->store.capacity;
	if (!checking.broken)
		checking.broken = heap_check(&heap, INTERVAL_ARITY);
	if (!checking.broken)
		checking.broken = queues_check(&levels->queues, &queued);
	if (!checking.broken)
		levels_for_each(set, check_timer, &checking);
	check_that(&checking, checking.armed == levels->armed,
		   "the size is not the number of timers");
	return checking.broken;
}

#define LEVELS_OPERATIONS                                                                          \
	.create = levels_create, .destroy = levels_destroy, .reserve = levels_reserve,             \
	.insert = levels_insert, .reinsert = levels_reinsert, .disarm = levels_disarm,             \
	.remove = levels_remove, .next = levels_next, .expire = levels_expire,                     \
	.for_each = levels_for_each, .size = levels_size, .footprint = levels_footprint,           \
	.check = levels_check
