/*
 * bucket-trie - unsorted buckets in a trie, split as they fill, sorted when they are due
 *
 * IDEA. Nothing is sorted before it is due, nothing is moved when it is put off, and nobody is
 * looked for when it is stopped. What comes in order is not sorted at all.
 *
 * A deadline is a number of 11 digits to the base 64. As in a radix heap, a timer belongs to the
 * level of the highest digit in which its deadline differs from `current`, the time up to which
 * everything has been handed over or is near, and there to the bucket of that digit's value. A
 * bucket is an unsorted heap of entries (key, timer, slot), appended to. One that gets too full
 * bursts: it becomes a node of 64 finer buckets, by the next digit, and so on. Dense places are cut
 * fine and sparse ones are not, without any width to be chosen, and no deadline is too far.
 *
 *	 armed for a common interval ----> queues, in order ----------> fire
 *	 armed else ----> young, in windows of 512 places
 *	               |
 *	 level 5 [ ][*][*][ ][*]     level 4 [ ][ ][ ][*]     level 3 [ ][*]     each of 64
 *	             |  '- a leaf: chunks of 16 entries                   '--.
 *	             '- burst: [*][ ][*][*][ ][*]                            v  the first is due:
 *	                                                                  near, sorted ----> fire
 *
 * When the first bucket is due it is sorted, after a last look at its timers, and becomes what is
 * near. One that is too large for that is dealt out among the levels below, which are empty then.
 * One whose deadlines are all equal needs no sorting and is handed over as it is: a herd.
 *
 * COMMON TIMEOUTS. Servers have few intervals, and what is armed for one of them is armed in the
 * order of its deadlines. So an interval that comes again gets a queue, if one of eight is empty:
 * windows as the young have, which fill in order and empty from the front when timers are due. A
 * deadline before the queue's last is armed as any other, so order is never taken on trust. What is
 * put off leaves its queue for the trie. What is removed leaves its place vacant, which no other in
 * the queue can have. So where many are removed queues rest, and their windows join the young's,
 * one by one, as vacant places are wanted. They rest as well where intervals are so many that a
 * third of the timers have no queue.
 *
 * PUT OFF. A timer that is re-armed for later keeps its entry; only its deadline changes. Its entry
 * comes up at the old time, disagrees with the deadline, and is filed again. A disarmed timer keeps
 * its entry as well, and takes it up again when it is armed for later than that.
 *
 * STOPPED. A removed timer's memory is the caller's at once, so its entry must not lead to it any
 * more. Each entry has a slot, a number, and each slot a bit that says that its timer is gone. To
 * remove is to set that bit, in a map so dense that it stays in the cache: 2 bits a slot. Entries
 * that are dead are passed over when their bucket comes up; when a quarter of all and
 * some more are dead, all buckets are swept, some chunks at a time, so that what was reserved is
 * enough.
 *
 * WHY YOUNG. Arming a timer that memory has not seen for long waits for its line, and how many such
 * arms a processor has under way at once depends on how few instructions and stores lie between
 * them. So arming does next to nothing: it writes the entry into the next vacant place of a window.
 * When no place is vacant, a window is filed in one loop that waits for no timer.
 *
 * And most timers that are removed die young. Entries of the young, and those in queues, do not
 * move, so that a timer can know its place: to remove it is to set the bit that says that the place
 * is vacant, and no sweep will ever come across it. Filing changes the window's generation, by
 * which its timers see that they are young no more, without being touched. Where many are removed
 * after they were filed, there are more windows, up to as many as there may be timers, so that they
 * no longer are. Each has its least key; in one that is due those that are due are looked for,
 * which is dear. So more windows stay only as long as the removals that they save outnumber that by
 * far, and else are filed and given up. Places are chunks from the pool that buckets have theirs
 * from: memory is for both.
 *
 * COST.   insert     O(1): two stores to the timer, two to the young; amortised, one walk of some
 *                    levels and one append, and less than one move by a burst. For a common
 *                    interval: two stores to the timer, one append
 *         reinsert   later: one store. Earlier: as remove and insert
 *         disarm     two stores to the timer
 *         remove     one bit, and amortised four entries to sweep if it was filed
 *         next       O(1)
 *         expire     O(1) amortised: each entry is sorted among at most 512. With queues, one look
 *                    at each of eight when another becomes the earliest
 *         memory     20 bytes for an entry or a place, of which there may be half as many
 *                    again as timers, and 160 KiB; chunks that are not full, nodes and bits.
 *                    More is reserved, which has no memory before it is first written to
 *         longest    a window is filed and one leaf dealt out: 8700 entries or some more are moved,
 *                    whatever n is; but see below
 *
 * GIVES BACK. Nothing before destroy: segments that are empty stay for the timers to come.
 *
 * WINS. Where timers fire, are put off or disarmed, and are many: at n = 1e6 results/full has it
 * ahead of all others that fire in order, when it is time, in hold, drain, ticker, retry, server
 * and idle of continuous intervals, and not told apart from the best in idle, rpc and
 * rpc:stop=remove. With 1e3 and 1e4 timers no workload takes it longer than 1.23 times as long as
 * the best, but for the next.
 *
 * LOSES. Where an insert is all there is to do: every timer is filed once, and memory is new, so
 * that filling takes three times as long as pairing-heap up to 1e5. Where few timers are drained,
 * or what is armed in one order fires in it, which sorting does not know. Equal deadlines, which a
 * heap leaves where they are. Timers that were filed before most of them are removed, which lists
 * need not sweep. An operation is long when a million timers of one deadline have all been put off
 * and come up together.
 *
 * BOUNDS. Aimed at were, of binary-heap's time at n = 1e6, 0.04 in hold and drain, 0.12 in idle,
 * 0.15 in rpc and burst and 0.33 in rpc:stop=remove, and 2.5 times the floor over all. It takes
 * 0.085 and 0.060, 0.18, 0.34 and 1.33, 0.67, and 6.1 times the floor. The floor itself, which
 * stores a deadline and hands a timer over, takes 0.019 and 0.016, 0.098, 0.14 and 0.41, 0.13: that
 * machine's cache of 260 MB has a million nodes, and its heap needs 300 ns for an operation of hold
 * where the prototype that the aims are from had 2000 to 4000. What is left is not instructions:
 * what made server a third faster at 1e4 made no difference at 1e6. It is the entry that is
 * written, read, and written again two or three times between arm and expire; memory that is new,
 * of which a page is 2 us to 12 us on that machine, in what runs for less than an operation a
 * timer; and in rpc with remove the place that is found again.
 *
 * NOT TAKEN. Filing at once rather than by way of the young: 20 % to 40 % slower when arming cold
 * timers, by the stores that stand between them. Young timers in blocks that are filed as one until
 * they are due, so that those who die young never are: deferred more work into the first turns than
 * it saved. Links through the timers: a miss for each neighbour. Each timer knowing its entry's
 * place, so that removing could reuse it: every move writes to a timer. Leaves of 4095 entries: the
 * longest operation takes half as long, and idle, server and fill 12 % to 17 % longer. Entries in
 * one array that grows: moving its pages took 1.5 ms in server with a million timers. Dealing out
 * every leaf as soon as it is full: several were at one time, 411 us in fill-drain. Sweeping
 * without a branch on who is dead: no faster, though a fifth of the mispredicted branches in retry
 * are there. Finding all leaves of a chunk before filing it: no faster, as leaves' ends are in the
 * cache. Queues of chunks, whose entries have slots: places of those removed are not to be had but
 * by sweeping, which took rpc:stop=remove a quarter longer at 1e4 and 1e5. Queues for 64 intervals:
 * see QUEUES. Fetching vacant places ahead that the young are about to take: no faster.
 *
 * SOURCE. timerbed's own. The levels are those of the radix heap (Ahuja, Mehlhorn, Orlin and
 * Tarjan, JACM 1990), buckets that burst are from burst tries (Heinz, Zobel and Williams, TOIS
 * 2002), sorting only what is due from the ladder queue (Tang, Goh and Thng, TOMACS 2005), the
 * re-arm that is a store from HAProxy, tokio and Go, queues by interval from libevent's common
 * timeouts.
 *
 * DEPARTURES. A radix heap deals its first bucket out whenever the minimum is taken; here it is
 * sorted once it is small. Burst tries hold strings. libevent's common timeouts are asked for by
 * the program, one interval at a time; here those that come again are found.
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

/* Tests have less where there is an #ifndef, so that what is rare becomes frequent. */

/* Entries of a chunk: 320 bytes, five lines. */
#define CHUNK 16

/* Chunks of a block, which lie one after the other: 80 KiB. Blocks may lie anywhere. */
#define BLOCK 256

/* Chunks whose memory is asked for at a time: 20 KiB at first, 40 KiB when a set is large. */
#define READY_LEAST 64
#define READY_MOST  128

/*
 * A leaf of more entries is dealt out rather than sorted. Sorting takes two passes and then
 * insertion among those that share as many bits as tell them apart if they are spread evenly: see
 * struct order.
 */
#ifndef SORT_MOST
#define SORT_MOST 512
#endif

/*
 * A leaf of so many entries bursts when it is its turn, at the latest when it has twice as many. It
 * is also what is dealt out in one operation, hardly ever more.
 */
#ifndef BURST_AT
#define BURST_AT 8192
#endif

/* What is near, and what was filed there since it was last put in order. */
#define NEAR_MOST  (2 * SORT_MOST)
#define FRESH_MOST (SORT_MOST / 8)

/*
 * Places come in windows of so many. What is done to a window is done to all of it, in one
 * operation.
 */
#ifndef WINDOW
#define WINDOW 512
#endif
#define WINDOW_WORDS (WINDOW / 64)
#define WORD_CHUNKS  (64 / CHUNK)

/*
 * New windows for the young at one time: 20 KiB. With 80 the longest of rpc:stop=remove took 230
 * us, not 100.
 */
#define OPEN_MOST 2

/*
 * Common timeouts that have a queue at one time, at most. With 64, mix with as many intervals took
 * 39 ns instead of 16 at 1e4: to find the earliest of so many is dearer than to file and sort.
 */
#ifndef QUEUES
#define QUEUES 8
#endif

/* Intervals among which those that come again are found: 2 to the power of this. */
#define COMMON_BITS 6
#define COMMON	    (1u << COMMON_BITS)

/* There is a node for as many timers. */
#define NODE_TIMERS (BURST_AT / 2)

/* Room for this many timers comes with the set: for fewer it would not be much smaller. */
#ifndef FIRST_CAPACITY
#define FIRST_CAPACITY 4096
#endif

/* Places, 9/8 of the timers and few more, have 30 bits: those that a state leaves of 32. */
#define MOST_TIMERS (UINT32_MAX / 8)

/* No chunk, no node, no word. */
#define NONE UINT32_MAX

/* Where a timer's slot and state are, in link.half[]. An idle timer has neither. */
#define SLOT 0 /* its entry's slot + 1; 0 when it has no entry */

