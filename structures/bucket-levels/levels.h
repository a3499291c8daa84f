/*
 * bucket-levels/levels.h - buckets: where an entry is filed, and how entries move
 *
 * A key is 11 digits to the base 64. A timer's LEVEL is that of the highest digit in which its key
 * differs from `current`, and its bucket there is the one of that digit's value. `current` only
 * grows, and no key in the levels is less. So the first timer is in the first bucket of the lowest
 * level that has one. The buckets of a level are a node, and the 11 nodes are the PATH.
 *
 * A bucket with BURST_AT entries gets a node of its own, for the values of the next lower digit,
 * and moves entries to it from time to time. So no bucket has many more, and no operation moves
 * many more. When such a bucket is due, its node becomes part of the path.
 *
 * An entry has three digits of its key, and levels come in groups of three: 0 to 2, 3 to 5, and so
 * on. An entry in a level of a group has the three digits of that group. When it moves to another
 * group, its timer is read.
 */
#ifndef BUCKET_LEVELS_LEVELS_H
#define BUCKET_LEVELS_LEVELS_H

#include "../common/interval_heap.h"
#include "entries.h"

#define DIGIT_BITS 6
#define DIGITS	   64 /* values of a digit, so buckets of a node */
#define LEVELS	   11 /* digits of a key; the first one has only four bits */

/* Tests define smaller limits, so that what is rare becomes frequent. */
#ifndef BURST_AT
#define BURST_AT 4096
#endif
#ifndef FRONT_ROOM
#define FRONT_ROOM 512 /* see front.h */
#endif
#ifndef LEVELS_FIRST
#define LEVELS_FIRST 64 /* room for so many timers comes with a set */
#endif

/* There is a node for so many entries. */
#define NODE_ENTRIES (BURST_AT / 2)

struct bucket {
	struct entry *vacant; /* where the next entry goes, unless this is a multiple of 256 */
	uint64_t least;	      /* no key of the bucket and its node is less; NEVER if it is empty */
	struct node *node;    /* NULL, or where the bucket moves entries to */
	struct bucket *next, *previous; /* in the list of buckets that have chunks */
	uint32_t count; /* entries in chunks, of which all but the newest are full */
	uint16_t level, digit;
};

struct node {
	uint64_t occupied;     /* a bit for each bucket that is not empty */
	struct bucket *parent; /* NULL in the path; the next free node of free ones */
	struct bucket bucket[DIGITS];
} __attribute__((aligned(CHUNK_BYTES)));

#define NODE_CHUNKS (sizeof(struct node) / CHUNK_BYTES)

/* A timer that is about to be due: see front.h. */
struct front_entry {
	uint64_t key;
	struct entry entry;
};

struct levels {
	uint64_t current;
	uint64_t limit;	   /* timers with keys below it are late, and not filed in the levels */
	uint64_t occupied; /* a bit for each level whose node in the path has entries */
	struct node *path[LEVELS];
	struct store store;
	size_t armed;
	size_t nodes, most_nodes;
	struct node *free_node;
	struct bucket buckets; /* the list of buckets that have chunks */
	struct bucket *swept;  /* NULL, or the bucket that the sweep has come to */
	struct chunk *after;   /* NULL, or the chunk of it after which chunks are not yet swept */
	struct interval_heap queues; /* late timers; in interval-levels, queues */
	uint32_t first, end;	     /* what is left of the front */
	uint32_t late;		     /* timers that were late since the front was opened */
	struct node lowest[LEVELS];  /* the first nodes of the path */
	struct front_entry front[FRONT_ROOM + CHUNK_ROOM];
};

/* Where a timer is, in link.word[3] of the timer. An idle timer's link is all zero. */
enum {
	IN_LEVELS = 1, /* it has an entry, whose id is link.half[0] */
	IN_HEAP = 2,   /* it is late; its slot in the heap is link.word[0] */
	DISARMED = 4,  /* added to the others; alone: it is nowhere */
		       /* Larger values: it is in a queue (common/interval_heap.h). */
};

static inline uint64_t *timer_where(struct timer *timer)
{
	return &timer->link.word[3];
}

/* --- digits */

