/*
 * quad-heap - a 4-ary heap with the key beside the pointer, as libev keeps its timers
 *
 * IDEA. A heap in an array whose entries are (key, timer). Comparisons read the array alone; a
 * timer is only touched when it moves, to write down its new place. Four children instead of two
 * make the tree half as high, and as an entry has 16 bytes, the four share one 64-byte cache line:
 * a level costs one miss, where a binary heap of pointers pays for two timers and the array.
 *
 *	slot      3         4   5   6   7      8   9  10  11     12 ...
 *	       [root]      [children of 3]   [children of 4]   [of 5] ...
 *	       line 0       line 1            line 2            line 3
 *
 *	children of k: 4k-8 .. 4k-5        parent of k: k/4 + 2
 *
 * Slots beyond the last timer hold the key TIMER_NEVER, so that finding the least of four children
 * needs no thought of how many there are.
 *
 * COST.   insert     O(log n), O(1) expected when deadlines come at random
 *         reinsert   O(log n), in place: one sift up or down
 *         remove     O(log n)
 *         next       O(1)
 *         expire     O(log n) a timer, 4 comparisons and 1 cache line a level
 *         memory     16 bytes a timer, up to 32 after growing
 *
 * GIVES BACK. When reserve is called for a quarter of what there is room for, or less, the array
 * shrinks to twice what is asked for.
 *
 * WINS. Whenever most timers fire, from a few hundred timers on, among structures that make no
 * assumption about deadlines. Its worst operation is a few hundred ns.
 *
 * LOSES. Where most timers are put off or stopped: a re-arm still sifts, where a list or a lazy
 * scheme would store one word. The stores of places are its hidden cost: each level moved writes to
 * a timer that is in no cache.
 *
 * SOURCE. libev's ev.c (4.33): 4-heap based at index 3, EV_HEAP_CACHE_AT, index in the watcher. The
 * d-ary heap is Johnson's (1975); aligning siblings to a line is LaMarca and Ladner's (1996).
 *
 * DEPARTURES. Keys are integers where libev has doubles, and the lines that the hole may move to
 * are fetched ahead. Taking the hole down to a leaf without comparing and the last entry up again
 * from there (Wegener 1993) was tried: no better with random deadlines, and 2 to 3 times slower in
 * herds, where all keys are equal and the last entry can stay at the top.
 */
#define CACHED_HEAP_ARITY 4
#include "common/cached_heap_set.h"

const struct timer_structure timer_quad_heap = {
	.name = "quad-heap",
	.summary = "4-ary heap, key beside the pointer, four children to a cache line",
	.source = "libev 4.33 (ev.c); Johnson 1975; LaMarca and Ladner 1996",
	.departures = "integer keys; the lines of children to come are prefetched",
	CACHED_HEAP_OPERATIONS,
};
