/*
 * bucket-trie - unsorted buckets in a trie, split as they fill, sorted when they are due
 *
 * IDEA. Nothing is sorted before it is due, nothing is moved when it is put off, and nobody is looked
 * for when it is stopped.
 *
 * A deadline is a number of 11 digits to the base 64. As in a radix heap, a timer belongs to the level
 * of the highest digit in which its deadline differs from `current`, the time up to which everything
 * has been handed over or is near, and there to the bucket of that digit's value. A bucket is an
 * unsorted heap of entries (key, timer, slot), appended to. One that gets too full bursts: it becomes
 * a node of 64 finer buckets, by the next digit, and so on. Dense places are cut fine and sparse ones
 * are not, without any width to be chosen, and no deadline is too far.
 *
 *	 armed ----> young, 512 or more, in the order in which they came
 *	               |
 *	 level 5 [ ][*][*][ ][*]     level 4 [ ][ ][ ][*]     level 3 [ ][*]     each of 64
 *	             |  '- a leaf: chunks of 16 entries                   '--.
 *	             '- burst: [*][ ][*][*][ ][*]                            v  the first is due:
 *	                                                                  near, sorted ----> fire
 *
 * When the first bucket is due it is sorted, after a last look at its timers, and becomes what is
 * near. One that is too large for that is dealt out among the levels below, which are empty then. One
 * whose deadlines are all equal needs no sorting and is handed over as it is: a herd.
 *
 * PUT OFF. A timer that is re-armed for later keeps its entry; only its deadline changes. Its entry
 * comes up at the old time, disagrees with the deadline, and is filed again. A disarmed timer keeps
 * its entry as well, and takes it up again when it is armed for later than that.
 *
 * STOPPED. A removed timer's memory is the caller's at once, so its entry must not lead to it any
 * more. Each entry has a slot, a number, and each slot a bit that says that its timer is gone. To
 * remove is to set that bit, in a map so dense that it stays in the cache: 2 bits a slot. Entries
 * that are dead are passed over when their bucket comes up; when room gets scarce, all buckets are
 * swept, some chunks each time that the young are filed, so that what was reserved is enough.
 *
 * WHY YOUNG. Arming a timer that memory has not seen for long waits for its line, and how many such
 * arms a processor has under way at once depends on how few instructions and stores lie between
 * them. So arming does next to nothing: it appends. Filing goes through 512 of them in one loop that
 * waits for no timer. Entries of the young do not move until then, so that a timer can know its
 * place: one that is removed while young ends there and then, and leaves a hole for the next. Where
 * most are removed, and there may not be more than 16384 of them, the young are given room for all:
 * they hardly ever are filed then.
 *
 * COST.   insert     O(1): two stores to the timer, two to the young; amortised, one walk of some
 *                    levels and one append, and less than one move by a burst
 *         reinsert   later: one store. Earlier: as remove and insert
 *         disarm     two stores to the timer
 *         remove     one bit, and amortised two entries to sweep
 *         next       O(1)
 *         expire     O(1) amortised: each entry is sorted among at most 512
 *         memory     30 bytes a timer for entries, 5 for chunks that are not full, some for nodes and
 *                    bits: 39 at a million timers, 120 at ten thousand, with room for the
 *                    young, and 77 in server, where pools had to double
 *         longest    what a bucket of 8191 entries takes to be dealt out, but see below
 *
 * WINS. Where timers fire, are put off or disarmed, and are many: results/full has it ahead of all
 * other exact structures at n = 1e6 in hold, drain, ticker and retry, and not told apart from
 * lazy:common-timeout in idle, rpc and server.
 *
 * LOSES. Where an insert is all there is to do and memory is new: filling costs 1.3 times as much as
 * with a heap at n = 1e6, and with a thousand timers 17 times as much as with the cheapest, as its pools
 * come in larger pieces than a heap, which touches half as much. Equal deadlines, which a heap leaves where they are. More than 16384 timers
 * that are removed one by one, for which queues by interval need no sweeping. Up to 1e4 timers it is
 * among the cheapest rather than the cheapest. An operation is long when a million timers of one
 * deadline have all been put off and come up together, and when so much is armed and removed between
 * two expiries that all is swept at once: in server with a million timers one took 5 ms.
 *
 * NOT TAKEN. Filing at once rather than by way of the young: 20 % to 40 % slower when arming cold
 * timers, by the stores that stand between them. Young timers in blocks that are filed as one until
 * they are due, so that those who die young never are: deferred more work into the first turns than
 * it saved. Links through the timers: a miss for each neighbour. Each timer knowing its entry's place,
 * so that removing could reuse it: every move writes to a timer.
 *
 * SOURCE. timerbed's own. The levels are those of the radix heap (Ahuja, Mehlhorn, Orlin and Tarjan,
 * JACM 1990), buckets that burst are from burst tries (Heinz, Zobel and Williams, TOIS 2002), sorting
 * only what is due from the ladder queue (Tang, Goh and Thng, TOMACS 2005), the re-arm that is a store
 * from HAProxy, tokio and Go.
 *
 * DEPARTURES. A radix heap deals its first bucket out whenever the minimum is taken; here it is sorted
 * once it is small. Burst tries hold strings.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/pages.h"
#include "timer.h"

#define HOT  static inline __attribute__((always_inline))
#define COLD static __attribute__((noinline))

#define DIGIT_BITS 6
#define FANOUT	   (1u << DIGIT_BITS)
#define LEVELS	   11 /* of 6 bits: 64-bit keys; the top digit has only 4 */

/* Entries of a chunk: 320 bytes, five lines. */
#define CHUNK 16

/* Chunks whose memory is asked for at a time: 8 KiB at first, 80 KiB when a set is large. */
#define READY_LEAST 26
#define READY_MOST  256

/*
 * A leaf of more entries is dealt out rather than sorted. Sorting takes two passes and then insertion
 * among those that share a digit, 8 of 512 if they are spread evenly.
 */
#define SORT_MOST 512

/*
 * A leaf of so many entries bursts. It is also what is dealt out in one operation at most: the longest
 * of hold with a million timers took 131 us.
 */
#define BURST_AT 8192

/* What is near, and what was filed there since it was last put in order. */
#define NEAR_MOST  (2 * SORT_MOST)
#define FRESH_MOST 64

/*
 * Timers that are armed before any of them is filed: 512; and while many of them are removed before
 * that, more, as many as there may be timers if these are few. If they are not, what is filed and
 * swept at one time would be a long operation: with 4096 the longest took 1 ms.
 */
#define YOUNG_LEAST 512
#define FEW_TIMERS  16384

/* Of the young, how many are filed together, the lines for all of them fetched ahead. */
#define BATCH 16

/* There is a node for as many timers. */
#define NODE_TIMERS (BURST_AT / 2)

/* Room for this many timers comes with the set. */
#define FIRST_CAPACITY 64

/* Slots and chunks are numbered in 32 bits, and there are two slots a timer. */
#define MOST_TIMERS (UINT32_MAX / 4)

/* No chunk, no node. */
#define NONE UINT32_MAX

/* Where a timer's slot and state are, in link.half[]. An idle timer has neither. */
#define SLOT  0 /* its entry's slot + 1; 0 when it has no entry */
#define STATE 1 /* enum state, and in higher bits its place among the young, if it is one of them */

enum state { IDLE, ARMED, DISARMED, STATES = 4 };

/* Packed: with 24 bytes instead of 20, memory would be a fifth more. */
struct entry {
	uint64_t key;
	struct timer *timer;
	uint32_t slot;
} __attribute__((packed, aligned(4)));

/* count of an inner bucket, whose entries are in a node. */
#define INNER UINT32_MAX

/*
 * Places for entries are numbered, CHUNK of them to a chunk. All chunks of a leaf are full but its
 * first, which is being filled.
 */
struct bucket {
	union {
		struct node *inner;
		uint64_t least; /* no key in it is less; UINT64_MAX while it is empty */
	};
	uint64_t most;	/* no key in it is greater; 0 while it is empty */
	uint32_t place; /* after its newest entry */
	uint32_t count; /* entries, or INNER */
};

struct node {
	union {
		uint64_t occupied;
		struct node *next; /* while it is free */
	};
	struct bucket bucket[FANOUT];
};

/* Nodes that were allocated at one time. */
struct segment {
	struct segment *next;
	size_t nodes;
	struct node node[];
};

/* What reserve allocates, all of it or nothing. */
struct pools {
	size_t capacity; /* timers that may be not idle */
	uint32_t chunks, slots;
	uint32_t young_capacity; /* places for the young, of which those with a slot can be used */
	struct entry *entry;
	struct entry *young;
	uint32_t *following;	 /* of each chunk: the next of its leaf, or in the free list */
	uint64_t *dead, *vacant; /* a bit a slot: its timer is gone; it has no entry */
};

struct bucket_trie {
	uint64_t current;  /* levels are reckoned from it; no key in the trie is less */
	uint64_t near_end; /* keys before it are not in the trie but in near, fresh or herd */
	uint64_t occupied; /* levels that have an entry */
	struct node *level[LEVELS]; /* their nodes */