/* Its enum state, and in higher bits its entry's place, if that has one; */
#define STATE 1

/* it has if this, in link.word[], is its window's generation: see QUEUED. There is none of 0. */
#define GENERATION 1

enum state { IDLE, ARMED, DISARMED, STATES = 4 };

/* Packed: with 24 bytes instead of 20, memory would be a fifth more. */
struct entry {
	uint64_t key;
	struct timer *timer;
	uint32_t slot;
} __attribute__((packed, aligned(4)));

/* count of an inner bucket, whose entries are in a node. */
#define INNER UINT32_MAX

/* All chunks of a leaf are full but its first, which is being filled. */
struct bucket {
	union {
		struct node *inner;
		uint64_t least; /* no key in it is less; UINT64_MAX while it is empty */
	};
	uint64_t most; /* no key in it is greater; 0 while it is empty */
	struct entry
		*vacant; /* where its next goes, unless its first chunk is full or it is a herd */
	uint32_t chunk;	 /* its first chunk, which has its newest entries */
	uint32_t count;	 /* entries, or INNER */
};

struct node {
	union {
		uint64_t occupied;
		struct node *next; /* while it is free */
	};
	struct bucket bucket[FANOUT];
};

/* Nodes and blocks that were allocated at one time. They stay where they are. */
struct segment {
	struct segment *next; /* the one before it */
	struct entry *entry;
	size_t blocks;
	size_t nodes, touched; /* those never touched are free but in no list */
	struct node node[];
};

/* An interval, and its queue if it has one. */
struct common {
	uint64_t interval; /* ns; UINT64_MAX at first, which none is; never 0, which is unknown */
	struct queue *queue;
};

/*
 * Timers that were armed for one interval, in the order of their deadlines: windows one after the
 * other.
 */
struct queue {
	struct common *owner; /* the interval; NULL while it is empty */
	uint64_t least;	      /* no key in it is less; UINT64_MAX while it is empty */
	uint64_t last;	      /* none is greater; 0 while it is empty */
	uint64_t generation;  /* its last window's */
	struct entry *vacant; /* where its next goes, unless that is another chunk, */
	uint32_t end;	      /* and that place, or the one after its last window */
	uint32_t first;	      /* the first place that may have a timer; those before are vacant */
	uint32_t last_window;
};

/* Places for entries that stay where they are: of the young, or of a queue. */
struct window {
	uint64_t least;		 /* of the young no key is less; UINT64_MAX when none is known */
	uint32_t previous, next; /* in the ring of the young's, in a queue, or in a list */
};

/* What reserve allocates beside segments, all of it or nothing. */
struct pools {
	size_t capacity; /* timers that may be not idle */
	uint32_t limit;	 /* entries that are filed, and places, that there may be */
	uint32_t chunks, slots;
	uint32_t places; /* at most */
	struct entry **block;
	struct window *window;
	uint64_t *generation;	/* of each window: see QUEUED */
	uint32_t *place_chunk;	/* of CHUNK places each: where they are */
	uint64_t *vacant_place; /* a bit a place: no timer is there */
	uint32_t *following;	/* of each chunk: the next of its leaf, or in the free list */
	uint64_t *dead, *taken; /* a bit a slot: its timer is gone; it has an entry, or a place */
};

struct bucket_trie {
	uint64_t current;  /* levels are reckoned from it; no key in the trie is less */
	uint64_t near_end; /* keys before it are not in the trie but in near, fresh or herd */
	uint64_t occupied; /* levels that have an entry */
	struct node *level[LEVELS]; /* their nodes */

	size_t armed; /* timers, with those young not counted in nor those gone out: see size */
	uint32_t entries, dead; /* those that are filed; and those whose timer is gone */
	uint32_t vacant_word;	/* the word that slots are now taken from, */
	uint64_t vacant;	/* and what is left of it */
	struct pools pools;
	struct segment *segments;

	uint64_t young_vacant; /* vacant places left of the word that they are taken from: some; */
	uint32_t young_word;   /* which that is, or NONE; where its places are; and its window */
	struct entry *word_chunk[WORD_CHUNKS];
	struct window *window;
	uint64_t generation;	     /* of that */
	uint32_t young_vacancies;    /* vacant places of the young in all */
	uint32_t young_room;	     /* their places, vacant or not */
	uint32_t young_window;	     /* the window to be filed next, of a ring of theirs */
	uint32_t room;		     /* places of all windows that are open */
	uint32_t windows;	     /* that were ever open */
	uint32_t spare, closed;	     /* lists of those open but in no use, and of those that were */
	uint32_t ended, ended_young; /* entries whose timer was removed since room was made */
	int32_t worth;		     /* what more room saved, less what it cost: see more_room */
	uint32_t near_count, fresh_count;
	uint64_t young_least;	/* UINT64_MAX when there are none */
	uint64_t fresh_least;	/* UINT64_MAX when there are none */
	uint64_t queues;	/* a bit for each that is not empty */
	struct queue *earliest; /* which of them has the earliest timer, */
	uint64_t queues_least;	/* the key of that, UINT64_MAX when all are empty, */
	uint64_t queues_next;	/* and the least of the others */
	uint32_t queues_rest;	/* windows to be filed until queues take timers again */
	uint32_t queued;	/* taken since a window was filed, */
	uint32_t queued_unseen; /* and since it was seen whether many are removed */
	struct bucket herd;	/* a leaf of one key that is being handed over */
	struct bucket never;	/* what is armed for TIMER_NEVER */

	struct node *free_node;
	uint32_t free_chunk, chunks_free; /* those never touched are free but in no list */
	uint32_t chunks_touched, chunks_ready;

	bool may_deal; /* a full leaf may be dealt out: see go_finer */
	bool sweeping;
	uint64_t sweep_key;   /* leaves that end before it have been swept */
	uint32_t sweep_chunk; /* the next leaf has been swept up to here, or NONE */
	uint32_t sweep_left;  /* chunks after it */

	struct queue queue[QUEUES];
	struct common common[COMMON];
	struct entry near[NEAR_MOST]; /* in order, the earliest last */
	struct entry fresh[FRESH_MOST];
};

static const struct bucket empty_bucket = { .least = UINT64_MAX };
static const struct queue empty_queue = { .least = UINT64_MAX };

static struct bucket_trie *trie_of(const struct timer_set *set)
{
	return (struct bucket_trie *)set;
}

HOT uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

HOT uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* --- digits */

/*
 * Which is a number's highest bit. It is one instruction: 63 less, rather than xor, would be two.
 */
HOT unsigned highest_bit(uint64_t number)
{
	return 63u ^ (unsigned)__builtin_clzll(number);
}

