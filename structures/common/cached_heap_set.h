/*
 * cached_heap_set.h - the operations of a structure that is only a cached heap
 *
 * A structure's file defines CACHED_HEAP_ARITY, includes this header, and puts
 * CACHED_HEAP_OPERATIONS into its table. The arity is 4 for quad-heap and 2 for cached-binary-heap.
 */
#ifndef CACHED_HEAP_ARITY
#error "define CACHED_HEAP_ARITY first"
#endif

#include <assert.h>

#include "cached_heap.h"

/*
 * The slot of a disarmed timer, which is in no heap. remove accepts such a timer, but not an idle
 * one.
 */
#define DISARMED (UINT64_MAX >> 1)

static struct cached_heap *heap_of(const struct timer_set *set)
{
	return (struct cached_heap *)set;
}

static int cached_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct cached_heap *heap = calloc(1, sizeof(*heap));

	(void)options;
	(void)now;
	if (!heap)
		return -ENOMEM;
	*set = (struct timer_set *)heap;
	return 0;
}

static void cached_heap_destroy(struct timer_set *set)
{
	free(heap_of(set)->array.block);
	free(set);
}

static int cached_heap_reserve(struct timer_set *set, size_t n)
{
	return heap_reserve(heap_of(set), n, CACHED_HEAP_ARITY);
}

static void cached_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct cached_heap *heap = heap_of(set);

	(void)interval;
	assert(!heap_holds(heap, timer, CACHED_HEAP_ARITY) && "insert: the timer is armed");
	assert(heap->size < heap->array.capacity && "insert: more timers than reserved");
	timer->deadline = timer->key = deadline;
	heap_push(heap, timer, deadline, CACHED_HEAP_ARITY);
}

static void cached_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				 uint64_t interval)
{
	struct cached_heap *heap = heap_of(set);

	(void)interval;
	assert(heap_holds(heap, timer, CACHED_HEAP_ARITY) && "reinsert: the timer is not armed");
	timer->deadline = timer->key = deadline;
	heap_move(heap, timer, deadline, CACHED_HEAP_ARITY);
}

static void cached_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct cached_heap *heap = heap_of(set);

	assert(heap_holds(heap, timer, CACHED_HEAP_ARITY) && "disarm: the timer is not armed");
	heap_take_out(heap, timer, CACHED_HEAP_ARITY);
	*heap_place(timer) = DISARMED;
}

static void cached_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct cached_heap *heap = heap_of(set);

	if (*heap_place(timer) != DISARMED) {
		assert(heap_holds(heap, timer, CACHED_HEAP_ARITY) && "remove: the timer is idle");
		heap_take_out(heap, timer, CACHED_HEAP_ARITY);
	}
	*heap_place(timer) = 0;
}

static uint64_t cached_heap_next(struct timer_set *set)
{
	const struct cached_heap *heap = heap_of(set);

	return heap->size ? heap->entries[heap_root(CACHED_HEAP_ARITY)].key : TIMER_NEVER;
}

static size_t cached_heap_expire(struct timer_set *set, uint64_t now, struct timer **out,
				 size_t max)
{
	struct cached_heap *heap = heap_of(set);
	size_t count = 0;

	while (count < max && heap->size) {
		struct heap_entry first = heap->entries[heap_root(CACHED_HEAP_ARITY)];

		if (first.key > now || first.key == TIMER_NEVER)
			break;
		heap_take_root(heap, CACHED_HEAP_ARITY);
		*heap_place(first.timer) = 0;
		out[count++] = first.timer;
	}
	return count;
}

static void cached_heap_for_each(const struct timer_set *set,
				 void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct cached_heap *heap = heap_of(set);
	size_t slot = heap_root(CACHED_HEAP_ARITY);

	for (; slot < heap_end(heap, CACHED_HEAP_ARITY); slot++)
		visit(heap->entries[slot].timer, data);
}

static size_t cached_heap_size(const struct timer_set *set)
{
	return heap_of(set)->size;
}

static size_t cached_heap_footprint(const struct timer_set *set)
{
	return sizeof(struct cached_heap) + heap_bytes(heap_of(set), CACHED_HEAP_ARITY);
}

static const char *cached_heap_check(const struct timer_set *set)
{
	return heap_check_filed(heap_of(set), CACHED_HEAP_ARITY);
}

#define CACHED_HEAP_OPERATIONS                                                                     \
	.complexity = { "O(log n)", "O(log n)", "O(log n)", "O(log n)", "O(1)", "O(log n) each" }, \
	.create = cached_heap_create, .destroy = cached_heap_destroy,                              \
	.reserve = cached_heap_reserve, .insert = cached_heap_insert,                              \
	.reinsert = cached_heap_reinsert, .disarm = cached_heap_disarm,                            \
	.remove = cached_heap_remove, .next = cached_heap_next, .expire = cached_heap_expire,      \
	.for_each = cached_heap_for_each, .size = cached_heap_size,                                \
	.footprint = cached_heap_footprint, .check = cached_heap_check