/* Returns the level of the highest digit in which two keys differ. 43 / 256 divides by 6. */
static inline unsigned level_of(uint64_t differing)
{
	return (63u ^ (unsigned)__builtin_clzll(differing | 1)) * 43 >> 8;
}

static inline unsigned digit_of(uint64_t key, unsigned level)
{
	return (unsigned)(key >> level * DIGIT_BITS) % DIGITS;
}

/* Returns the number of low bits of a key that are not in the entries of a level. */
static inline unsigned unknown_bits(unsigned level)
{
	static const uint8_t bits[LEVELS] = { 0, 0, 0, 18, 18, 18, 36, 36, 36, 54, 54 };

	return bits[level];
}

/* Returns a bound below an entry's key. `base` has the digits above the group of the level. */
static inline uint64_t entry_least(const struct entry *entry, uint64_t base, unsigned level)
{
	static const uint64_t above[] = { ~KNOWN_MASK, ~KNOWN_MASK << KNOWN_BITS,
					  ~KNOWN_MASK << 2 * KNOWN_BITS, 0 };

	return (base & above[level / 3]) | (entry->word & KNOWN_MASK) << unknown_bits(level);
}

/* --- nodes and the list of buckets */

static void node_open(struct node *node, unsigned level, struct bucket *parent)
{
	node->occupied = 0;
	node->parent = parent;
	for (unsigned digit = 0; digit < DIGITS; digit++)
		node->bucket[digit] = (struct bucket){ .least = TIMER_NEVER,
						       .level = (uint16_t)level,
						       .digit = (uint16_t)digit };
}

/* Gives a bucket a node. Returns whether there was one left. */
static bool node_take(struct levels *levels, struct bucket *bucket)
{
	struct node *node = levels->free_node;

	if (node) {
		levels->free_node = (struct node *)(void *)node->parent;
	} else {
		if (levels->nodes == levels->most_nodes)
			return false;
		levels->nodes++;
		node = (struct node *)(void *)chunks_fresh(&levels->store, NODE_CHUNKS);
	}
	node_open(node, bucket->level - 1u, bucket);
	bucket->node = node;
	return true;
}

static void node_free(struct levels *levels, struct node *node)
{
	node->parent = (struct bucket *)(void *)levels->free_node;
	levels->free_node = node;
}

static inline struct node *node_of(const struct bucket *bucket)
{
	return (struct node *)((uintptr_t)(bucket - bucket->digit) - offsetof(struct node, bucket));
}

/* Puts a bucket into the list of buckets, behind another one. */
static inline void bucket_link(struct bucket *bucket, struct bucket *before)
{
	bucket->next = before->next;
	bucket->previous = before;
	bucket->next->previous = before->next = bucket;
}

static inline void bucket_unlink(const struct bucket *bucket)
{
	bucket->next->previous = bucket->previous;
	bucket->previous->next = bucket->next;
}

/* A bucket is about to get its first chunk. */
static void bucket_begin(struct levels *levels, struct bucket *bucket)
{
	struct node *node = node_of(bucket);

	bucket_link(bucket, levels->buckets.previous);
	node->occupied |= UINT64_C(1) << bucket->digit;
	if (!node->parent)
		levels->occupied |= UINT64_C(1) << bucket->level;
}

/* A bucket may have become empty. Frees nodes that are empty. */
static void bucket_clear(struct levels *levels, struct bucket *bucket)
{
	struct node *node = node_of(bucket);

	if (bucket->count || bucket->node)
		return;
	bucket->least = TIMER_NEVER;
	node->occupied &= ~(UINT64_C(1) << bucket->digit);
	if (node->occupied)
		return;
	if (!node->parent) {
		levels->occupied &= ~(UINT64_C(1) << bucket->level);
		return;
	}
	node->parent->node = NULL;
	bucket_clear(levels, node->parent);
	node_free(levels, node);
}

/* The sweep goes on with the next bucket. */
static inline void sweep_leave(struct levels *levels)
{
	levels->after = NULL;
	levels->swept = levels->swept->next == &levels->buckets ? NULL : levels->swept->next;
}

/* A bucket has no chunk any more. */
static void bucket_end(struct levels *levels, struct bucket *bucket)
{
	if (bucket == levels->swept)
		sweep_leave(levels);
	bucket->vacant = NULL;
	bucket_unlink(bucket);
	bucket_clear(levels, bucket);
}

