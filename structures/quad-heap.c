/*
 * quad-heap - a 4-ary heap with the key beside the pointer, as libev keeps its timers
 *
 * IDEA. A heap in an array whose entries are (key, timer). Comparisons read the array alone; a timer
 * is only touched when it moves, to write down its new place. Four children instead of two make the
 * tree half as high, and as an entry has 16 bytes, the four share one 64-byte cache line: a level
 * costs one miss, where a binary heap of pointers pays for two timers and the array.
 *
 *	slot      3         4   5   6   7      8   9  10  11     12 ...
 *	       [root]      [children of 3]   [children of 4]   [of 5] ...
 *	       line 0       line 1            line 2            line 3
 *
 *	children of k: 4k-8 .. 4k-5        parent of k: k/4 + 2
 *
 * Slots beyond the last timer hold the key TIMER_NEVER, so that finding the least of four children
 * needs no thought of how many there are.
 *
 * COST.   insert     O(log n), O(1) expected when deadlines come at random
 *         reinsert   O(log n), in place: one sift up or down
 *         remove     O(log n)
 *         next       O(1)
 *         expire     O(log n) a timer, 4 comparisons and 1 cache line a level
 *         memory     16 bytes a timer, up to 32 after growing
 *
 * WINS. Whenever most timers fire, from a few hundred timers on, among structures that make no
 * assumption about deadlines. Its worst operation is a few hundred ns.
 *
 * LOSES. Where most timers are put off or stopped: a re-arm still sifts, where a list or a lazy
 * scheme would store one word. The stores of places are its hidden cost: each level moved writes to
 * a timer that is in no cache.
 *
 * SOURCE. libev's ev.c (4.33): 4-heap based at index 3, EV_HEAP_CACHE_AT, index in the watcher. The
 * d-ary heap is Johnson's (1975); aligning siblings to a line is LaMarca and Ladner's (1996).
 *
 * DEPARTURES. Keys are integers where libev has doubles, and the lines that the hole may move to are
 * fetched ahead. Taking the hole down to a leaf without comparing and the last entry up again from
 * there (Wegener 1993) was tried: no better with random deadlines, and 2 to 3 times slower in herds,
 * where all keys are equal and the last entry can stay at the top.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/quad.h"
#include "timer.h"

/* A disarmed timer is in no slot, but removing it is legal, which removing an idle one is not. */
#define DISARMED UINT64_MAX

struct quad_heap {
	struct quad quad;
};

static struct quad *quad_of(const struct timer_set *set)
{
	return &((struct quad_heap *)set)->quad;
}

static int quad_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct quad_heap *heap = calloc(1, sizeof(*heap));

	(void)options;
	(void)now;
	if (!heap)
		return -ENOMEM;
	*set = (struct timer_set *)heap;
	return 0;
}

static void quad_heap_destroy(struct timer_set *set)
{
	free(quad_of(set)->entries);
	free(set);
}

static int quad_heap_reserve(struct timer_set *set, size_t n)
{
	return quad_reserve(quad_of(set), n);
}

static void quad_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	struct quad *quad = quad_of(set);

	(void)interval;
	assert(!quad_holds(quad, timer) && "insert: the timer is armed");
	assert(quad->size < quad->capacity && "insert: more timers than reserved");
	timer->deadline = timer->key = deadline;
	quad_push(quad, timer, deadline);
}

static void quad_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct quad *quad = quad_of(set);

	(void)interval;
	assert(quad_holds(quad, timer) && "reinsert: the timer is not armed");
	timer->deadline = timer->key = deadline;
	quad_move(quad, timer, deadline);
}

static void quad_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct quad *quad = quad_of(set);

	assert(quad_holds(quad, timer) && "disarm: the timer is not armed");
	quad_take_out(quad, timer);
	*quad_place(timer) = DISARMED;
}

static void quad_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct quad *quad = quad_of(set);

	if (*quad_place(timer) != DISARMED) {
		assert(quad_holds(quad, timer) && "remove: the timer is idle");
		quad_take_out(quad, timer);
	}
	*quad_place(timer) = 0;
}

static uint64_t quad_heap_next(struct timer_set *set)
{
	const struct quad *quad = quad_of(set);

	return quad->size ? quad->entries[QUAD_ROOT].key : TIMER_NEVER;
}

static size_t quad_heap_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct quad *quad = quad_of(set);
	size_t count = 0;

	while (count < max && quad->size) {
		struct quad_entry first = quad->entries[QUAD_ROOT];

		if (first.key > now || first.key == TIMER_NEVER)
			break;
		quad_take_root(quad);
		*quad_place(first.timer) = 0;
		out[count++] = first.timer;
	}
	return count;
}

static void quad_heap_for_each(const struct timer_set *set,
			       void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct quad *quad = quad_of(set);

	for (size_t slot = QUAD_ROOT; slot < quad_end(quad); slot++)
		visit(quad->entries[slot].timer, data);
}

static size_t quad_heap_size(const struct timer_set *set)
{
	return quad_of(set)->size;
}

static size_t quad_heap_footprint(const struct timer_set *set)
{
	return sizeof(struct quad_heap) + quad_bytes(quad_of(set));
}

static const char *quad_heap_check(const struct timer_set *set)
{
	const struct quad *quad = quad_of(set);

	for (size_t slot = QUAD_ROOT; slot < quad_end(quad); slot++)
		if (quad->entries[slot].key != quad->entries[slot].timer->deadline)
			return "a cached key is not its timer's deadline";
	return quad_check(quad);
}

const struct timer_structure timer_quad_heap = {
	.name = "quad-heap",
	.summary = "4-ary heap, key beside the pointer, four children to a cache line",
	.source = "libev 4.33 (ev.c); Johnson 1975; LaMarca and Ladner 1996",
	.departures = "integer keys; the lines of children to come are prefetched",
	.complexity = { "O(log n)", "O(log n)", "O(log n)", "O(log n)", "O(1)", "O(log n) each" },
	.create = quad_heap_create,
	.destroy = quad_heap_destroy,
	.reserve = quad_heap_reserve,
	.insert = quad_heap_insert,
	.reinsert = quad_heap_reinsert,
	.disarm = quad_heap_disarm,
	.remove = quad_heap_remove,
	.next = quad_heap_next,
	.expire = quad_heap_expire,
	.for_each = quad_heap_for_each,
	.size = quad_heap_size,
	.footprint = quad_heap_footprint,
	.check = quad_heap_check,
};