	size_t armed; /* timers, with those young not counted in nor those gone out: see size */
	uint32_t entries, dead; /* those not young; and those whose timer is gone */
	uint32_t vacant_word;	/* the word that slots are now taken from, */
	uint64_t vacant;	/* and what is left of it */
	struct pools pools;
	struct segment *segments;

	uint32_t young_room;   /* how many there may be before they are filed */
	uint32_t young_places; /* how many have a slot */
	uint32_t ended;	       /* entries whose timer was removed since the young were filed */
	uint32_t young_count;  /* places that are taken, or were: */
	uint32_t young_hole;   /* the newest of which the timer was removed, or NONE; */
	uint32_t young_holes;
	uint32_t near_count, fresh_count;
	uint64_t young_least; /* UINT64_MAX when there are none */
	uint64_t fresh_least; /* UINT64_MAX when there are none */
	struct bucket herd;   /* a leaf of one key that is being handed over */
	struct bucket never;  /* what is armed for TIMER_NEVER */

	struct node *free_node;
	uint32_t free_chunk, chunks_free; /* those never touched are free but in no list */
	uint32_t chunks_touched, chunks_ready;

	bool sweeping;
	uint64_t sweep_key;   /* leaves that end before it have been swept */
	uint32_t sweep_chunk; /* the next leaf has been swept up to here, or NONE */
	uint32_t sweep_left;  /* chunks after it */

	struct entry near[NEAR_MOST]; /* in order, the earliest last */
	struct entry fresh[FRESH_MOST];
};

static const struct bucket empty_bucket = { .least = UINT64_MAX };

static struct bucket_trie *trie_of(const struct timer_set *set)
{
	return (struct bucket_trie *)set;
}

/* --- digits */

/* The level of the highest digit in which two keys differ. 43 / 256 divides up to 63 by 6. */
HOT unsigned level_of(uint64_t differing)
{
	return (63u - (unsigned)__builtin_clzll(differing | 1)) * 43 >> 8;
}

HOT unsigned digit_of(uint64_t key, unsigned level)
{
	return (unsigned)(key >> level * DIGIT_BITS) & (FANOUT - 1);
}

/* How many keys a bucket of this level is for. */
static uint64_t span_of(unsigned level)
{
	return UINT64_C(1) << level * DIGIT_BITS;
}

/* The first key after a bucket that starts so; TIMER_NEVER, which no bucket has, after the last. */
static uint64_t end_of(uint64_t start, unsigned level)
{
	uint64_t end = start + span_of(level);

	return end > start ? end : TIMER_NEVER;
}

/* The key with zeros for its digits up to this level. */
static uint64_t above(uint64_t key, unsigned level)
{
	return level + 1 < LEVELS ? key & -span_of(level + 1) : 0;
}

/* --- timers */

HOT enum state state_of(const struct timer *timer)
{
	return timer->link.half[STATE] % STATES;
}

/* Its place stays. */
HOT void set_state(struct timer *timer, enum state state)
{
	timer->link.half[STATE] = timer->link.half[STATE] / STATES * STATES + state;
}

/* A timer's entry among the young, which its place leads to; NULL if it has been filed since. */
HOT struct entry *young_entry(struct bucket_trie *trie, const struct timer *timer)
{
	uint32_t place = timer->link.half[STATE] / STATES;

	if (place < trie->young_count && trie->pools.young[place].timer == timer)
		return &trie->pools.young[place];
	return NULL;
}

/* --- slots */

HOT bool is_dead(const struct bucket_trie *trie, uint32_t slot)
{
	return trie->pools.dead[slot / 64] >> slot % 64 & 1;
}

/* Goes on to the next word with a vacant slot: there is one. */
COLD void find_vacant(struct bucket_trie *trie)
{
	uint64_t *vacant = trie->pools.vacant;
	uint32_t words = trie->pools.slots / 64, word = trie->vacant_word;

	do
		word = word + 1 < words ? word + 1 : 0;
	while (!vacant[word]);
	trie->vacant_word = word;
	trie->vacant = vacant[word];
	vacant[word] = 0;
}

HOT uint32_t take_slot(struct bucket_trie *trie)
{
	uint32_t slot;

	if (!trie->vacant)
		find_vacant(trie);
	slot = trie->vacant_word * 64 + (uint32_t)__builtin_ctzll(trie->vacant);
	trie->vacant &= trie->vacant - 1;
	return slot;
}

HOT void give_slot(struct bucket_trie *trie, uint32_t slot)
{
	trie->pools.vacant[slot / 64] |= UINT64_C(1) << slot % 64;
}

/* A dead slot is dead no longer. */
HOT void revive_slot(struct bucket_trie *trie, uint32_t slot)
{
	trie->pools.dead[slot / 64] &= ~(UINT64_C(1) << slot % 64);
	trie->dead--;
}

/* A dead entry that is not young ends. */
static void give_dead_slot(struct bucket_trie *trie, uint32_t slot)
{
	revive_slot(trie, slot);
	give_slot(trie, slot);
	trie->entries--;
	trie->armed--;
}

/* The entry stays where it is; whoever comes across it sees that its timer is gone. */
HOT void kill_entry(struct bucket_trie *trie, uint32_t slot)
{
	trie->pools.dead[slot / 64] |= UINT64_C(1) << slot % 64;
	trie->dead++;
}

/* --- chunks and nodes */

/* Asks for the memory of the next chunks at one go, the more the more there are. */
COLD void make_ready(struct bucket_trie *trie)
{
	uint32_t left = trie->pools.chunks - trie->chunks_ready, step = trie->chunks_touched / 2;
	const struct entry *from = &trie->pools.entry[trie->chunks_ready * CHUNK];

	if (step < READY_LEAST)
		step = READY_LEAST;
	if (step > READY_MOST)
		step = READY_MOST;
	if (step > left)
		step = left;
	trie->chunks_ready += step;
	pages_make_ready(from, from + step * CHUNK);
}

/* There is a free one. */
static uint32_t take_chunk(struct bucket_trie *trie)
{
	uint32_t chunk = trie->free_chunk;

	trie->chunks_free--;
	if (chunk == NONE) {
		if (trie->chunks_touched == trie->chunks_ready)
			make_ready(trie);
		return trie->chunks_touched++;
	}
	trie->free_chunk = trie->pools.following[chunk];
	return chunk;
}

static void give_chunk(struct bucket_trie *trie, uint32_t chunk)
{
	if (chunk == trie->sweep_chunk)
		trie->sweep_chunk = NONE;
	trie->pools.following[chunk] = trie->free_chunk;
	trie->free_chunk = chunk;
	trie->chunks_free++;
}

/* An empty node, or NULL. */
static struct node *take_node(struct bucket_trie *trie)
{
	struct node *node = trie->free_node;

	if (node) {
		trie->free_node = node->next;
		node->occupied = 0;
	}
	return node;
}

static void give_node(struct bucket_trie *trie, struct node *node)
{
	node->next = trie->free_node;
	trie->free_node = node;
}

/* --- leaves */

/* A leaf goes on in a new chunk. */
COLD uint32_t add_chunk(struct bucket_trie *trie, const struct bucket *leaf)
{
	uint32_t chunk = take_chunk(trie);

	trie->pools.following[chunk] = (leaf->place - 1) / CHUNK;
	return chunk * CHUNK;
}

HOT void push(struct bucket_trie *trie, struct bucket *leaf, uint64_t key, struct timer *timer,
	      uint32_t slot)
{
	uint32_t place = leaf->place;
	struct entry *entry;

	if (leaf->count++ % CHUNK == 0)
		place = add_chunk(trie, leaf);
	leaf->place = place + 1;
	entry = &trie->pools.entry[place];
	entry->key = key;
	entry->timer = timer;
	entry->slot = slot;
	leaf->least = key < leaf->least ? key : leaf->least;
	leaf->most = key > leaf->most ? key : leaf->most;
}

/* Pushes entries of one key, oldest last. There are chunks for them. */
static void push_run(struct bucket_trie *trie, struct bucket *leaf, const struct entry *entry,
		     uint32_t count)
{
	uint64_t key = entry->key;

	leaf->least = key < leaf->least ? key : leaf->least;
	leaf->most = key > leaf->most ? key : leaf->most;
	for (uint32_t some; count; count -= some, entry += some) {
		uint32_t room = -leaf->count % CHUNK;

		if (!room) {
			leaf->place = add_chunk(trie, leaf);
			room = CHUNK;
		}
		some = room < count ? room : count;
		memcpy(&trie->pools.entry[leaf->place], entry, some * sizeof(*entry));
		leaf->place += some;
		leaf->count += some;
	}
}

/* The chunk of a leaf that is being filled, and the entries in it. */
static uint32_t first_chunk(const struct bucket *leaf)
{
	return (leaf->place - 1) / CHUNK;
}

static uint32_t filled(const struct bucket *leaf)
{
	return (leaf->count - 1) % CHUNK + 1;
}

