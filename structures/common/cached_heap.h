/*
 * cached_heap.h - d-ary heaps of (key, timer) entries: the keys beside the pointers
 *
 * What quad-heap, cached-binary-heap, dary-heap and common-timeout have in common; the essays say
 * what it is good for. Comparisons read the array alone. Every timer in the heap has its place, the
 * slot that it is in, in link.word[3]; the rest of its link is its owner's.
 *
 * The arity D, a power of two from 2 to 16, is an argument of every function. They are inline and
 * their callers pass a constant, so each heap has code of its own in which D is folded away.
 *
 * The root is at slot D - 1, so that siblings begin at multiples of D: with entries of 16 bytes
 * four of them share a 64-byte line, eight take two. Where the last timer has later siblings, these
 * hold the key TIMER_NEVER, so finding the least of D children needs no thought of how many there
 * are.
 *
 * The array grows by realloc, which moves a large one by exchanging pages, and nothing beyond the
 * last family is ever touched: at a million timers, where growing is a fifth of what it costs to
 * arm them, a copy and a fill of what may never be used would be most of that.
 */
#ifndef CACHED_HEAP_H
#define CACHED_HEAP_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../timer.h"

#define CACHED_HEAP_LINE     64
#define CACHED_HEAP_INLINE   static inline __attribute__((always_inline))
#define CACHED_HEAP_CAPACITY 17 /* the first: the root and 16 others, whole families for each D */

struct heap_entry {
	uint64_t key;
	struct timer *timer;
};

struct cached_heap {
	struct heap_entry
		*entries; /* [root..root+size-1], and TIMER_NEVER up to their family's end */
	char *block;	  /* as allocated: the entries begin at its first whole line */
	size_t size;
	size_t capacity; /* timers that fit: 1 more than a multiple of 16 */
};

/* Where the timer is in the heap. Slots below the root are free for an owner's marks; 0 is idle. */
CACHED_HEAP_INLINE uint64_t *heap_place(struct timer *timer)
{
	return &timer->link.word[3];
}

CACHED_HEAP_INLINE size_t heap_root(const unsigned arity)
{
	return arity - 1;
}

/* The slot after the last timer. */
CACHED_HEAP_INLINE size_t heap_end(const struct cached_heap *heap, const unsigned arity)
{
	return heap_root(arity) + heap->size;
}

CACHED_HEAP_INLINE size_t heap_parent(size_t slot, const unsigned arity)
{
	return slot / arity + arity - 2;
}

CACHED_HEAP_INLINE size_t heap_children(size_t slot, const unsigned arity)
{
	return arity * (slot - arity + 2);
}

/* Whether a timer is in the heap; for assertions. */
CACHED_HEAP_INLINE bool heap_holds(const struct cached_heap *heap, struct timer *timer,
				   const unsigned arity)
{
	size_t slot = *heap_place(timer);

	return slot >= heap_root(arity) && slot < heap_end(heap, arity) &&
	       heap->entries[slot].timer == timer;
}

CACHED_HEAP_INLINE void heap_put(struct cached_heap *heap, size_t slot, struct heap_entry entry)
{
	heap->entries[slot] = entry;
	*heap_place(entry.timer) = slot;
}

/* Moves the hole at `slot` towards the root until `entry` fits, and puts it there. */
CACHED_HEAP_INLINE void heap_sift_up(struct cached_heap *heap, size_t slot, struct heap_entry entry,
				     const unsigned arity)
{
	while (slot > heap_root(arity) && heap->entries[heap_parent(slot, arity)].key > entry.key) {
		heap_put(heap, slot, heap->entries[heap_parent(slot, arity)]);
		slot = heap_parent(slot, arity);
	}
	heap_put(heap, slot, entry);
}

/*
 * The least of D siblings, the first among equals, so that a free slot never stands for a timer
 * that never fires. Rounds of a tournament, which compile to no branches.
 */
CACHED_HEAP_INLINE size_t heap_least_of_2(const struct heap_entry *siblings)
{
	return siblings[1].key < siblings[0].key;
}

CACHED_HEAP_INLINE size_t heap_least_of_4(const struct heap_entry *siblings)
{
	size_t low = heap_least_of_2(siblings), high = 2 + heap_least_of_2(siblings + 2);

	return siblings[high].key < siblings[low].key ? high : low;
}