/* Takes all chunks out of a bucket. Returns a bucket that has them, but no place. */
static struct bucket bucket_detach(struct levels *levels, struct bucket *bucket)
{
	struct bucket detached = *bucket;

	bucket->count = 0;
	bucket_end(levels, bucket);
	return detached;
}

static inline struct chunk *bucket_newest(const struct bucket *bucket)
{
	return (struct chunk *)(void *)(((uintptr_t)bucket->vacant - 1) & -(uintptr_t)CHUNK_BYTES);
}

/*
 * Takes the newest chunk out of a detached bucket. Copies its entries, so that the chunk can be
 * used again at once. Returns the number of entries, which may be 0.
 */
static inline uint32_t bucket_take_chunk(struct store *store, struct bucket *bucket,
					 struct entry entry[CHUNK_ROOM])
{
	struct chunk *chunk = bucket_newest(bucket), *next = chunk->next;
	uint32_t count = (uint32_t)(bucket->vacant - chunk->entry);

	memcpy(entry, chunk->entry, sizeof(chunk->entry));
	chunk_free(store, chunk);
	bucket->count -= count;
	if (bucket->count) {
		bucket->vacant = next->entry + CHUNK_ROOM;
		for (size_t line = 0; line < CHUNK_BYTES; line += 64)
			__builtin_prefetch((char *)next->next + line);
	}
	return count;
}

/* Prefetches the timers of a detached bucket's newest chunk. */
static inline void bucket_fetch_timers(const struct bucket *bucket)
{
	const struct entry *entry = bucket_newest(bucket)->entry;

	if (bucket->count)
		for (; entry < bucket->vacant; entry++)
			__builtin_prefetch(entry_timer(entry), 1);
}

/* --- filing */

static void levels_append_rare(struct levels *levels, struct bucket *bucket, uint64_t key,
			       struct entry entry);

/* Appends an entry. `key` is the timer's, or a bound below it that has the same known digits. */
static inline void levels_append(struct levels *levels, struct bucket *bucket, uint64_t key,
				 struct entry entry)
{
	struct entry *vacant = bucket->vacant;

	if (chunk_is_full(vacant)) {
		levels_append_rare(levels, bucket, key, entry);
		return;
	}
	bucket->least = key < bucket->least ? key : bucket->least;
	bucket->count++;
	bucket->vacant = vacant + 1;
	*vacant = entry;
}

static inline struct bucket *levels_bucket(const struct levels *levels, uint64_t key)
{
	unsigned level = level_of(key ^ levels->current);

	return &levels->path[level]->bucket[digit_of(key, level)];
}

/* Files an entry of a timer whose key is at or after `current`. */
static inline void levels_file_entry(struct levels *levels, const struct timer *timer, uint64_t key,
				     uint32_t id)
{
	unsigned level = level_of(key ^ levels->current);

	levels_append(levels, &levels->path[level]->bucket[digit_of(key, level)], key,
		      entry_make(timer, key >> unknown_bits(level), id));
}

/* Moves entries of a bucket to its node, about BURST_AT of them. */
static void bucket_flush(struct levels *levels, struct bucket *bucket)
{
	unsigned level = bucket->level - 1u, unknown = unknown_bits(level);
	bool read = unknown != unknown_bits(bucket->level);
	struct entry entry[CHUNK_ROOM];

	if (!bucket->node && !node_take(levels, bucket))
		return;
	if (bucket == levels->swept)
		sweep_leave(levels);
	for (uint32_t moved = 0, count; bucket->count && moved < BURST_AT; moved += count) {
		count = bucket_take_chunk(&levels->store, bucket, entry);
		if (read)
			bucket_fetch_timers(bucket);
		for (uint32_t i = 0; i < count; i++) {
			uint64_t key = entry_least(&entry[i], bucket->least, bucket->level);

			if (entry_ends_dead(&levels->store, &entry[i]))
				continue;
			if (read) {
				const struct timer *timer = entry_timer(&entry[i]);

				key = timer->key;
				entry[i] = entry_make(timer, key >> unknown, entry[i].id);
			}
			levels_append(levels, &bucket->node->bucket[digit_of(key, level)], key,
				      entry[i]);
		}
	}
	if (!bucket->node->occupied) {
		node_free(levels, bucket->node);
		bucket->node = NULL;
	}
	if (!bucket->count)
		bucket_end(levels, bucket);
}

