/*
 * bucket-levels/front.h - the timers that are about to be due, in order
 *
 * When a timer is due, the first bucket is opened: its timers are read, sorted by key, and become
 * the FRONT. Further buckets that are due are opened with it, as long as the front has room. A
 * bucket that is too large to be opened is dealt out to the levels below.
 *
 * `limit` is the last key of the front. A timer that is armed for an earlier key is LATE, and goes
 * to a small heap. So all timers of the front are before all timers in the levels.
 */
#ifndef BUCKET_LEVELS_FRONT_H
#define BUCKET_LEVELS_FRONT_H

#include "levels.h"

/* When so many timers have been late, the front goes back into the levels. */
#define LATE_MOST (FRONT_ROOM / 2)

/* --- filing */

static void levels_late(struct levels *levels, struct timer *timer, uint64_t key);

/* Files a timer that is nowhere. */
static inline void levels_file(struct levels *levels, struct timer *timer, uint64_t key)
{
	uint32_t id;

	timer->key = key;
	if (key < levels->limit) {
		levels_late(levels, timer, key);
		return;
	}
	id = id_take(&levels->store);
	timer->link.half[0] = id;
	*timer_where(timer) = IN_LEVELS;
	levels_file_entry(levels, timer, key, id);
}

/* Files a timer again that has lost its place. A disarmed timer stays nowhere. */
static LEVELS_RARELY void levels_file_again(struct levels *levels, struct timer *timer)
{
	bool is_disarmed = *timer_where(timer) & DISARMED;

	timer->link = (union timer_link){ .word = { [3] = is_disarmed ? DISARMED : 0 } };
	if (!is_disarmed)
		levels_file(levels, timer, timer->deadline);
}

static LEVELS_RARELY void levels_late(struct levels *levels, struct timer *timer, uint64_t key)
{
	*timer_where(timer) = IN_HEAP;
	heap_push(&levels->queues.heap, timer, key, INTERVAL_ARITY);
	if (++levels->late < LATE_MOST)
		return;
	/* The front comes up again in smaller parts, so fewer timers will be late. */
	for (levels->late = 0; levels->first < levels->end; levels->first++) {
		const struct front_entry *front = &levels->front[levels->first];

		if (!entry_ends_dead(&levels->store, &front->entry))
			levels_file_entry(levels, entry_timer(&front->entry), front->key,
					  front->entry.id);
	}
	levels->limit = levels->current;
}

/* --- opening buckets */

/*
 * Sorts entries. Divides the range of their keys into as many slices as there are entries, puts the
 * entries into the order of the slices, and then sorts by insertion.
 */
static void front_sort(const struct front_entry *from, struct front_entry *to, uint32_t count)
{
	uint16_t slice[FRONT_ROOM + CHUNK_ROOM + 1];
	uint64_t least = UINT64_MAX, most = 0;
	unsigned shift;

	for (uint32_t i = 0; i < count; i++) {
		least = from[i].key < least ? from[i].key : least;
		most = from[i].key > most ? from[i].key : most;
		slice[i] = 0;
	}
	slice[count] = 0;
	shift = 64u - (unsigned)__builtin_clzll((most - least) / count | 1);
	for (uint32_t i = 0; i < count; i++)
		slice[((from[i].key - least) >> shift) + 1]++;
	for (uint32_t i = 1; i < count; i++)
		slice[i] += slice[i - 1];
	for (uint32_t i = 0; i < count; i++)
		to[slice[(from[i].key - least) >> shift]++] = from[i];
	for (uint32_t i = 1; i < count; i++) {
		struct front_entry entry = to[i];
		uint32_t at = i;

		for (; at && to[at - 1].key > entry.key; at--)
			to[at] = to[at - 1];
		if (at != i)
			to[at] = entry;
	}
}

/*
 * Reads the timers of `count` entries of a bucket. Keeps the entries of timers that are due before
 * the bucket ends, with their keys. Files the others again. Returns the number of those kept.
 */
static uint32_t levels_read(struct levels *levels, struct front_entry *entry, uint32_t count,
			    uint64_t last)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct timer *timer = entry_timer(&entry[i].entry);

		/* The deadline of a disarmed timer is TIMER_NEVER. */
		if (timer->deadline > last) {
			levels_refile(levels, timer, entry[i].entry.id);
			continue;
		}
		timer->key = timer->deadline;
		entry[kept].entry = entry[i].entry;
		entry[kept++].key = timer->key;
	}
	return kept;
}

