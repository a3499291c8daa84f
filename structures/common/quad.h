/*
 * quad.h - the 4-ary heap of (key, timer) entries inside quad-heap and common-timeout
 *
 * The essay on what it is and why stands in quad-heap.c. Every timer in the heap has its place, the
 * slot that it is in, in link.word[3]; the rest of its link is its owner's. Not thread-safe, like
 * everything on this floor.
 */
#ifndef QUAD_H
#define QUAD_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../timer.h"

/* The root's slot, from which sibling groups begin at multiples of 4. Places below it are free for
 * an owner's own marks: 0 says "idle". */
#define QUAD_ROOT 3

/* The first capacity: the root and four lines of children. */
#define QUAD_FIRST_CAPACITY 17

#define QUAD_CACHE_LINE 64

struct quad_entry {
	uint64_t key;
	struct timer *timer;
};

struct quad {
	struct quad_entry *entries; /* [QUAD_ROOT..QUAD_ROOT+size-1]; above, keys are TIMER_NEVER */
	size_t size;
	size_t capacity; /* timers that fit: 1 more than a multiple of 4 */
};

/* Where the timer is in the heap. */
static inline uint64_t *quad_place(struct timer *timer)
{
	return &timer->link.word[3];
}

/* The slot after the last timer. */
static inline size_t quad_end(const struct quad *quad)
{
	return QUAD_ROOT + quad->size;
}

static inline size_t quad_parent(size_t slot)
{
	return slot / 4 + 2;
}

static inline size_t quad_children(size_t slot)
{
	return 4 * slot - 8;
}

/* Whether a timer is in the heap; for assertions. */
static inline bool quad_holds(const struct quad *quad, struct timer *timer)
{
	size_t slot = *quad_place(timer);

	return slot >= QUAD_ROOT && slot < quad_end(quad) && quad->entries[slot].timer == timer;
}

static inline void quad_put(struct quad *quad, size_t slot, struct quad_entry entry)
{
	quad->entries[slot] = entry;
	*quad_place(entry.timer) = slot;
}

/* Moves the hole at `slot` towards the root until `entry` fits, and puts it there. */
static inline void quad_sift_up(struct quad *quad, size_t slot, struct quad_entry entry)
{
	while (slot > QUAD_ROOT && quad->entries[quad_parent(slot)].key > entry.key) {
		quad_put(quad, slot, quad->entries[quad_parent(slot)]);
		slot = quad_parent(slot);
	}
	quad_put(quad, slot, entry);
}

/*
 * The least of four siblings, the first among equals, so that a free slot never stands for a timer
 * that never fires. Two rounds of a tournament, which compile to no branches.
 */
static inline size_t quad_least(const struct quad_entry *siblings)
{
	size_t low = siblings[1].key < siblings[0].key;
	size_t high = 2 + (siblings[3].key < siblings[2].key);

	return siblings[high].key < siblings[low].key ? high : low;
}

/* Moves the hole at `slot` towards the leaves until `entry` fits, and puts it there. */
static inline void quad_sift_down(struct quad *quad, size_t slot, struct quad_entry entry)
{
	for (;;) {
		size_t child = quad_children(slot);

		if (child >= quad_end(quad))
			break;
		child += quad_least(&quad->entries[child]);
		if (quad->entries[child].key >= entry.key)
			break;
		quad_put(quad, slot, quad->entries[child]);
		slot = child;
	}
	quad_put(quad, slot, entry);
}

static inline void quad_sift(struct quad *quad, size_t slot, struct quad_entry entry)
{
	if (slot > QUAD_ROOT && quad->entries[quad_parent(slot)].key > entry.key)
		quad_sift_up(quad, slot, entry);
	else
		quad_sift_down(quad, slot, entry);
}

/* Takes the last entry off the end. */
static inline struct quad_entry quad_take_last(struct quad *quad)
{
	struct quad_entry last;

	quad->size--;
	last = quad->entries[quad_end(quad)];
	quad->entries[quad_end(quad)].key = TIMER_NEVER;
	return last;
}

