/*
 * cached_heap.h - d-ary heaps of (key, timer) entries: the keys beside the pointers
 *
 * quad-heap, cached-binary-heap, dary-heap and common-timeout have this heap in common. Their
 * essays say what it is good for. Comparisons read only the array. Every timer in the heap stores
 * the slot that it is in (heap_place); the rest of the link is for the heap's owner. As in
 * heap_array.h, the arity is an argument that callers pass as a constant.
 *
 * Free slots after the last timer, up to the end of its family of siblings, have the key
 * TIMER_NEVER. So the search for the least of D children need not count them.
 */
#ifndef CACHED_HEAP_H
#define CACHED_HEAP_H

#include "heap_array.h"

struct heap_entry {
	uint64_t key;
	struct timer *timer;
};

struct cached_heap {
	struct heap_entry *entries; /* slots of the array: [root..root+size-1] are timers */
	size_t size;
	struct heap_array array;
};

/* Returns the slot after the last timer. */
HEAP_INLINE size_t heap_end(const struct cached_heap *heap, const unsigned arity)
{
	return heap_root(arity) + heap->size;
}

/* Returns whether a timer is in the heap. For assertions. */
HEAP_INLINE bool heap_holds(const struct cached_heap *heap, struct timer *timer,
			    const unsigned arity)
{
	size_t slot = *heap_place(timer);

	return slot >= heap_root(arity) && slot < heap_end(heap, arity) &&
	       heap->entries[slot].timer == timer;
}

HEAP_INLINE void heap_put(struct cached_heap *heap, size_t slot, struct heap_entry entry)
{
	heap->entries[slot] = entry;
	*heap_place(entry.timer) = slot;
}

/* Moves the hole at `slot` towards the root until `entry` fits, and puts it there. */
HEAP_INLINE void heap_sift_up(struct cached_heap *heap, size_t slot, struct heap_entry entry,
			      const unsigned arity)
{
	while (slot > heap_root(arity) && heap->entries[heap_parent(slot, arity)].key > entry.key) {
		heap_put(heap, slot, heap->entries[heap_parent(slot, arity)]);
		slot = heap_parent(slot, arity);
	}
	heap_put(heap, slot, entry);
}

/*
 * These functions return the index of the least of D siblings, the first among equals. So a free
 * slot is never taken instead of a timer that is armed for TIMER_NEVER. They are rounds of a
 * tournament, which compile to code without branches.
 */
HEAP_INLINE size_t heap_least_of_2(const struct heap_entry *siblings)
{
	return siblings[1].key < siblings[0].key;
}

HEAP_INLINE size_t heap_least_of_4(const struct heap_entry *siblings)
{
	size_t low = heap_least_of_2(siblings), high = 2 + heap_least_of_2(siblings + 2);

	return siblings[high].key < siblings[low].key ? high : low;
}

HEAP_INLINE size_t heap_least_of_8(const struct heap_entry *siblings)
{
	size_t low = heap_least_of_4(siblings), high = 4 + heap_least_of_4(siblings + 4);

	return siblings[high].key < siblings[low].key ? high : low;
}

HEAP_INLINE size_t heap_least_of_16(const struct heap_entry *siblings)
{
	size_t low = heap_least_of_8(siblings), high = 8 + heap_least_of_8(siblings + 8);

	return siblings[high].key < siblings[low].key ? high : low;
}

HEAP_INLINE size_t heap_least_of(const struct heap_entry *siblings, const unsigned arity)
{
	return arity == 2   ? heap_least_of_2(siblings)
	       : arity == 4 ? heap_least_of_4(siblings)
	       : arity == 8 ? heap_least_of_8(siblings)
			    : heap_least_of_16(siblings);
}

/*
 * Returns the slot of the least of the family that begins at slot `first`. The sifts get such a
 * function as an argument. Callers pass a constant, so the compiler inlines the call.
 */
typedef size_t heap_least_function(const struct cached_heap *heap, size_t first,
				   const unsigned arity);

HEAP_INLINE size_t heap_least(const struct cached_heap *heap, size_t first, const unsigned arity)
{
	return first + heap_least_of(&heap->entries[first], arity);
}

/* Prefetches the children of D siblings, of which `child` is the first. */
HEAP_INLINE void heap_fetch_grandchildren(const struct cached_heap *heap, size_t child,
					  const unsigned arity)
{
	const size_t per_line = HEAP_LINE / sizeof(struct heap_entry);
	size_t first = heap_children(child, arity);

	/* Prefetches all D families or none. The families of 16 siblings would be 64 lines. */
	if (arity > 8 || first + arity * arity - arity >= heap_end(heap, arity))
		return;
	for (size_t slot = 0; slot < arity * arity; slot += per_line)
		__builtin_prefetch(heap->entries + first + slot);
}

/*
 * Returns as heap_least does. The family of the next level is known only when the least child is
 * known. So all families that it may be are prefetched before the keys are compared.
 */
HEAP_INLINE size_t heap_least_and_fetch(const struct cached_heap *heap, size_t first,
					const unsigned arity)
{
	heap_fetch_grandchildren(heap, first, arity);
	return heap_least(heap, first, arity);
}

