/*
 * timer_heap.h - d-ary heaps of pointers: the keys in the timers alone
 *
 * What cached_heap.h would be without its cache: the same slots, the same arities, the same hole
 * that is moved, half the bytes; but every comparison reads a timer. Siblings share a cache line up
 * to 8 of them, 16 take two. As there, the arity is an argument that callers pass as a constant,
 * and a timer's place is in link.word[3].
 */
#ifndef TIMER_HEAP_H
#define TIMER_HEAP_H

#include "cached_heap.h"

struct timer_heap {
	struct timer **slots; /* [root..root+size-1] */
	char *block;	      /* as allocated: the slots begin at its first whole line */
	size_t size;
	size_t capacity;
};

/* The slot after the last timer. */
CACHED_HEAP_INLINE size_t timer_heap_end(const struct timer_heap *heap, const unsigned arity)
{
	return heap_root(arity) + heap->size;
}

/* Whether a timer is in the heap; for assertions. */
CACHED_HEAP_INLINE bool timer_heap_holds(const struct timer_heap *heap, struct timer *timer,
					 const unsigned arity)
{
	size_t slot = *heap_place(timer);

	return slot >= heap_root(arity) && slot < timer_heap_end(heap, arity) &&
	       heap->slots[slot] == timer;
}

CACHED_HEAP_INLINE void timer_heap_put(struct timer_heap *heap, size_t slot, struct timer *timer)
{
	heap->slots[slot] = timer;
	*heap_place(timer) = slot;
}

/* Moves the hole at `slot` towards the root until `timer` fits, and puts it there. */
CACHED_HEAP_INLINE void timer_heap_sift_up(struct timer_heap *heap, size_t slot,
					   struct timer *timer, const unsigned arity)
{
	while (slot > heap_root(arity) && heap->slots[heap_parent(slot, arity)]->key > timer->key) {
		timer_heap_put(heap, slot, heap->slots[heap_parent(slot, arity)]);
		slot = heap_parent(slot, arity);
	}
	timer_heap_put(heap, slot, timer);
}

/*
 * The slot of the least of the siblings from `first` on, the first among equals; there is one. Of
 * two it is told by a branch, so that the processor can guess it and go on to the next level while
 * the keys are on their way: at 1e5 timers that halves what all levels cost. Of more it would guess
 * wrong too often: without branches 1e3 timers cost half, and 1e5 no more.
 */
CACHED_HEAP_INLINE size_t timer_heap_least(const struct timer_heap *heap, size_t first,
					   const unsigned arity)
{
	size_t end = first + arity, least = first;
	uint64_t key = heap->slots[first]->key;

	if (arity == 2)
		return first + 1 < timer_heap_end(heap, 2) && heap->slots[first + 1]->key < key
			       ? first + 1
			       : first;
	if (end > timer_heap_end(heap, arity))
		end = timer_heap_end(heap, arity);
	for (size_t slot = first + 1; slot < end; slot++) {
		uint64_t other = heap->slots[slot]->key;

		least = other < key ? slot : least;
		key = other < key ? other : key;
	}
	return least;
}

/* Moves the hole at `slot` towards the leaves until `timer` fits, and puts it there. */
CACHED_HEAP_INLINE void timer_heap_sift_down(struct timer_heap *heap, size_t slot,
					     struct timer *timer, const unsigned arity)
{
	size_t child;

	while ((child = heap_children(slot, arity)) < timer_heap_end(heap, arity)) {
		child = timer_heap_least(heap, child, arity);
		if (heap->slots[child]->key >= timer->key)
			break;
		timer_heap_put(heap, slot, heap->slots[child]);
		slot = child;
	}
	timer_heap_put(heap, slot, timer);
}

CACHED_HEAP_INLINE void timer_heap_sift(struct timer_heap *heap, size_t slot, struct timer *timer,
					const unsigned arity)
{
	if (slot > heap_root(arity) && heap->slots[heap_parent(slot, arity)]->key > timer->key)
		timer_heap_sift_up(heap, slot, timer, arity);
	else
		timer_heap_sift_down(heap, slot, timer, arity);
}

/* Puts a timer in whose key is set; there is room. */
CACHED_HEAP_INLINE void timer_heap_push(struct timer_heap *heap, struct timer *timer,
					const unsigned arity)
{
	heap->size++;
	timer_heap_sift_up(heap, timer_heap_end(heap, arity) - 1, timer, arity);
}

/* Takes out what is at `slot`: the last timer fills the hole and sinks or rises from there. */
CACHED_HEAP_INLINE void timer_heap_take_out(struct timer_heap *heap, size_t slot,
					    const unsigned arity)
{
	struct timer *last;

	heap->size--;
	last = heap->slots[timer_heap_end(heap, arity)];
	if (slot < timer_heap_end(heap, arity))
		timer_heap_sift(heap, slot, last, arity);
}

/* Of the block: what comes before its first whole line is lost. */
CACHED_HEAP_INLINE size_t timer_heap_bytes_for(size_t capacity, const unsigned arity)
{
	return (heap_root(arity) + capacity) * sizeof(struct timer *) + CACHED_HEAP_LINE;
}

/* Room for n timers, and for those that there are. 0, or -ENOMEM with nothing changed. */
CACHED_HEAP_INLINE int timer_heap_reserve(struct timer_heap *heap, size_t n, const unsigned arity)
{
	size_t capacity, before = heap->block ? heap_padding(heap->block) : 0;
	char *block;

	if (n >= SIZE_MAX / sizeof(*heap->slots) / 4)
		return -ENOMEM;
	capacity = heap_capacity_for(heap->capacity, n > heap->size ? n : heap->size);
	if (capacity == heap->capacity)
		return 0;
	block = realloc(heap->block, timer_heap_bytes_for(capacity, arity));
	if (!block) /* what cannot be given back is kept */
		return capacity < heap->capacity ? 0 : -ENOMEM;
	/* Lines begin elsewhere in the new block, if it is another; a large one's never do. */
	if (heap->size && heap_padding(block) != before)
		memmove(block + heap_padding(block), block + before,
			timer_heap_end(heap, arity) * sizeof(*heap->slots));
	heap->block = block;
	heap->slots = (struct timer **)(void *)(block + heap_padding(block));
	heap->capacity = capacity;
	return 0;
}

CACHED_HEAP_INLINE size_t timer_heap_bytes(const struct timer_heap *heap, const unsigned arity)
{
	return heap->block ? timer_heap_bytes_for(heap->capacity, arity) : 0;
}

/* All of the heap's invariants: NULL, or what is broken. */
static inline const char *timer_heap_check(const struct timer_heap *heap, const unsigned arity)
{
	if (heap->size > heap->capacity)
		return "more timers than capacity";
	if ((uintptr_t)heap->slots % CACHED_HEAP_LINE)
		return "siblings do not share a cache line";
	for (size_t slot = heap_root(arity); slot < timer_heap_end(heap, arity); slot++) {
		const struct timer *timer = heap->slots[slot];

		if (timer->link.word[3] != slot)
			return "a timer's stored slot is not the slot that it is in";
		if (slot > heap_root(arity) &&
		    heap->slots[heap_parent(slot, arity)]->key > timer->key)
			return "a timer is due before its parent";
	}
	return NULL;
}

#endif