/* The first chunk leaves its leaf; what is in it stands until a chunk is taken. */
static void drop_chunk(struct bucket_trie *trie, struct bucket *leaf)
{
	uint32_t chunk = first_chunk(leaf);

	leaf->count -= filled(leaf);
	leaf->place = trie->pools.following[chunk] * CHUNK + CHUNK;
	give_chunk(trie, chunk);
}

HOT void prefetch_chunk(const struct bucket_trie *trie, uint32_t chunk)
{
	for (unsigned i = 0; i < CHUNK; i += 3)
		__builtin_prefetch(&trie->pools.entry[chunk * CHUNK + i]);
}

/* Fetches a leaf's third chunk ahead. */
HOT void prefetch_chunks(const struct bucket_trie *trie, const struct bucket *leaf)
{
	const uint32_t *following = trie->pools.following;

	if (leaf->count > 2 * CHUNK)
		prefetch_chunk(trie, following[following[first_chunk(leaf)]]);
}

/*
 * The entries of a leaf's first chunk, to be read where they stand and then dropped; what is to be
 * read after them is fetched ahead.
 */
HOT const struct entry *first_entries(const struct bucket_trie *trie, const struct bucket *leaf,
				      uint32_t *count)
{
	*count = filled(leaf);
	prefetch_chunks(trie, leaf);
	return &trie->pools.entry[leaf->place - *count];
}

/* --- filing */

/* Deals a leaf out to the buckets of a node, by their digit at its level. There are chunks for all. */
HOT void deal(struct bucket_trie *trie, struct bucket leaf, struct node *node, unsigned level)
{
	for (uint32_t count; leaf.count; drop_chunk(trie, &leaf)) {
		const struct entry *entry = first_entries(trie, &leaf, &count);

		for (; count--; entry++) {
			unsigned digit = digit_of(entry->key, level);

			node->occupied |= UINT64_C(1) << digit;
			push(trie, &node->bucket[digit], entry->key, entry->timer, entry->slot);
		}
	}
}

/* A leaf becomes a node of the level below, one of whose buckets may get all that is in it. */
COLD void burst(struct bucket_trie *trie, struct bucket *bucket, unsigned level)
{
	struct node *node;

	if (trie->chunks_free < FANOUT + BATCH || !(node = take_node(trie)))
		return;
	deal(trie, *bucket, node, level - 1);
	bucket->count = INNER;
	bucket->inner = node;
}

static void near_add(struct bucket_trie *trie, struct entry entry);
static void sweep_all(struct bucket_trie *trie);

/* What has its place where time is now, or beyond the end of time. */
COLD void file_apart(struct bucket_trie *trie, uint64_t key, struct timer *timer, uint32_t slot)
{
	if (key != TIMER_NEVER) {
		near_add(trie, (struct entry){ key, timer, slot });
		return;
	}
	if (!trie->chunks_free)
		sweep_all(trie);
	push(trie, &trie->never, key, timer, slot);
}

/* The bucket that a key belongs to, or one with an inner bucket for it; and its level. */
HOT struct bucket *locate(const struct bucket_trie *trie, uint64_t key, unsigned *level)
{
	unsigned at = level_of(key ^ trie->current);
	struct bucket *bucket = &trie->level[at]->bucket[digit_of(key, at)];

	while (bucket->count == INNER)
		bucket = &bucket->inner->bucket[digit_of(key, --at)];
	*level = at;
	return bucket;
}

/* The first entry is about to come into a bucket. */
static void mark_occupied(struct bucket_trie *trie, struct bucket *bucket, unsigned level,
			  uint64_t key)
{
	unsigned digit = digit_of(key, level);
	struct node *node =
		(struct node *)(void *)((char *)(bucket - digit) - offsetof(struct node, bucket));

	node->occupied |= UINT64_C(1) << digit;
	trie->occupied |= UINT64_C(1) << level_of(key ^ trie->current);
}

/* Puts an entry into the bucket that it was located in. There is a free chunk. */
HOT void file_at(struct bucket_trie *trie, struct bucket *bucket, unsigned level, uint64_t key,
		 struct timer *timer, uint32_t slot)
{
	while (bucket->count == INNER)
		bucket = &bucket->inner->bucket[digit_of(key, --level)];
	if (!bucket->count)
		mark_occupied(trie, bucket, level, key);
	push(trie, bucket, key, timer, slot);
	if (bucket->count >= BURST_AT && bucket->least != bucket->most)
		burst(trie, bucket, level);
}

/* Files an entry. */
HOT void file(struct bucket_trie *trie, uint64_t key, struct timer *timer, uint32_t slot)
{
	struct bucket *bucket;
	unsigned level;

	if (key < trie->near_end || key == TIMER_NEVER) {
		file_apart(trie, key, timer, slot);
		return;
	}
	if (!trie->chunks_free)
		sweep_all(trie);
	bucket = locate(trie, key, &level);
	file_at(trie, bucket, level, key, timer, slot);
}

COLD void file_entry(struct bucket_trie *trie, const struct entry *entry)
{
	file(trie, entry->key, entry->timer, entry->slot);
}

/* Files all of a leaf, which is in the trie no more, anew. */
static void spread(struct bucket_trie *trie, struct bucket leaf)
{
	for (uint32_t count; leaf.count; drop_chunk(trie, &leaf)) {
		const struct entry *entry = first_entries(trie, &leaf, &count);

		for (; count--; entry++) {
			if (is_dead(trie, entry->slot))
				give_dead_slot(trie, entry->slot);
			else
				file(trie, entry->key, entry->timer, entry->slot);
		}
	}
}

static void spread_node(struct bucket_trie *trie, struct node *node)
{
	for (; node->occupied; node->occupied &= node->occupied - 1) {
		struct bucket *place = &node->bucket[__builtin_ctzll(node->occupied)];
		struct bucket bucket = *place;

		*place = empty_bucket;
		if (bucket.count != INNER) {
			spread(trie, bucket);
			continue;
		}
		spread_node(trie, bucket.inner);
		give_node(trie, bucket.inner);
	}
}

/*
 * Levels are reckoned from an earlier key. What is on the levels below the one on which it differs
 * from the present one has its place in a bucket of that level now.
 */
static void rewind_to(struct bucket_trie *trie, uint64_t key)
{
	unsigned level = level_of(trie->current ^ key);

	trie->current = trie->near_end = key;
	for (unsigned below = 0; below < level; below++) {
		trie->occupied &= ~(UINT64_C(1) << below);
		spread_node(trie, trie->level[below]);
	}
}

/* --- sweeping: entries whose timer is gone make room */

/* Keeps what is not dead, in order; returns how many that is. */
static uint32_t sweep_entries(struct bucket_trie *trie, struct entry *entry, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (is_dead(trie, entry[i].slot))
			give_dead_slot(trie, entry[i].slot);
		else
			entry[kept++] = entry[i];
	}
	return kept;
}

/* The chunk that is being filled; and the next one if nothing is left of it. */
static void sweep_first(struct bucket_trie *trie, struct bucket *leaf)
{
	while (leaf->count) {
		uint32_t count = filled(leaf);
		uint32_t kept = sweep_entries(trie, &trie->pools.entry[leaf->place - count], count);

		if (kept) {
			leaf->place -= count - kept;
			leaf->count -= count - kept;
			return;
		}
		drop_chunk(trie, leaf);
	}
}

/* A full chunk leaves its leaf, and what is not dead of it comes back. */
static void sweep_full(struct bucket_trie *trie, struct bucket *leaf, uint32_t before)
{
	uint32_t *following = trie->pools.following, chunk = following[before];
	const struct entry *entry = &trie->pools.entry[chunk * CHUNK];

	following[before] = following[chunk];
	leaf->count -= CHUNK;
	for (unsigned i = 0; i < CHUNK; i++, entry++) {
		if (is_dead(trie, entry->slot))
			give_dead_slot(trie, entry->slot);
		else
			push(trie, leaf, entry->key, entry->timer, entry->slot);
	}
	give_chunk(trie, chunk);
}

/* Whether the leaf is done. The budget is in chunks. */
static bool sweep_leaf(struct bucket_trie *trie, struct bucket *leaf, int64_t *budget)
{
	if (trie->sweep_chunk == NONE) {
		sweep_first(trie, leaf);
		--*budget;
		if (!leaf->count)
			return true;
		trie->sweep_chunk = first_chunk(leaf);
		trie->sweep_left = (leaf->count - 1) / CHUNK;
	}
	for (; trie->sweep_left && *budget > 0; trie->sweep_left--, --*budget) {
		const uint32_t *following = trie->pools.following;

		if (trie->sweep_left > 2)
			prefetch_chunk(trie, following[following[following[trie->sweep_chunk]]]);
		sweep_full(trie, leaf, trie->sweep_chunk);
	}
	if (trie->sweep_left)
		return false;
	trie->sweep_chunk = NONE;
	return true;
}

static bool sweep_node(struct bucket_trie *trie, struct node *node, unsigned level, uint64_t base,
		       int64_t *budget);

