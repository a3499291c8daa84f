/*
 * bucket-levels/check.h - walks over all timers of the levels, and their invariants
 */
#ifndef BUCKET_LEVELS_CHECK_H
#define BUCKET_LEVELS_CHECK_H

#include "front.h"

typedef void timer_visitor(struct timer *timer, void *data);

/* Returns the next chunk of a copy of a bucket, and its entries' number; NULL at the end. */
static const struct chunk *bucket_next_chunk(struct bucket *bucket, uint32_t *count)
{
	const struct chunk *chunk = bucket_newest(bucket);

	*count = (uint32_t)(bucket->vacant - chunk->entry);
	if (!bucket->vacant)
		return NULL;
	bucket->vacant = chunk->next ? chunk->next->entry + CHUNK_ROOM : NULL;
	return chunk;
}

/* Calls `visit` for each timer that has an entry, disarmed ones included. */
static void levels_visit(const struct levels *levels, timer_visitor *visit, void *data)
{
	for (uint32_t i = levels->first; i < levels->end; i++)
		if (!id_is_dead(&levels->store, levels->front[i].entry.id))
			visit(entry_timer(&levels->front[i].entry), data);
	for (struct bucket *listed = levels->buckets.next; listed != &levels->buckets;
	     listed = listed->next) {
		struct bucket bucket = *listed;
		const struct chunk *chunk;

		for (uint32_t count; (chunk = bucket_next_chunk(&bucket, &count));)
			for (uint32_t i = 0; i < count; i++)
				if (!id_is_dead(&levels->store, chunk->entry[i].id))
					visit(entry_timer(&chunk->entry[i]), data);
	}
}

struct checking {
	const struct levels *levels;
	const char *broken;
	size_t armed, entries, dead, chunks, nodes;
};

static inline void check_that(struct checking *checking, bool holds, const char *broken)
{
	if (!holds && !checking->broken)
		checking->broken = broken;
}

/* Checks an entry whose timer's key must be in a range. */
static void check_entry(struct checking *checking, const struct entry *entry, uint64_t first,
			uint64_t last)
{
	struct timer *timer = entry_timer(entry);

	checking->entries++;
	if (id_is_dead(&checking->levels->store, entry->id)) {
		checking->dead++;
		return;
	}
	check_that(checking, *timer_where(timer) & IN_LEVELS && timer->link.half[0] == entry->id,
		   "a timer does not know its entry");
	check_that(checking, timer->key >= first && timer->key <= last,
		   "a timer is in the wrong bucket");
}

static void check_bucket(struct checking *checking, const struct bucket *listed)
{
	struct bucket bucket = *listed;
	uint64_t last = bucket.least | ((UINT64_C(1) << bucket.level * DIGIT_BITS) - 1);
	unsigned unknown = unknown_bits(bucket.level);
	const struct chunk *chunk;
	uint32_t entries = 0;

	check_that(checking, digit_of(bucket.least, bucket.level) == bucket.digit,
		   "a bucket's least key belongs to another bucket");
	check_that(checking, last >= checking->levels->limit,
		   "a bucket is before the front's last key");
	for (uint32_t count; (chunk = bucket_next_chunk(&bucket, &count)); entries += count) {
		checking->chunks++;
		for (uint32_t i = 0; i < count && !checking->broken; i++) {
			const struct entry *entry = &chunk->entry[i];
			uint64_t known = entry_least(entry, bucket.least, bucket.level) >> unknown;

			check_entry(checking, entry, bucket.least, last);
			check_that(checking,
				   id_is_dead(&checking->levels->store, entry->id) ||
					   known == entry_timer(entry)->key >> unknown,
				   "an entry has another timer's digits");
		}
	}
	check_that(checking, entries == bucket.count, "a bucket's count is wrong");
}

/* Checks which buckets and nodes are occupied. */
static void check_node(struct checking *checking, const struct node *node)
{
	checking->nodes++;
	for (unsigned digit = 0; digit < DIGITS; digit++) {
		const struct bucket *bucket = &node->bucket[digit];
		bool occupied = node->occupied >> digit & 1;

		check_that(checking, occupied == (bucket->count || bucket->node),
			   "an occupied bucket is empty, or the reverse");
		check_that(checking, !bucket->node || bucket->node->parent == bucket,
			   "a node has another parent");
		if (bucket->node)
			check_node(checking, bucket->node);
	}
}

static void check_front(struct checking *checking)
{
	const struct levels *levels = checking->levels;

	for (uint32_t i = levels->first; i < levels->end; i++) {
		const struct front_entry *front = &levels->front[i];

		check_entry(checking, &front->entry, front->key, front->key);
		check_that(checking,
			   front->key <= levels->limit &&
				   (i == levels->first || front[-1].key <= front->key),
			   "the front is not in order");
	}
}

static void check_store(struct checking *checking)
{
	const struct store *store = &checking->levels->store;
	size_t dead = 0;

	for (uint32_t id = 0; id < store->used_ids; id++)
		dead += id_is_dead(store, id);
	check_that(checking, checking->dead == store->dead_count && dead == store->dead_count,
		   "the dead entries are miscounted");
	check_that(checking, checking->entries == store->used_ids - store->free_ids,
		   "an id is lost");
	for (const struct chunk *chunk = store->free_chunk; chunk; chunk = chunk->next)
		checking->chunks++;
	for (const struct segment *segment = store->filling; segment; segment = segment->next)
		checking->chunks += (size_t)(segment->end - segment->fresh);
	check_that(checking,
		   checking->chunks + checking->levels->nodes * NODE_CHUNKS == store->chunks,
		   "a chunk is lost");
}

static const char *check_levels(const struct levels *levels)
{
	struct checking checking = { .levels = levels };

	for (unsigned level = 0; level < LEVELS; level++) {
		check_node(&checking, levels->path[level]);
		check_that(&checking,
			   (levels->occupied >> level & 1) == (levels->path[level]->occupied != 0),
			   "an occupied level is empty, or the reverse");
	}
	for (struct node *node = levels->free_node; node;
	     node = (struct node *)(void *)node->parent)
		checking.nodes++;
	check_that(&checking, checking.nodes == levels->nodes + LEVELS, "a node is lost");
	for (struct bucket *bucket = levels->buckets.next; bucket != &levels->buckets;
	     bucket = bucket->next)
		check_bucket(&checking, bucket);
	check_front(&checking);
	check_store(&checking);
	return checking.broken;
}

#endif
