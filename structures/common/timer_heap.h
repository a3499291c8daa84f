/*
 * timer_heap.h - d-ary heaps of pointers: every comparison reads the keys in the timers
 *
 * binary-heap is such a heap with two children. dary-heap with keys=timer is such a heap with 2 to
 * 16 children. Each timer stores the slot that it is in (heap_place), so that it is found without a
 * search. The owner allocates the array. The owner also sets a timer's key before it puts the timer
 * in or moves it. As in heap_array.h, the arity is an argument that callers pass as a constant.
 *
 * cached_heap.h has the sifts for entries of (key, timer). One code for both kinds would be less
 * readable, because they differ in how they find the least child. In a cached heap, free slots have
 * the key TIMER_NEVER, so siblings need not be counted, and a tournament compares them in the
 * array. In a heap of pointers, a free slot has no key, so the siblings must be counted. Each
 * comparison may wait for a timer's cache line, so it matters whether the processor can continue by
 * branch prediction.
 */
#ifndef TIMER_HEAP_H
#define TIMER_HEAP_H

#include "heap_array.h"

struct timer_heap {
	struct timer **slots; /* [root..root+size-1] */
	size_t size;
	size_t capacity; /* timers that fit into the array */
};

/* Returns the slot after the last timer. */
HEAP_INLINE size_t timer_heap_end(const struct timer_heap *heap, const unsigned arity)
{
	return heap_root(arity) + heap->size;
}

/* Returns whether a timer is in the heap. For assertions. */
HEAP_INLINE bool timer_heap_holds(const struct timer_heap *heap, struct timer *timer,
				  const unsigned arity)
{
	size_t slot = *heap_place(timer);

	return slot >= heap_root(arity) && slot < timer_heap_end(heap, arity) &&
	       heap->slots[slot] == timer;
}

HEAP_INLINE void timer_heap_put(struct timer_heap *heap, size_t slot, struct timer *timer)
{
	heap->slots[slot] = timer;
	*heap_place(timer) = slot;
}

/* Moves the hole at `slot` towards the root until `timer` fits, and puts it there. */
HEAP_INLINE void timer_heap_sift_up(struct timer_heap *heap, size_t slot, struct timer *timer,
				    const unsigned arity)
{
	while (slot > heap_root(arity) && heap->slots[heap_parent(slot, arity)]->key > timer->key) {
		timer_heap_put(heap, slot, heap->slots[heap_parent(slot, arity)]);
		slot = heap_parent(slot, arity);
	}
	timer_heap_put(heap, slot, timer);
}

/*
 * Returns the slot of the least of the siblings from `first` on, the first among equals. There is
 * at least one sibling. `end` is the slot after the last timer. With two siblings a branch decides:
 * the processor predicts it, and goes on to the next level while the keys are still on their way
 * from memory. With more siblings the prediction would be wrong too often, so that code has no
 * branches.
 */
HEAP_INLINE size_t timer_heap_least(const struct timer_heap *heap, size_t first, size_t end,
				    const unsigned arity)
{
	size_t least = first;
	uint64_t key = heap->slots[first]->key;

	if (arity == 2)
		return first + 1 < end && heap->slots[first + 1]->key < key ? first + 1 : first;
	if (end > first + arity)
		end = first + arity;
	for (size_t slot = first + 1; slot < end; slot++) {
		uint64_t other = heap->slots[slot]->key;

		least = other < key ? slot : least;
		key = other < key ? other : key;
	}
	return least;
}

/* Moves the hole at `slot` towards the leaves until `timer` fits, and puts it there. */
HEAP_INLINE void timer_heap_sift_down(struct timer_heap *heap, size_t slot, struct timer *timer,
				      const unsigned arity)
{
	const size_t end = timer_heap_end(heap, arity);
	size_t child;

	while ((child = heap_children(slot, arity)) < end) {
		child = timer_heap_least(heap, child, end, arity);
		if (heap->slots[child]->key >= timer->key)
			break;
		timer_heap_put(heap, slot, heap->slots[child]);
		slot = child;
	}
	timer_heap_put(heap, slot, timer);
}

/* Moves the hole at `slot` up or down until `timer` fits, and puts it there. */
HEAP_INLINE void timer_heap_sift(struct timer_heap *heap, size_t slot, struct timer *timer,
				 const unsigned arity)
{
	if (slot > heap_root(arity) && heap->slots[heap_parent(slot, arity)]->key > timer->key)
		timer_heap_sift_up(heap, slot, timer, arity);
	else
		timer_heap_sift_down(heap, slot, timer, arity);
}

/* Puts a timer in. The array must have room for it. */
HEAP_INLINE void timer_heap_push(struct timer_heap *heap, struct timer *timer, const unsigned arity)
{
	timer_heap_sift_up(heap, timer_heap_end(heap, arity), timer, arity);
	heap->size++;
}

/* Takes out the timer at `slot`. The last timer fills the hole and sifts down or up from there. */
HEAP_INLINE void timer_heap_take_out(struct timer_heap *heap, size_t slot, const unsigned arity)
{
	struct timer *last;

	heap->size--;
	last = heap->slots[timer_heap_end(heap, arity)];
	if (slot < timer_heap_end(heap, arity))
		timer_heap_sift(heap, slot, last, arity);
}

/* Checks all of the heap's invariants. Returns NULL, or what is broken. */
static inline const char *timer_heap_check(const struct timer_heap *heap, const unsigned arity)
{
	if (heap->size > heap->capacity)
		return "more timers than capacity";
	for (size_t slot = heap_root(arity); slot < timer_heap_end(heap, arity); slot++) {
		struct timer *timer = heap->slots[slot];

		if (*heap_place(timer) != slot)
			return "a timer's stored slot is not the slot that it is in";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (slot > heap_root(arity) &&
		    heap->slots[heap_parent(slot, arity)]->key > timer->key)
			return "a timer is due before its parent";
	}
	return NULL;
}

#endif
