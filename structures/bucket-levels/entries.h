/*
 * bucket-levels/entries.h - entries, their ids, the chunks that hold them, and memory
 *
 * An ENTRY stands for a timer in a bucket. It has 12 bytes: the timer's address without the three
 * bits that are 0, three digits of the timer's key, and the entry's id. With three digits an entry
 * can move down three levels before its timer must be read.
 *
 * An ID is a number that no other entry has. To remove a timer is to set the bit of its entry's id
 * in the map `dead`. Whoever comes to a dead entry drops it, and never reads the timer.
 *
 * A CHUNK is 256 bytes: a link and 20 entries. Chunks begin at multiples of 256. So a pointer to
 * the next free place of a chunk says by itself that the chunk is full.
 *
 * Chunks are cut from segments. Each call of reserve that needs more memory adds a segment. A
 * segment never moves, and has no pages before they are used.
 */
#ifndef BUCKET_LEVELS_ENTRIES_H
#define BUCKET_LEVELS_ENTRIES_H

#include <errno.h>

#include "../common/cached_heap.h"
#include "../common/pages.h"
#include "../timer.h"

#define LEVELS_RARELY __attribute__((noinline, unused))

#define CHUNK_BYTES 256
#define CHUNK_ROOM  20
#define KNOWN_BITS  18 /* bits of the key in an entry: three digits */
#define KNOWN_MASK  ((UINT64_C(1) << KNOWN_BITS) - 1)

/* Memory of segments is asked for in pieces of so many bytes. More would make an operation long. */
#define READY_BYTES (8 * PAGE)

struct entry {
	uint64_t word; /* the timer's address / 8, then KNOWN_BITS bits of its key */
	uint32_t id;
} __attribute__((packed, aligned(4)));

struct chunk {
	struct chunk *next; /* the next older one of its bucket, or the next free one */
	uint64_t unused;
	struct entry entry[CHUNK_ROOM];
};

_Static_assert(sizeof(struct chunk) == CHUNK_BYTES, "a chunk is 256 bytes");

struct segment {
	struct segment *next; /* the next newer one */
	size_t bytes;
	struct chunk *fresh, *end; /* the first chunk that was never used, and the end */
};

/* Arrays that reserve makes larger. */
enum { DEAD_ARRAY, ID_ARRAY, HEAP_ARRAY, ARRAYS };

struct store {
	struct chunk *free_chunk;
	uint64_t *dead;	   /* a bit for each id */
	uint32_t *free_id; /* a stack of ids that were used and are free */
	uint32_t free_ids, used_ids, dead_count;
	size_t capacity, chunks;
	struct segment *segments, *filling; /* the oldest; the one that fresh chunks come from */
	char *ready;			    /* up to here the memory of `filling` was asked for */
	void *array[ARRAYS];
};

static inline struct timer *entry_timer(const struct entry *entry)
{
	return (struct timer *)(uintptr_t)(entry->word >> KNOWN_BITS << 3);
}

/* Makes an entry with the lowest KNOWN_BITS bits of `known`. */
static inline struct entry entry_make(const struct timer *timer, uint64_t known, uint32_t id)
{
	uint64_t address = (uint64_t)(uintptr_t)timer;

	return (struct entry){ address << (KNOWN_BITS - 3) | (known & KNOWN_MASK), id };
}

/* --- ids */

static inline uint32_t id_take(struct store *store)
{
	uint32_t id;

	if (store->free_ids)
		return store->free_id[--store->free_ids];
	id = store->used_ids++;
	store->dead[id / 64] &= ~(UINT64_C(1) << id % 64);
	return id;
}

static inline void id_free(struct store *store, uint32_t id)
{
	store->free_id[store->free_ids++] = id;
}

static inline bool id_is_dead(const struct store *store, uint32_t id)
{
	return store->dead[id / 64] >> id % 64 & 1;
}

/* Returns whether an entry's timer was removed. If so, frees the entry's id. */
static inline bool entry_ends_dead(struct store *store, const struct entry *entry)
{
	if (!store->dead_count || !id_is_dead(store, entry->id))
		return false;
	store->dead[entry->id / 64] ^= UINT64_C(1) << entry->id % 64;
	store->dead_count--;
	id_free(store, entry->id);
	return true;
}

/* --- chunks */

static void store_make_ready(struct store *store)
{
	const struct segment *segment = store->filling;
	char *end = (char *)segment->fresh + READY_BYTES;

	end = end < (char *)segment->end ? end : (char *)segment->end;
	pages_make_ready(store->ready, end);
	store->ready = end;
}