/* Whether the bucket is done; it may be empty then, and is no inner one if so. */
static bool sweep_bucket(struct bucket_trie *trie, struct bucket *bucket, unsigned level,
			 uint64_t start, int64_t *budget)
{
	struct node *node = bucket->inner;
	bool done;

	if (bucket->count != INNER) {
		trie->sweep_key = start;
		done = sweep_leaf(trie, bucket, budget);
	} else {
		done = sweep_node(trie, node, level - 1, start, budget);
		if (!node->occupied) {
			give_node(trie, node);
			bucket->count = 0;
		}
	}
	if (!bucket->count)
		*bucket = empty_bucket;
	return done;
}

/* What a node has from sweep_key on, as far as the budget goes; whether that is all. */
static bool sweep_node(struct bucket_trie *trie, struct node *node, unsigned level, uint64_t base,
		       int64_t *budget)
{
	uint64_t left = node->occupied;

	if (trie->sweep_key > base)
		left &= ~UINT64_C(0) << digit_of(trie->sweep_key, level);
	for (; left; left &= left - 1) {
		unsigned digit = (unsigned)__builtin_ctzll(left);
		uint64_t start = base + ((uint64_t)digit << level * DIGIT_BITS);
		bool done;

		if (*budget <= 0)
			return false;
		done = sweep_bucket(trie, &node->bucket[digit], level, start, budget);
		if (!node->bucket[digit].count)
			node->occupied &= ~(UINT64_C(1) << digit);
		if (!done)
			return false;
		trie->sweep_key = end_of(start, level);
	}
	return true;
}

/* What the trie has from sweep_key on; whether that is all. */
static bool sweep_levels(struct bucket_trie *trie, int64_t *budget)
{
	if (trie->sweep_key < trie->current)
		trie->sweep_key = trie->current;
	while (trie->sweep_key != TIMER_NEVER) {
		unsigned level = level_of(trie->sweep_key ^ trie->current);
		uint64_t levels = trie->occupied & ~UINT64_C(0) << level;
		struct node *node;
		bool done;

		if (!levels)
			break;
		level = (unsigned)__builtin_ctzll(levels);
		node = trie->level[level];
		done = sweep_node(trie, node, level, above(trie->current, level), budget);
		if (!node->occupied)
			trie->occupied &= ~(UINT64_C(1) << level);
		if (!done)
			return false;
		if (level + 1 == LEVELS)
			break;
		trie->sweep_key = end_of(above(trie->current, level), level + 1);
	}
	trie->sweep_key = TIMER_NEVER;
	return true;
}

/* Goes on sweeping, for at most so many chunks or a little more. */
static void sweep(struct bucket_trie *trie, int64_t budget)
{
	if (!sweep_levels(trie, &budget) || !sweep_leaf(trie, &trie->never, &budget))
		return;
	trie->near_count = sweep_entries(trie, trie->near, trie->near_count);
	trie->fresh_count = sweep_entries(trie, trie->fresh, trie->fresh_count);
	trie->sweeping = false;
	trie->sweep_key = 0;
}

/* All at once. After it no entry is dead. */
static void sweep_all(struct bucket_trie *trie)
{
	int64_t budget = INT64_MAX;

	if (!trie->dead)
		return;
	trie->sweep_chunk = NONE;
	trie->sweep_key = 0;
	sweep(trie, budget);
	sweep_leaf(trie, &trie->herd, &budget);
}

/* Slots that are nobody's; each place for the young has one. */
static uint32_t vacancies(const struct bucket_trie *trie)
{
	return trie->pools.slots - trie->entries - trie->young_places;
}

/*
 * Before the young are filed: sweeps if room is getting scarce, and so that there are slots. A chunk
 * for each two that are filed is far more than they need, so a sweep ends before room does.
 */
static void tidy(struct bucket_trie *trie)
{
	const struct pools *pools = &trie->pools;
	bool scarce = trie->chunks_free < pools->chunks / 8 + trie->young_count / CHUNK ||
		      vacancies(trie) < pools->slots / 8 + trie->young_count;

	if (trie->sweeping || (scarce && trie->dead > trie->entries / 4)) {
		trie->sweeping = true;
		sweep(trie, trie->young_count / 2 + 1);
	}
	if (vacancies(trie) < trie->young_count)
		sweep_all(trie);
}

/* --- what is near: sorted, and what came since */

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t near_key(const struct bucket_trie *trie)
{
	return trie->near_count ? trie->near[trie->near_count - 1].key : TIMER_NEVER;
}

static uint64_t herd_key(const struct bucket_trie *trie)
{
	return trie->herd.count ? trie->herd.least : TIMER_NEVER;
}

/* The herd goes back into the trie, whose bucket for it may hold others by now. */
static void herd_close(struct bucket_trie *trie, struct bucket herd)
{
	unsigned level = level_of(herd.least ^ trie->current);
	unsigned digit = digit_of(herd.least, level);
	struct node *node = trie->level[level];

	if (node->bucket[digit].count) {
		spread(trie, herd);
		return;
	}
	node->bucket[digit] = herd;
	node->occupied |= UINT64_C(1) << digit;
	trie->occupied |= UINT64_C(1) << level;
}

/* Too much is near: all of it goes into the trie, finer than it was there before. */
static void near_close(struct bucket_trie *trie)
{
	struct bucket herd = trie->herd;
	uint32_t near_count = trie->near_count, fresh_count = trie->fresh_count;
	uint64_t least = min(min(near_key(trie), trie->fresh_least), herd_key(trie));
	trie->near_count = trie->fresh_count = 0;
	trie->fresh_least = UINT64_MAX;
	trie->herd = empty_bucket;
	trie->near_end = trie->current;
	if (least < trie->current)
		rewind_to(trie, least);
	if (herd.count)
		herd_close(trie, herd);
	for (uint32_t i = 0; i < near_count; i++)
		file_entry(trie, &trie->near[i]);
	for (uint32_t i = 0; i < fresh_count; i++)
		file_entry(trie, &trie->fresh[i]);
}

/* Latest first. */
static void insertion_sort(struct entry *entries, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		struct entry entry = entries[i];
		uint32_t place = i;

		for (; place && entries[place - 1].key < entry.key; place--)
			entries[place] = entries[place - 1];
		entries[place] = entry;
	}
}

/* What came since is put in order, and merged from the early end, until nothing is left of it. */
static void merge_fresh(struct bucket_trie *trie)
{
	uint32_t fresh = trie->fresh_count, near = trie->near_count;

	if (near + fresh > NEAR_MOST) {
		near_close(trie);
		return;
	}
	insertion_sort(trie->fresh, fresh);
	trie->near_count = near + fresh;
	trie->fresh_count = 0;
	trie->fresh_least = UINT64_MAX;
	while (fresh) {
		if (near && trie->near[near - 1].key < trie->fresh[fresh - 1].key) {
			near--;
			trie->near[near + fresh] = trie->near[near];
		} else {
			fresh--;
			trie->near[near + fresh] = trie->fresh[fresh];
		}
	}
}

static void near_add(struct bucket_trie *trie, struct entry entry)
{
	if (entry.key <= near_key(trie) && trie->near_count < NEAR_MOST) {
		trie->near[trie->near_count++] = entry;
		return;
	}
	if (entry.key < trie->fresh_least)
		trie->fresh_least = entry.key;
	trie->fresh[trie->fresh_count++] = entry;
	if (trie->fresh_count == FRESH_MOST)
		merge_fresh(trie);
}

/*
 * Sorts out of the young those that are near by now. The others move up, over the holes, and leave
 * their places with the slots that those had; returns their number.
 */
static uint32_t sort_out_young(struct bucket_trie *trie)
{
	struct entry *young = trie->pools.young;
	uint32_t count = trie->young_count, kept = 0;

	trie->young_count = trie->young_holes = 0;
	trie->young_hole = NONE;
	trie->young_least = UINT64_MAX;
	for (uint32_t i = 0; i < count; i++) {
		struct entry entry = young[i];

		if (!entry.timer)
			continue;
		if (entry.key < trie->near_end) {
			young[i].slot = take_slot(trie);
			trie->entries++;
			trie->armed++;
			near_add(trie, entry);
		} else {
			young[i].slot = young[kept].slot;
			young[kept++] = entry;
		}
	}
	return kept;
}

/* Files some of the young, all of one key. */
static void file_run(struct bucket_trie *trie, struct entry *entry, uint32_t count)
{
	uint64_t key = entry->key;
	unsigned level;
	struct bucket *bucket = locate(trie, key, &level);

	if (!bucket->count)
		mark_occupied(trie, bucket, level, key);
	push_run(trie, bucket, entry, count);
	if (bucket->count >= BURST_AT && bucket->least != bucket->most)
		burst(trie, bucket, level);
	while (count--)
		entry[count].slot = take_slot(trie);
}

/* Whether all have one key. */
HOT bool is_run(const struct entry *entry, uint32_t count)
{
	uint64_t differing = 0;

	for (uint32_t i = 1; i < count; i++)
		differing |= entry[i].key ^ entry->key;
	return !differing;
}