/* Puts a timer in; there is room. */
static inline void quad_push(struct quad *quad, struct timer *timer, uint64_t key)
{
	quad->size++;
	quad_sift_up(quad, quad_end(quad) - 1, (struct quad_entry){ key, timer });
}

/* Gives a timer in the heap another key. */
static inline void quad_move(struct quad *quad, struct timer *timer, uint64_t key)
{
	quad_sift(quad, *quad_place(timer), (struct quad_entry){ key, timer });
}

/* Takes a timer out: the last entry fills the hole and sinks or rises from there. */
static inline void quad_take_out(struct quad *quad, struct timer *timer)
{
	size_t slot = *quad_place(timer);
	struct quad_entry last = quad_take_last(quad);

	if (slot < quad_end(quad))
		quad_sift(quad, slot, last);
}

/*
 * Takes out the root. The line of children to come is only known when the least child is, so all
 * four that it can be are fetched while the four keys at hand are compared.
 */
static inline void quad_take_root(struct quad *quad)
{
	struct quad_entry last = quad_take_last(quad);
	size_t slot = QUAD_ROOT, child;

	if (!quad->size)
		return;
	while ((child = quad_children(slot)) < quad_end(quad)) {
		const struct quad_entry *grandchildren = quad->entries + quad_children(child);

		if (quad_children(child) + 12 < quad_end(quad))
			for (size_t line = 0; line < 4; line++)
				__builtin_prefetch(grandchildren + 4 * line);
		child += quad_least(&quad->entries[child]);
		if (quad->entries[child].key >= last.key)
			break;
		quad_put(quad, slot, quad->entries[child]);
		slot = child;
	}
	quad_put(quad, slot, last);
}

/* Room for n timers. 0, or -ENOMEM with nothing changed. */
static inline int quad_reserve(struct quad *quad, size_t n)
{
	size_t capacity = quad->capacity ? quad->capacity : QUAD_FIRST_CAPACITY;
	struct quad_entry *entries;

	if (n <= quad->capacity)
		return 0;
	if (n >= SIZE_MAX / sizeof(*entries) / 4)
		return -ENOMEM;
	while (capacity < n)
		capacity = 2 * capacity - 1; /* stays 1 more than a multiple of 4 */
	entries = aligned_alloc(QUAD_CACHE_LINE, (QUAD_ROOT + capacity) * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	if (quad->size)
		memcpy(entries + QUAD_ROOT, quad->entries + QUAD_ROOT,
		       quad->size * sizeof(*entries));
	for (size_t slot = quad_end(quad); slot < QUAD_ROOT + capacity; slot++)
		entries[slot].key = TIMER_NEVER;
	free(quad->entries);
	quad->entries = entries;
	quad->capacity = capacity;
	return 0;
}

static inline size_t quad_bytes(const struct quad *quad)
{
	return quad->entries ? (QUAD_ROOT + quad->capacity) * sizeof(*quad->entries) : 0;
}

/* All of the heap's invariants: NULL, or what is broken. */
static inline const char *quad_check(const struct quad *quad)
{
	if (quad->size > quad->capacity)
		return "more timers than capacity";
	if ((uintptr_t)quad->entries % QUAD_CACHE_LINE)
		return "siblings do not share a cache line";
	for (size_t slot = QUAD_ROOT; slot < quad_end(quad); slot++) {
		const struct quad_entry *entry = &quad->entries[slot];

		if (*quad_place(entry->timer) != slot)
			return "a timer's place is not where it is";
		if (entry->key != entry->timer->key)
			return "a cached key is not its timer's";
		if (slot > QUAD_ROOT && quad->entries[quad_parent(slot)].key > entry->key)
			return "a timer is due before its parent";
	}
	for (size_t slot = quad_end(quad); quad->entries && slot < QUAD_ROOT + quad->capacity;
	     slot++)
		if (quad->entries[slot].key != TIMER_NEVER)
			return "a free slot has a key";
	return NULL;
}

#endif
