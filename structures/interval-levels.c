/*
 * interval-levels - a queue for each interval that comes again, and bucket-levels for the rest
 *
 * IDEA. Servers have few intervals. Timers that are armed for one of them are due in the order in
 * which they are armed. So an interval that comes again gets a queue, a list to whose end timers
 * are appended. The timers of other intervals go to the levels of bucket-levels, and so do timers
 * that are due before the end of their queue, unless their place is near the end.
 *
 *	armed for an interval with a queue ---> list, in order -----------+
 *	                                           | put off              |
 *	                                           v                      v
 *	                                        list of those put off ---> heap of heads ---> expire
 *	armed otherwise ----------------------> levels, front, late ---------^
 *
 * A TIMER'S LIFE in a queue.
 *  1. insert finds the queue by a hash of the interval, and appends the timer. The list uses the
 *     timer's link, and no other memory.
 *  2. A heap has the first key of each list with timers. expire runs the list that is due first,
 *     until another list or the levels have an earlier timer.
 *  3. Each timer of a list has the address of one some places behind, which is prefetched when the
 *     timer leaves (common/hinted_list.h).
 *  4. To put a timer off is to store its deadline. The timer keeps its place.
 *  5. When it comes up and most of its interval is left, it goes to the interval's second list,
 *     to be looked at when an eighth of the interval is left. Otherwise it goes to the levels.
 *  6. To disarm a timer is to set a flag. The timer leaves the list when it comes up.
 *  7. To remove a timer is to unlink it.
 *
 * COST. In a queue, arming and removing write to two neighbours, and nothing is kept beside the
 * timer. Otherwise as bucket-levels, and one look at a hash table.
 *
 * GIVES BACK. Nothing before destroy. What was reserved but never used has no pages.
 *
 * WINS. Nearly everywhere: each of the two parts takes the timers that it is good at.
 *
 * LOSES. Where a set of timers is only filled, or all are removed and have no common interval. With
 * few timers, heaps and sorted lists are about as fast.
 *
 * SOURCE. timerbed's own. Queues by interval are libevent's common timeouts, which here find their
 * intervals by themselves, as in Lawn (Lev-Libfeld 2019). For the levels, see bucket-levels.
 *
 * DEPARTURES. libevent's program declares the intervals. The prefetch hints, and the second list
 * for timers that were put off, are our own.
 */

/* Queues: up to two for an interval. Tests define fewer. */
#ifndef SET_QUEUES
#define SET_QUEUES 128
#endif
#include "bucket-levels/set.h"

const struct timer_structure timer_interval_levels = {
	.name = "interval-levels",
	.summary = "a queue for each interval that comes again, and bucket-levels for the rest",
	.source = "timerbed's own; libevent's common timeouts over multilevel buckets",
	.departures = "finds intervals by itself; prefetches; see bucket-levels",
	.complexity = { "O(1) amortised", "one store if later, else as remove and insert", "O(1)",
			"O(1) amortised", "O(1)", "O(1) amortised" },
	.postpones = true,
	.groups = true,
	LEVELS_OPERATIONS,
};