/* The level of the highest digit in which two keys differ. 43 / 256 divides up to 63 by 6. */
HOT unsigned level_of(uint64_t differing)
{
	return highest_bit(differing | 1) * 43 >> 8;
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

HOT uint32_t place_of(const struct timer *timer)
{
	return timer->link.half[STATE] / STATES;
}

/*
 * A window's generation says how often all left it, and its lowest bit that it is a queue's. What
 * remove looks at is in an array of its own, which the nearest cache holds for a million timers.
 */
#define QUEUED UINT64_C(1)

HOT uint64_t generation_of(const struct bucket_trie *trie, const struct timer *timer)
{
	return trie->pools.generation[place_of(timer) / WINDOW];
}

/* Whether its entry is in a place: it is young, or in a queue. */
HOT bool has_place(const struct timer *timer, uint64_t generation)
{
	return (timer->link.word[GENERATION] ^ generation) <= QUEUED;
}

/* --- slots */

HOT bool is_dead(const struct bucket_trie *trie, uint32_t slot)
{
	return trie->pools.dead[slot / 64] >> slot % 64 & 1;
}

/* Goes on to the next word with a vacant slot: there is one. */
COLD void find_vacant(struct bucket_trie *trie)
{
	uint64_t *taken = trie->pools.taken;
	uint32_t words = trie->pools.slots / 64, word = trie->vacant_word;

	do
		word = word + 1 < words ? word + 1 : 0;
	while (!~taken[word]);
	trie->vacant_word = word;
	trie->vacant = ~taken[word];
	taken[word] = ~UINT64_C(0);
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
	trie->pools.taken[slot / 64] &= ~(UINT64_C(1) << slot % 64);
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

HOT struct entry *chunk_at(const struct bucket_trie *trie, uint32_t chunk)
{
	return &trie->pools.block[chunk / BLOCK][chunk % BLOCK * CHUNK];
}

/* Asks for the memory of the next chunks of a block at one go, the more the more there are. */
COLD void make_ready(struct bucket_trie *trie)
{
	uint32_t left = BLOCK - trie->chunks_ready % BLOCK, step = trie->chunks_touched / 2;
	const struct entry *from = chunk_at(trie, trie->chunks_ready);

	if (step < READY_LEAST)
		step = READY_LEAST;
	if (step > READY_MOST)
		step = READY_MOST;
	if (step > left)
		step = left;
	trie->chunks_ready += step;
	pages_make_ready(from, from + step * CHUNK);
}

static void close_spare(struct bucket_trie *trie);

/* There is a free one. Memory that was used is better than new memory. */
static uint32_t take_chunk(struct bucket_trie *trie)
{
	uint32_t chunk;

	if (trie->free_chunk == NONE && trie->spare != NONE)
		close_spare(trie);
	assert(trie->chunks_free && "there is a chunk for every entry");
	trie->chunks_free--;
	chunk = trie->free_chunk;
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

/* A node that never was one; NULL when there is none. */
COLD struct node *touch_node(struct bucket_trie *trie)
{
	for (struct segment *segment = trie->segments; segment; segment = segment->next) {
		struct node *node = &segment->node[segment->touched];

		if (segment->touched == segment->nodes)
			continue;
		segment->touched++;
		for (unsigned digit = 0; digit < FANOUT; digit++)
			node->bucket[digit] = empty_bucket;
		return node;
	}
	return NULL;
}

/* An empty node, or NULL. */
static struct node *take_node(struct bucket_trie *trie)
{
	struct node *node = trie->free_node;

	if (node)
		trie->free_node = node->next;
	else
		node = touch_node(trie);
	if (node)
		node->occupied = 0;
	return node;
}

static void give_node(struct bucket_trie *trie, struct node *node)
{
	node->next = trie->free_node;
	trie->free_node = node;
}

/* --- leaves */

/* A leaf goes on in a new chunk. */
COLD void add_chunk(struct bucket_trie *trie, struct bucket *leaf)
{
	uint32_t chunk = take_chunk(trie);

	trie->pools.following[chunk] = leaf->chunk;
	leaf->chunk = chunk;
	leaf->vacant = chunk_at(trie, chunk);
}

HOT void push(struct bucket_trie *trie, struct bucket *leaf, uint64_t key, struct timer *timer,
	      uint32_t slot)
{
	struct entry *entry;

	if (leaf->count++ % CHUNK == 0)
		add_chunk(trie, leaf);
	entry = leaf->vacant++;
	entry->key = key;
	entry->timer = timer;
	entry->slot = slot;
	leaf->least = min(leaf->least, key);
	leaf->most = max(leaf->most, key);
}

/* The entries in a leaf's first chunk. */
static uint32_t filled(const struct bucket *leaf)
{
	return (leaf->count - 1) % CHUNK + 1;
}

/* After the last of them. */
HOT struct entry *newest_end(const struct bucket_trie *trie, const struct bucket *leaf)
{
	return chunk_at(trie, leaf->chunk) + filled(leaf);
}

/* The first chunk leaves its leaf; what is in it stands until a chunk is taken. */
static void drop_chunk(struct bucket_trie *trie, struct bucket *leaf)
{
	uint32_t chunk = leaf->chunk;

	leaf->count -= filled(leaf);
	leaf->chunk = trie->pools.following[chunk];
	give_chunk(trie, chunk);
}

HOT void prefetch_chunk(const struct bucket_trie *trie, uint32_t chunk)
{
	const struct entry *entry = chunk_at(trie, chunk);

	for (unsigned i = 0; i < CHUNK; i += 3)
		__builtin_prefetch(entry + i);
}

/* Fetches a leaf's third chunk ahead. */
HOT void prefetch_chunks(const struct bucket_trie *trie, const struct bucket *leaf)
{
	const uint32_t *following = trie->pools.following;

	if (leaf->count > 2 * CHUNK)
		prefetch_chunk(trie, following[following[leaf->chunk]]);
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
	return chunk_at(trie, leaf->chunk);
}

/* --- filing */

/* The bucket that a key belongs to by level, and that level. */
HOT struct bucket *bucket_for(const struct bucket_trie *trie, uint64_t key, unsigned *level)
{
	*level = level_of(key ^ trie->current);
	return &trie->level[*level]->bucket[digit_of(key, *level)];
}

/* The leaf that a key belongs to, at or under a bucket, and its level. */
HOT struct bucket *leaf_under(struct bucket *bucket, uint64_t key, unsigned *level)
{
	while (bucket->count == INNER)
		bucket = &bucket->inner->bucket[digit_of(key, --*level)];
	return bucket;
}

/* The leaf that a key belongs to, and its level. */
HOT struct bucket *locate(const struct bucket_trie *trie, uint64_t key, unsigned *level)
{
	return leaf_under(bucket_for(trie, key, level), key, level);
}

/*
 * Deals a leaf out to the buckets of a node, by their digit at its level. There are chunks for all.
 */
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

/*
 * A leaf becomes a node of the level below, one of whose buckets may get all that is in it. Where
 * all have one key that bucket gets the leaf as it is.
 */
static bool burst(struct bucket_trie *trie, struct bucket *leaf, unsigned level)
{
	struct node *node;

	if (trie->chunks_free < FANOUT + CHUNK || !(node = take_node(trie)))
		return false;
	if (leaf->least == leaf->most) {
		unsigned digit = digit_of(leaf->least, level - 1);

		trie->sweep_chunk = NONE;
		node->occupied = UINT64_C(1) << digit;
		node->bucket[digit] = *leaf;
	} else {
		trie->may_deal = false;
		deal(trie, *leaf, node, level - 1);
	}
	leaf->count = INNER;
	leaf->inner = node;
	return true;
}

/* Whether a full leaf bursts when a key comes to it. One of equal keys takes more of these. */
static bool may_burst(const struct bucket_trie *trie, const struct bucket *leaf, uint64_t key)
{
	if (leaf->least == leaf->most)
		return key != leaf->least;
	return trie->may_deal || leaf->count >= 2 * BURST_AT;
}

/*
 * The leaf for a key, under a bucket of this level that is an inner one or a full leaf. Where keys
 * are spread evenly many leaves are full at one time. One is dealt out for each window that is
 * filed and each leaf that is opened, so that no operation has more to do; the others wait for the
 * next key after that.
 */
COLD struct bucket *go_finer(struct bucket_trie *trie, struct bucket *leaf, uint64_t key,
			     unsigned level)
{
	while (leaf->count >= BURST_AT && may_burst(trie, leaf, key) && burst(trie, leaf, level))
		leaf = &leaf->inner->bucket[digit_of(key, --level)];
	return leaf;
}

static void near_add(struct bucket_trie *trie, struct entry entry);

/* What has its place where time is now, or beyond the end of time. */
COLD void file_apart(struct bucket_trie *trie, uint64_t key, struct timer *timer, uint32_t slot)
{
	if (key != TIMER_NEVER) {
		near_add(trie, (struct entry){ key, timer, slot });
		return;
	}
	push(trie, &trie->never, key, timer, slot);
}

/* The first entry is about to come into the bucket for a key. */
COLD void mark_occupied(struct bucket_trie *trie, uint64_t key)
{
	unsigned level;
	struct bucket *bucket = locate(trie, key, &level);
	unsigned digit = digit_of(key, level);
	struct node *node =
		(struct node *)(void *)((char *)(bucket - digit) - offsetof(struct node, bucket));

	node->occupied |= UINT64_C(1) << digit;
	trie->occupied |= UINT64_C(1) << level_of(key ^ trie->current);
}

/* The leaf that an entry of this key is to be pushed to. */
HOT struct bucket *leaf_for(struct bucket_trie *trie, uint64_t key)
{
	unsigned level;
	struct bucket *leaf = bucket_for(trie, key, &level);

	/* One comparison for both: INNER is more. */
	if (leaf->count >= BURST_AT) {
		leaf = leaf_under(leaf, key, &level);
		if (leaf->count >= BURST_AT)
			leaf = go_finer(trie, leaf, key, level);
	}
	if (!leaf->count)
		mark_occupied(trie, key);
	return leaf;
}

/* Files an entry. */
HOT void file(struct bucket_trie *trie, uint64_t key, struct timer *timer, uint32_t slot)
{
	/* One comparison for both: TIMER_NEVER + 1 is 0. */
	if (key + 1 <= trie->near_end)
		file_apart(trie, key, timer, slot);
	else
		push(trie, leaf_for(trie, key), key, timer, slot);
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
		uint32_t kept = sweep_entries(trie, chunk_at(trie, leaf->chunk), count);

		if (kept) {
			leaf->vacant = chunk_at(trie, leaf->chunk) + kept;
			leaf->count -= count - kept;
			return;
		}
		drop_chunk(trie, leaf);
	}
}

/*
 * A full chunk leaves its leaf, and what is not dead of it comes back, which is as early and as
 * late.
 */
static void sweep_full(struct bucket_trie *trie, struct bucket *leaf, uint32_t before)
{
	uint32_t *following = trie->pools.following, chunk = following[before];
	const struct entry *entry = chunk_at(trie, chunk), *end = entry + CHUNK;
	struct entry *vacant = leaf->vacant;

	following[before] = following[chunk];
	leaf->count -= CHUNK;
	for (; entry < end; entry++) {
		if (is_dead(trie, entry->slot)) {
			give_dead_slot(trie, entry->slot);
			continue;
		}
		if (leaf->count++ % CHUNK == 0) {
			add_chunk(trie, leaf);
			vacant = leaf->vacant;
		}
		*vacant++ = *entry;
	}
	leaf->vacant = vacant;
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
		trie->sweep_chunk = leaf->chunk;
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

/* Whether all of a window cannot be filed but for sweeping. */
static bool is_crowded(const struct bucket_trie *trie)
{
	return trie->entries + trie->room + WINDOW > trie->pools.limit;
}

/* So many dead are few: it is cheaper to pass over them when they are due than to look for them. */
#define DEAD_FEW (2 * WINDOW)

/*
 * Sweeps, for so many chunks or a little more, if many entries are dead: memory that was used is
 * better than new memory. A chunk for each entry that is filed is far more than they need, so a
 * sweep ends long before room does.
 */
static void tidy(struct bucket_trie *trie, int64_t chunks)
{
	if (trie->sweeping || trie->dead > trie->entries / 4 + DEAD_FEW) {
		trie->sweeping = true;
		sweep(trie, chunks);
	}
}

/* --- what is near: sorted, and what came since */

static uint64_t near_key(const struct bucket_trie *trie)
{
	return trie->near_count ? trie->near[trie->near_count - 1].key : TIMER_NEVER;
}

static uint64_t herd_key(const struct bucket_trie *trie)
{
	return trie->herd.count ? trie->herd.least : TIMER_NEVER;
}

/*
 * The herd, some of which may have been handed over, goes back into the trie, whose bucket for it
 * may hold others by now.
 */
static void herd_close(struct bucket_trie *trie, struct bucket herd)
{
	unsigned level = level_of(herd.least ^ trie->current);
	unsigned digit = digit_of(herd.least, level);
	struct node *node = trie->level[level];

	if (node->bucket[digit].count) {
		spread(trie, herd);
		return;
	}
	herd.vacant = newest_end(trie, &herd);
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

/*
 * How entries are put in order, the latest first. They are counted by the leading bits of what lies
 * between them and the last, by so many bits as tell them apart if they are spread evenly, then
 * dealt out. That leaves them nearly in order, and few comparisons are left whose outcome nobody
 * can foresee.
 */
struct order {
	uint64_t last;
	unsigned shift;
	uint32_t shares;
	uint16_t start[2 * SORT_MOST]; /* of each share: at first, how many are in it */
};

HOT uint32_t share_of(const struct order *order, uint64_t key)
{
	return (uint32_t)((order->last - key) >> order->shift);
}

/* For at most so many entries, with keys from least to last. */
static void order_begin(struct order *order, uint64_t least, uint64_t last, uint32_t count)
{
	unsigned bit = highest_bit((last - least) | 1), wanted = highest_bit(count);

	order->last = last;
	order->shift = bit > wanted ? bit - wanted : 0;
	order->shares = share_of(order, least) + 1;
	memset(order->start, 0, order->shares * sizeof(*order->start));
}

HOT void order_count(struct order *order, uint64_t key)
{
	order->start[share_of(order, key)]++;
}

static void insertion_sort(struct entry *entries, uint32_t count)
{
	for (struct entry *next = entries + 1; next < entries + count; next++) {
		struct entry entry, *place = next;

		if (next[-1].key >= next->key)
			continue;
		entry = *next;
		do
			*place = place[-1];
		while (--place > entries && place[-1].key < entry.key);
		*place = entry;
	}
}

/* Those that were counted, and no others, are put in order. */
static void order_end(struct order *order, struct entry *sorted, struct entry *entries,
		      uint32_t count)
{
	uint16_t sum = 0;

	for (uint32_t share = 0; share < order->shares; share++) {
		uint16_t here = order->start[share];

		order->start[share] = sum;
		sum = (uint16_t)(sum + here);
	}
	for (const struct entry *entry = entries; entry < entries + count; entry++)
		sorted[order->start[share_of(order, entry->key)]++] = *entry;
	insertion_sort(sorted, count);
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

/* --- windows of places */

/* Of 64 places, those that a young timer has. */
HOT uint64_t places_taken(const struct bucket_trie *trie, uint32_t word)
{
	return ~trie->pools.vacant_place[word] &
	       ~(word == trie->young_word ? trie->young_vacant : 0);
}

HOT void vacate(struct bucket_trie *trie, uint32_t place)
{
	trie->pools.vacant_place[place / 64] |= UINT64_C(1) << place % 64;
}

/* The first from this place on, and before the end, that is not vacant; or the end. */
static uint32_t first_taken(const struct bucket_trie *trie, uint32_t place, uint32_t end)
{
	while (place < end) {
		uint64_t taken = ~trie->pools.vacant_place[place / 64] >> place % 64;

		if (taken)
			return (uint32_t)min(place + (unsigned)__builtin_ctzll(taken), end);
		place = (place / 64 + 1) * 64;
	}
	return end;
}

static uint32_t young_count(const struct bucket_trie *trie)
{
	return trie->young_room - trie->young_vacancies;
}

HOT struct entry *chunk_of_places(const struct bucket_trie *trie, uint32_t place)
{
	return chunk_at(trie, trie->pools.place_chunk[place / CHUNK]);
}

/* Where a place's entry is. */
HOT struct entry *place_at(const struct bucket_trie *trie, uint32_t place)
{
	return chunk_of_places(trie, place) + place % CHUNK;
}

/* Places are taken from this word from now on. */
static void set_word(struct bucket_trie *trie, uint32_t word)
{
	trie->young_word = word;
	trie->window = &trie->pools.window[word / WINDOW_WORDS];
	trie->generation = trie->pools.generation[word / WINDOW_WORDS];
	for (uint32_t chunk = 0; chunk < WORD_CHUNKS; chunk++)
		trie->word_chunk[chunk] = chunk_of_places(trie, word * 64 + chunk * CHUNK);
}

/* Places are taken from no word at the moment. */
static void close_word(struct bucket_trie *trie)
{
	if (trie->young_word == NONE)
		return;
	trie->pools.vacant_place[trie->young_word] |= trie->young_vacant;
	trie->young_vacant = 0;
}

/* An entry is to be filed as it is, and its place gets another slot. There is one. */
static struct entry leave_place(struct bucket_trie *trie, struct entry *place)
{
	struct entry entry = *place;

	place->slot = take_slot(trie);
	trie->entries++;
	return entry;
}

/* All places of a window are vacant; whose timers had one have it no more. */
static void clear_window(struct bucket_trie *trie, uint32_t window)
{
	memset(&trie->pools.vacant_place[window * WINDOW_WORDS], 0xff, WINDOW / 8);
	trie->pools.window[window].least = UINT64_MAX;
	trie->pools.generation[window] = (trie->pools.generation[window] | QUEUED) + 1;
}

/* A window gets places, if there is room for them: else NONE. */
static uint32_t open_window(struct bucket_trie *trie)
{
	uint32_t window = trie->closed;

	/* Still not crowded with it, and with another. */
	if (trie->entries + trie->room + 3 * WINDOW > trie->pools.limit)
		return NONE;
	if (window != NONE)
		trie->closed = trie->pools.window[window].next;
	else if (trie->windows < trie->pools.places / WINDOW)
		window = trie->windows++;
	else
		return NONE;
	for (uint32_t place = window * WINDOW; place < (window + 1) * WINDOW; place++) {
		if (place % CHUNK == 0)
			trie->pools.place_chunk[place / CHUNK] = take_chunk(trie);
		place_at(trie, place)->slot = take_slot(trie);
	}
	clear_window(trie, window);
	trie->room += WINDOW;
	return window;
}

/* A window that is in no use, with all its places vacant; NONE if there is no room. */
static uint32_t take_window(struct bucket_trie *trie)
{
	uint32_t window = trie->spare;

	if (window == NONE)
		return open_window(trie);
	trie->spare = trie->pools.window[window].next;
	return window;
}

/* The memory of a window in no use becomes free. */
static void close_window(struct bucket_trie *trie, uint32_t window)
{
	uint32_t first = window * WINDOW, end = first + WINDOW;

	for (uint32_t place = first; place < end; place++)
		give_slot(trie, place_at(trie, place)->slot);
	for (uint32_t place = first; place < end; place += CHUNK)
		give_chunk(trie, trie->pools.place_chunk[place / CHUNK]);
	trie->room -= WINDOW;
	trie->pools.window[window].next = trie->closed;
	trie->closed = window;
}

/* There is one that is in no use. */
static void close_spare(struct bucket_trie *trie)
{
	close_window(trie, take_window(trie));
}

/*
 * A window of a queue has no timers any more, and is in no use. It stays open until its memory is
 * needed: queues end and begin again.
 */
static void give_window(struct bucket_trie *trie, uint32_t window)
{
	clear_window(trie, window);
	trie->pools.window[window].next = trie->spare;
	trie->spare = window;
}

/* Words of places, in the ring of the young's windows. */
static uint32_t word_after(const struct bucket_trie *trie, uint32_t word)
{
	if ((word + 1) % WINDOW_WORDS)
		return word + 1;
	return trie->pools.window[word / WINDOW_WORDS].next * WINDOW_WORDS;
}

static uint32_t word_before(const struct bucket_trie *trie, uint32_t window)
{
	return trie->pools.window[window].previous * WINDOW_WORDS + WINDOW_WORDS - 1;
}

/* A window becomes one of the young's, to be filed after all others. */
static void join_young(struct bucket_trie *trie, uint32_t window, uint32_t vacancies)
{
	struct window *windows = trie->pools.window, *joins = &windows[window];

	trie->pools.generation[window] &= ~QUEUED;
	if (trie->young_room) {
		joins->next = trie->young_window;
		joins->previous = windows[joins->next].previous;
		windows[joins->previous].next = windows[joins->next].previous = window;
	} else {
		joins->next = joins->previous = trie->young_window = window;
	}
	trie->young_room += WINDOW;
	trie->young_vacancies += vacancies;
}

/* A window of which all places are vacant is not the young's any more. There are others. */
static void leave_young(struct bucket_trie *trie, uint32_t window)
{
	struct window *windows = trie->pools.window, *leaves = &windows[window];

	if (trie->young_window == window)
		trie->young_window = leaves->next;
	if (trie->young_word / WINDOW_WORDS == window)
		trie->young_word = word_before(trie, window);
	windows[leaves->previous].next = leaves->next;
	windows[leaves->next].previous = leaves->previous;
	trie->young_room -= WINDOW;
	trie->young_vacancies -= WINDOW;
}

/* --- queues of common timeouts */

/* Which queue is earliest. Who that is nobody can foresee, so there is no branch on it. */
static void find_earliest(struct bucket_trie *trie)
{
	uint64_t least = UINT64_MAX, next = UINT64_MAX;
	struct queue *earliest = &trie->queue[0];

	for (struct queue *queue = trie->queue; queue < trie->queue + QUEUES; queue++) {
		uint64_t key = queue->least;

		next = min(next, max(least, key));
		earliest = key < least ? queue : earliest;
		least = min(least, key);
	}
	trie->earliest = earliest;
	trie->queues_least = least;
	trie->queues_next = next;
}

/* The first of the earliest queue has become another. */
HOT void earliest_moves(struct bucket_trie *trie)
{
	if (trie->earliest->least <= trie->queues_next)
		trie->queues_least = trie->earliest->least;
	else
		find_earliest(trie);
}

/* An empty queue; NULL when there is none. */
static struct queue *vacant_queue(struct bucket_trie *trie)
{
	unsigned first = (unsigned)__builtin_ctzll(~trie->queues);

	return first < QUEUES ? &trie->queue[first] : NULL;
}

/* A queue that no window is left of. */
static void end_queue(struct bucket_trie *trie, struct queue *queue)
{
	queue->owner->queue = NULL;
	*queue = empty_queue;
	trie->queues &= ~(UINT64_C(1) << (queue - trie->queue));
}

/* Where its places in one of its windows end. */
HOT uint32_t end_in(const struct queue *queue, uint32_t window)
{
	return window == queue->last_window ? queue->end : (window + 1) * WINDOW;
}

/*
 * An interval gets a queue if it has none, and its queue gets a window, for this key. There is one.
 */
static struct queue *queue_add_window(struct bucket_trie *trie, struct common *common,
				      uint32_t window, uint64_t key)
{
	struct window *windows = trie->pools.window;
	struct queue *queue = common->queue;

	if (queue) {
		windows[queue->last_window].next = window;
	} else {
		queue = common->queue = vacant_queue(trie);
		queue->owner = common;
		queue->least = key;
		queue->first = window * WINDOW;
		trie->queues |= UINT64_C(1) << (queue - trie->queue);
	}
	/* Places count as taken from the beginning: end says which are. */
	memset(&trie->pools.vacant_place[window * WINDOW_WORDS], 0, WINDOW / 8);
	trie->pools.generation[window] |= QUEUED;
	windows[window].previous = queue->last_window;
	queue->last_window = window;
	queue->end = window * WINDOW;
	queue->generation = trie->pools.generation[window];
	return queue;
}

/* All before this place, which is in the queue's first window, have left it. */
static void queue_move_on(struct bucket_trie *trie, struct queue *queue, uint32_t place)
{
	uint32_t window = queue->first / WINDOW;

	while ((place = first_taken(trie, place, end_in(queue, window))) == end_in(queue, window)) {
		uint32_t next = trie->pools.window[window].next;
		bool was_last = window == queue->last_window;

		give_window(trie, window);
		if (was_last) {
			end_queue(trie, queue);
			return;
		}
		window = next;
		place = window * WINDOW;
	}
	queue->first = place;
	queue->least = place_at(trie, place)->key;
}

/* Vacant places of a queue's window, and those that none had yet. */
static uint32_t vacancies_in(const struct bucket_trie *trie, const struct queue *queue,
			     uint32_t window)
{
	const uint64_t *vacant = &trie->pools.vacant_place[window * WINDOW_WORDS];
	uint32_t vacancies = (window + 1) * WINDOW - end_in(queue, window);

	for (uint32_t word = 0; word < WINDOW_WORDS; word++)
		vacancies += (uint32_t)__builtin_popcountll(vacant[word]);
	return vacancies;
}

/* A queue goes on without its first window, or without its last. */
static void queue_leave_window(struct bucket_trie *trie, struct queue *queue, uint32_t window)
{
	const struct window *leaves = &trie->pools.window[window];

	if (window != queue->last_window) {
		queue->first = leaves->next * WINDOW;
		queue_move_on(trie, queue, queue->first);
	} else if (window != queue->first / WINDOW) {
		queue->last_window = leaves->previous;
		queue->end = (queue->last_window + 1) * WINDOW;
	} else {
		end_queue(trie, queue);
	}
	find_earliest(trie);
}

/* A queue's first or last window becomes one of the young's, with the timers that it has. */
static void release_window(struct bucket_trie *trie, struct queue *queue, uint32_t window)
{
	uint32_t end = end_in(queue, window), vacancies = vacancies_in(trie, queue, window);
	uint32_t first = first_taken(trie, window * WINDOW, end);
	uint64_t least = first < end ? place_at(trie, first)->key : UINT64_MAX;

	queue_leave_window(trie, queue, window);
	for (; end < (window + 1) * WINDOW; end++)
		vacate(trie, end);
	trie->pools.window[window].least = least;
	trie->young_least = min(trie->young_least, least);
	trie->armed -= WINDOW - vacancies;
	join_young(trie, window, vacancies);
}

/* --- the young */

/* One of the young is filed, and its place gets another slot. */
HOT void file_young(struct bucket_trie *trie, struct entry *place)
{
	file(trie, place->key, place->timer, place->slot);
	place->slot = take_slot(trie);
}

/* Files those of a chunk of the young that are taken. */
static void file_some(struct bucket_trie *trie, struct entry *chunk, uint32_t taken)
{
	while (taken) {
		unsigned last = highest_bit(taken);

		taken ^= 1u << last;
		file_young(trie, &chunk[last]);
	}
}

static void file_chunk(struct bucket_trie *trie, struct entry *chunk)
{
	for (struct entry *place = chunk + CHUNK; place-- > chunk;)
		file_young(trie, place);
}

/* Files what of 64 places is taken, latest first: what was armed in order stays so. */
static void file_word(struct bucket_trie *trie, uint32_t word, uint64_t taken)
{
	const uint32_t all = (1u << CHUNK) - 1;
	uint32_t count = (uint32_t)__builtin_popcountll(taken);

	trie->entries += count;
	trie->armed += count;
	trie->young_vacancies += count;
	for (uint32_t i = WORD_CHUNKS; i--;) {
		struct entry *chunk = chunk_of_places(trie, word * 64 + i * CHUNK);
		uint32_t here = (uint32_t)(taken >> i * CHUNK) & all;

		if (here == all)
			file_chunk(trie, chunk);
		else
			file_some(trie, chunk, here);
	}
}

COLD void file_window(struct bucket_trie *trie, uint32_t window)
{
	uint32_t first = window * WINDOW_WORDS;

	tidy(trie, WINDOW);
	if (is_crowded(trie))
		sweep_all(trie);
	trie->may_deal = true;
	for (uint32_t word = first + WINDOW_WORDS; word-- > first;) {
		uint64_t taken = places_taken(trie, word);

		if (taken)
			file_word(trie, word, taken);
	}
	close_word(trie);
	clear_window(trie, window);
}

/* The window to be filed next is filed and given up. There are others. */
static void give_up_young(struct bucket_trie *trie)
{
	uint32_t window = trie->young_window;

	file_window(trie, window);
	leave_young(trie, window);
	close_window(trie, window);
}

/* One window fewer, or one more that can be filed. Whether there was any. */
static bool give_up_window(struct bucket_trie *trie)
{
	struct queue *queue = trie->earliest;

	if (trie->spare != NONE)
		close_spare(trie);
	else if (trie->young_room > WINDOW)
		give_up_young(trie);
	else if (trie->queues)
		release_window(trie, queue, queue->last_window);
	else
		return false;
	return true;
}

/* Room for what is to be filed. Where it is too little, there are fewer windows. */
static void relieve(struct bucket_trie *trie)
{
	if (trie->dead > trie->entries / 4)
		sweep_all(trie);
	while (is_crowded(trie) && give_up_window(trie))
		;
	if (is_crowded(trie))
		sweep_all(trie);
}

/*
 * A window that has places for the young, of a queue that rests, and one of theirs now; NONE when
 * there is none. The last is better than the first, as it is due later.
 */
static uint32_t window_from_queue(struct bucket_trie *trie)
{
	for (uint64_t left = trie->queues; left; left &= left - 1) {
		struct queue *queue = &trie->queue[__builtin_ctzll(left)];
		uint32_t ends[] = { queue->last_window, queue->first / WINDOW };

		for (unsigned i = 0; i < 2; i++) {
			if (vacancies_in(trie, queue, ends[i]) < WINDOW / 16)
				continue;
			release_window(trie, queue, ends[i]);
			return ends[i];
		}
	}
	return NONE;
}

/* New windows for the young, as many as there are but not too many; the first of them, or NONE. */
static uint32_t new_windows(struct bucket_trie *trie)
{
	uint32_t first = NONE;

	for (uint64_t more = min(trie->young_room / WINDOW, OPEN_MOST); more; more--) {
		uint32_t window = take_window(trie);

		if (window == NONE)
			break;
		join_young(trie, window, WINDOW);
		if (first == NONE)
			first = window;
	}
	return first;
}

/* What taking those that are due out of a window costs, in removals that need no sweeping. */
#define DUE_COST 32

/* What ended young adds to what it is worth to have them. */
static void reckon(struct bucket_trie *trie)
{
	int64_t worth = (int64_t)trie->worth + trie->ended_young;

	trie->worth = worth < WINDOW ? (int32_t)worth : WINDOW;
	trie->ended_young = 0;
}

/*
 * Whether there are more windows now. There are where many timers are removed, so that they are
 * before they are filed. That is worth it as long as more end young than become due while young, as
 * these have to be looked for in their window: see see_young.
 */
static bool more_room(struct bucket_trie *trie)
{
	uint32_t window = NONE;

	trie->ended += trie->ended_young;
	reckon(trie);
	if (trie->worth < 0)
		return false;
	if (trie->queues_rest && trie->ended > WINDOW / 16)
		window = window_from_queue(trie);
	if (window == NONE && trie->ended > WINDOW / 4)
		window = new_windows(trie);
	if (window == NONE)
		return false;
	trie->young_word = word_before(trie, window);
	trie->ended = 0;
	return true;
}

/* Windows until queues are tried again, so that it costs little where they are no use. */
#define QUEUES_REST 16

/*
 * Queues take no timers for a while where many are removed, as these had better be young; and where
 * fewer than two of three have come to them: where intervals are many, most are to be filed anyhow,
 * and the earliest queue is another with each timer.
 */
static void see_queued(struct bucket_trie *trie)
{
	if (trie->queues_rest)
		trie->queues_rest--;
	else if (trie->ended > WINDOW / 4 || trie->queued < 2 * WINDOW)
		trie->queues_rest = QUEUES_REST;
	trie->queued = 0;
}

/* Hardly a place is vacant: the first window that was used is filed. */
static void make_room(struct bucket_trie *trie)
{
	see_queued(trie);
	trie->ended = 0;
	/* What more windows cost is forgotten with time, so that it is tried again. */
	if (trie->worth < 0)
		trie->worth += DUE_COST;
	file_window(trie, trie->young_window);
	trie->young_word = word_before(trie, trie->young_window);
	trie->young_window = trie->pools.window[trie->young_window].next;
}

/*
 * Nothing is left of the word that places are taken from: goes on to the next one with a vacant
 * place. There is one in every word on average.
 */
COLD void find_place(struct bucket_trie *trie)
{
	uint64_t *vacant = trie->pools.vacant_place;
	uint32_t word;

	tidy(trie, WINDOW / 8);
	if (is_crowded(trie))
		relieve(trie);
	if (trie->worth < -WINDOW && trie->young_room > WINDOW)
		give_up_young(trie);
	if (trie->young_vacancies <= trie->young_room / 8 && !more_room(trie) &&
	    trie->young_vacancies <= trie->young_room / 64)
		make_room(trie);
	word = trie->young_word;
	do
		word = word_after(trie, word);
	while (!vacant[word]);
	set_word(trie, word);
	trie->young_vacant = vacant[word];
	vacant[word] = 0;
}

/* As relieve, by who does not look for a place anyway: there is one for the next timer again. */
COLD void relieve_now(struct bucket_trie *trie)
{
	relieve(trie);
	if (!trie->young_vacant)
		find_place(trie);
}

/* --- entries that hold, and those that don't */

/*
 * Whether a timer is to fire when its entry says. It is if it is not gone and has the entry's key
 * for its deadline; a disarmed one has not.
 */
HOT bool holds(const struct bucket_trie *trie, const struct entry *entry)
{
	return !(trie->dead && is_dead(trie, entry->slot)) && entry->timer->deadline == entry->key;
}

/*
 * What becomes of an entry that does not hold: it ends here if its timer is gone or disarmed; if
 * the timer was put off, it has a new key, and is to be filed.
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

/* --- the young that are due */

/*
 * A young timer whose entry is due leaves its place and is filed. If it was put off, the entry
 * stays; returns its key then, else UINT64_MAX.
 */
static uint64_t see_to_young(struct bucket_trie *trie, uint32_t place, uint64_t now)
{
	struct entry *entry = place_at(trie, place);
	struct timer *timer = entry->timer;

	if (timer->deadline != entry->key && state_of(timer) == ARMED) {
		entry->key = timer->key = timer->deadline;
		if (entry->key >= trie->near_end && entry->key > now && entry->key != TIMER_NEVER)
			return entry->key;
	}
	timer->link.word[GENERATION] = 0;
	if (state_of(timer) == ARMED) {
		struct entry left = leave_place(trie, entry);

		file_entry(trie, &left);
	} else {
		timer->link.half[SLOT] = 0;
	}
	trie->armed++;
	vacate(trie, place);
	trie->young_vacancies++;
	return UINT64_MAX;
}

/* Of a window, those that are due leave. */
static void take_due(struct bucket_trie *trie, uint32_t window, uint64_t now)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t word = window * WINDOW_WORDS; word < (window + 1) * WINDOW_WORDS; word++) {
		uint64_t taken = places_taken(trie, word);

		for (; taken; taken &= taken - 1) {
			uint32_t place = word * 64 + (uint32_t)__builtin_ctzll(taken);
			uint64_t key = place_at(trie, place)->key;

			if (key <= now || key < trie->near_end)
				key = see_to_young(trie, place, now);
			least = min(least, key);
		}
	}
	trie->pools.window[window].least = least;
}

/*
 * A window of the young has some that are due. If it is the only one it is filed. Else they stay,
 * but for what is due, unless that happens too often.
 */
static void see_window(struct bucket_trie *trie, uint32_t window, uint64_t now)
{
	if (trie->young_room == WINDOW || trie->worth < 0)
		file_window(trie, window);
	else
		take_due(trie, window, now);
	trie->worth -= DUE_COST;
}

/* Some of the young are due. */
COLD void see_young(struct bucket_trie *trie, uint64_t now)
{
	struct window *windows = trie->pools.window;
	uint32_t window = trie->young_window, left = trie->young_room / WINDOW;
	uint64_t least = UINT64_MAX;

	reckon(trie);
	while (left) {
		if (windows[window].least <= now) {
			if (is_crowded(trie)) {
				/* Others may be young after that: from the beginning. */
				relieve(trie);
				window = trie->young_window;
				left = trie->young_room / WINDOW;
				least = UINT64_MAX;
				continue;
			}
			see_window(trie, window, now);
		}
		least = min(least, windows[window].least);
		window = windows[window].next;
		left--;
	}
	if (trie->worth < -2 * WINDOW)
		trie->worth = -2 * WINDOW;
	trie->young_least = least;
	if (!trie->young_vacant)
		find_place(trie);
}

/* --- opening leaves */

/* Fetches the timers of a leaf ahead. */
static void prefetch_leaf(const struct bucket_trie *trie, struct bucket leaf)
{
	for (uint32_t left; leaf.count; leaf.count -= left) {
		const struct entry *entry = newest_end(trie, &leaf);

		left = filled(&leaf);
		prefetch_chunks(trie, &leaf);
		for (uint32_t i = 1; i <= left; i++)
			__builtin_prefetch(entry[-(int)i].timer, 1);
		leaf.chunk = trie->pools.following[leaf.chunk];
	}
}

/* A leaf of at most SORT_MOST entries becomes what is near, where nothing is. */
static void sort_leaf(struct bucket_trie *trie, struct bucket leaf)
{
	struct entry entries[SORT_MOST], put_off[SORT_MOST];
	struct entry *kept = entries, *late = put_off;
	struct order order;

	prefetch_leaf(trie, leaf);
	order_begin(&order, leaf.least, leaf.most, leaf.count);
	for (uint32_t left; leaf.count; drop_chunk(trie, &leaf)) {
		const struct entry *entry = newest_end(trie, &leaf);

		/* Latest first, so that those who came in order are in order. */
		for (left = filled(&leaf); left--;) {
			*kept = *--entry;
			if (holds(trie, entry)) {
				order_count(&order, entry->key);
				kept++;
			} else if (was_put_off(trie, kept)) {
				*late++ = *kept;
			}
		}
	}
	trie->near_count = (uint32_t)(kept - entries);
	order_end(&order, trie->near, entries, trie->near_count);
	while (late > put_off)
		file_entry(trie, --late);
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

	trie->may_deal = true;
	trie->near_end = end_of(trie->current, level);
	if (leaf.least == leaf.most) {
		trie->herd = leaf;
	} else if (leaf.count <= SORT_MOST) {
		sort_leaf(trie, leaf);
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

/* What is due at once or never does not become young, but takes the place's slot along. */
COLD void arm_apart(struct bucket_trie *trie, struct timer *timer, struct entry *place)
{
	uint32_t slot = place->slot;

	place->slot = take_slot(trie);
	trie->entries++;
	trie->armed++;
	timer->link.word[GENERATION] = 0;
	file_apart(trie, timer->key, timer, slot);
	if (is_crowded(trie))
		relieve_now(trie);
}

/*
 * Stores are few here, and there is no frame: when timers are armed in an order that memory does
 * not know, each waits for the timer's line, and the processor has as many of them under way as the
 * stores that follow them leave room for.
 */
HOT void arm(struct bucket_trie *trie, struct timer *timer, uint64_t deadline)
{
	uint64_t vacant = trie->young_vacant;
	uint32_t bit = (uint32_t)__builtin_ctzll(vacant);
	uint32_t place = trie->young_word * 64 + bit;
	struct entry *entry = trie->word_chunk[bit / CHUNK] + bit % CHUNK;
	struct window *window = trie->window;

	timer->deadline = timer->key = deadline;
	timer->link.word[0] = (uint64_t)(place * STATES + ARMED) << 32 | (entry->slot + 1);
	timer->link.word[GENERATION] = trie->generation;
	/* One comparison for both: TIMER_NEVER + 1 is 0. */
	if (deadline + 1 <= trie->near_end) {
		arm_apart(trie, timer, entry);
		return;
	}
	entry->key = deadline;
	entry->timer = timer;
	if (deadline < window->least) {
		window->least = deadline;
		trie->young_least = min(trie->young_least, deadline);
	}
	trie->young_vacancies--;
	trie->young_vacant = vacant &= vacant - 1;
	if (!vacant)
		find_place(trie);
}

/* Queues took more; whether many are removed is seen for a window at a time. */
static void see_removals(struct bucket_trie *trie, uint32_t more)
{
	trie->queued += more;
	trie->queued_unseen += more;
	if (trie->queued_unseen < WINDOW)
		return;
	if (trie->ended > WINDOW / 4)
		trie->queues_rest = QUEUES_REST;
	trie->queued_unseen = trie->ended = 0;
}

/*
 * The place of an interval among those that came last: by multiplicative hashing (Knuth, TAOCP 3,
 * 6.4).
 */
HOT struct common *common_for(struct bucket_trie *trie, uint64_t interval)
{
	return &trie->common[interval * UINT64_C(0x9E3779B97F4A7C15) >> (64 - COMMON_BITS)];
}

/* Where the place that it gets is known. Its keys are not greater. */
HOT void push_common(struct bucket_trie *trie, struct queue *queue, struct timer *timer,
		     uint64_t deadline)
{
	struct entry *entry = queue->vacant++;
	uint32_t place = queue->end++;

	timer->deadline = timer->key = deadline;
	timer->link.word[0] = (uint64_t)(place * STATES + ARMED) << 32 | (entry->slot + 1);
	timer->link.word[GENERATION] = queue->generation;
	entry->key = queue->last = deadline;
	entry->timer = timer;
	trie->armed++;
}

/*
 * The queue of an interval, with a place, where its next place is in another chunk; NULL for none.
 */
static struct queue *queue_with_place(struct bucket_trie *trie, struct common *common,
				      uint64_t deadline)
{
	struct queue *queue = common->queue;

	see_removals(trie, queue ? CHUNK : 1);
	if (!queue || queue->end % WINDOW == 0) {
		uint32_t window = take_window(trie);

		if (window == NONE)
			return NULL;
		queue = queue_add_window(trie, common, window, deadline);
		tidy(trie, WINDOW);
	}
	queue->vacant = place_at(trie, queue->end);
	return queue;
}

/* As arm_common, where the interval may have no queue yet, or that no place or a later last. */
COLD void arm_common_slowly(struct bucket_trie *trie, struct common *common, struct timer *timer,
			    uint64_t deadline)
{
	struct queue *queue = common->queue;
	bool is_new = !queue;

	if (deadline == TIMER_NEVER || (queue ? deadline < queue->last : !vacant_queue(trie)) ||
	    !(queue = queue_with_place(trie, common, deadline))) {
		arm(trie, timer, deadline);
		return;
	}
	push_common(trie, queue, timer, deadline);
	if (is_new)
		find_earliest(trie);
}

/*
 * As arm, without a frame. If the interval is the one that came last of those that share its place,
 * it has a queue, or gets one.
 */
HOT void arm_common(struct bucket_trie *trie, struct timer *timer, uint64_t deadline,
		    uint64_t interval)
{
	struct common *common = common_for(trie, interval);
	struct queue *queue = common->queue;

	if (common->interval != interval) {
		if (!queue && interval)
			common->interval = interval;
		arm(trie, timer, deadline);
	} else if (!queue || queue->end % CHUNK == 0 || deadline + 1 <= queue->last) {
		arm_common_slowly(trie, common, timer, deadline);
	} else {
		push_common(trie, queue, timer, deadline);
	}
}

/*
 * A timer's entry ends. Its place is vacant at once; one of a queue's is another's only with its
 * window. Whose it is nobody can foresee, so there is no branch on it.
 */
HOT void end_entry(struct bucket_trie *trie, const struct timer *timer)
{
	uint64_t generation = generation_of(trie, timer);

	if (has_place(timer, generation)) {
		uint32_t queued = generation & QUEUED;

		vacate(trie, place_of(timer));
		trie->ended += queued;
		trie->armed -= queued;
		trie->ended_young += 1 - queued;
		trie->young_vacancies += 1 - queued;
	} else {
		trie->ended++;
		kill_entry(trie, timer->link.half[SLOT] - 1);
	}
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

	assert(state_of(timer) != ARMED && "insert: the timer is armed");
	if (timer->link.half[SLOT])
		arm_again(trie, timer, deadline);
	else if (trie->queues_rest)
		arm(trie, timer, deadline);
	else
		arm_common(trie, timer, deadline, interval);
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

static void prefetch_timers_of(const struct bucket_trie *trie, uint32_t chunk)
{
	const struct entry *entry = chunk_at(trie, chunk);

	for (unsigned i = 0; i < CHUNK; i++)
		__builtin_prefetch(entry[i].timer, 1);
}

/* Fetches the timers of the second chunk ahead. */
static void prefetch_timers(const struct bucket_trie *trie, const struct bucket *leaf)
{
	if (leaf->count <= CHUNK)
		return;
	prefetch_chunks(trie, leaf);
	prefetch_timers_of(trie, trie->pools.following[leaf->chunk]);
}

/* The newest entry of the herd leaves it. */
HOT const struct entry *take_of_herd(struct bucket_trie *trie)
{
	struct bucket *herd = &trie->herd;
	const struct entry *entry = newest_end(trie, herd) - 1;

	if (herd->count % CHUNK != 1) {
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
	const struct entry *entry = newest_end(trie, herd);
	size_t count = 0, most = filled(herd) - 1;

	most = most < max ? most : max;
	while (count < most && holds(trie, entry - 1))
		out[count++] = hand_over(trie, --entry);
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

/* Fetches the timers ahead that follow this place of a queue, where a chunk ends. */
static void prefetch_queue(const struct bucket_trie *trie, const struct queue *queue,
			   uint32_t place)
{
	uint32_t window = (place - 1) / WINDOW;

	if (place == end_in(queue, window)) {
		if (window == queue->last_window)
			return;
		place = trie->pools.window[window].next * WINDOW;
	}
	prefetch_timers_of(trie, trie->pools.place_chunk[place / CHUNK]);
}

/*
 * An entry of a queue that does not hold. If its timer was put off it leaves, with a new key, and
 * is to be filed; else it ends.
 */
static bool queue_lets_go(struct bucket_trie *trie, struct entry *place, struct entry *put_off)
{
	struct timer *timer = place->timer;

	timer->link.word[GENERATION] = 0;
	if (state_of(timer) == DISARMED) {
		timer->link.half[SLOT] = 0;
		return false;
	}
	*put_off = leave_place(trie, place);
	put_off->key = timer->key = timer->deadline;
	return true;
}

/*
 * Hands over what is due of a queue's first chunk. What does not hold is filed; what was put off
 * may be due before others, so nothing is handed over that is after it. Returns whether there was
 * any such.
 */
static bool take_queue_chunk(struct bucket_trie *trie, struct queue *queue, uint64_t until,
			     struct timer **out, size_t max, size_t *count)
{
	struct entry put_off[CHUNK];
	uint32_t first = queue->first, put_off_count = 0;
	uint32_t end = (uint32_t)min((first / CHUNK + 1) * CHUNK, end_in(queue, first / WINDOW));
	struct entry *chunk = chunk_of_places(trie, first);
	uint64_t *vacant = &trie->pools.vacant_place[first / 64];
	uint64_t of_chunk = (UINT64_C(1) << (end - first)) - 1;
	uint64_t taken = ~*vacant >> first % 64 & of_chunk;
	bool hold = true;

	if (first % CHUNK == 0 && end % CHUNK == 0)
		prefetch_queue(trie, queue, end);
	*count = 0;
	for (; taken; taken &= taken - 1) {
		uint32_t place = first + (unsigned)__builtin_ctzll(taken);
		struct entry *entry = &chunk[place % CHUNK];
		struct timer *timer = entry->timer;

		if (entry->key > until || *count == max) {
			end = place;
			break;
		}
		if (timer->deadline == entry->key) {
			timer->link = (union timer_link){ .word = { 0 } };
			out[(*count)++] = timer;
			continue;
		}
		hold = false;
		if (queue_lets_go(trie, entry, &put_off[put_off_count]))
			until = min(until, put_off[put_off_count++].key);
	}
	*vacant |= ((UINT64_C(1) << (end - first)) - 1) << first % 64;
	queue_move_on(trie, queue, end);
	earliest_moves(trie);
	for (uint32_t i = 0; i < put_off_count; i++)
		file_entry(trie, &put_off[i]);
	return hold;
}

/*
 * Hands over what queues have until then, which is as long as nothing else comes before. What does
 * not hold is filed and may do so.
 */
static size_t take_queues(struct bucket_trie *trie, uint64_t until, struct timer **out, size_t max)
{
	size_t count = 0, taken;
	bool hold = true;

	if (is_crowded(trie)) {
		relieve_now(trie);
		return 0;
	}
	while (count < max && trie->queues && trie->queues_least <= until && hold &&
	       !is_crowded(trie)) {
		hold = take_queue_chunk(trie, trie->earliest, min(until, trie->queues_next),
					out + count, max - count, &taken);
		count += taken;
	}
	return count;
}

/* The least key of what is filed; TIMER_NEVER when nothing is. */
static uint64_t filed_least(const struct bucket_trie *trie)
{
	uint64_t least = min(min(near_key(trie), trie->fresh_least), herd_key(trie));
	const struct bucket *first;

	if (least == TIMER_NEVER && (first = first_leaf(trie)))
		least = first->least;
	return least;
}

/* Time may go on where nothing is filed. */
static bool none_filed(const struct bucket_trie *trie)
{
	return !trie->occupied && !trie->near_count && !trie->fresh_count && !trie->herd.count &&
	       !young_count(trie);
}

static size_t bucket_trie_expire(struct timer_set *set, uint64_t now, struct timer **out,
				 size_t max)
{
	struct bucket_trie *trie = trie_of(set);
	const struct bucket *first;
	size_t count = 0;

	while (count < max) {
		uint64_t due = min(now, trie->queues_least);
		uint64_t herd = herd_key(trie), until = min(herd, due);

		if (trie->young_least <= now)
			see_young(trie, now);
		if (trie->fresh_least <= until)
			merge_fresh(trie);
		if (trie->near_count && near_key(trie) <= until)
			count += take_near(trie, min(until, trie->fresh_least), out + count,
					   max - count);
		else if (trie->herd.count && herd <= due)
			count += take_herd(trie, out + count, max - count);
		else if ((first = first_leaf(trie)) && first->least <= due)
			open_first(trie);
		else if (trie->queues && trie->queues_least <= now)
			count += take_queues(trie, min(now, filed_least(trie)), out + count,
					     max - count);
		else
			break;
	}
	if (now > trie->current && none_filed(trie))
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
		if (holds(trie, newest_end(trie, &trie->herd) - 1))
			break;
		see_to(trie, *take_of_herd(trie));
	}
}

static uint64_t bucket_trie_next(struct timer_set *set)
{
	struct bucket_trie *trie = trie_of(set);

	settle(trie);
	return min(min(filed_least(trie), trie->young_least), trie->queues_least);
}

/* --- the set */

/*
 * Places that have no timer though there is no other use for them: a queue has some at both ends.
 */
#define PLACES_IDLE (2 * QUEUES * WINDOW)

/*
 * Entries and places: half as many again as timers, for what is dead and for places that are
 * vacant.
 */
static uint32_t limit_for(size_t capacity)
{
	return (uint32_t)(capacity + capacity / 2 + 3 * WINDOW + PLACES_IDLE);
}

/* Places that a set may use: for all timers, and some to choose from. */
static uint32_t places_for(size_t capacity)
{
	return (uint32_t)((capacity + capacity / 8 + WINDOW - 1) / WINDOW * WINDOW + PLACES_IDLE);
}

/* Whole words, so many that it does not take long to find a vacant one. */
static uint32_t slots_for(size_t capacity)
{
	return (uint32_t)((limit_for(capacity) + capacity / 2 + 2 * WINDOW + 63) / 64 * 64);
}

/*
 * Enough for as many, and a window that is being filed, where leaves have one chunk each that is
 * not full: those of the levels, and of one node for each NODE_TIMERS.
 */
static uint32_t blocks_for(size_t capacity)
{
	size_t leaves = (LEVELS + capacity / NODE_TIMERS) * FANOUT;
	size_t chunks = (limit_for(capacity) + WINDOW) / CHUNK + leaves + 4;

	return (uint32_t)((chunks + BLOCK - 1) / BLOCK);
}

static uint32_t chunks_for(size_t capacity)
{
	return blocks_for(capacity) * BLOCK;
}

/* The arrays of the pools, and what they are for: elements of some width, one of so many. */
struct array {
	size_t offset; /* of the pointer in struct pools */
	size_t width, of;
	uint32_t (*count)(size_t capacity);
	bool zero; /* at first */
};

static const struct array arrays[] = {
	{ offsetof(struct pools, block), sizeof(struct entry *), 1, blocks_for, false },
	{ offsetof(struct pools, following), sizeof(uint32_t), 1, chunks_for, false },
	{ offsetof(struct pools, dead), sizeof(uint64_t), 64, slots_for, true },
	{ offsetof(struct pools, taken), sizeof(uint64_t), 64, slots_for, true },
	{ offsetof(struct pools, window), sizeof(struct window), WINDOW, places_for, true },
	{ offsetof(struct pools, generation), sizeof(uint64_t), WINDOW, places_for, true },
	{ offsetof(struct pools, place_chunk), sizeof(uint32_t), CHUNK, places_for, false },
	{ offsetof(struct pools, vacant_place), sizeof(uint64_t), 64, places_for, true },
};

#define ARRAYS (sizeof(arrays) / sizeof(*arrays))

static size_t array_bytes(const struct array *array, size_t capacity)
{
	return capacity ? array->count(capacity) / array->of * array->width : 0;
}

static void **array_in(struct pools *pools, const struct array *array)
{
	return (void **)(void *)((char *)pools + array->offset);
}

/* All of them are larger, or none. */
static bool arrays_grow(struct pools *pools, size_t capacity)
{
	struct pool_block block[ARRAYS];
	size_t made = 0;

	for (; made < ARRAYS; made++)
		if (!pool_block_make(&block[made], *array_in(pools, &arrays[made]),
				     array_bytes(&arrays[made], pools->capacity),
				     array_bytes(&arrays[made], capacity), arrays[made].zero))
			break;
	for (size_t i = 0; i < made; i++)
		*array_in(pools, &arrays[i]) =
			made == ARRAYS ? pool_block_keep(&block[i]) : pool_block_drop(&block[i]);
	return made == ARRAYS;
}

static size_t segment_bytes(const struct segment *segment)
{
	return segment->blocks * BLOCK * CHUNK * sizeof(struct entry);
}

static void segment_free(struct segment *segment)
{
	block_free(segment->entry, segment_bytes(segment));
	free(segment);
}

/* What is to be added; NULL when out of memory. */
static struct segment *segment_make(size_t from, size_t capacity)
{
	size_t blocks = blocks_for(capacity) - (from ? blocks_for(from) : 0);
	size_t nodes = capacity / NODE_TIMERS - from / NODE_TIMERS + (from ? 0 : LEVELS);
	struct segment *segment = malloc(sizeof(*segment) + nodes * sizeof(struct node));

	if (!segment)
		return NULL;
	*segment = (struct segment){ .nodes = nodes, .blocks = blocks };
	segment->entry = block_alloc(segment_bytes(segment));
	if (segment->entry)
		return segment;
	free(segment);
	return NULL;
}

/* Its blocks are the last ones. */
static void add_segment(struct bucket_trie *trie, struct segment *segment)
{
	struct entry **block = trie->pools.block + blocks_for(trie->pools.capacity);

	for (size_t left = segment->blocks; left--;)
		*--block = segment->entry + left * BLOCK * CHUNK;
	segment->next = trie->segments;
	trie->segments = segment;
}

static int grow(struct bucket_trie *trie, size_t capacity)
{
	struct pools *pools = &trie->pools;
	struct segment *segment = segment_make(pools->capacity, capacity);

	if (!segment)
		return -ENOMEM;
	if (!arrays_grow(pools, capacity)) {
		segment_free(segment);
		return -ENOMEM;
	}
	trie->chunks_free += chunks_for(capacity) - pools->chunks;
	pools->capacity = capacity;
	pools->limit = limit_for(capacity);
	pools->chunks = chunks_for(capacity);
	pools->slots = slots_for(capacity);
	pools->places = places_for(capacity);
	add_segment(trie, segment);
	/* Windows have moved. */
	if (trie->young_word != NONE)
		set_word(trie, trie->young_word);
	return 0;
}

static int bucket_trie_reserve(struct timer_set *set, size_t n)
{
	struct bucket_trie *trie = trie_of(set);
	size_t capacity = trie->pools.capacity;

	/* A small set has memory for little of it, and by fours it grows only once or twice. */
	capacity *= capacity < 4 * FIRST_CAPACITY ? 4 : 2;
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
	for (unsigned i = 0; i < COMMON; i++)
		trie->common[i].interval = UINT64_MAX;
	trie->earliest = &trie->queue[0];
	trie->queues_least = trie->queues_next = UINT64_MAX;
	for (unsigned i = 0; i < QUEUES; i++)
		trie->queue[i] = empty_queue;
	trie->herd = trie->never = empty_bucket;
	trie->free_chunk = trie->sweep_chunk = NONE;
	trie->vacant_word = trie->young_word = NONE;
	trie->spare = trie->closed = NONE;
	if (grow(trie, FIRST_CAPACITY)) {
		free(trie);
		return -ENOMEM;
	}
	for (unsigned level = 0; level < LEVELS; level++)
		trie->level[level] = take_node(trie);
	join_young(trie, take_window(trie), WINDOW);
	trie->young_word = word_before(trie, trie->young_window);
	find_place(trie);
	*set = (struct timer_set *)trie;
	return 0;
}

static void bucket_trie_destroy(struct timer_set *set)
{
	struct bucket_trie *trie = trie_of(set);

	for (struct segment *segment = trie->segments, *next; segment; segment = next) {
		next = segment->next;
		segment_free(segment);
	}
	for (size_t i = 0; i < ARRAYS; i++)
		pool_free(*array_in(&trie->pools, &arrays[i]),
			  array_bytes(&arrays[i], trie->pools.capacity));
	free(trie);
}

static size_t bucket_trie_size(const struct timer_set *set)
{
	const struct bucket_trie *trie = trie_of(set);

	return trie->armed + young_count(trie) - trie->dead;
}

/* What has memory of a segment, where so many chunks at its end were never touched. */
static size_t segment_footprint(const struct segment *segment, size_t untouched)
{
	size_t bytes = segment_bytes(segment);

	if (block_is_mapped(bytes))
		bytes -= untouched * CHUNK * sizeof(struct entry);
	return bytes + sizeof(*segment) + segment->nodes * sizeof(struct node);
}

static size_t bucket_trie_footprint(const struct timer_set *set)
{
	const struct bucket_trie *trie = trie_of(set);
	const struct pools *pools = &trie->pools;
	size_t bytes = sizeof(*trie), untouched = pools->chunks - trie->chunks_ready;

	for (size_t i = 0; i < ARRAYS; i++)
		bytes += array_bytes(&arrays[i], pools->capacity);
	for (const struct segment *segment = trie->segments; segment; segment = segment->next) {
		size_t here = min(untouched, segment->blocks * BLOCK);

		bytes += segment_footprint(segment, here);
		untouched -= here;
	}
	return bytes;
}

/* --- walking everything */

/* What a walk is for: an entry, and its level and the first key of its bucket. */
typedef void entry_visitor(const struct entry *entry, void *data);

static void walk_leaf(const struct bucket_trie *trie, const struct bucket *leaf,
		      entry_visitor *visit, void *data)
{
	struct bucket rest = *leaf;

	for (uint32_t count; rest.count; rest.count -= count) {
		const struct entry *entry = newest_end(trie, &rest);

		count = filled(&rest);
		for (uint32_t i = 0; i < count; i++)
			visit(--entry, data);
		rest.chunk = trie->pools.following[rest.chunk];
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

/* Those of a word's places that have a timer. */
static void walk_places(const struct bucket_trie *trie, uint32_t word, uint64_t taken,
			entry_visitor *visit, void *data)
{
	for (; taken; taken &= taken - 1)
		visit(place_at(trie, word * 64 + (uint32_t)__builtin_ctzll(taken)), data);
}

static void walk_young(const struct bucket_trie *trie, entry_visitor *visit, void *data)
{
	uint32_t word = trie->young_window * WINDOW_WORDS;

	for (uint32_t left = trie->young_room / 64; left--; word = word_after(trie, word))
		walk_places(trie, word, places_taken(trie, word), visit, data);
}

static void walk_queue(const struct bucket_trie *trie, const struct queue *queue,
		       entry_visitor *visit, void *data)
{
	uint32_t window = queue->first / WINDOW, place = queue->first;

	for (;;) {
		uint32_t end = end_in(queue, window);

		while ((place = first_taken(trie, place, end)) < end)
			visit(place_at(trie, place++), data);
		if (window == queue->last_window)
			return;
		window = trie->pools.window[window].next;
		place = window * WINDOW;
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
	for (uint64_t left = trie->queues; left; left &= left - 1)
		walk_queue(trie, &trie->queue[__builtin_ctzll(left)], visit, data);
	walk_young(trie, visit, data);
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
	uint32_t entries, dead, chunks, nodes, queued, windows;
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
	else if (!(trie->pools.taken[entry->slot / 64] >> entry->slot % 64 & 1))
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

/* As check_leaf, of one that entries may come to. */
static void check_open_leaf(struct count *count, const struct bucket *leaf, uint64_t start,
			    uint64_t last)
{
	check_leaf(count, leaf, start, last);
	if (leaf->count % CHUNK && leaf->vacant != newest_end(count->trie, leaf))
		count->broken = "a leaf's next entry would not follow its newest";
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
			check_open_leaf(count, bucket, start, end_of(start, level) - 1);
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

/* An entry that has a place. */
static void check_place(struct count *count, const struct entry *entry, bool queued)
{
	const struct bucket_trie *trie = count->trie;
	const struct timer *timer = entry->timer;

	uint64_t generation = generation_of(trie, timer);

	if (place_at(trie, place_of(timer)) != entry)
		count->broken = "a timer has another place than its entry";
	else if (!has_place(timer, generation))
		count->broken = "a timer has another generation than its window";
	else if ((generation & QUEUED) != queued)
		count->broken = "a window is not of those who have it";
}

static void check_young(const struct entry *entry, void *data)
{
	struct count *count = data;
	const struct window *window = &count->trie->pools.window[place_of(entry->timer) / WINDOW];

	check_place(count, entry, false);
	if (entry->key < window->least)
		count->broken = "what is young is before its window's least";
	else if (window->least < count->trie->young_least)
		count->broken = "a window's least is before that of all";
}

/*
 * So many windows are in a ring or list that begins with this one; or it is broken, as is one
 * without an end.
 */
static uint32_t windows_from(const struct bucket_trie *trie, uint32_t first)
{
	uint32_t count = 0;

	for (uint32_t window = first; window != NONE && count <= trie->windows; count++) {
		window = trie->pools.window[window].next;
		if (window == first)
			return count + 1;
	}
	return count;
}

static void check_ring(struct count *count)
{
	const struct bucket_trie *trie = count->trie;
	const struct window *windows = trie->pools.window;
	uint32_t window = trie->young_window, vacancies = 0;
	uint32_t word = window * WINDOW_WORDS;

	if (windows_from(trie, window) != trie->young_room / WINDOW) {
		count->broken = "windows of the young are miscounted";
		return;
	}
	for (uint32_t left = trie->young_room / 64; left--; word = word_after(trie, word)) {
		uint64_t vacant = trie->pools.vacant_place[word];

		if (word == trie->young_word)
			vacant |= trie->young_vacant;
		vacancies += (uint32_t)__builtin_popcountll(vacant);
		window = word / WINDOW_WORDS;
		if (windows[windows[window].next].previous != window ||
		    trie->pools.generation[window] & QUEUED)
			count->broken = "the young's ring is broken";
	}
	if (vacancies != trie->young_vacancies)
		count->broken = "vacant places are miscounted";
	walk_young(trie, check_young, count);
}

static void check_windows(struct count *count)
{
	const struct bucket_trie *trie = count->trie;
	uint32_t closed = windows_from(trie, trie->closed);

	check_ring(count);
	if (!trie->young_vacant)
		count->broken = "there is no place for a timer";
	count->windows += trie->young_room / WINDOW + windows_from(trie, trie->spare);
	if (count->windows * WINDOW != trie->room || count->windows + closed != trie->windows)
		count->broken = "a window is lost";
}

struct order_check {
	struct count *count;
	uint64_t least, last;
	bool broken;
};

static void check_queued(const struct entry *entry, void *data)
{
	struct order_check *order = data;

	check_place(order->count, entry, true);
	order->count->queued++;
	order->broken |= entry->key < order->least || entry->key > order->last;
	order->least = entry->key;
}

static void check_queue(struct count *count, const struct queue *queue)
{
	const struct bucket_trie *trie = count->trie;
	struct order_check order = { .count = count, .least = queue->least, .last = queue->last };
	uint32_t last = queue->last_window;

	if ((trie->queues >> (queue - trie->queue) & 1) != (queue->owner != NULL))
		count->broken = "the occupied queues disagree with their intervals";
	if (!queue->owner) {
		if (queue->least != UINT64_MAX || queue->last || queue->first || queue->end)
			count->broken = "an empty queue has keys or places";
		return;
	}
	if (queue->owner->queue != queue)
		count->broken = "a queue's interval has another queue";
	for (uint32_t window = queue->first / WINDOW;; window = trie->pools.window[window].next) {
		count->windows++;
		if (window == last || count->windows > trie->windows)
			break;
		if (trie->pools.window[trie->pools.window[window].next].previous != window)
			count->broken = "a queue's windows are not linked";
	}
	if (count->windows > trie->windows) {
		count->broken = "a queue has no end";
		return;
	}
	walk_queue(trie, queue, check_queued, &order);
	if (order.broken)
		count->broken = "a queue is not in order";
	if (queue->end % CHUNK && queue->vacant != place_at(trie, queue->end))
		count->broken = "a queue's next entry would not follow its last";
	if (queue->generation != trie->pools.generation[last] && queue->end % WINDOW)
		count->broken = "a queue has another generation than its last window";
}

static void check_queues(struct count *count)
{
	const struct bucket_trie *trie = count->trie;
	uint64_t least = UINT64_MAX, next = UINT64_MAX;

	for (unsigned i = 0; i < QUEUES; i++) {
		const struct queue *queue = &trie->queue[i];

		check_queue(count, queue);
		if (queue == trie->earliest)
			least = queue->least;
		else
			next = min(next, queue->least);
	}
	if (least != trie->queues_least || next != trie->queues_next || next < least)
		count->broken = "another queue is earliest";
	for (unsigned i = 0; i < COMMON; i++) {
		const struct common *common = &trie->common[i];

		if (common->queue && common->queue->owner != common)
			count->broken = "an interval's queue has another interval";
	}
}

static void check_front(struct count *count)
{
	const struct bucket_trie *trie = count->trie;

	check_leaf(count, &trie->herd, 0, trie->near_end - 1);
	check_open_leaf(count, &trie->never, TIMER_NEVER, TIMER_NEVER);
	if (trie->herd.count && trie->herd.least != trie->herd.most)
		count->broken = "a herd has more than one key";
	for (uint32_t i = 0; i < trie->near_count; i++) {
		if (trie->near[i].key >= trie->near_end)
			count->broken = "what is near belongs into the trie";
		if (i && trie->near[i].key > trie->near[i - 1].key)
			count->broken = "what is near is not in order";
	}
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
		vacant += (uint32_t)__builtin_popcountll(~pools->taken[word]);
		dead += (uint32_t)__builtin_popcountll(pools->dead[word]);
	}
	count->chunks += trie->room / CHUNK;
	if (free_chunks + count->chunks != trie->chunks_touched ||
	    pools->chunks - count->chunks != trie->chunks_free)
		count->broken = "a chunk is lost";

	vacant += (uint32_t)__builtin_popcountll(trie->vacant);
	if (trie->entries + trie->room > pools->limit)
		count->broken = "there are too many entries";
	if (vacant + trie->entries + trie->room != pools->slots ||
	    count->entries != trie->entries + young_count(trie) + count->queued)
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
		nodes -= segment->touched;
	if (nodes)
		count->broken = "a node is lost";
}

static const char *bucket_trie_check(const struct timer_set *set)
{
	struct count count = { .trie = trie_of(set) };

	for (unsigned level = 0; level < LEVELS; level++)
		check_level(&count, level);
	check_front(&count);
	check_queues(&count);
	check_windows(&count);
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
	.postpones = true,
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
