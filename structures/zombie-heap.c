/*
 * zombie-heap - a 4-ary heap in which stopped timers stay as zombies, as in Go
 *
 * IDEA. quad-heap writes a timer's slot into the timer at every move, only to find the timer when
 * it is stopped. In zombie-heap no timer stores its slot. Stopping and postponing change only the
 * timer. Its entry stays in the heap, and is then wrong. The entry of a stopped timer is a zombie.
 * An entry is corrected when it comes to the root. All are corrected when more than a quarter are
 * zombies.
 *
 *	entry (key, timer)   state of the timer   when the entry comes to the root
 *	(40, *)              due 40               the timer fires
 *	(25, *)              due 90               the entry moves down to 90
 *	(31, *)              stopped: a zombie    the entry is dropped
 *	(70, *)              due 12               too late, so it is corrected before
 *
 * Only a deadline that becomes earlier cannot wait. The heap stores the least of these deadlines.
 * When that is before the root's key, next and expire first correct all entries.
 *
 * The sifts of common/cached_heap.h are not used, because they write each slot into its timer.
 *
 * COST.   insert     O(log n)
 *         reinsert   later: O(1), two stores; earlier: O(1), and O(n) once before the next expiry
 *         disarm     O(1); a purge of O(n) after each n / 4 disarms
 *         remove     O(n): the entry must be found, because the memory is the caller's at once
 *         next       O(1), after correcting the root
 *         expire     O(log n) per timer
 *         memory     16 bytes for each timer armed or not yet purged
 *
 * GIVES BACK. Nothing before destroy: its array stays as large as the most that was reserved for.
 *
 * WINS. Where timers are stopped by disarm, or postponed: each such operation is a few stores.
 * Sifts touch no timer.
 *
 * LOSES. Where timers are stopped by remove, for which this scheme has no good way: Go has a
 * garbage collector and never needs remove. Also where deadlines often become earlier.
 *
 * SOURCE. Go 1.23's runtime/time.go: a 4-ary heap of (timer, when), the bits timerModified and
 * timerZombie, adjust() over the whole heap when minWhenModified is due, and a purge when more than
 * a quarter are zombies. As in Go, the heap starts at slot 0, so that siblings straddle cache
 * lines.
 *
 * DEPARTURES. remove searches the array for the entry, from the front. Go's per-P heaps and locks
 * are left out.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

#define FIRST_CAPACITY 16

/* Go purges when more than one entry in ZOMBIE_SHARE is a zombie. */
#define ZOMBIE_SHARE 4

/* link.word[DUE] is the time at which a timer is due. The key of its entry may be another time. */
#define DUE 1

/* States, in link.word[0]; an idle timer is all zero. */
#define IDLE	 0
#define ARMED	 1
#define DISARMED 2 /* without an entry in the heap */
#define ZOMBIE	 3 /* disarmed, with an entry in the heap */

struct zombie_entry {
	uint64_t key; /* equal to the timer's key; the timer may be due at another time */
	struct timer *timer;
};

struct zombie_heap {
	struct zombie_entry *entries; /* [0..length-1] */
	size_t length;
	size_t zombies;
	size_t capacity;
	uint64_t earlier; /* at or before every due time that is before its entry's key */
};

static struct zombie_heap *heap_of(const struct timer_set *set)
{
	return (struct zombie_heap *)set;
}

static void sift_up(struct zombie_heap *heap, size_t slot, struct zombie_entry entry)
{
	while (slot && heap->entries[(slot - 1) / 4].key > entry.key) {
		heap->entries[slot] = heap->entries[(slot - 1) / 4];
		slot = (slot - 1) / 4;
	}
	heap->entries[slot] = entry;
}

/* Returns the slot of the least of up to four children. */
static size_t least_child(const struct zombie_heap *heap, size_t first)
{
	size_t end = first + 4 < heap->length ? first + 4 : heap->length, least = first;

	for (size_t child = first + 1; child < end; child++)
		least = heap->entries[child].key < heap->entries[least].key ? child : least;
	return least;
}

static void sift_down(struct zombie_heap *heap, size_t slot, struct zombie_entry entry)
{
	size_t child;

	while ((child = 4 * slot + 1) < heap->length) {
		child = least_child(heap, child);
		if (heap->entries[child].key >= entry.key)
			break;
		heap->entries[slot] = heap->entries[child];
		slot = child;
	}
	heap->entries[slot] = entry;
}