/* Files some of the young. Nothing else changes the trie meanwhile, but that buckets burst. */
HOT void file_batch(struct bucket_trie *trie, struct entry *entry, uint32_t count)
{
	struct bucket *bucket[BATCH];
	unsigned level[BATCH];

	if (trie->chunks_free < BATCH)
		sweep_all(trie);
	if (entry[0].key == entry[count - 1].key && is_run(entry, count)) {
		file_run(trie, entry, count);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		bucket[i] = locate(trie, entry[i].key, &level[i]);
		__builtin_prefetch(&trie->pools.entry[bucket[i]->place], 1);
	}
	/* Latest first, so that what was armed in order stays in order. */
	while (count--) {
		uint32_t slot = entry[count].slot;

		file_at(trie, bucket[count], level[count], entry[count].key, entry[count].timer,
			slot);
		entry[count].slot = take_slot(trie);
	}
}

COLD void file_young(struct bucket_trie *trie)
{
	uint32_t count;

	tidy(trie);
	count = trie->young_count;
	if (trie->young_holes || trie->young_least < trie->near_end)
		count = sort_out_young(trie);
	trie->young_count = 0;
	trie->young_least = UINT64_MAX;
	trie->entries += count;
	trie->armed += count;
	for (; count >= BATCH; count -= BATCH)
		file_batch(trie, &trie->pools.young[count - BATCH], BATCH);
	if (count)
		file_batch(trie, trie->pools.young, count);
	trie->ended = 0;
}

/* Places for the young that a set may use; it keeps those that it had when it was smaller. */
static uint32_t young_most(size_t capacity)
{
	return capacity > YOUNG_LEAST && capacity <= FEW_TIMERS ? (uint32_t)capacity : YOUNG_LEAST;
}

/*
 * The young have no more room. Where timers are mostly removed they get more, so that they are before
 * they are filed; and where hardly any is, less, which stays in the cache.
 */
static void fit_young(struct bucket_trie *trie)
{
	uint32_t room = trie->young_room, most = young_most(trie->pools.capacity);

	if (trie->ended > room / 4)
		room *= 2;
	else if (trie->ended < room / 16 && room > YOUNG_LEAST)
		room /= 2;
	if (room > most)
		room = most;
	if (room > trie->young_places)
		pages_make_ready(&trie->pools.young[trie->young_places], &trie->pools.young[room]);
	while (trie->young_places < room && vacancies(trie) > trie->pools.slots / 4)
		trie->pools.young[trie->young_places++].slot = take_slot(trie);
	trie->young_room = room < trie->young_places ? room : trie->young_places;
}

/* The last place was taken. After it there is room again. */
COLD void young_full(struct bucket_trie *trie)
{
	fit_young(trie);
	if (trie->young_count >= trie->young_room)
		file_young(trie);
}

/* --- entries that hold, and those that don't */

/*
 * Whether a timer is to fire when its entry says. It is if it is not gone and has the entry's key for
 * its deadline; a disarmed one has not.
 */
HOT bool holds(const struct bucket_trie *trie, const struct entry *entry)
{
	return !(trie->dead && is_dead(trie, entry->slot)) && entry->timer->deadline == entry->key;
}

/*
 * What becomes of an entry that does not hold: it ends here if its timer is gone or disarmed; if the
 * timer was put off, it has a new key, and is to be filed.
 */
COLD bool was_put_off(struct bucket_trie *trie, struct entry *entry)
{
	struct timer *timer = entry->timer;

	if (is_dead(trie, entry->slot)) {
		give_dead_slot(trie, entry->slot);
		return false;
	}

	if (state_of(timer) == DISARMED) {
		timer->link.half[SLOT] = 0;
		give_slot(trie, entry->slot);
		trie->entries--;
		return false;
	}
	entry->key = timer->key = timer->deadline;
	return true;
}

/* An entry that has left its place and does not hold. */
COLD void see_to(struct bucket_trie *trie, struct entry entry)
{
	if (was_put_off(trie, &entry))
		file_entry(trie, &entry);
}

/* --- opening leaves */

/* Fewer are put in order by comparing each with each, which takes no branch that depends on keys. */
#define DEAL_LEAST 16

/* Latest first. */
static void rank_into(struct entry *sorted, const struct entry *entries, uint32_t count)
{
	uint64_t key[DEAL_LEAST];
	uint32_t rank[DEAL_LEAST];

	for (uint32_t i = 0; i < count; i++) {
		uint32_t before = i;

		key[i] = entries[i].key;
		for (uint32_t k = 0; k < i; k++) {
			uint32_t later = key[k] < key[i];

			rank[k] += later;
			before -= later;
		}
		rank[i] = before;
	}
	for (uint32_t i = 0; i < count; i++)
		sorted[rank[i]] = entries[i];
}

/* Latest first: dealt out by the digit below the leaf's level, which leaves them nearly in order. */
static void deal_into(struct entry *sorted, const struct entry *entries, uint32_t count,
		      unsigned level)
{
	uint16_t start[FANOUT] = { 0 };
	uint64_t digits = 0;
	uint16_t sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		unsigned digit = digit_of(entries[i].key, level - 1);

		digits |= UINT64_C(1) << digit;
		start[digit]++;
	}
	while (digits) {
		unsigned digit = 63u - (unsigned)__builtin_clzll(digits);
		uint16_t here = start[digit];

		digits ^= UINT64_C(1) << digit;
		start[digit] = sum;
		sum = (uint16_t)(sum + here);
	}
	for (uint32_t i = 0; i < count; i++)
		sorted[start[digit_of(entries[i].key, level - 1)]++] = entries[i];
}

/* Fetches the timers of a leaf ahead. */
static void prefetch_leaf(const struct bucket_trie *trie, struct bucket leaf)
{
	for (uint32_t left; leaf.count; leaf.count -= left) {
		const struct entry *entry = &trie->pools.entry[leaf.place];

		left = filled(&leaf);
		prefetch_chunks(trie, &leaf);
		for (uint32_t i = 1; i <= left; i++)
			__builtin_prefetch(entry[-(int)i].timer, 1);
		leaf.place = trie->pools.following[first_chunk(&leaf)] * CHUNK + CHUNK;
	}
}

/* A leaf of at most SORT_MOST entries becomes what is near, where nothing is. */
static void sort_leaf(struct bucket_trie *trie, struct bucket leaf, unsigned level)
{
	struct entry entries[SORT_MOST], put_off[SORT_MOST];
	uint32_t count = 0, put_off_count = 0;

	prefetch_leaf(trie, leaf);
	for (uint32_t left; leaf.count; drop_chunk(trie, &leaf)) {
		const struct entry *entry = &trie->pools.entry[leaf.place];

		/* Latest first, so that those who came in order are in order. */
		for (left = filled(&leaf); left--;) {
			entries[count] = *--entry;
			if (holds(trie, entry))
				count++;
			else if (was_put_off(trie, &entries[count]))
				put_off[put_off_count++] = entries[count];
		}
	}
	if (count < DEAL_LEAST) {
		rank_into(trie->near, entries, count);
	} else {
		deal_into(trie->near, entries, count, level);
		insertion_sort(trie->near, count);
	}
	trie->near_count = count;
	for (uint32_t i = 0; i < put_off_count; i++)
		file_entry(trie, &put_off[i]);
}

/* The first leaf leaves the trie, and levels are reckoned from its start. There is one. */
static struct bucket take_first(struct bucket_trie *trie, unsigned *level)
{
	struct bucket bucket;

	trie->sweep_chunk = NONE;
	*level = (unsigned)__builtin_ctzll(trie->occupied);
	for (;; --*level) {
		struct node *node = trie->level[*level];
		unsigned digit = (unsigned)__builtin_ctzll(node->occupied);

		bucket = node->bucket[digit];
		node->bucket[digit] = empty_bucket;
		node->occupied &= node->occupied - 1;
		if (!node->occupied)
			trie->occupied &= ~(UINT64_C(1) << *level);
		trie->current = above(trie->current, *level) | (uint64_t)digit
								       << *level * DIGIT_BITS;
		if (bucket.count != INNER)
			return bucket;
		/* The level below has nothing, as it would be earlier: the node takes its place. */
		give_node(trie, trie->level[*level - 1]);
		trie->level[*level - 1] = bucket.inner;
		trie->occupied |= UINT64_C(1) << (*level - 1);
	}
}

/*
 * The first leaf, too large to be sorted, goes to the level below, where nothing is. What has the
 * digit there that time has now belongs further down.
 */
static void open_large(struct bucket_trie *trie, struct bucket leaf, unsigned level)
{
	struct node *node = trie->level[level];
	struct bucket first;

	if (trie->chunks_free < FANOUT) {
		spread(trie, leaf);
		return;
	}
	deal(trie, leaf, node, level);
	first = node->bucket[0];
	node->bucket[0] = empty_bucket;
	node->occupied &= ~UINT64_C(1);
	if (node->occupied)
		trie->occupied |= UINT64_C(1) << level;
	spread(trie, first);
}

static void open_first(struct bucket_trie *trie)
{
	unsigned level;
	struct bucket leaf = take_first(trie, &level);

	trie->near_end = end_of(trie->current, level);
	if (leaf.least == leaf.most) {
		trie->herd = leaf;
	} else if (leaf.count <= SORT_MOST) {
		sort_leaf(trie, leaf, level);
	} else {
		trie->near_end = trie->current;
		open_large(trie, leaf, level - 1);
	}
}