/* Moves the hole at `slot` towards the leaves until `entry` fits, and puts it there. */
HEAP_INLINE void heap_sift_down(struct cached_heap *heap, size_t slot, struct heap_entry entry,
				const unsigned arity, heap_least_function *least)
{
	size_t child;

	while ((child = heap_children(slot, arity)) < heap_end(heap, arity)) {
		child = least(heap, child, arity);
		if (heap->entries[child].key >= entry.key)
			break;
		heap_put(heap, slot, heap->entries[child]);
		slot = child;
	}
	heap_put(heap, slot, entry);
}

/* Moves the hole at `slot` up or down until `entry` fits, and puts it there. */
HEAP_INLINE void heap_sift(struct cached_heap *heap, size_t slot, struct heap_entry entry,
			   const unsigned arity, heap_least_function *least)
{
	if (slot > heap_root(arity) && heap->entries[heap_parent(slot, arity)].key > entry.key)
		heap_sift_up(heap, slot, entry, arity);
	else
		heap_sift_down(heap, slot, entry, arity, least);
}

/* Puts a timer in. The array must have room for it. */
HEAP_INLINE void heap_push(struct cached_heap *heap, struct timer *timer, uint64_t key,
			   const unsigned arity)
{
	size_t slot = heap_end(heap, arity);

	/*
	 * If the slot is the first of its family, the other slots of the family have no keys yet.
	 */
	for (unsigned i = 1; slot % arity == 0 && i < arity; i++)
		heap->entries[slot + i].key = TIMER_NEVER;
	heap->size++;
	heap_sift_up(heap, slot, (struct heap_entry){ key, timer }, arity);
}

/* Takes out the entry at `slot`. The last entry fills the hole and sifts down or up from there. */
HEAP_INLINE void heap_take_out_at(struct cached_heap *heap, size_t slot, const unsigned arity,
				  heap_least_function *least)
{
	struct heap_entry last;

	heap->size--;
	last = heap->entries[heap_end(heap, arity)];
	heap->entries[heap_end(heap, arity)].key = TIMER_NEVER;
	if (slot < heap_end(heap, arity))
		heap_sift(heap, slot, last, arity, least);
}

/* Gives a timer in the heap another key. */
HEAP_INLINE void heap_move(struct cached_heap *heap, struct timer *timer, uint64_t key,
			   const unsigned arity)
{
	heap_sift(heap, *heap_place(timer), (struct heap_entry){ key, timer }, arity, heap_least);
}

/* Takes out a timer that may be anywhere in the heap. */
HEAP_INLINE void heap_take_out(struct cached_heap *heap, struct timer *timer, const unsigned arity)
{
	heap_take_out_at(heap, *heap_place(timer), arity, heap_least);
}

/*
 * Takes out the root. The hole usually moves down to the leaves, so the families on the way are
 * prefetched.
 */
HEAP_INLINE void heap_take_root(struct cached_heap *heap, const unsigned arity)
{
	heap_take_out_at(heap, heap_root(arity), arity, heap_least_and_fetch);
}

/* Makes room as heap_array_reserve does, and returns the same errors. */
static inline int heap_reserve(struct cached_heap *heap, size_t n, const unsigned arity)
{
	int result = heap_array_reserve(&heap->array, n, heap->size, sizeof(*heap->entries), arity);

	heap->entries = heap->array.slots;
	return result;
}

static inline size_t heap_bytes(const struct cached_heap *heap, const unsigned arity)
{
	return heap_array_bytes(&heap->array, sizeof(*heap->entries), arity);
}

/* Checks all of the heap's invariants. Returns NULL, or what is broken. */
static inline const char *heap_check(const struct cached_heap *heap, const unsigned arity)
{
	const char *broken = heap_array_check(&heap->array, heap->size);

	for (size_t slot = heap_root(arity); slot < heap_end(heap, arity) && !broken; slot++) {
		const struct heap_entry *entry = &heap->entries[slot];

		if (*heap_place(entry->timer) != slot)
			return "a timer's stored slot is not the slot that it is in";
		if (entry->key != entry->timer->key)
			return "a cached key is not its timer's";
		if (slot > heap_root(arity) &&
		    heap->entries[heap_parent(slot, arity)].key > entry->key)
			return "a timer is due before its parent";
	}
	for (size_t slot = heap_end(heap, arity); slot % arity && heap->size && !broken; slot++)
		if (heap->entries[slot].key != TIMER_NEVER)
			return "a free slot has a key";
	return broken;
}

/* Checks as heap_check does, and also that no key is after its timer's deadline. */
static inline const char *heap_check_filed(const struct cached_heap *heap, const unsigned arity)
{
	const char *broken = heap_check(heap, arity);

	for (size_t slot = heap_root(arity); slot < heap_end(heap, arity) && !broken; slot++)
		if (heap->entries[slot].key > heap->entries[slot].timer->deadline)
			return "a timer is filed after its deadline";
	return broken;
}

#endif