CACHED_HEAP_INLINE size_t heap_least_of_8(const struct heap_entry *siblings)
{
	size_t low = heap_least_of_4(siblings), high = 4 + heap_least_of_4(siblings + 4);

	return siblings[high].key < siblings[low].key ? high : low;
}

CACHED_HEAP_INLINE size_t heap_least_of_16(const struct heap_entry *siblings)
{
	size_t low = heap_least_of_8(siblings), high = 8 + heap_least_of_8(siblings + 8);

	return siblings[high].key < siblings[low].key ? high : low;
}

CACHED_HEAP_INLINE size_t heap_least(const struct heap_entry *siblings, const unsigned arity)
{
	return arity == 2   ? heap_least_of_2(siblings)
	       : arity == 4 ? heap_least_of_4(siblings)
	       : arity == 8 ? heap_least_of_8(siblings)
			    : heap_least_of_16(siblings);
}

/* Moves the hole at `slot` towards the leaves until `entry` fits, and puts it there. */
CACHED_HEAP_INLINE void heap_sift_down(struct cached_heap *heap, size_t slot,
				       struct heap_entry entry, const unsigned arity)
{
	for (;;) {
		size_t child = heap_children(slot, arity);

		if (child >= heap_end(heap, arity))
			break;
		child += heap_least(&heap->entries[child], arity);
		if (heap->entries[child].key >= entry.key)
			break;
		heap_put(heap, slot, heap->entries[child]);
		slot = child;
	}
	heap_put(heap, slot, entry);
}

CACHED_HEAP_INLINE void heap_sift(struct cached_heap *heap, size_t slot, struct heap_entry entry,
				  const unsigned arity)
{
	if (slot > heap_root(arity) && heap->entries[heap_parent(slot, arity)].key > entry.key)
		heap_sift_up(heap, slot, entry, arity);
	else
		heap_sift_down(heap, slot, entry, arity);
}

/* Takes the last entry off the end. */
CACHED_HEAP_INLINE struct heap_entry heap_take_last(struct cached_heap *heap, const unsigned arity)
{
	struct heap_entry last;

	heap->size--;
	last = heap->entries[heap_end(heap, arity)];
	heap->entries[heap_end(heap, arity)].key = TIMER_NEVER;
	return last;
}

/* Puts a timer in; there is room. */
CACHED_HEAP_INLINE void heap_push(struct cached_heap *heap, struct timer *timer, uint64_t key,
				  const unsigned arity)
{
	size_t slot = heap_end(heap, arity);

	/* The first of a family: the others are not there yet. */
	for (unsigned i = 1; slot % arity == 0 && i < arity; i++)
		heap->entries[slot + i].key = TIMER_NEVER;
	heap->size++;
	heap_sift_up(heap, slot, (struct heap_entry){ key, timer }, arity);
}

/* Gives a timer in the heap another key. */
CACHED_HEAP_INLINE void heap_move(struct cached_heap *heap, struct timer *timer, uint64_t key,
				  const unsigned arity)
{
	heap_sift(heap, *heap_place(timer), (struct heap_entry){ key, timer }, arity);
}

/* Takes a timer out: the last entry fills the hole and sinks or rises from there. */
CACHED_HEAP_INLINE void heap_take_out(struct cached_heap *heap, struct timer *timer,
				      const unsigned arity)
{
	size_t slot = *heap_place(timer);
	struct heap_entry last = heap_take_last(heap, arity);

	if (slot < heap_end(heap, arity))
		heap_sift(heap, slot, last, arity);
}

/* Fetches the families of all D children, of which the least one's comes next. */
CACHED_HEAP_INLINE void heap_fetch_grandchildren(const struct cached_heap *heap, size_t child,
						 const unsigned arity)
{
	const size_t per_line = CACHED_HEAP_LINE / sizeof(struct heap_entry);
	size_t first = heap_children(child, arity);

	/*
	 * All or nothing: at the fringe little is to be had. Of 16 children it would be 64 lines.
	 */
	if (arity > 8 || first + arity * arity - arity >= heap_end(heap, arity))
		return;
	for (size_t slot = 0; slot < arity * arity; slot += per_line)
		__builtin_prefetch(heap->entries + first + slot);
}