static void push(struct zombie_heap *heap, struct timer *timer, uint64_t deadline)
{
	timer->deadline = timer->key = timer->link.word[DUE] = deadline;
	timer->link.word[0] = ARMED;
	sift_up(heap, heap->length++, (struct zombie_entry){ timer->key, timer });
}

/* Drops the entry at `slot`. The last entry takes its place. */
static void drop(struct zombie_heap *heap, size_t slot)
{
	struct zombie_entry last = heap->entries[--heap->length];

	if (slot == heap->length)
		return;
	if (slot && heap->entries[(slot - 1) / 4].key > last.key)
		sift_up(heap, slot, last);
	else
		sift_down(heap, slot, last);
}

static void make_heap(struct zombie_heap *heap)
{
	for (size_t slot = heap->length / 4 + 1; slot-- > 0;) {
		if (slot < heap->length)
			sift_down(heap, slot, heap->entries[slot]);
	}
}

/* Corrects every entry: drops zombies, sets all keys to the due times, and restores the heap. */
static void correct_all(struct zombie_heap *heap)
{
	size_t kept = 0;

	for (size_t slot = 0; slot < heap->length; slot++) {
		struct timer *timer = heap->entries[slot].timer;

		if (timer->link.word[0] == ZOMBIE) {
			timer->link.word[0] = DISARMED;
			continue;
		}
		timer->key = timer->link.word[DUE];
		heap->entries[kept++] = (struct zombie_entry){ timer->key, timer };
	}
	heap->length = kept;
	heap->zombies = 0;
	heap->earlier = TIMER_NEVER;
	make_heap(heap);
}

/*
 * Corrects entries until the root's key is its timer's due time, and no due time is before that
 * key.
 */
static void correct_root(struct zombie_heap *heap)
{
	while (heap->length) {
		struct zombie_entry root = heap->entries[0];

		if (heap->earlier < root.key) {
			correct_all(heap);
		} else if (root.timer->link.word[0] == ZOMBIE) {
			root.timer->link.word[0] = DISARMED;
			heap->zombies--;
			drop(heap, 0);
		} else if (root.timer->link.word[DUE] > root.key) {
			root.key = root.timer->key = root.timer->link.word[DUE];
			sift_down(heap, 0, root);
		} else {
			return;
		}
	}
}

static int zombie_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct zombie_heap *heap = calloc(1, sizeof(*heap));

	(void)options;
	(void)now;
	if (!heap)
		return -ENOMEM;
	heap->earlier = TIMER_NEVER;
	*set = (struct timer_set *)heap;
	return 0;
}

static void zombie_heap_destroy(struct timer_set *set)
{
	free(heap_of(set)->entries);
	free(set);
}

static int zombie_heap_reserve(struct timer_set *set, size_t n)
{
	struct zombie_heap *heap = heap_of(set);
	size_t capacity = heap->capacity ? heap->capacity : FIRST_CAPACITY;
	struct zombie_entry *entries;

	if (n <= heap->capacity)
		return 0;
	if (n >= SIZE_MAX / sizeof(*entries) / 2)
		return -ENOMEM;
	while (capacity < n)
		capacity *= 2;
	entries = realloc(heap->entries, capacity * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	heap->entries = entries;
	heap->capacity = capacity;
	return 0;
}

/* Gives another deadline to a timer that has an entry in the heap. */
static void change(struct zombie_heap *heap, struct timer *timer, uint64_t deadline)
{
	timer->deadline = timer->link.word[DUE] = deadline;
	if (deadline < timer->key && deadline < heap->earlier)
		heap->earlier = deadline;
}

static void zombie_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct zombie_heap *heap = heap_of(set);

	(void)interval;
	assert(timer->link.word[0] != ARMED && "insert: the timer is armed");
	if (timer->link.word[0] == ZOMBIE) {
		timer->link.word[0] = ARMED;
		heap->zombies--;
		change(heap, timer, deadline);
		return;
	}
	assert(heap->length < heap->capacity && "insert: more timers than reserved");
	push(heap, timer, deadline);
}

static void zombie_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				 uint64_t interval)
{
	(void)interval;
	assert(timer->link.word[0] == ARMED && "reinsert: the timer is not armed");
	change(heap_of(set), timer, deadline);
}

