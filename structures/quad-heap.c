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
 * DEPARTURES. Keys are integers where libev has doubles. Taking out the root moves the hole down to
 * a leaf without looking at the entry that fills it, and that entry up again (Wegener 1993): it comes
 * from the bottom and nearly always goes back there. libev sifts it down and stops where it fits.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timer.h"

/* The root's slot, from which sibling groups begin at multiples of 4. Place 0 says "idle". */
#define ROOT 3

/* The first capacity: the root and four lines of children. */
#define FIRST_CAPACITY 17

#define CACHE_LINE 64

/* A disarmed timer is in no slot, but removing it is legal, which removing an idle one is not. */
#define DISARMED UINT64_MAX

struct entry {
	uint64_t key;
	struct timer *timer;
};

struct quad_heap {
	struct entry *entries; /* entries[ROOT..ROOT+size-1]; above them keys are TIMER_NEVER */
	size_t size;
	size_t capacity; /* timers that fit: 1 more than a multiple of 4 */
};

static struct quad_heap *heap_of(const struct timer_set *set)
{
	return (struct quad_heap *)set;
}

/* The slot after the last timer. */
static size_t end_of(const struct quad_heap *heap)
{
	return ROOT + heap->size;
}

static size_t parent_of(size_t slot)
{
	return slot / 4 + 2;
}

static size_t children_of(size_t slot)
{
	return 4 * slot - 8;
}

/* Only assertions ask. */
static __attribute__((unused)) bool armed(const struct quad_heap *heap, const struct timer *timer)
{
	size_t slot = timer->link.word[0];

	return slot >= ROOT && slot < end_of(heap) && heap->entries[slot].timer == timer;
}

static void place(struct quad_heap *heap, size_t slot, struct entry entry)
{
	heap->entries[slot] = entry;
	entry.timer->link.word[0] = slot;
}

/* Moves the hole at `slot` towards the root until `entry` fits, and puts it there. */
static void sift_up(struct quad_heap *heap, size_t slot, struct entry entry)
{
	while (slot > ROOT && heap->entries[parent_of(slot)].key > entry.key) {
		place(heap, slot, heap->entries[parent_of(slot)]);
		slot = parent_of(slot);
	}
	place(heap, slot, entry);
}

/*
 * The least of four siblings, the first among equals, so that a free slot never stands for a timer
 * that never fires. Two rounds of a tournament, which compile to no branches.
 */
static size_t least_of(const struct entry *siblings)
{
	size_t low = siblings[1].key < siblings[0].key;
	size_t high = 2 + (siblings[3].key < siblings[2].key);

	return siblings[high].key < siblings[low].key ? high : low;
}

/* Moves the hole at `slot` towards the leaves until `entry` fits, and puts it there. */
static void sift_down(struct quad_heap *heap, size_t slot, struct entry entry)
{
	for (;;) {
		size_t child = children_of(slot);

		if (child >= end_of(heap))
			break;
		child += least_of(&heap->entries[child]);
		if (heap->entries[child].key >= entry.key)
			break;
		place(heap, slot, heap->entries[child]);
		slot = child;
	}
	place(heap, slot, entry);
}

static void sift(struct quad_heap *heap, size_t slot, struct entry entry)
{
	if (slot > ROOT && heap->entries[parent_of(slot)].key > entry.key)
		sift_up(heap, slot, entry);
	else
		sift_down(heap, slot, entry);
}

/* Takes the last entry off the end. */
static struct entry take_last(struct quad_heap *heap)
{
	struct entry last;

	heap->size--;
	last = heap->entries[end_of(heap)];
	heap->entries[end_of(heap)].key = TIMER_NEVER;
	return last;
}

/* Takes out what is at `slot`: the last entry fills the hole and sinks or rises from there. */
static void take_out(struct quad_heap *heap, size_t slot)
{
	struct entry last = take_last(heap);

	if (slot < end_of(heap))
		sift(heap, slot, last);
}

/*
 * Takes out the root. The line of children to come is only known when the least child is, so all
 * four that it can be are fetched while the four keys at hand are compared.
 */
static void take_root(struct quad_heap *heap)
{
	struct entry last = take_last(heap);
	size_t slot = ROOT, child;

	if (!heap->size)
		return;
	while ((child = children_of(slot)) < end_of(heap)) {
		const struct entry *grandchildren = heap->entries + children_of(child);

		if (children_of(child) + 12 < end_of(heap))
			for (size_t line = 0; line < 4; line++)
				__builtin_prefetch(grandchildren + 4 * line);
		child += least_of(&heap->entries[child]);
		place(heap, slot, heap->entries[child]);
		slot = child;
	}
	sift_up(heap, slot, last);
}

