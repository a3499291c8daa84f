/*
 * binary-heap - a binary heap of pointers, as libevent keeps its timeouts
 *
 * IDEA. The heap is a complete binary tree in an array: the parent of slot i is slot i / 2, and no
 * timer is due before its parent. The array holds only pointers, so every comparison reads two
 * timers. Each timer stores its own slot, so that stop and re-arm find it without a search.
 *
 *	 slot:     1    2    3    4    5          1: due 10 us
 *	         +----+----+----+----+----+        /          \
 *	 heap -> | *  | *  | *  | *  | *  |   2: due 20    3: due 11
 *	         +----+----+----+----+----+     /    \
 *	                                   4: due 30  5: due 25
 *
 * The two sifts, towards the root and towards the leaves, are in common/timer_heap.h, which has
 * them for 2, 4, 8 or 16 children. This file has the memory and the rest of the contract.
 *
 * COST.   insert     O(log n), O(1) expected when deadlines come at random
 *         reinsert   O(log n), in place: one sift up or down
 *         remove     O(log n)
 *         next       O(1)
 *         expire     O(log n) per timer
 *         memory     8 bytes per timer, up to 16 after growing
 *
 * GIVES BACK. Nothing before destroy. As in libevent, the array stays as large as the most that was
 * reserved.
 *
 * WINS. With few timers, when all of them are in the first-level cache. Also where the worst
 * operation matters more than the mean, and where simple code matters.
 *
 * LOSES. From about 1e4 timers on. Each level of a descent then costs two cache misses, one for
 * each child compared, and a write to the child that moves up. A heap that keeps the key beside the
 * pointer (quad-heap) compares without reading timers.
 *
 * SOURCE. J. W. J. Williams, Algorithm 232, CACM 1964. Layout and policy are those of libevent's
 * minheap-internal.h (2.1.12): only pointers, the index in the element, a hole that moves instead
 * of elements that are swapped, and a capacity that doubles from 8.
 *
 * DEPARTURES. libevent re-arms by erase and push by default. Here reinsert sifts in place, as
 * libevent does when it is compiled with USE_REINSERT_TIMEOUT. Slots start at 1, so that an
 * all-zero timer is idle; libevent marks an idle timer with -1.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/timer_heap.h"
#include "timer.h"

/* The first capacity; libevent's is the same. */
#define FIRST_CAPACITY 8

/* A timer has two children. The root is at slot 1; slot 0 is unused, because it means idle. */
#define ARITY 2
#define ROOT  1

/*
 * The slot of a disarmed timer, which is in no heap. remove accepts such a timer, but not an idle
 * one.
 */
#define DISARMED UINT64_MAX

static struct timer_heap *heap_of(const struct timer_set *set)
{
	return (struct timer_heap *)set;
}

static int binary_heap_reserve(struct timer_set *set, size_t n)
{
	struct timer_heap *heap = heap_of(set);
	size_t capacity = heap->capacity ? heap->capacity : FIRST_CAPACITY;
	struct timer **slots;

	if (n <= heap->capacity)
		return 0;
	if (n >= SIZE_MAX / sizeof(*slots) / 2)
		return -ENOMEM;
	while (capacity < n)
		capacity *= 2;
	slots = realloc(heap->slots, (capacity + ROOT) * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	heap->slots = slots;
	heap->capacity = capacity;
	return 0;
}

static int binary_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct timer_heap *heap = calloc(1, sizeof(*heap));

	(void)options;
	(void)now;
	if (!heap)
		return -ENOMEM;
	*set = (struct timer_set *)heap;
	return 0;
}

static void binary_heap_destroy(struct timer_set *set)
{
	free(heap_of(set)->slots);
	free(set);
}

static void binary_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct timer_heap *heap = heap_of(set);

	(void)interval;
	assert(!timer_heap_holds(heap, timer, ARITY) && "insert: the timer is armed");
	assert(heap->size < heap->capacity && "insert: more timers than reserved");
	timer->deadline = timer->key = deadline;
	timer_heap_push(heap, timer, ARITY);
}

static void binary_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				 uint64_t interval)
{
	struct timer_heap *heap = heap_of(set);

	(void)interval;
	assert(timer_heap_holds(heap, timer, ARITY) && "reinsert: the timer is not armed");
	timer->deadline = timer->key = deadline;
	timer_heap_sift(heap, *heap_place(timer), timer, ARITY);
}

static void binary_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct timer_heap *heap = heap_of(set);

	assert(timer_heap_holds(heap, timer, ARITY) && "disarm: the timer is not armed");
	timer_heap_take_out(heap, *heap_place(timer), ARITY);
	*heap_place(timer) = DISARMED;
}

static void binary_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct timer_heap *heap = heap_of(set);

	if (*heap_place(timer) != DISARMED) {
		assert(timer_heap_holds(heap, timer, ARITY) && "remove: the timer is idle");
		timer_heap_take_out(heap, *heap_place(timer), ARITY);
	}
	*heap_place(timer) = 0;
}

static uint64_t binary_heap_next(struct timer_set *set)
{
	const struct timer_heap *heap = heap_of(set);

	return heap->size ? heap->slots[ROOT]->key : TIMER_NEVER;
}

static size_t binary_heap_expire(struct timer_set *set, uint64_t now, struct timer **out,
				 size_t max)
{
	struct timer_heap *heap = heap_of(set);
	size_t count = 0;

	while (count < max && heap->size) {
		struct timer *first = heap->slots[ROOT];

		if (first->key > now || first->key == TIMER_NEVER)
			break;
		timer_heap_take_out(heap, ROOT, ARITY);
		*heap_place(first) = 0;
		out[count++] = first;
	}
	return count;
}

static void binary_heap_for_each(const struct timer_set *set,
				 void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct timer_heap *heap = heap_of(set);

	for (size_t slot = ROOT; slot <= heap->size; slot++)
		visit(heap->slots[slot], data);
}

static size_t binary_heap_size(const struct timer_set *set)
{
	return heap_of(set)->size;
}

static size_t binary_heap_footprint(const struct timer_set *set)
{
	const struct timer_heap *heap = heap_of(set);
	size_t slots = heap->slots ? heap->capacity + ROOT : 0;

	return sizeof(*heap) + slots * sizeof(*heap->slots);
}

static const char *binary_heap_check(const struct timer_set *set)
{
	return timer_heap_check(heap_of(set), ARITY);
}

const struct timer_structure timer_binary_heap = {
	.name = "binary-heap",
	.summary = "binary heap of pointers; each timer stores its slot",
	.source = "libevent 2.1 (minheap-internal.h); Williams, CACM 1964",
	.departures = "reinsert sifts in place, where libevent erases and pushes by default",
	.complexity = { "O(log n)", "O(log n)", "O(log n)", "O(log n)", "O(1)", "O(log n) each" },
	.create = binary_heap_create,
	.destroy = binary_heap_destroy,
	.reserve = binary_heap_reserve,
	.insert = binary_heap_insert,
	.reinsert = binary_heap_reinsert,
	.disarm = binary_heap_disarm,
	.remove = binary_heap_remove,
	.next = binary_heap_next,
	.expire = binary_heap_expire,
	.for_each = binary_heap_for_each,
	.size = binary_heap_size,
	.footprint = binary_heap_footprint,
	.check = binary_heap_check,
};