/*
 * Takes out the root. The family to come is only known when the least child is, so all that it can
 * be are fetched while the keys at hand are compared.
 */
CACHED_HEAP_INLINE void heap_take_root(struct cached_heap *heap, const unsigned arity)
{
	struct heap_entry last = heap_take_last(heap, arity);
	size_t slot = heap_root(arity), child;

	if (!heap->size)
		return;
	while ((child = heap_children(slot, arity)) < heap_end(heap, arity)) {
		heap_fetch_grandchildren(heap, child, arity);
		child += heap_least(&heap->entries[child], arity);
		if (heap->entries[child].key >= last.key)
			break;
		heap_put(heap, slot, heap->entries[child]);
		slot = child;
	}
	heap_put(heap, slot, last);
}

/*
 * The capacity that is to hold n timers, which are no fewer than there are: 1 more than a multiple
 * of 16. It grows when they do not fit. When a quarter of it would do, it shrinks to what holds
 * twice as many, so that neither happens again before n has doubled or halved.
 */
static inline size_t heap_capacity_for(size_t capacity, size_t n)
{
	bool shrinks = n <= capacity / 4 && capacity > CACHED_HEAP_CAPACITY;

	if (n <= capacity && !shrinks)
		return capacity;
	if (shrinks || !capacity)
		capacity = CACHED_HEAP_CAPACITY;
	if (shrinks)
		n *= 2;
	while (capacity < n)
		capacity = 2 * capacity - 1;
	return capacity;
}

/* Of the block: what comes before its first whole line is lost. */
CACHED_HEAP_INLINE size_t heap_bytes_for(size_t capacity, const unsigned arity)
{
	return (heap_root(arity) + capacity) * sizeof(struct heap_entry) + CACHED_HEAP_LINE;
}

static inline size_t heap_padding(const char *block)
{
	return -(uintptr_t)block % CACHED_HEAP_LINE;
}

/* Room for n timers, and for those that there are. 0, or -ENOMEM with nothing changed. */
CACHED_HEAP_INLINE int heap_reserve(struct cached_heap *heap, size_t n, const unsigned arity)
{
	size_t capacity, before = heap->block ? heap_padding(heap->block) : 0;
	char *block;

	if (n >= SIZE_MAX / sizeof(*heap->entries) / 4)
		return -ENOMEM;
	capacity = heap_capacity_for(heap->capacity, n > heap->size ? n : heap->size);
	if (capacity == heap->capacity)
		return 0;
	block = realloc(heap->block, heap_bytes_for(capacity, arity));
	if (!block) /* what cannot be given back is kept */
		return capacity < heap->capacity ? 0 : -ENOMEM;
	/* Lines begin elsewhere in the new block, if it is another; a large one's never do. */
	if (heap->size && heap_padding(block) != before)
		memmove(block + heap_padding(block), block + before,
			(heap_end(heap, arity) + arity - 1) / arity * arity *
				sizeof(*heap->entries));
	heap->block = block;
	heap->entries = (struct heap_entry *)(void *)(block + heap_padding(block));
	heap->capacity = capacity;
	return 0;
}

CACHED_HEAP_INLINE size_t heap_bytes(const struct cached_heap *heap, const unsigned arity)
{
	return heap->block ? heap_bytes_for(heap->capacity, arity) : 0;
}

/* All of the heap's invariants: NULL, or what is broken. */
static inline const char *heap_check(const struct cached_heap *heap, const unsigned arity)
{
	if (heap->size > heap->capacity)
		return "more timers than capacity";
	if ((uintptr_t)heap->entries % CACHED_HEAP_LINE)
		return "siblings do not share a cache line";
	for (size_t slot = heap_root(arity); slot < heap_end(heap, arity); slot++) {
		const struct heap_entry *entry = &heap->entries[slot];

		if (*heap_place(entry->timer) != slot)
			return "a timer's stored slot is not the slot that it is in";
		if (entry->key != entry->timer->key)
			return "a cached key is not its timer's";
		if (slot > heap_root(arity) &&
		    heap->entries[heap_parent(slot, arity)].key > entry->key)
			return "a timer is due before its parent";
	}
	for (size_t slot = heap_end(heap, arity); slot % arity && heap->size; slot++)
		if (heap->entries[slot].key != TIMER_NEVER)
			return "a free slot has a key";
	return NULL;
}

#endif
