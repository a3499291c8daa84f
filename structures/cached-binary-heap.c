/*
 * cached-binary-heap - a binary heap with the key beside the pointer
 *
 * IDEA. binary-heap with one change: an entry of the array is (key, timer) and not just a pointer,
 * so that comparing two entries reads the array and no timer. What that alone is worth, and what
 * arity adds to it, is the difference between binary-heap, this, and quad-heap.
 *
 *	slot     1        2   3       4   5   6   7
 *	      [root]    [children]  [grandchildren ]      16 bytes each: a pair of siblings
 *	                                                  is half a cache line
 *
 * COST.   insert     O(log n), O(1) expected when deadlines come at random
 *         reinsert   O(log n), in place: one sift up or down
 *         remove     O(log n)
 *         next       O(1)
 *         expire     O(log n) a timer, 2 comparisons and 1 cache line a level
 *         memory     16 bytes a timer, up to 32 after growing
 *
 * GIVES BACK. When reserve is called for a quarter of what there is room for, or less, the array
 * shrinks to twice what is asked for.
 *
 * WINS. Over binary-heap, from the size on at which timers are not all in the nearest cache.
 *
 * LOSES. To quad-heap, which is half as high and touches a line a level as well.
 *
 * SOURCE. Boost.Asio's timer_queue.hpp: a vector of (time, pointer), the place in the timer. libev
 * with EV_USE_4HEAP=0 and EV_HEAP_CACHE_AT=1 is the same.
 *
 * DEPARTURES. Asio swaps neighbours where this moves a hole; the lines of children to come are
 * fetched ahead, as in quad-heap, whose code this is with another number.
 */
#define CACHED_HEAP_ARITY 2
#include "common/cached_heap_set.h"

const struct timer_structure timer_cached_binary_heap = {
	.name = "cached-binary-heap",
	.summary = "binary heap, key beside the pointer",
	.source = "Boost.Asio (timer_queue.hpp); libev with a binary heap",
	.departures = "moves a hole instead of swapping; the lines of children are prefetched",
	CACHED_HEAP_OPERATIONS,
};