static void zombie_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct zombie_heap *heap = heap_of(set);

	assert(timer->link.word[0] == ARMED && "disarm: the timer is not armed");
	timer->link.word[0] = ZOMBIE;
	if (++heap->zombies > heap->length / ZOMBIE_SHARE)
		correct_all(heap);
}

static void zombie_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct zombie_heap *heap = heap_of(set);
	size_t slot = 0;

	assert(timer->link.word[0] != IDLE && "remove: the timer is idle");
	if (timer->link.word[0] != DISARMED) {
		while (heap->entries[slot].timer != timer)
			slot++;
		heap->zombies -= timer->link.word[0] == ZOMBIE;
		drop(heap, slot);
	}
	timer->link.word[0] = IDLE;
	timer->link.word[DUE] = 0;
}

static uint64_t zombie_heap_next(struct timer_set *set)
{
	struct zombie_heap *heap = heap_of(set);

	correct_root(heap);
	return heap->length ? heap->entries[0].key : TIMER_NEVER;
}

static size_t zombie_heap_expire(struct timer_set *set, uint64_t now, struct timer **out,
				 size_t max)
{
	struct zombie_heap *heap = heap_of(set);
	size_t count = 0;

	while (count < max) {
		struct timer *first;

		correct_root(heap);
		if (!heap->length || heap->entries[0].key > now ||
		    heap->entries[0].key == TIMER_NEVER)
			break;
		first = heap->entries[0].timer;
		drop(heap, 0);
		first->link.word[0] = IDLE;
		first->link.word[DUE] = 0;
		out[count++] = first;
	}
	return count;
}

static void zombie_heap_for_each(const struct timer_set *set,
				 void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct zombie_heap *heap = heap_of(set);

	for (size_t slot = 0; slot < heap->length; slot++) {
		if (heap->entries[slot].timer->link.word[0] == ARMED)
			visit(heap->entries[slot].timer, data);
	}
}

static size_t zombie_heap_size(const struct timer_set *set)
{
	return heap_of(set)->length - heap_of(set)->zombies;
}

static size_t zombie_heap_footprint(const struct timer_set *set)
{
	const struct zombie_heap *heap = heap_of(set);

	return sizeof(*heap) + heap->capacity * sizeof(*heap->entries);
}

static const char *zombie_heap_check(const struct timer_set *set)
{
	const struct zombie_heap *heap = heap_of(set);
	size_t zombies = 0;

	if (heap->length > heap->capacity)
		return "more entries than capacity";
	for (size_t slot = 0; slot < heap->length; slot++) {
		const struct zombie_entry *entry = &heap->entries[slot];
		const struct timer *timer = entry->timer;

		if (timer->key != entry->key)
			return "a cached key is not its timer's";
		if (timer->link.word[0] != ARMED && timer->link.word[0] != ZOMBIE)
			return "an entry's timer is neither armed nor a zombie";
		if (timer->link.word[0] == ARMED && timer->link.word[DUE] < entry->key &&
		    timer->link.word[DUE] < heap->earlier)
			return "a deadline is before its entry's key and before `earlier`";
		if (slot && heap->entries[(slot - 1) / 4].key > entry->key)
			return "an entry is before its parent";
		zombies += timer->link.word[0] == ZOMBIE;
	}
	return zombies == heap->zombies ? NULL : "the count of zombies is wrong";
}

const struct timer_structure timer_zombie_heap = {
	.name = "zombie-heap",
	.summary = "4-ary heap without indices in the timers: stopped timers stay until purged",
	.source = "Go 1.23 (runtime/time.go)",
	.departures = "one heap and no locks; remove, which Go does not have, searches the array",
	.complexity = { "O(log n)", "O(1) amortised", "O(1) amortised", "O(n)", "O(1) amortised",
			"O(log n) each" },
	.create = zombie_heap_create,
	.destroy = zombie_heap_destroy,
	.reserve = zombie_heap_reserve,
	.insert = zombie_heap_insert,
	.reinsert = zombie_heap_reinsert,
	.disarm = zombie_heap_disarm,
	.remove = zombie_heap_remove,
	.next = zombie_heap_next,
	.expire = zombie_heap_expire,
	.for_each = zombie_heap_for_each,
	.size = zombie_heap_size,
	.footprint = zombie_heap_footprint,
	.check = zombie_heap_check,
};
