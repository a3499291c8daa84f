/*
 * quad-heap - a 4-ary heap with the key beside the pointer, as libev keeps its timers
 *
 * IDEA. A heap in an array whose entries are (key, timer). Comparisons read only the array; a timer
 * is touched only when its entry moves, to store its new slot. Four children instead of two make
 * the tree half as high. An entry is 16 bytes, so four siblings share one 64-byte cache line: a
 * level costs one miss, where a binary heap of pointers misses for two timers and for the array.
 *
 *	slot      3         4   5   6   7      8   9  10  11     12 ...
 *	       [root]      [children of 3]   [children of 4]   [of 5] ...
 *	       line 0       line 1            line 2            line 3
 *
 *	children of k: 4k-8 .. 4k-5        parent of k: k/4 + 2
 *
 * Free slots in the family of the last timer have the key TIMER_NEVER, so the search for the least
 * of four children need not count them.
 *
 * COST.   insert     O(log n), O(1) expected when deadlines come at random
 *         reinsert   O(log n), in place: one sift up or down
 *         remove     O(log n)
 *         next       O(1)
 *         expire     O(log n) per timer, 4 comparisons and 1 cache line per level
 *         memory     16 bytes per timer, up to 32 after growing
 *
 * GIVES BACK. When reserve asks for at most a quarter of the capacity, the array shrinks to room
 * for twice the timers asked for.
 *
 * WINS. Where most timers fire, from a few hundred timers on, among structures that assume nothing
 * about deadlines. Its worst operation is short: one sift.
 *
 * LOSES. Where most timers are postponed or stopped: a re-arm still sifts, where a list or a lazy
 * scheme stores one word. Storing slots is its hidden cost: each level that an entry moves is a
 * write to a timer that may be in no cache.
 *
 * SOURCE. libev's ev.c (4.33): a 4-ary heap with its root at index 3, EV_HEAP_CACHE_AT, and the
 * index in the watcher. The d-ary heap is Johnson's (1975); aligning siblings to a cache line is
 * LaMarca and Ladner's (1996).
 *
 * DEPARTURES. Keys are integers, where libev has doubles. The cache lines to which the hole may
 * move are prefetched. One variant was tried and rejected: the hole descends to a leaf without
 * comparisons with the last entry, and the last entry then rises from that leaf (Wegener 1993).
 * With random deadlines the variant was no faster. With many equal deadlines, when the last entry
 * can stay at the root, it was slower.
 */
#define CACHED_HEAP_ARITY 4
#include "common/cached_heap_set.h"

const struct timer_structure timer_quad_heap = {
	.name = "quad-heap",
	.summary = "4-ary heap, key beside the pointer, four children to a cache line",
	.source = "libev 4.33 (ev.c); Johnson 1975; LaMarca and Ladner 1996",
	.departures = "integer keys; prefetches the next children's cache lines",
	CACHED_HEAP_OPERATIONS,
};
