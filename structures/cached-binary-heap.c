/*
 * cached-binary-heap - a binary heap with the key beside the pointer
 *
 * IDEA. binary-heap with one change: an entry of the array is (key, timer) instead of a pointer, so
 * that comparing two entries reads the array and no timer. The gain from binary-heap to
 * cached-binary-heap is the worth of cached keys. The gain from cached-binary-heap to quad-heap is
 * the worth of arity.
 *
 *	slot     1        2   3       4   5   6   7
 *	      [root]    [children]  [grandchildren ]      16 bytes each: a pair of siblings
 *	                                                  is half a cache line
 *
 * COST.   insert     O(log n), O(1) expected when deadlines come at random
 *         reinsert   O(log n), in place: one sift up or down
 *         remove     O(log n)
 *         next       O(1)
 *         expire     O(log n) per timer, 2 comparisons and 1 cache line per level
 *         memory     16 bytes per timer, up to 32 after growing
 *
 * GIVES BACK. When reserve asks for at most a quarter of the capacity, the array shrinks to room
 * for twice the timers asked for.
 *
 * WINS. Over binary-heap, as soon as the timers do not all fit into the first-level cache.
 *
 * LOSES. To quad-heap, which is half as high and also touches one cache line per level.
 *
 * SOURCE. Boost.Asio's timer_queue.hpp: a vector of (time, pointer), with the index in the timer.
 * libev with EV_USE_4HEAP=0 and EV_HEAP_CACHE_AT=1 is the same.
 *
 * DEPARTURES. Asio swaps neighbours; here a hole moves instead. The cache lines of the children
 * that may come next are prefetched. Both are as in quad-heap, which shares the code.
 */
#define CACHED_HEAP_ARITY 2
#include "common/cached_heap_set.h"

const struct timer_structure timer_cached_binary_heap = {
	.name = "cached-binary-heap",
	.summary = "binary heap, key beside the pointer",
	.source = "Boost.Asio (timer_queue.hpp); libev with a binary heap",
	.departures = "moves a hole instead of swapping; prefetches the children's cache lines",
	CACHED_HEAP_OPERATIONS,
};