/* The first leaf; NULL when the trie is empty. */
static const struct bucket *first_leaf(const struct bucket_trie *trie)
{
	const struct bucket *bucket;
	const struct node *node;

	if (!trie->occupied)
		return NULL;
	node = trie->level[__builtin_ctzll(trie->occupied)];
	bucket = &node->bucket[__builtin_ctzll(node->occupied)];
	while (bucket->count == INNER) {
		node = bucket->inner;
		bucket = &node->bucket[__builtin_ctzll(node->occupied)];
	}
	return bucket;
}

/* --- arming and stopping */

/* What is due at once or never does not stay with the young, but leaves its slot to the next. */
COLD void arm_apart(struct bucket_trie *trie, struct timer *timer, struct entry *entry)
{
	uint32_t slot = entry->slot;

	if (!vacancies(trie))
		sweep_all(trie);
	entry->slot = take_slot(trie);
	trie->entries++;
	trie->armed++;
	file_apart(trie, timer->key, timer, slot);
}

/*
 * Arms a timer in a place of the young; false if it is not young but near or for ever, so that the
 * place stays free. Stores are few here, and there is no frame: when timers are armed in an order
 * that memory does not know, each waits for the timer's line, and the processor has as many of them
 * under way as the stores that follow them leave room for.
 */
HOT bool arm_young(struct bucket_trie *trie, struct timer *timer, uint64_t deadline, uint32_t place)
{
	struct entry *entry = &trie->pools.young[place];

	timer->deadline = timer->key = deadline;
	timer->link.word[0] = (uint64_t)(place * STATES + ARMED) << 32 | (entry->slot + 1);
	if (deadline < trie->near_end || deadline == TIMER_NEVER) {
		arm_apart(trie, timer, entry);
		return false;
	}
	entry->key = deadline;
	entry->timer = timer;
	if (deadline < trie->young_least)
		trie->young_least = deadline;
	return true;
}

/* In the place of a young timer that was removed. There is one. */
COLD void arm_in_hole(struct bucket_trie *trie, struct timer *timer, uint64_t deadline)
{
	uint32_t place = trie->young_hole;
	uint32_t next = (uint32_t)trie->pools.young[place].key;

	if (arm_young(trie, timer, deadline, place)) {
		trie->young_hole = next;
		trie->young_holes--;
	}
}

/* There is room for one more that is young: see young_full. */
HOT void arm(struct bucket_trie *trie, struct timer *timer, uint64_t deadline)
{
	uint32_t place = trie->young_count;

	if (trie->young_hole != NONE) {
		arm_in_hole(trie, timer, deadline);
	} else if (arm_young(trie, timer, deadline, place)) {
		trie->young_count = place + 1;
		if (place + 1 == trie->young_room)
			young_full(trie);
	}
}

/* A timer's entry ends. One that is young leaves a hole for the next that is armed. */
HOT void end_entry(struct bucket_trie *trie, const struct timer *timer)
{
	struct entry *young = young_entry(trie, timer);

	trie->ended++;
	if (!young) {
		kill_entry(trie, timer->link.half[SLOT] - 1);
		return;
	}
	young->timer = NULL;
	young->key = trie->young_hole;
	trie->young_hole = (uint32_t)(young - trie->pools.young);
	trie->young_holes++;
}

/* A disarmed timer that has an entry; it may do still. */
COLD void arm_again(struct bucket_trie *trie, struct timer *timer, uint64_t deadline)
{
	trie->armed++;
	if (deadline >= timer->key) {
		timer->deadline = deadline;
		set_state(timer, ARMED);
		return;
	}
	end_entry(trie, timer);
	arm(trie, timer, deadline);
}

static void bucket_trie_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct bucket_trie *trie = trie_of(set);

	(void)interval;
	assert(state_of(timer) != ARMED && "insert: the timer is armed");
	if (timer->link.half[SLOT])
		arm_again(trie, timer, deadline);
	else
		arm(trie, timer, deadline);
}

/* Re-arms a timer for earlier than it is filed under. */
COLD void arm_earlier(struct bucket_trie *trie, struct timer *timer, uint64_t deadline)
{
	end_entry(trie, timer);
	arm(trie, timer, deadline);
}

static void bucket_trie_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				 uint64_t interval)
{
	(void)interval;
	assert(state_of(timer) == ARMED && "reinsert: the timer is not armed");
	if (deadline >= timer->key)
		timer->deadline = deadline;
	else
		arm_earlier(trie_of(set), timer, deadline);
}

static void bucket_trie_disarm(struct timer_set *set, struct timer *timer)
{
	assert(state_of(timer) == ARMED && "disarm: the timer is not armed");
	set_state(timer, DISARMED);
	timer->deadline = TIMER_NEVER;
	trie_of(set)->armed--;
}

static void bucket_trie_remove(struct timer_set *set, struct timer *timer)
{
	struct bucket_trie *trie = trie_of(set);

	assert(state_of(timer) != IDLE && "remove: the timer is idle");
	if (timer->link.half[SLOT]) {
		trie->armed += state_of(timer) == DISARMED;
		end_entry(trie, timer);
	}
	timer->link = (union timer_link){ .word = { 0 } };
}

/* --- expiring */

HOT struct timer *hand_over(struct bucket_trie *trie, const struct entry *entry)
{
	struct timer *timer = entry->timer;

	give_slot(trie, entry->slot);
	timer->link = (union timer_link){ .word = { 0 } };
	return timer;
}

static size_t take_near(struct bucket_trie *trie, uint64_t until, struct timer **out, size_t max)
{
	const struct entry *entry = &trie->near[trie->near_count];
	size_t count = 0;

	while (count < max && entry > trie->near && (entry - 1)->key <= until) {
		entry--;
		if (holds(trie, entry)) {
			out[count++] = hand_over(trie, entry);
			continue;
		}
		trie->near_count = (uint32_t)(entry - trie->near);
		see_to(trie, *entry);
		trie->entries -= (uint32_t)count;
		return count;
	}
	trie->near_count = (uint32_t)(entry - trie->near);
	trie->entries -= (uint32_t)count;
	return count;
}

/* Fetches the timers of the second chunk ahead. */
static void prefetch_timers(const struct bucket_trie *trie, const struct bucket *leaf)
{
	const struct entry *entry;

	if (leaf->count <= CHUNK)
		return;
	prefetch_chunks(trie, leaf);
	entry = &trie->pools.entry[trie->pools.following[first_chunk(leaf)] * CHUNK];
	for (unsigned i = 0; i < CHUNK; i++)
		__builtin_prefetch(entry[i].timer, 1);
}

/* The newest entry of the herd leaves it. */
HOT const struct entry *take_of_herd(struct bucket_trie *trie)
{
	struct bucket *herd = &trie->herd;
	const struct entry *entry = &trie->pools.entry[herd->place - 1];

	if (herd->count % CHUNK != 1) {
		herd->place--;
		herd->count--;
	} else {
		drop_chunk(trie, herd);
		prefetch_timers(trie, herd);
	}
	return entry;
}

/* Hands over the herd's newest entries of one chunk, but for one that does not hold. */
static size_t take_herd_chunk(struct bucket_trie *trie, struct timer **out, size_t max)
{
	struct bucket *herd = &trie->herd;
	const struct entry *entry = &trie->pools.entry[herd->place];
	size_t count = 0, most = filled(herd) - 1;

	most = most < max ? most : max;
	while (count < most && holds(trie, entry - 1))
		out[count++] = hand_over(trie, --entry);
	herd->place -= (uint32_t)count;
	herd->count -= (uint32_t)count;
	return count;
}

static size_t take_herd(struct bucket_trie *trie, struct timer **out, size_t max)
{
	size_t count = 0;

	while (count < max && trie->herd.count) {
		const struct entry *entry;

		count += take_herd_chunk(trie, out + count, max - count);
		if (count == max)
			break;
		entry = take_of_herd(trie);
		if (holds(trie, entry))
			out[count++] = hand_over(trie, entry);
		else
			see_to(trie, *entry);
	}
	trie->entries -= (uint32_t)count;
	return count;
}

static size_t bucket_trie_expire(struct timer_set *set, uint64_t now, struct timer **out,
				 size_t max)
{
	struct bucket_trie *trie = trie_of(set);
	const struct bucket *first;
	size_t count = 0;

	while (count < max) {
		uint64_t herd = herd_key(trie), until = herd < now ? herd : now;

		if (trie->young_least <= now)
			file_young(trie);
		if (trie->fresh_least <= until)
			merge_fresh(trie);
		if (trie->near_count && near_key(trie) <= until)
			count += take_near(trie, min(until, trie->fresh_least), out + count,
					   max - count);
		else if (trie->herd.count && herd <= now)
			count += take_herd(trie, out + count, max - count);
		else if ((first = first_leaf(trie)) && first->least <= now)
			open_first(trie);
		else
			break;
	}
	if (!trie->entries && trie->young_count == trie->young_holes && now > trie->current)
		trie->current = trie->near_end = now;
	trie->armed -= count;
	return count;
}