static int quad_heap_reserve(struct timer_set *set, size_t n)
{
	struct quad_heap *heap = heap_of(set);
	size_t capacity = heap->capacity ? heap->capacity : FIRST_CAPACITY;
	struct entry *entries;

	if (n <= heap->capacity)
		return 0;
	if (n >= SIZE_MAX / sizeof(*entries) / 4)
		return -ENOMEM;
	while (capacity < n)
		capacity = 2 * capacity - 1; /* stays 1 more than a multiple of 4 */
	entries = aligned_alloc(CACHE_LINE, (ROOT + capacity) * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	if (heap->size)
		memcpy(entries + ROOT, heap->entries + ROOT, heap->size * sizeof(*entries));
	for (size_t slot = end_of(heap); slot < ROOT + capacity; slot++)
		entries[slot].key = TIMER_NEVER;
	free(heap->entries);
	heap->entries = entries;
	heap->capacity = capacity;
	return 0;
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
	free(heap_of(set)->entries);
	free(set);
}

static void quad_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	struct quad_heap *heap = heap_of(set);

	(void)interval;
	assert(!armed(heap, timer) && "insert: the timer is armed");
	assert(heap->size < heap->capacity && "insert: more timers than reserved");
	timer->deadline = timer->key = deadline;
	heap->size++;
	sift_up(heap, end_of(heap) - 1, (struct entry){ deadline, timer });
}

static void quad_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct quad_heap *heap = heap_of(set);

	(void)interval;
	assert(armed(heap, timer) && "reinsert: the timer is not armed");
	timer->deadline = timer->key = deadline;
	sift(heap, timer->link.word[0], (struct entry){ deadline, timer });
}

static void quad_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct quad_heap *heap = heap_of(set);

	assert(armed(heap, timer) && "disarm: the timer is not armed");
	take_out(heap, timer->link.word[0]);
	timer->link.word[0] = DISARMED;
}

static void quad_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct quad_heap *heap = heap_of(set);

	if (timer->link.word[0] != DISARMED) {
		assert(armed(heap, timer) && "remove: the timer is idle");
		take_out(heap, timer->link.word[0]);
	}
	timer->link.word[0] = 0;
}

static uint64_t quad_heap_next(struct timer_set *set)
{
	const struct quad_heap *heap = heap_of(set);

	return heap->size ? heap->entries[ROOT].key : TIMER_NEVER;
}

static size_t quad_heap_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct quad_heap *heap = heap_of(set);
	size_t count = 0;

	while (count < max && heap->size) {
		struct entry first = heap->entries[ROOT];

		if (first.key > now || first.key == TIMER_NEVER)
			break;
		take_root(heap);
		first.timer->link.word[0] = 0;
		out[count++] = first.timer;
	}
	return count;
}

static void quad_heap_for_each(const struct timer_set *set,
			       void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct quad_heap *heap = heap_of(set);

	for (size_t slot = ROOT; slot < end_of(heap); slot++)
		visit(heap->entries[slot].timer, data);
}

static size_t quad_heap_size(const struct timer_set *set)
{
	return heap_of(set)->size;
}

static size_t quad_heap_footprint(const struct timer_set *set)
{
	const struct quad_heap *heap = heap_of(set);
	size_t slots = heap->entries ? ROOT + heap->capacity : 0;

	return sizeof(*heap) + slots * sizeof(*heap->entries);
}

static const char *quad_heap_check(const struct timer_set *set)
{
	const struct quad_heap *heap = heap_of(set);

	if (heap->size > heap->capacity)
		return "more timers than capacity";
	if ((uintptr_t)heap->entries % CACHE_LINE)
		return "siblings do not share a cache line";
	for (size_t slot = ROOT; slot < end_of(heap); slot++) {
		const struct entry *entry = &heap->entries[slot];

		if (entry->timer->link.word[0] != slot)
			return "a timer's place is not where it is";
		if (entry->key != entry->timer->key || entry->key != entry->timer->deadline)
			return "a cached key is not its timer's deadline";
		if (slot > ROOT && heap->entries[parent_of(slot)].key > entry->key)
			return "a timer is due before its parent";
	}
	for (size_t slot = end_of(heap); heap->entries && slot < ROOT + heap->capacity; slot++)
		if (heap->entries[slot].key != TIMER_NEVER)
			return "a free slot has a key";
	return NULL;
}

const struct timer_structure timer_quad_heap = {
	.name = "quad-heap",
	.summary = "4-ary heap, key beside the pointer, four children to a cache line",
	.source = "libev 4.33 (ev.c); Johnson 1975; LaMarca and Ladner 1996",
	.departures = "integer keys; the root is taken out bottom-up (Wegener 1993)",
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
