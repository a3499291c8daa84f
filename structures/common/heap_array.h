/*
 * heap_array.h - the array of a d-ary heap: which slots belong together, and its memory
 *
 * A d-ary heap is a complete tree in an array. This header has what heaps of pointers
 * (timer_heap.h) and heaps with cached keys (cached_heap.h) have in common.
 *
 * The arity D, a power of two from 2 to 16, is an argument of every function that depends on it.
 * These functions are inline and their callers pass a constant, so the compiler makes separate code
 * for each arity.
 *
 * The root is at slot D - 1, so that siblings begin at multiples of D. If the array begins at a
 * cache line, as struct heap_array does, siblings of up to 64 bytes share one line.
 */
#ifndef HEAP_ARRAY_H
#define HEAP_ARRAY_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../timer.h"

#define HEAP_INLINE   static inline __attribute__((always_inline))
#define HEAP_LINE     64
#define HEAP_CAPACITY 17 /* the first capacity: the root and 16 others, whole families for each D */

/*
 * Returns the word of a timer's link in which the heap stores the timer's slot. Values below the
 * root's slot are free for marks of the heap's owner; 0 is idle. The word is next to the key, so
 * that in most objects one cache line has both.
 */
HEAP_INLINE uint64_t *heap_place(struct timer *timer)
{
	return &timer->link.word[0];
}

HEAP_INLINE size_t heap_root(const unsigned arity)
{
	return arity - 1;
}

HEAP_INLINE size_t heap_parent(size_t slot, const unsigned arity)
{
	return slot / arity + arity - 2;
}

/* Returns the first of a slot's children. */
HEAP_INLINE size_t heap_children(size_t slot, const unsigned arity)
{
	return arity * (slot - arity + 2);
}

/*
 * An array that begins at a cache line. It grows by realloc, which moves a large array by
 * exchanging pages. Nothing beyond the last family is touched, because a copy of unused slots would
 * be most of the cost of growing.
 */
struct heap_array {
	void *slots;	 /* slot 0, at the beginning of the block's first whole cache line */
	char *block;	 /* as realloc returned it */
	size_t capacity; /* entries that fit: 1 more than a multiple of 16, so whole families */
};

/*
 * Returns the capacity for n timers: the present one, or one that is 1 more than a multiple of 16.
 * It grows when n timers do not fit. When a quarter of it would be enough, it shrinks to the
 * capacity for twice as many timers. So it does not grow or shrink again before n has doubled or
 * halved.
 */
static inline size_t heap_capacity_for(size_t capacity, size_t n)
{
	bool shrinks = n <= capacity / 4 && capacity > HEAP_CAPACITY;

	if (n <= capacity && !shrinks)
		return capacity;
	if (shrinks || !capacity)
		capacity = HEAP_CAPACITY;
	if (shrinks)
		n *= 2;
	while (capacity < n)
		capacity = 2 * capacity - 1;
	return capacity;
}

/* Returns the bytes of the block. The bytes before its first whole cache line are not used. */
static inline size_t heap_bytes_for(size_t capacity, size_t entry, const unsigned arity)
{
	return (heap_root(arity) + capacity) * entry + HEAP_LINE;
}

static inline size_t heap_padding(const char *block)
{
	return -(uintptr_t)block % HEAP_LINE;
}

/*
 * Makes room for n entries, or for the `size` present entries if they are more. `entry` is the
 * bytes of one entry. Returns 0, or -ENOMEM with nothing changed.
 */
static inline int heap_array_reserve(struct heap_array *array, size_t n, size_t size, size_t entry,
				     const unsigned arity)
{
	size_t capacity, before = array->block ? heap_padding(array->block) : 0;
	size_t families = (heap_root(arity) + size + arity - 1) / arity;
	char *block;

	if (n >= SIZE_MAX / entry / 4)
		return -ENOMEM;
	capacity = heap_capacity_for(array->capacity, n > size ? n : size);
	if (capacity == array->capacity)
		return 0;
	block = realloc(array->block, heap_bytes_for(capacity, entry, arity));
	if (!block) /* if the block cannot shrink, it stays */
		return capacity < array->capacity ? 0 : -ENOMEM;
	/*
	 * In a new block, the cache lines may begin at another offset. In a large block they never
	 * do.
	 */
	if (size && heap_padding(block) != before)
		memmove(block + heap_padding(block), block + before, families * arity * entry);
	array->block = block;
	array->slots = block + heap_padding(block);
	array->capacity = capacity;
	return 0;
}

static inline size_t heap_array_bytes(const struct heap_array *array, size_t entry,
				      const unsigned arity)
{
	return array->block ? heap_bytes_for(array->capacity, entry, arity) : 0;
}

/* Checks the array's invariants. Returns NULL, or what is broken. */
static inline const char *heap_array_check(const struct heap_array *array, size_t size)
{
	if (size > array->capacity)
		return "more timers than capacity";
	if ((uintptr_t)array->slots % HEAP_LINE)
		return "siblings do not share a cache line";
	return NULL;
}

#endif
