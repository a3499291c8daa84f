/*
 * bucket-levels/sweep.h - dead entries, and the sweep that drops them
 *
 * When a third of all entries are dead, a sweep begins. Each operation that makes another entry
 * dead does a part of it, until all buckets have been swept. A bucket that is used meanwhile is
 * left out.
 */
#ifndef BUCKET_LEVELS_SWEEP_H
#define BUCKET_LEVELS_SWEEP_H

#include "levels.h"

/* What one operation does of a sweep: a sum of entries, and of costs of chunks and buckets. */
#define SWEEP_ENTRIES 32
#define SWEEP_EXTRA   4

/*
 * Copies the entries that are not dead, and returns their number. Frees the ids of the others.
 * There is no branch, because it could not be predicted. `to` may be `from`.
 */
static uint32_t entries_sweep(struct store *store, const struct entry *from, uint32_t count,
			      struct entry *to)
{
	uint32_t kept = 0, free_ids = store->free_ids;

	for (uint32_t i = 0; i < count; i++) {
		struct entry entry = from[i];
		uint64_t *word = &store->dead[entry.id / 64];
		uint32_t dead = *word >> entry.id % 64 & 1;

		*word &= ~(UINT64_C(1) << entry.id % 64);
		store->free_id[free_ids] = entry.id;
		free_ids += dead;
		to[kept] = entry;
		kept += 1 - dead;
	}
	store->dead_count -= free_ids - store->free_ids;
	store->free_ids = free_ids;
	return kept;
}

/* Sweeps the newest chunk of the bucket that the sweep has come to. */
static uint32_t sweep_newest(struct levels *levels)
{
	struct bucket *bucket = levels->swept;
	struct chunk *chunk = bucket_newest(bucket);
	uint32_t count = (uint32_t)(bucket->vacant - chunk->entry), kept;

	kept = entries_sweep(&levels->store, chunk->entry, count, chunk->entry);
	bucket->count -= count - kept;
	bucket->vacant = chunk->entry + kept;
	levels->after = chunk;
	return count;
}

/* Sweeps the next older chunk, and appends what is left of it to the newest one. */
static void sweep_older(struct levels *levels, struct chunk *swept)
{
	struct bucket *bucket = levels->swept;
	struct chunk *newest = bucket_newest(bucket);
	uint32_t room = (uint32_t)(newest->entry + CHUNK_ROOM - bucket->vacant), kept;
	struct entry entry[CHUNK_ROOM];

	levels->after->next = swept->next;
	kept = entries_sweep(&levels->store, swept->entry, CHUNK_ROOM, entry);
	bucket->count -= CHUNK_ROOM - kept;
	room = room < kept ? room : kept;
	memcpy(bucket->vacant, entry, room * sizeof(*entry));
	bucket->vacant += room;
	if (room == kept) {
		chunk_free(&levels->store, swept);
		return;
	}
	swept->next = newest;
	memcpy(swept->entry, entry + room, (kept - room) * sizeof(*entry));
	bucket->vacant = swept->entry + (kept - room);
}

/* Does a part of the sweep. */
static LEVELS_RARELY void levels_sweep(struct levels *levels)
{
	uint32_t done = 0;

	while (levels->swept && done < SWEEP_ENTRIES) {
		struct bucket *bucket = levels->swept;

		done += SWEEP_EXTRA;
		if (!levels->after) {
			done += sweep_newest(levels);
		} else if (levels->after->next) {
			sweep_older(levels, levels->after->next);
			done += CHUNK_ROOM;
		} else {
			sweep_leave(levels);
		}
		if (!bucket->count) {
			chunk_free(&levels->store, bucket_newest(bucket));
			bucket_end(levels, bucket);
		}
	}
}

/* Marks an entry as dead. When a third of all entries are dead, a sweep of all buckets begins. */
static inline void levels_end_entry(struct levels *levels, uint32_t id)
{
	struct store *store = &levels->store;

	store->dead[id / 64] |= UINT64_C(1) << id % 64;
	store->dead_count++;
	if (!levels->swept &&
	    store->dead_count <= (store->used_ids - store->free_ids) / 3 + SWEEP_ENTRIES)
		return;
	if (!levels->swept && levels->buckets.next != &levels->buckets)
		levels->swept = levels->buckets.next;
	levels_sweep(levels);
}

#endif
