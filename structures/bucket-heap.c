/*
 * bucket-heap - a hierarchy of wheels whose buckets are in a heap, as in Kafka
 *
 * IDEA. Each level is a wheel of 20 slots. A slot of a level is as long as the whole wheel below
 * it. A timer goes to the lowest level that reaches its tick, counted from that level's current
 * slot, and on that level into the bucket of its slot. A bucket that gets its first timer enters a
 * binary heap, whose key is the tick at which the bucket's slot begins. So the clock need not step
 * through empty slots:
 *
 *	 level 0   [ ][ ][*][ ][ ] ...   20 slots of 1 ms
 *	 level 1   [ ][ ][ ][*][*] ...   20 slots of 20 ms      all buckets (*) are in one heap:
 *	 level 2   [ ][*][ ][ ][ ] ...   20 slots of 400 ms            42 ms
 *	                                                             /      \
 *	                                                         60 ms       80 ms
 *	                                                          /
 *	                                                     400 ms
 *
 * The bucket at the root determines the next wake-up. The clock then jumps to the beginning of that
 * bucket. The bucket leaves the heap, and each of its timers is either due or goes into a finer
 * bucket. The heap holds buckets, not timers, so it has a few dozen entries however many timers
 * there are.
 *
 * COST.   b is the number of buckets in the heap, at most 20 per level
 *         insert     O(levels); O(log b) if the bucket is not in the heap yet
 *         reinsert   as insert; a store if the timer stays in its bucket
 *         remove     O(1): a bucket that becomes empty stays in the heap until its tick
 *         next       O(1)
 *         expire     O(1) per timer and at most levels - 1 moves before; O(log b) per bucket
 *         memory     none per timer; 20 bytes per slot
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Like every wheel, where most timers are stopped before they fire. It needs no bitmaps, and
 * a wheel may have any number of slots.
 *
 * LOSES. Where most timers fire: each moves down through the levels, and with 20 slots there are
 * many levels (4 for a minute in ticks of 1 ms). The heap costs more than counting zeros in a
 * bitmap. A bucket whose timers have all been stopped still causes a wake-up.
 *
 * SOURCE. Apache Kafka, the timer of its request purgatory (TimingWheel, TimerTaskList,
 * SystemTimer; 2015): a tick of 1 ms, 20 slots, java.util.concurrent.DelayQueue.
 *
 * DEPARTURES. Kafka rounds deadlines down to a tick, so a timer may fire early by up to a tick;
 * here they are rounded up. create allocates the wheels and the heap, up to the level that reaches
 * the end of time, so that no insert can fail. As in Kafka, a level is used only when it is first
 * needed. Kafka passes due timers to other threads; here they wait in a queue for expire. Timers
 * armed for TIMER_NEVER are in a separate list.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "common/timer_list.h"
#include "common/timer_place.h"

#define MOST_SLOTS  4096
#define MOST_LEVELS 64 /* needed with 2 slots and a tick of 1 ns */

/* The places of timers in the structure's own lists. Bucket b is PLACE_BUCKET + b. */
#define PLACE_BUCKET PLACE_FIRST

/* `begins` of a bucket that is not in the heap. No timer in a bucket has this tick. */
#define NOT_IN_HEAP UINT64_MAX

struct bucket_options {
	uint64_t tick, slots;
};

struct bucket {
	uint64_t begins; /* the tick at which the bucket's slot begins: the heap's key */
	struct timer *first;
};

struct wheel {
	uint64_t current; /* the tick at which the current slot began */
	uint64_t span;	  /* length of a slot, in ticks */
	uint64_t reach;	  /* length of all slots, in ticks; UINT64_MAX for the top level */
};

struct bucket_heap {
	uint64_t clock; /* the current tick: all buckets before it have been opened */
	uint64_t tick_ns;
	uint64_t slots;
	size_t size;
	size_t footprint;
	struct timer_queue due;
	struct timer *never;
	unsigned levels, used; /* levels allocated, and levels in use */
	uint32_t heap_size;
	uint32_t *heap; /* numbers of buckets */
	struct wheel wheel[MOST_LEVELS];
	struct bucket bucket[];
};

static struct bucket_heap *buckets_of(const struct timer_set *set)
{
	return (struct bucket_heap *)set;
}

