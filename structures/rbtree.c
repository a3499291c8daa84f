/*
 * rbtree - a red-black tree with a pointer to its leftmost timer
 *
 * IDEA. A balanced search tree of timers: colours and rotations ensure that no path from the root
 * to a leaf is more than twice as long as another. The earliest timer is the leftmost. A pointer to
 * it makes next O(1), and taking the leftmost timer out seldom needs many steps.
 *
 *	            [40]                    red timers have black children, and every path down
 *	          /      \                  has the same number of black timers
 *	      (20)        [70]
 *	     /    \           \
 *	  [10]    [30]        (90)          first -> [10]
 *
 * COST.   insert     O(log n): a path down, with a comparison and a miss per level
 *         reinsert   O(log n): remove and insert
 *         remove     O(log n), O(1) expected: few rotations
 *         next       O(1)
 *         expire     O(1) expected per timer, O(log n) at worst
 *         memory     none
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where many timers fire and few are armed: taking the leftmost timer out is cheaper than in
 * any heap.
 *
 * LOSES. Where timers are armed or postponed, as n grows: each such operation walks from the root
 * to a leaf through timers that may be anywhere in memory. With a million timers, a walk is 20
 * misses.
 *
 * SOURCE. Bayer 1972; Guibas and Sedgewick 1978. Linux's hrtimers (a tree with a pointer to the
 * leftmost) and nginx (ngx_event_timer.c, which walks to the leftmost).
 *
 * DEPARTURES. As in both sources, a deadline goes to the right of equal ones, so that equal
 * deadlines fire in the order in which they were armed. nginx ignores a re-arm within 300 ms of the
 * old deadline, so the timer fires at the old deadline. That may be early or late, so rbtree does
 * not do it.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/timer_tree.h"

/*
 * Values of link.word[TREE_COLOUR]. In an armed timer, it is the timer's colour; an idle timer is
 * all zero.
 */
#define IDLE	 0
#define DISARMED 1

struct rbtree {
	struct timer_tree tree;
	size_t size;
};

static struct rbtree *rbtree_of(const struct timer_set *set)
{
	return (struct rbtree *)set;
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.word[TREE_COLOUR] > DISARMED;
}

static void put_in(struct rbtree *rbtree, struct timer *timer, uint64_t deadline)
{
	timer->deadline = timer->key = deadline;
	timer_tree_insert(&rbtree->tree, timer);
}

static void take_out(struct rbtree *rbtree, struct timer *timer)
{
	timer_tree_take_out(&rbtree->tree, timer);
}

static int rbtree_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct rbtree *rbtree = calloc(1, sizeof(*rbtree));

	(void)options;
	(void)now;
	if (!rbtree)
		return -ENOMEM;
	*set = (struct timer_set *)rbtree;
	return 0;
}

static void rbtree_destroy(struct timer_set *set)
{
	free(set);
}

static int rbtree_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the tree links the timers themselves */
	return 0;
}

static void rbtree_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	struct rbtree *rbtree = rbtree_of(set);

	(void)interval;
	assert(!is_armed(timer) && "insert: the timer is armed");
	put_in(rbtree, timer, deadline);
	rbtree->size++;
}

static void rbtree_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	(void)interval;
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	take_out(rbtree_of(set), timer);
	put_in(rbtree_of(set), timer, deadline);
}

static void rbtree_disarm(struct timer_set *set, struct timer *timer)
{
	struct rbtree *rbtree = rbtree_of(set);

	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(rbtree, timer);
	rbtree->size--;
	timer->link.word[TREE_COLOUR] = DISARMED;
}

static void rbtree_remove(struct timer_set *set, struct timer *timer)
{
	struct rbtree *rbtree = rbtree_of(set);

	assert(timer->link.word[TREE_COLOUR] != IDLE && "remove: the timer is idle");
	if (is_armed(timer)) {
		take_out(rbtree, timer);
		rbtree->size--;
	}
	timer->link = (union timer_link){ .word = { IDLE } };
}

static uint64_t rbtree_next(struct timer_set *set)
{
	const struct rbtree *rbtree = rbtree_of(set);

	return rbtree->tree.first ? rbtree->tree.first->key : TIMER_NEVER;
}

static size_t rbtree_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct rbtree *rbtree = rbtree_of(set);
	size_t count = 0;

	while (count < max && rbtree->tree.first) {
		struct timer *first = rbtree->tree.first;

		if (first->key > now || first->key == TIMER_NEVER)
			break;
		take_out(rbtree, first);
		first->link = (union timer_link){ .word = { IDLE } };
		out[count++] = first;
	}
	rbtree->size -= count;
	return count;
}

static void rbtree_for_each(const struct timer_set *set,
			    void (*visit)(struct timer *timer, void *data), void *data)
{
	for (struct timer *timer = rbtree_of(set)->tree.first; timer;
	     timer = timer_tree_after(timer))
		visit(timer, data);
}

static size_t rbtree_size(const struct timer_set *set)
{
	return rbtree_of(set)->size;
}

static size_t rbtree_footprint(const struct timer_set *set)
{
	(void)set;
	return sizeof(struct rbtree);
}

static const char *rbtree_check(const struct timer_set *set)
{
	const struct rbtree *rbtree = rbtree_of(set);
	size_t count = 0;
	const char *broken = timer_tree_check(&rbtree->tree, &count);

	if (broken)
		return broken;
	for (struct timer *timer = rbtree->tree.first; timer; timer = timer_tree_after(timer))
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
	return count == rbtree->size ? NULL : "the size is not the number of timers";
}

const struct timer_structure timer_rbtree = {
	.name = "rbtree",
	.summary = "red-black tree with a pointer to the leftmost timer",
	.source =
		"Linux (hrtimer, timerqueue), nginx (ngx_event_timer.c); Guibas and Sedgewick 1978",
	.departures = "no re-arm is ignored; nginx ignores a re-arm near the old deadline",
	.complexity = { "O(log n)", "O(log n)", "O(log n)", "O(log n)", "O(1)", "O(log n) each" },
	.create = rbtree_create,
	.destroy = rbtree_destroy,
	.reserve = rbtree_reserve,
	.insert = rbtree_insert,
	.reinsert = rbtree_reinsert,
	.disarm = rbtree_disarm,
	.remove = rbtree_remove,
	.next = rbtree_next,
	.expire = rbtree_expire,
	.for_each = rbtree_for_each,
	.size = rbtree_size,
	.footprint = rbtree_footprint,
	.check = rbtree_check,
};
