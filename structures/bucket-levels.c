/*
 * bucket-levels - unsorted buckets at 11 levels, opened and sorted when they are due
 *
 * IDEA. A timer is not sorted before it is about to be due, is not moved when it is put off, and is
 * not searched for when it is stopped. A key is 11 digits to the base 64. A timer belongs to the
 * level of the highest digit in which its key differs from `current`, a time that follows now. At
 * that level it belongs to the bucket of the digit's value. A bucket is a list of chunks of entries
 * in no order. To arm a timer is to append an entry.
 *
 *	level 5 [ ][*][*][ ][*] ...     64 buckets a level; the level of the highest digit that
 *	            |  '- node: [*][ ][*] ...     differs; a bucket with many entries has a node
 *	level 4 [ ][ ][*][*][ ] ...
 *	level 3 [ ][*][ ][ ][ ] ...
 *	            '- the first bucket is due: its timers are read and sorted
 *	                       v
 *	                     front, in order  ---->  expire
 *	                     late, a heap     ---->
 *
 * A TIMER'S LIFE.
 *  1. insert takes a free id, and appends an entry (address, three digits of the key, id).
 *  2. When a bucket is due and has too many entries to sort, its entries are dealt out to the
 *     levels below, by their next digits.
 *  3. After three levels an entry has no digit left. Then its timer is read.
 *  4. If a bucket has few entries, it is opened: its timers are read, sorted, and become the front.
 *  5. expire hands over the front from its start, and frees the ids.
 *  6. A timer that is armed for a key before the front's last goes to a heap, beside the front.
 *  7. To put a timer off is to store its deadline. The entry comes up at the old time, disagrees
 *     with the deadline, and is filed again.
 *  8. To disarm a timer is to set a flag in it. When the entry comes up, it is dropped.
 *  9. To remove a timer is to set the bit of its entry's id in a map. The entry is dead.
 * 10. When a third of all entries are dead, each further removal looks at a few entries and drops
 *     the dead ones, until all buckets have been swept.
 *
 * BOUNDED. A bucket that gets BURST_AT entries gets a node of 64 buckets for its next digit. It
 * moves entries to the node, at most BURST_AT in one operation. So when time jumps, the first
 * bucket has few entries, whatever it is. A bucket of level 0 has one key only, needs no sorting,
 * and is opened in parts.
 *
 * COST.   insert     O(1): one append, and one for each level down which the entry moves later
 *         reinsert   later: one store. Earlier: a removal and an insert
 *         disarm     O(1): two stores to the timer
 *         remove     O(1): one bit, and amortised three entries of a sweep
 *         next       O(1)
 *         expire     O(1) amortised
 *         memory     12.8 bytes for an entry, of which half as many again may be dead; a free id
 *                    takes 4; a set has 60 KB
 *
 * GIVES BACK. Nothing before destroy. What was reserved but never used has no pages.
 *
 * WINS. Where most timers fire or are put off, and there are many.
 *
 * LOSES. Where most timers are removed soon: a list unlinks them at once, and needs no entry. Where
 * timers share few intervals, interval-levels is faster. Where a set of timers is only filled: a
 * pairing-heap does nothing until the first timer leaves. If timers that were put off come up
 * together, after a jump of time, one operation reads them all.
 *
 * SOURCE. Multilevel buckets (Denardo and Fox, Operations Research 1979; Cherkassky, Goldberg and
 * Silverstein, SIAM J. Computing 1999), which are radix heaps (Ahuja et al., JACM 1990) with a
 * larger base. The buckets with nodes are those of the buffer tree (Arge, Algorithmica 2003).
 * Sorting only what is due is from the ladder queue (Tang, Goh and Thng, TOMACS 2005).
 *
 * DEPARTURES. Multilevel buckets deal out every bucket down to the last level; here a small one is
 * sorted. Theirs hold the items themselves; here an entry can outlive its timer.
 */
#define SET_QUEUES 0
#include "bucket-levels/set.h"

const struct timer_structure timer_bucket_levels = {
	.name = "bucket-levels",
	.summary = "unsorted buckets at 11 levels, opened and sorted when they are due",
	.source =
		"multilevel buckets (Denardo and Fox 1979; Cherkassky et al. 1999); Arge's buffer "
		"tree (2003)",
	.departures = "sorts small buckets when due; a later re-arm is a store, a removal a bit",
	.complexity = { "O(1) amortised", "one store if later, else as remove and insert", "O(1)",
			"O(1) amortised", "O(1)", "O(1) amortised" },
	.postpones = true,
	LEVELS_OPERATIONS,
};