/* Returns the first tick at or after the deadline: rounds up, so that no timer fires early. */
static uint64_t ceiling_tick(const struct bucket_heap *buckets, uint64_t ns)
{
	return ns / buckets->tick_ns + (ns % buckets->tick_ns != 0);
}

/* Returns the tick that contains now. Time ends one ns before TIMER_NEVER. */
static uint64_t now_tick(const struct bucket_heap *buckets, uint64_t now)
{
	return (now == TIMER_NEVER ? now - 1 : now) / buckets->tick_ns;
}

/* --- the heap of buckets */

/*
 * The heap holds numbers of buckets, and only its root is taken out. So a bucket does not store its
 * place in the heap, and the heaps of timers in common/ cannot be used.
 */

static uint64_t begins(const struct bucket_heap *buckets, uint32_t entry)
{
	return buckets->bucket[buckets->heap[entry]].begins;
}

static void heap_push(struct bucket_heap *buckets, uint32_t number)
{
	uint64_t tick = buckets->bucket[number].begins;
	uint32_t hole = buckets->heap_size++;

	while (hole && begins(buckets, (hole - 1) / 2) > tick) {
		buckets->heap[hole] = buckets->heap[(hole - 1) / 2];
		hole = (hole - 1) / 2;
	}
	buckets->heap[hole] = number;
}

/* Takes out the root, and returns its bucket. The last entry fills the hole. */
static uint32_t heap_pop(struct bucket_heap *buckets)
{
	uint32_t root = buckets->heap[0], last = buckets->heap[--buckets->heap_size];
	uint32_t hole = 0, child;

	while ((child = 2 * hole + 1) < buckets->heap_size) {
		child += child + 1 < buckets->heap_size &&
			 begins(buckets, child + 1) < begins(buckets, child);
		if (begins(buckets, child) >= buckets->bucket[last].begins)
			break;
		buckets->heap[hole] = buckets->heap[child];
		hole = child;
	}
	buckets->heap[hole] = last;
	return root;
}

/* --- wheels */

/* Begins to use the next level. The level's current slot is the one that contains the clock. */
static void use_level(struct bucket_heap *buckets)
{
	struct wheel *wheel = &buckets->wheel[buckets->used++];

	wheel->current = buckets->clock - buckets->clock % wheel->span;
}

/* Returns the lowest level in use that reaches a tick after the clock; `used` if no level does. */
static unsigned level_of(const struct bucket_heap *buckets, uint64_t tick)
{
	unsigned level = 0;

	while (level < buckets->used &&
	       tick - buckets->wheel[level].current >= buckets->wheel[level].reach)
		level++;
	return level;
}

static uint32_t number_of(const struct bucket_heap *buckets, unsigned level, uint64_t slot)
{
	return (uint32_t)(level * buckets->slots + slot % buckets->slots);
}

/* Puts a timer, whose tick must be after the clock, into a bucket. */
static void file_timer(struct bucket_heap *buckets, struct timer *timer)
{
	unsigned level = level_of(buckets, timer->key);
	uint64_t slot;
	uint32_t number;

	while (level == buckets->used) {
		use_level(buckets);
		level = level_of(buckets, timer->key);
	}
	slot = timer->key / buckets->wheel[level].span;
	number = number_of(buckets, level, slot);
	timer->link.half[4] = PLACE_BUCKET + number;
	timer_list_push(&buckets->bucket[number].first, timer);
	if (buckets->bucket[number].begins == NOT_IN_HEAP) {
		buckets->bucket[number].begins = slot * buckets->wheel[level].span;
		heap_push(buckets, number);
	}
}

static void file_or_append(struct bucket_heap *buckets, struct timer *timer)
{
	if (timer->key > buckets->clock) {
		file_timer(buckets, timer);
		return;
	}
	timer->link.half[4] = PLACE_DUE;
	timer_queue_append(&buckets->due, timer);
}

static void arm(struct bucket_heap *buckets, struct timer *timer, uint64_t deadline)
{
	timer->deadline = deadline;
	timer->key = ceiling_tick(buckets, deadline);
	if (deadline == TIMER_NEVER) {
		timer->link.half[4] = PLACE_NEVER;
		timer_list_push(&buckets->never, timer);
		return;
	}
	file_or_append(buckets, timer);
}