/* Entries that do not hold and stand at the front, and that next sees to at most. */
#define SETTLE_MOST 64

static void settle(struct bucket_trie *trie)
{
	for (unsigned step = 0; trie->near_count && step < SETTLE_MOST; step++) {
		const struct entry *entry = &trie->near[trie->near_count - 1];

		if (holds(trie, entry))
			break;
		trie->near_count--;
		see_to(trie, *entry);
	}
	for (unsigned step = 0; trie->herd.count && step < SETTLE_MOST; step++) {
		if (holds(trie, &trie->pools.entry[trie->herd.place - 1]))
			break;
		see_to(trie, *take_of_herd(trie));
	}
}

static uint64_t bucket_trie_next(struct timer_set *set)
{
	struct bucket_trie *trie = trie_of(set);
	const struct bucket *first;
	uint64_t next;

	settle(trie);
	next = min(min(near_key(trie), trie->fresh_least), herd_key(trie));
	if (next == TIMER_NEVER && (first = first_leaf(trie)))
		next = first->least;
	return min(next, trie->young_least);
}

/* --- the set */

/*
 * Enough for as many entries as timers whose leaves have one chunk each that is not full: those of
 * the levels, and of one node for each 2048 timers.
 */
static uint32_t chunks_for(size_t capacity)
{
	size_t leaves = capacity < LEVELS * FANOUT ? capacity : LEVELS * FANOUT;

	return (uint32_t)(3 * capacity / 2 / CHUNK + capacity / NODE_TIMERS * FANOUT + leaves + 4);
}

/* The nodes to be added; NULL when out of memory. */
static struct segment *segment_make(size_t from, size_t capacity)
{
	size_t nodes = capacity / NODE_TIMERS - from / NODE_TIMERS + (from ? 0 : LEVELS);
	struct segment *segment = malloc(sizeof(*segment) + nodes * sizeof(struct node));

	if (segment)
		segment->nodes = nodes;
	return segment;
}

static void segment_add(struct bucket_trie *trie, struct segment *segment)
{
	segment->next = trie->segments;
	trie->segments = segment;
	for (size_t i = 0; i < segment->nodes; i++) {
		for (unsigned digit = 0; digit < FANOUT; digit++)
			segment->node[i].bucket[digit] = empty_bucket;
		give_node(trie, &segment->node[i]);
	}
}

static void pools_free(struct pools *pools)
{
	free(pools->young);
	free(pools->following);
	free(pools->dead);
	free(pools->vacant);
}

/* All but the entries; false when something cannot be had. */
static bool pools_make(struct pools *pools, size_t capacity, uint32_t young_capacity)
{
	size_t words = (2 * capacity + 2 * young_capacity + 63) / 64;

	*pools = (struct pools){
		.capacity = capacity,
		.chunks = chunks_for(capacity),
		.slots = (uint32_t)(words * 64),
		.young_capacity = young_capacity,
		.young = malloc(young_capacity * sizeof(struct entry)),
		.dead = calloc(words, sizeof(uint64_t)),
		.vacant = malloc(words * sizeof(uint64_t)),
	};
	pools->following = malloc(pools->chunks * sizeof(*pools->following));
	if (!pools->young || !pools->dead || !pools->vacant || !pools->following)
		return false;
	memset(pools->vacant, 0xff, words * sizeof(uint64_t));
	return true;
}

static size_t entry_bytes(const struct pools *pools)
{
	return pools->chunks * CHUNK * sizeof(*pools->entry);
}

/* What the pools say of the young, of chunks and of slots goes on in larger ones. */
static void pools_copy(struct pools *pools, const struct bucket_trie *trie)
{
	const struct pools *old = &trie->pools;
	size_t words = old->slots / 64 * sizeof(uint64_t);

	memcpy(pools->young, old->young, trie->young_places * sizeof(*pools->young));
	memcpy(pools->following, old->following, trie->chunks_touched * sizeof(*pools->following));
	memcpy(pools->dead, old->dead, words);
	memcpy(pools->vacant, old->vacant, words);
}

static int grow(struct bucket_trie *trie, size_t capacity)
{
	struct pools *old = &trie->pools, pools;
	struct segment *segment = segment_make(old->capacity, capacity);
	uint32_t young_capacity = young_most(capacity);

	if (young_capacity < old->young_capacity)
		young_capacity = old->young_capacity;
	if (pools_make(&pools, capacity, young_capacity) && segment)
		pools.entry = pages_grow(old->entry, entry_bytes(old), entry_bytes(&pools));
	if (!pools.entry) {
		pools_free(&pools);
		free(segment);
		return -ENOMEM;
	}
	if (old->capacity) {
		pools_copy(&pools, trie);
		pools_free(old);
	}
	trie->chunks_free += pools.chunks - old->chunks;
	trie->pools = pools;
	segment_add(trie, segment);
	return 0;
}

static int bucket_trie_reserve(struct timer_set *set, size_t n)
{
	struct bucket_trie *trie = trie_of(set);
	size_t capacity = 2 * trie->pools.capacity;

	if (n <= trie->pools.capacity)
		return 0;
	if (n > MOST_TIMERS)
		return -ENOMEM;
	if (capacity > MOST_TIMERS)
		capacity = MOST_TIMERS;
	return grow(trie, n > capacity ? n : capacity);
}

static int bucket_trie_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct bucket_trie *trie = malloc(sizeof(*trie));

	(void)options;
	if (!trie)
		return -ENOMEM;
	memset(trie, 0, offsetof(struct bucket_trie, near));
	trie->current = trie->near_end = now;
	trie->young_least = trie->fresh_least = UINT64_MAX;
	trie->herd = trie->never = empty_bucket;
	trie->free_chunk = trie->sweep_chunk = trie->young_hole = NONE;
	trie->vacant_word = NONE;
	if (grow(trie, FIRST_CAPACITY)) {
		free(trie);
		return -ENOMEM;
	}
	for (unsigned level = 0; level < LEVELS; level++)
		trie->level[level] = take_node(trie);
	trie->young_room = YOUNG_LEAST;
	while (trie->young_places < YOUNG_LEAST)
		trie->pools.young[trie->young_places++].slot = take_slot(trie);
	*set = (struct timer_set *)trie;
	return 0;
}

static void bucket_trie_destroy(struct timer_set *set)
{
	struct bucket_trie *trie = trie_of(set);

	for (struct segment *segment = trie->segments, *next; segment; segment = next) {
		next = segment->next;
		free(segment);
	}
	pages_free(trie->pools.entry, entry_bytes(&trie->pools));
	pools_free(&trie->pools);
	free(trie);
}

static size_t bucket_trie_size(const struct timer_set *set)
{
	const struct bucket_trie *trie = trie_of(set);

	return trie->armed + trie->young_count - trie->young_holes - trie->dead;
}

static size_t bucket_trie_footprint(const struct timer_set *set)
{
	const struct bucket_trie *trie = trie_of(set);
	const struct pools *pools = &trie->pools;
	size_t bytes = sizeof(*trie) + pools->slots / 4;

	bytes += pools->young_capacity * sizeof(*pools->young);
	bytes += entry_bytes(pools) + pools->chunks * sizeof(*pools->following);
	for (const struct segment *segment = trie->segments; segment; segment = segment->next)
		bytes += sizeof(*segment) + segment->nodes * sizeof(struct node);
	return bytes;
}

/* --- walking everything */

/* What a walk is for: an entry, and its level and the first key of its bucket. */
typedef void entry_visitor(const struct entry *entry, void *data);

static void walk_leaf(const struct bucket_trie *trie, const struct bucket *leaf,
		      entry_visitor *visit, void *data)
{
	uint32_t place = leaf->place;

	for (uint32_t left = leaf->count, count; left; left -= count) {
		count = (left - 1) % CHUNK + 1;
		for (uint32_t i = 1; i <= count; i++)
			visit(&trie->pools.entry[place - i], data);
		place = trie->pools.following[(place - 1) / CHUNK] * CHUNK + CHUNK;
	}
}

static void walk_node(const struct bucket_trie *trie, const struct node *node, entry_visitor *visit,
		      void *data)
{
	for (uint64_t left = node->occupied; left; left &= left - 1) {
		const struct bucket *bucket = &node->bucket[__builtin_ctzll(left)];

		if (bucket->count == INNER)
			walk_node(trie, bucket->inner, visit, data);
		else
			walk_leaf(trie, bucket, visit, data);
	}
}

static void walk(const struct bucket_trie *trie, entry_visitor *visit, void *data)
{
	for (uint32_t i = 0; i < trie->near_count; i++)
		visit(&trie->near[i], data);
	for (uint32_t i = 0; i < trie->fresh_count; i++)
		visit(&trie->fresh[i], data);
	walk_leaf(trie, &trie->herd, visit, data);
	walk_leaf(trie, &trie->never, visit, data);
	for (uint64_t left = trie->occupied; left; left &= left - 1)
		walk_node(trie, trie->level[__builtin_ctzll(left)], visit, data);
	for (uint32_t i = 0; i < trie->young_count; i++)
		if (trie->pools.young[i].timer)
			visit(&trie->pools.young[i], data);
}