/*
 * Flushes a bucket that is too large, if there is one. Large buckets are at the start of the list.
 * This is done for every chunk of the path that becomes full, so no bucket becomes much larger than
 * BURST_AT.
 */
static void levels_flush(struct levels *levels)
{
	struct bucket *bucket = levels->buckets.next;

	if (bucket->count < BURST_AT || !bucket->level)
		return;
	bucket_flush(levels, bucket);
	if (bucket->count && bucket->count < BURST_AT) {
		bucket_unlink(bucket);
		bucket_link(bucket, levels->buckets.previous);
	}
}

/* Appends where the bucket is empty or its newest chunk is full. */
static LEVELS_RARELY void levels_append_rare(struct levels *levels, struct bucket *bucket,
					     uint64_t key, struct entry entry)
{
	struct chunk *chunk;

	if (bucket->count >= BURST_AT && bucket->level) {
		if (bucket == levels->swept)
			sweep_leave(levels);
		bucket_unlink(bucket);
		bucket_link(bucket, &levels->buckets);
	}
	if (!node_of(bucket)->parent)
		levels_flush(levels);
	chunk = chunk_take(&levels->store);
	chunk->next = bucket->count ? bucket_newest(bucket) : NULL;
	if (!bucket->count)
		bucket_begin(levels, bucket);
	bucket->vacant = chunk->entry;
	levels_append(levels, bucket, key, entry);
}

/* --- moving entries down the path */

/* Files a timer that has an entry under its deadline. A disarmed timer loses its entry. */
static void levels_refile(struct levels *levels, struct timer *timer, uint32_t id)
{
	if (*timer_where(timer) & DISARMED) {
		timer->link = (union timer_link){ .word = { [3] = DISARMED } };
		id_free(&levels->store, id);
		return;
	}
	timer->key = timer->deadline;
	levels_file_entry(levels, timer, timer->key, id);
}

/* Files the entries of a detached bucket, whose range has `current`, in the levels below. */
static void levels_deal(struct levels *levels, struct bucket bucket)
{
	unsigned unknown = unknown_bits(bucket.level);
	struct entry entry[CHUNK_ROOM];

	while (bucket.count) {
		uint32_t count = bucket_take_chunk(&levels->store, &bucket, entry);

		if (bucket.level % 3 == 0)
			bucket_fetch_timers(&bucket);
		for (uint32_t i = 0; i < count; i++) {
			uint64_t least = entry_least(&entry[i], levels->current, bucket.level);

			if (entry_ends_dead(&levels->store, &entry[i]))
				continue;
			if (unknown && !((least ^ levels->current) >> unknown))
				levels_refile(levels, entry_timer(&entry[i]), entry[i].id);
			else
				levels_append(levels, levels_bucket(levels, least), least,
					      entry[i]);
		}
	}
}

/*
 * Moves all entries of the first bucket to the levels below, which must be empty, after `current`
 * has come into the bucket's range. Nodes become part of the path, as far as `current` is in their
 * range. Then each entry of these buckets moves once, to the place where it belongs.
 */
static void levels_divide(struct levels *levels, struct bucket *bucket)
{
	struct bucket part[LEVELS];
	unsigned parts = 0;

	for (struct node *node;;
	     bucket = &node->bucket[digit_of(levels->current, node->bucket->level)]) {
		node = bucket->node;
		if (bucket->count && bucket->level)
			part[parts++] = bucket_detach(levels, bucket);
		if (!node)
			break;
		bucket->node = NULL;
		bucket_clear(levels, bucket);
		node_free(levels, levels->path[node->bucket->level]);
		levels->path[node->bucket->level] = node;
		levels->occupied |= UINT64_C(1) << node->bucket->level;
		node->parent = NULL;
	}
	while (parts)
		levels_deal(levels, part[--parts]);
}

/* Returns the first bucket. There must be one. */
static inline struct bucket *levels_first(const struct levels *levels)
{
	struct node *node = levels->path[__builtin_ctzll(levels->occupied)];

	return &node->bucket[__builtin_ctzll(node->occupied)];
}

#endif