/* Takes a timer out of its list. A bucket that becomes empty stays in the heap. */
static void take_out(struct timer_set *set, struct timer *timer)
{
	struct bucket_heap *buckets = buckets_of(set);
	uint32_t place = timer->link.half[4];

	if (place == PLACE_DUE)
		timer_queue_take_out(&buckets->due, timer);
	else if (place == PLACE_NEVER)
		timer_list_take_out(&buckets->never, timer);
	else
		timer_list_take_out(&buckets->bucket[place - PLACE_BUCKET].first, timer);
}

/*
 * Moves the clock. Stops at the first level whose current slot has not ended, because then no
 * higher level's slot has ended.
 */
static void advance_clock(struct bucket_heap *buckets, uint64_t tick)
{
	buckets->clock = tick;
	for (unsigned level = 0; level < buckets->used; level++) {
		struct wheel *wheel = &buckets->wheel[level];

		if (tick - wheel->current < wheel->span)
			break;
		wheel->current = tick - tick % wheel->span;
	}
}

/*
 * Moves the clock to the bucket at the root. The bucket's due timers go to the queue, and the
 * others to lower levels.
 */
static void open_first(struct bucket_heap *buckets)
{
	struct bucket *bucket = &buckets->bucket[heap_pop(buckets)];
	struct timer *timer = bucket->first;

	advance_clock(buckets, bucket->begins);
	bucket->begins = NOT_IN_HEAP;
	bucket->first = NULL;
	while (timer) {
		struct timer *next = timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next, 1);
		file_or_append(buckets, timer);
		timer = next;
	}
}

/* --- the operations */

/* Fills in the levels that are needed to number all ticks. Returns the number of levels. */
static unsigned lay_out(struct wheel *wheel, uint64_t tick, uint64_t slots)
{
	uint64_t last = (TIMER_NEVER - 1) / tick + 1, span = 1;
	unsigned level = 0;

	while (last / span >= slots) {
		wheel[level].span = span;
		wheel[level++].reach = span *= slots;
	}
	wheel[level].span = span;
	wheel[level++].reach = UINT64_MAX;
	return level;
}

static int bucket_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct bucket_options *asked = options;
	struct wheel wheel[MOST_LEVELS] = { { 0 } };
	unsigned levels = lay_out(wheel, asked->tick, asked->slots);
	size_t count = levels * asked->slots;
	size_t bytes =
		sizeof(struct bucket_heap) + count * (sizeof(struct bucket) + sizeof(uint32_t));
	struct bucket_heap *buckets = calloc(1, bytes);

	if (!buckets)
		return -ENOMEM;
	for (unsigned level = 0; level < levels; level++)
		buckets->wheel[level] = wheel[level];
	for (size_t number = 0; number < count; number++)
		buckets->bucket[number].begins = NOT_IN_HEAP;
	buckets->heap = (uint32_t *)(void *)&buckets->bucket[count];
	buckets->tick_ns = asked->tick;
	buckets->slots = asked->slots;
	buckets->clock = now_tick(buckets, now);
	buckets->levels = levels;
	buckets->footprint = bytes;
	use_level(buckets);
	*set = (struct timer_set *)buckets;
	return 0;
}

static void bucket_heap_destroy(struct timer_set *set)
{
	free(set);
}

static int bucket_heap_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the lists link the timers themselves, and the heap has room for all buckets */
	return 0;
}

static void bucket_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct bucket_heap *buckets = buckets_of(set);

	(void)interval;
	assert(!place_is_armed(timer) && "insert: the timer is armed");
	arm(buckets, timer, deadline);
	buckets->size++;
}

/* Returns whether a timer in a bucket would go into the same bucket with that key. */
static bool stays(const struct bucket_heap *buckets, const struct timer *timer, uint64_t key)
{
	uint32_t number = timer->link.half[4] - PLACE_BUCKET;
	unsigned level = level_of(buckets, key);

	if (level == buckets->used || number / buckets->slots != level)
		return false;
	return key - buckets->bucket[number].begins < buckets->wheel[level].span;
}

static void bucket_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				 uint64_t interval)
{
	struct bucket_heap *buckets = buckets_of(set);
	uint64_t key = ceiling_tick(buckets, deadline);

	(void)interval;
	assert(place_is_armed(timer) && "reinsert: the timer is not armed");
	if (timer->link.half[4] >= PLACE_BUCKET && deadline != TIMER_NEVER &&
	    key > buckets->clock && stays(buckets, timer, key)) {
		timer->deadline = deadline;
		timer->key = key;
		return;
	}
	take_out(set, timer);
	arm(buckets, timer, deadline);
}