/*
 * Opens a bucket: stores the entries of its timers in `entry`, at most `room`, and returns their
 * number. Only a bucket of level 0, in which all keys are equal, may have more.
 */
static uint32_t levels_open_bucket(struct levels *levels, struct bucket *bucket,
				   struct front_entry *entry, uint32_t room)
{
	uint64_t last = bucket->least | ((UINT64_C(1) << bucket->level * DIGIT_BITS) - 1);
	uint32_t count = 0;
	struct entry taken[CHUNK_ROOM];

	if (bucket == levels->swept)
		sweep_leave(levels);
	while (bucket->count && count + CHUNK_ROOM <= room) {
		uint32_t chunk = bucket_take_chunk(&levels->store, bucket, taken);

		for (uint32_t i = 0; i < chunk; i++) {
			if (entry_ends_dead(&levels->store, &taken[i]))
				continue;
			__builtin_prefetch(entry_timer(&taken[i]), 1);
			entry[count++].entry = taken[i];
		}
	}
	if (!bucket->count)
		bucket_end(levels, bucket);
	return levels_read(levels, entry, count, last);
}

/*
 * Opens buckets that are due at `now`. The front must be empty. It never gets more than an eighth
 * of all timers, because otherwise most new timers would be late.
 */
static LEVELS_RARELY void levels_open(struct levels *levels, uint64_t now)
{
	struct front_entry entry[FRONT_ROOM + CHUNK_ROOM];
	uint32_t count = 0, most = (levels->store.used_ids - levels->store.free_ids) / 8;

	most = most > FRONT_ROOM ? FRONT_ROOM : most < 32 ? 32 : most;
	while (levels->occupied && count < most) {
		struct bucket *bucket = levels_first(levels);

		if (bucket->least > now)
			break;
		if (count && (bucket->node || bucket->count > most - count))
			break;
		if (!count && bucket->least > levels->current)
			levels->current = bucket->least;
		if (bucket->node || (bucket->count > most && bucket->level))
			levels_divide(levels, bucket);
		else
			count += levels_open_bucket(levels, bucket, entry + count,
						    FRONT_ROOM + CHUNK_ROOM - count);
	}
	if (count)
		front_sort(entry, levels->front, count);
	levels->limit = count ? levels->front[count - 1].key : levels->current;
	levels->first = levels->late = 0;
	levels->end = count;
}

/* --- handing over */

/*
 * Drops dead entries at the start of the front. Returns the first key; TIMER_NEVER if it is empty.
 */
static inline uint64_t front_least(struct levels *levels)
{
	while (levels->first < levels->end) {
		const struct front_entry *front = &levels->front[levels->first];

		if (!entry_ends_dead(&levels->store, &front->entry))
			return front->key;
		levels->first++;
	}
	return TIMER_NEVER;
}

/*
 * Returns the first key of the front and the levels: of a timer, or of one that was put off,
 * disarmed or removed. If the key is at or before `now`, its timer is in the front.
 */
static inline uint64_t levels_least(struct levels *levels, uint64_t now)
{
	uint64_t key = front_least(levels);

	if (levels->first == levels->end) {
		levels->limit = levels->current;
		if (levels->occupied && levels_first(levels)->least <= now)
			levels_open(levels, now);
		if (levels->first == levels->end)
			return levels->occupied ? levels_first(levels)->least : TIMER_NEVER;
		key = front_least(levels);
	}
	return key;
}

/*
 * Hands over timers of the front whose keys are at most `until`, which must be before TIMER_NEVER.
 * Stops when a timer is filed again, because that timer may be the next one.
 */
static inline size_t front_hand_over(struct levels *levels, uint64_t until, struct timer **out,
				     size_t max)
{
	size_t count = 0;

	while (count < max && front_least(levels) <= until) {
		const struct front_entry *front = &levels->front[levels->first++];
		struct timer *timer = entry_timer(&front->entry);

		id_free(&levels->store, front->entry.id);
		if (timer->deadline != timer->key) {
			levels_file_again(levels, timer);
			break;
		}
		timer->link = (union timer_link){ .word = { 0 } };
		out[count++] = timer;
	}
	return count;
}

#endif