struct visit {
	const struct bucket_trie *trie;
	void (*visit)(struct timer *timer, void *data);
	void *data;
};

static void visit_entry(const struct entry *entry, void *data)
{
	const struct visit *visit = data;

	if (!is_dead(visit->trie, entry->slot) && state_of(entry->timer) == ARMED)
		visit->visit(entry->timer, visit->data);
}

static void bucket_trie_for_each(const struct timer_set *set,
				 void (*visit)(struct timer *timer, void *data), void *data)
{
	struct visit each = { .trie = trie_of(set), .visit = visit, .data = data };

	walk(each.trie, visit_entry, &each);
}

struct count {
	const struct bucket_trie *trie;
	uint32_t entries, dead, chunks, nodes, holes;
	size_t armed;
	const char *broken;
};

static void count_entry(const struct entry *entry, void *data)
{
	struct count *count = data;
	const struct bucket_trie *trie = count->trie;
	const struct timer *timer = entry->timer;

	count->entries++;
	if (entry->slot >= trie->pools.slots)
		count->broken = "a slot that does not exist";
	else if (trie->pools.vacant[entry->slot / 64] >> entry->slot % 64 & 1)
		count->broken = "an entry's slot is vacant";
	else if (is_dead(trie, entry->slot))
		count->dead++;

	else if (timer->link.half[SLOT] != entry->slot + 1)
		count->broken = "a timer has another slot than its entry";
	else if (timer->key != entry->key)
		count->broken = "a timer has another key than its entry";
	else if (state_of(timer) != ARMED && state_of(timer) != DISARMED)
		count->broken = "an idle timer has an entry";
	else if (state_of(timer) == ARMED && timer->deadline < timer->key)
		count->broken = "a timer is filed after its deadline";
	else
		count->armed += state_of(timer) == ARMED;
}

struct range {
	uint64_t least, most;
	const char *broken;
};

static void check_key(const struct entry *entry, void *data)
{
	struct range *range = data;

	if (entry->key < range->least || entry->key > range->most)
		range->broken = "an entry is outside its bucket";
}

static void check_leaf(struct count *count, const struct bucket *leaf, uint64_t start,
		       uint64_t last)
{
	struct range range = { leaf->least, leaf->most, NULL };

	count->chunks += (leaf->count + CHUNK - 1) / CHUNK;
	walk_leaf(count->trie, leaf, check_key, &range);
	if (range.broken)
		count->broken = range.broken;
	else if (leaf->count && (leaf->least < start || leaf->most > last))
		count->broken = "a bucket's keys are not of its digits";
}

static void check_node(struct count *count, const struct node *node, unsigned level, uint64_t base)
{

	count->nodes++;
	for (unsigned digit = 0; digit < FANOUT; digit++) {
		const struct bucket *bucket = &node->bucket[digit];
		uint64_t start = base + ((uint64_t)digit << level * DIGIT_BITS);

		if ((node->occupied >> digit & 1) != (bucket->count != 0))
			count->broken = "a node's bitmap disagrees with its buckets";
		if (bucket->count != INNER)
			check_leaf(count, bucket, start, end_of(start, level) - 1);
		else if (!level || !bucket->inner->occupied)
			count->broken = "an inner bucket has nothing in it";
		else
			check_node(count, bucket->inner, level - 1, start);
	}
}

static void check_level(struct count *count, unsigned level)
{
	const struct bucket_trie *trie = count->trie;
	const struct node *node = trie->level[level];
	uint64_t occupied = node->occupied;
	unsigned digit = digit_of(trie->current, level);

	if ((trie->occupied >> level & 1) != (occupied != 0))
		count->broken = "the occupied levels disagree with their nodes";
	/* Only at level 0 may what is due in the current turn be in the trie. */
	if (occupied & ((UINT64_C(2) << digit) - 1) & ~(level ? 0 : UINT64_C(1) << digit))
		count->broken = "a level holds what time has passed";
	check_node(count, node, level, above(trie->current, level));
}

static void check_young(struct count *count, const struct entry *entry)
{
	const struct bucket_trie *trie = count->trie;
	const struct timer *timer = entry->timer;

	if (!timer)
		count->holes++;
	else if (timer->link.half[STATE] / STATES != entry - trie->pools.young)
		count->broken = "a young timer has another place than its entry";
	else if (entry->key < trie->young_least)
		count->broken = "what is young is before its least";
}

static void check_holes(struct count *count)
{
	const struct bucket_trie *trie = count->trie;
	uint32_t holes = 0;

	for (uint32_t hole = trie->young_hole; hole != NONE && holes <= trie->young_count; holes++)
		hole = (uint32_t)trie->pools.young[hole].key;
	if (holes != trie->young_holes || holes != count->holes)
		count->broken = "a hole among the young is lost";
}

static void check_front(struct count *count)
{
	const struct bucket_trie *trie = count->trie;

	check_leaf(count, &trie->herd, 0, trie->near_end - 1);
	check_leaf(count, &trie->never, TIMER_NEVER, TIMER_NEVER);
	if (trie->herd.count && trie->herd.least != trie->herd.most)
		count->broken = "a herd has more than one key";
	for (uint32_t i = 0; i < trie->near_count; i++) {
		if (trie->near[i].key >= trie->near_end)
			count->broken = "what is near belongs into the trie";
		if (i && trie->near[i].key > trie->near[i - 1].key)
			count->broken = "what is near is not in order";
	}
	for (uint32_t i = 0; i < trie->young_count; i++)
		check_young(count, &trie->pools.young[i]);
	for (uint32_t i = 0; i < trie->fresh_count; i++)
		if (trie->fresh[i].key >= trie->near_end || trie->fresh[i].key < trie->fresh_least)
			count->broken = "what is fresh is out of its bounds";
}

static void check_pools(struct count *count)
{
	const struct bucket_trie *trie = count->trie;
	const struct pools *pools = &trie->pools;
	uint32_t free_chunks = 0, vacant = 0, dead = 0;

	for (uint32_t chunk = trie->free_chunk; chunk != NONE; chunk = pools->following[chunk])
		free_chunks++;
	for (uint32_t word = 0; word < pools->slots / 64; word++) {
		vacant += (uint32_t)__builtin_popcountll(pools->vacant[word]);
		dead += (uint32_t)__builtin_popcountll(pools->dead[word]);
	}
	if (free_chunks + count->chunks != trie->chunks_touched ||
	    pools->chunks - count->chunks != trie->chunks_free)
		count->broken = "a chunk is lost";

	vacant += (uint32_t)__builtin_popcountll(trie->vacant);
	if (vacant + trie->entries + trie->young_places != pools->slots ||
	    count->entries != trie->entries + trie->young_count - trie->young_holes)
		count->broken = "a slot is lost";
	if (dead != count->dead || dead != trie->dead)
		count->broken = "the dead are miscounted";
}

static void check_nodes(struct count *count)
{
	const struct bucket_trie *trie = count->trie;
	size_t nodes = count->nodes;

	for (const struct node *node = trie->free_node; node; node = node->next, nodes++)
		for (unsigned digit = 0; digit < FANOUT; digit++)
			if (node->bucket[digit].count)
				count->broken = "a free node is not empty";
	for (const struct segment *segment = trie->segments; segment; segment = segment->next)
		nodes -= segment->nodes;
	if (nodes)
		count->broken = "a node is lost";
}

static const char *bucket_trie_check(const struct timer_set *set)
{
	struct count count = { .trie = trie_of(set) };

	for (unsigned level = 0; level < LEVELS; level++)
		check_level(&count, level);
	check_front(&count);
	check_holes(&count);
	walk(count.trie, count_entry, &count);
	check_pools(&count);
	check_nodes(&count);
	if (!count.broken && count.armed != bucket_trie_size(set))
		count.broken = "the size is not the number of armed timers";
	return count.broken;
}

const struct timer_structure timer_bucket_trie = {
	.name = "bucket-trie",
	.summary = "unsorted buckets in a trie, split as they fill, sorted when they are due",
	.source =
		"timerbed's own; levels as in the radix heap (Ahuja et al., JACM 1990), buckets as in "
		"burst tries (Heinz et al., TOIS 2002)",
	.departures = "sorts a bucket once it is small; a later re-arm is a store, a removal a bit",
	.complexity = { "O(1) amortised", "one store if later, else as remove and insert", "O(1)",
			"O(1) amortised", "O(1)", "O(1) amortised" },
	.puts_off = true,
	.create = bucket_trie_create,
	.destroy = bucket_trie_destroy,
	.reserve = bucket_trie_reserve,
	.insert = bucket_trie_insert,
	.reinsert = bucket_trie_reinsert,
	.disarm = bucket_trie_disarm,
	.remove = bucket_trie_remove,
	.next = bucket_trie_next,
	.expire = bucket_trie_expire,
	.for_each = bucket_trie_for_each,
	.size = bucket_trie_size,
	.footprint = bucket_trie_footprint,
	.check = bucket_trie_check,
};