static void bucket_heap_disarm(struct timer_set *set, struct timer *timer)
{
	place_disarm(set, timer, &buckets_of(set)->size, take_out);
}

static void bucket_heap_remove(struct timer_set *set, struct timer *timer)
{
	place_remove(set, timer, &buckets_of(set)->size, take_out);
}

/*
 * A bucket of a higher level begins at or before the tick of its first timer, and the bucket may
 * have become empty. So a timer costs at most one spurious wake-up per level, and an emptied bucket
 * costs one.
 */
static uint64_t bucket_heap_next(struct timer_set *set)
{
	const struct bucket_heap *buckets = buckets_of(set);
	uint64_t ns;

	if (buckets->due.first)
		return buckets->clock * buckets->tick_ns;
	if (!buckets->heap_size ||
	    __builtin_mul_overflow(begins(buckets, 0), buckets->tick_ns, &ns))
		return TIMER_NEVER;
	return ns;
}

static size_t bucket_heap_expire(struct timer_set *set, uint64_t now, struct timer **out,
				 size_t max)
{
	struct bucket_heap *buckets = buckets_of(set);
	uint64_t until = now_tick(buckets, now);
	size_t count;

	if (until < buckets->clock)
		return 0;
	count = timer_queue_take_front(&buckets->due, out, max);
	while (count < max && buckets->heap_size && begins(buckets, 0) <= until) {
		open_first(buckets);
		count += timer_queue_take_front(&buckets->due, out + count, max - count);
	}
	buckets->size -= count;
	return count;
}

static void bucket_heap_for_each(const struct timer_set *set,
				 void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct bucket_heap *buckets = buckets_of(set);

	timer_list_for_each(buckets->due.first, visit, data);
	timer_list_for_each(buckets->never, visit, data);
	for (uint32_t entry = 0; entry < buckets->heap_size; entry++)
		timer_list_for_each(buckets->bucket[buckets->heap[entry]].first, visit, data);
}

static size_t bucket_heap_size(const struct timer_set *set)
{
	return buckets_of(set)->size;
}

static size_t bucket_heap_footprint(const struct timer_set *set)
{
	return buckets_of(set)->footprint;
}

/* --- the check */

static const char *check_list(const struct bucket_heap *buckets, const struct timer *head,
			      uint32_t place, size_t *count)
{
	const struct timer *previous = NULL;

	for (const struct timer *timer = head; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "a list's links do not agree";
		if (timer->link.half[4] != place)
			return "a timer's stored place is not the list that it is in";
		if (timer->key > ceiling_tick(buckets, timer->deadline))
			return "a timer is filed after its deadline";
		if (place == PLACE_DUE && timer->key > buckets->clock)
			return "a timer in the queue of due timers is not due";
		if (place == PLACE_NEVER && timer->deadline != TIMER_NEVER)
			return "a timer that never fires is in the wrong list";
		previous = timer;
		++*count;
	}
	return place == PLACE_DUE && buckets->due.last != previous
		       ? "the end of the queue of due timers is wrong"
		       : NULL;
}

static const char *check_bucket(const struct bucket_heap *buckets, uint32_t number, size_t *count)
{
	const struct bucket *bucket = &buckets->bucket[number];
	unsigned level = (unsigned)(number / buckets->slots);
	const struct wheel *wheel = &buckets->wheel[level];

	if (level >= buckets->used)
		return "a bucket of a level that is not in use is in the heap";
	/* Several buckets may begin at one tick, and expire may have opened only some of them. */
	if (bucket->begins == NOT_IN_HEAP || bucket->begins < buckets->clock)
		return "a bucket that should have been opened is still in the heap";
	if (bucket->begins % wheel->span ||
	    number_of(buckets, level, bucket->begins / wheel->span) != number)
		return "a bucket does not begin at its slot's first tick";
	if (bucket->begins - wheel->current >= wheel->reach)
		return "a bucket is beyond the reach of its wheel";
	for (const struct timer *timer = bucket->first; timer; timer = timer->link.next)
		if (timer->key < bucket->begins || timer->key - bucket->begins >= wheel->span)
			return "a timer is in the wrong bucket";
	return check_list(buckets, bucket->first, PLACE_BUCKET + number, count);
}