/*
 * Returns the first of `count` chunks that were never used. reserve has made sure that they exist.
 */
static LEVELS_RARELY struct chunk *chunks_fresh(struct store *store, size_t count)
{
	struct segment *segment = store->filling;

	while ((size_t)(segment->end - segment->fresh) < count) {
		for (; segment->fresh < segment->end; segment->fresh++) {
			segment->fresh->next = store->free_chunk;
			store->free_chunk = segment->fresh;
		}
		store->filling = segment = segment->next;
		store->ready = (char *)segment->fresh;
	}
	segment->fresh += count;
	if ((char *)segment->fresh > store->ready)
		store_make_ready(store);
	return segment->fresh - count;
}

static inline struct chunk *chunk_take(struct store *store)
{
	struct chunk *chunk = store->free_chunk;

	if (!chunk)
		return chunks_fresh(store, 1);
	store->free_chunk = chunk->next;
	__builtin_prefetch(store->free_chunk, 1);
	return chunk;
}

static inline void chunk_free(struct store *store, struct chunk *chunk)
{
	chunk->next = store->free_chunk;
	store->free_chunk = chunk;
}

static inline bool chunk_is_full(const struct entry *vacant)
{
	return (uintptr_t)vacant % CHUNK_BYTES == 0;
}

/* --- memory */

/* Adds a segment, whose first chunks are ready. */
static void store_add_segment(struct store *store, struct segment *segment, size_t bytes)
{
	uintptr_t first = (uintptr_t)(segment + 1) + CHUNK_BYTES - 1;
	struct segment **last = &store->segments;

	*segment = (struct segment){ .bytes = bytes };
	segment->fresh = (struct chunk *)(first & -(uintptr_t)CHUNK_BYTES);
	segment->end = segment->fresh + (bytes / CHUNK_BYTES - 1);
	store->chunks += bytes / CHUNK_BYTES - 1;
	while (*last)
		last = &(*last)->next;
	*last = segment;
	if (!store->filling) {
		store->filling = segment;
		store->ready = (char *)segment->fresh;
		store_make_ready(store);
	}
}

/* Returns how many entries there may be: up to half as many dead ones as others, or some more. */
static inline size_t entries_for(size_t capacity)
{
	return capacity + capacity / 8 * 5 + 72;
}

/* Returns the bytes of an array for so many timers. */
static size_t array_bytes(int array, size_t capacity)
{
	if (!capacity)
		return 0;
	if (array == HEAP_ARRAY)
		return (capacity + 8) * sizeof(struct heap_entry);
	return array == ID_ARRAY ? entries_for(capacity) * sizeof(uint32_t)
				 : (entries_for(capacity) / 64 + 1) * sizeof(uint64_t);
}

/*
 * Makes room for `capacity` timers and for `chunks` chunks, both more than before. Returns 0, or
 * -ENOMEM with nothing changed.
 */
static int store_grow(struct store *store, size_t capacity, size_t chunks)
{
	size_t bytes = (chunks - store->chunks + 1) * CHUNK_BYTES + sizeof(struct segment);
	struct segment *segment = block_make(bytes);
	struct block_growth growth[ARRAYS];
	int grown = 0;

	while (segment && grown < ARRAYS &&
	       block_grow(&growth[grown], store->array[grown], array_bytes(grown, store->capacity),
			  array_bytes(grown, capacity)))
		grown++;
	for (int i = 0; i < grown; i++)
		store->array[i] = grown < ARRAYS ? block_drop(&growth[i]) : block_keep(&growth[i]);
	store->dead = store->array[DEAD_ARRAY];
	store->free_id = store->array[ID_ARRAY];
	if (grown < ARRAYS) {
		if (segment)
			block_free(segment, bytes);
		return -ENOMEM;
	}
	store_add_segment(store, segment, bytes);
	store->capacity = capacity;
	return 0;
}

static void store_close(struct store *store)
{
	for (int i = 0; i < ARRAYS; i++)
		block_free(store->array[i], array_bytes(i, store->capacity));
	for (struct segment *segment = store->segments, *next; segment; segment = next) {
		next = segment->next;
		block_free(segment, segment->bytes);
	}
}

static size_t store_bytes(const struct store *store)
{
	size_t bytes = 0;

	for (int i = 0; i < ARRAYS; i++)
		bytes += block_resident(store->array[i], array_bytes(i, store->capacity));
	for (const struct segment *segment = store->segments; segment; segment = segment->next)
		bytes += block_resident(segment, segment->bytes);
	return bytes;
}

#endif