static const char *check_wheels(const struct bucket_heap *buckets)
{
	uint32_t in_heap = 0;

	for (unsigned level = 0; level < buckets->used; level++) {
		const struct wheel *wheel = &buckets->wheel[level];

		if (wheel->current != buckets->clock - buckets->clock % wheel->span)
			return "a wheel's current slot is not where the clock is";
	}
	for (uint32_t number = 0; number < buckets->levels * buckets->slots; number++) {
		in_heap += buckets->bucket[number].begins != NOT_IN_HEAP;
		if (buckets->bucket[number].first && buckets->bucket[number].begins == NOT_IN_HEAP)
			return "a bucket has timers and is not in the heap";
	}
	return in_heap == buckets->heap_size
		       ? NULL
		       : "the heap's size is not the number of buckets marked as in it";
}

static const char *bucket_heap_check(const struct timer_set *set)
{
	const struct bucket_heap *buckets = buckets_of(set);
	const char *broken = check_wheels(buckets);
	size_t count = 0;

	for (uint32_t entry = 0; entry < buckets->heap_size && !broken; entry++) {
		if (entry && begins(buckets, entry) < begins(buckets, (entry - 1) / 2))
			return "a bucket begins before its parent";
		broken = check_bucket(buckets, buckets->heap[entry], &count);
	}
	if (broken || (broken = check_list(buckets, buckets->due.first, PLACE_DUE, &count)) ||
	    (broken = check_list(buckets, buckets->never, PLACE_NEVER, &count)))
		return broken;
	return count == buckets->size ? NULL : "the size is not the number of timers";
}

/* --- the table */

static void bucket_heap_accuracy(const void *options, struct timer_accuracy *accuracy)
{
	const struct bucket_options *asked = options;

	/* With ticks of 1 ns, only timers that were armed too late are out of order. */
	*accuracy = (struct timer_accuracy){
		.when = asked->tick == 1 ? TIMER_EXACT : TIMER_TO_A_TICK,
		.order = TIMER_BY_TICK,
		.tick = asked->tick,
	};
}

static const struct option_spec bucket_heap_options[] = {
	{ "tick", OPTION_DURATION, offsetof(struct bucket_options, tick), 1, 3600e9, "1ms", NULL,
	  "the length of a tick; deadlines are rounded up to whole ticks" },
	{ "slots", OPTION_COUNT, offsetof(struct bucket_options, slots), 2, MOST_SLOTS, "20", NULL,
	  "slots of each wheel" },
	{ 0 },
};

static const char *const bucket_heap_settings_to_test[] = {
	"",	   "tick=1ns",		 "tick=1us",	      "tick=1ns,slots=2",
	"slots=2", "tick=333ns,slots=7", "tick=1us,slots=64", "tick=1us,slots=4096",
	NULL,
};

const struct timer_structure timer_bucket_heap = {
	.name = "bucket-heap",
	.summary = "timing wheels in a hierarchy, their buckets in a binary heap",
	.source = "Apache Kafka's purgatory timer (TimingWheel and DelayQueue)",
	.departures =
		"rounds up, not down; create allocates all levels and the heap; due timers wait in "
		"a queue",
	.complexity = { "O(levels)", "O(levels)", "O(1)", "O(1)", "O(1)",
			"O(1) each, at most levels - 1 moves before; O(log buckets) a bucket" },
	.options = bucket_heap_options,
	.options_size = sizeof(struct bucket_options),
	.settings_to_test = bucket_heap_settings_to_test,
	.accuracy = bucket_heap_accuracy,
	.create = bucket_heap_create,
	.destroy = bucket_heap_destroy,
	.reserve = bucket_heap_reserve,
	.insert = bucket_heap_insert,
	.reinsert = bucket_heap_reinsert,
	.disarm = bucket_heap_disarm,
	.remove = bucket_heap_remove,
	.next = bucket_heap_next,
	.expire = bucket_heap_expire,
	.for_each = bucket_heap_for_each,
	.size = bucket_heap_size,
	.footprint = bucket_heap_footprint,
	.check = bucket_heap_check,
};
