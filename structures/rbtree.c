/*
 * rbtree - a red-black tree with its leftmost timer remembered
 *
 * IDEA. A balanced search tree through the timers: no way from the root to a leaf is more than twice
 * as long as another, kept so by colours and rotations. The earliest timer is the leftmost, which is
 * remembered, so asking for it costs nothing and taking it out seldom goes far.
 *
 *	            [40]                    red timers have black children, and every way down
 *	          /      \                  has as many black timers
 *	      (20)        [70]
 *	     /    \           \
 *	  [10]    [30]        (90)          first -> [10]
 *
 * COST.   insert     O(log n): the way down, a comparison and a miss a level
 *         reinsert   O(log n): remove and insert
 *         remove     O(log n), O(1) expected: few rotations
 *         next       O(1)
 *         expire     O(1) expected a timer, O(log n) at worst
 *         memory     none
 *
 * WINS. Where many fire and few are armed: taking the leftmost out is cheaper than in any heap.
 *
 * LOSES. Where timers are armed or put off, with n: each walks from the root to a leaf through timers
 * that lie anywhere, 20 misses with a million of them.
 *
 * SOURCE. Bayer 1972; Guibas and Sedgewick 1978. Linux's hrtimers (a tree with a cached leftmost) and
 * nginx (ngx_event_timer.c, where the leftmost is walked to).
 *
 * DEPARTURES. Equal deadlines go to the right of each other, as in both, so they fire in the order in
 * which they were armed. nginx drops a re-arm within 300 ms of the old deadline and fires at that
 * one: that would be early or late, and is not done here.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

/* A timer's link: its children, its parent, and its state. */
#define LEFT   0
#define RIGHT  1
#define PARENT 2
#define STATE  3

/* States, in link.word[STATE]; an idle timer is all zero. The colour is that of an armed one. */
#define IDLE	 0
#define DISARMED 1
#define RED	 2
#define BLACK	 3

struct rbtree {
	struct timer *root, *first;
	size_t size;
};

static struct rbtree *tree_of(const struct timer_set *set)
{
	return (struct rbtree *)set;
}

static struct timer *get(const struct timer *timer, int link)
{
	return timer->link.pointer[link];
}

static void put(struct timer *timer, int link, struct timer *other)
{
	timer->link.pointer[link] = other;
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.word[STATE] >= RED;
}

/* Where nobody is, it is black. */
static bool is_red(const struct timer *timer)
{
	return timer && timer->link.word[STATE] == RED;
}

static int side_of(const struct timer *timer)
{
	return get(get(timer, PARENT), RIGHT) == timer;
}

/* `other`, or nobody, takes the place of a timer below its parent. */
static void replace(struct rbtree *tree, struct timer *timer, struct timer *other)
{
	struct timer *parent = get(timer, PARENT);

	if (!parent)
		tree->root = other;
	else
		put(parent, side_of(timer), other);
	if (other)
		put(other, PARENT, parent);
}

/* Turns the tree at a timer to that side: its child of the other side takes its place. */
static void rotate(struct rbtree *tree, struct timer *timer, int side)
{
	struct timer *child = get(timer, !side), *grandchild = get(child, side);

	replace(tree, timer, child);
	put(child, side, timer);
	put(timer, PARENT, child);
	put(timer, !side, grandchild);
	if (grandchild)
		put(grandchild, PARENT, timer);
}

/* A red timer may have a red parent: recolours upwards, and rotates once or twice in the end. */
static void fix_after_insert(struct rbtree *tree, struct timer *timer)
{
	struct timer *parent, *grandparent, *uncle;

	while ((parent = get(timer, PARENT)) && is_red(parent)) {
		int side = side_of(parent);

		grandparent = get(parent, PARENT);
		uncle = get(grandparent, !side);
		if (is_red(uncle)) {
			parent->link.word[STATE] = uncle->link.word[STATE] = BLACK;
			grandparent->link.word[STATE] = RED;
			timer = grandparent;
			continue;
		}
		if (side_of(timer) != side) {
			rotate(tree, parent, side);
			parent = timer;
		}
		parent->link.word[STATE] = BLACK;
		grandparent->link.word[STATE] = RED;
		rotate(tree, grandparent, !side);
		break;
	}
	tree->root->link.word[STATE] = BLACK;
}

static void put_in(struct rbtree *tree, struct timer *timer, uint64_t deadline)
{
	struct timer *parent = NULL, *below = tree->root;
	bool leftmost = true;
	int side = LEFT;

	timer->deadline = timer->key = deadline;
	while (below) {
		parent = below;
		side = deadline >= below->key;
		leftmost &= side == LEFT;
		below = get(below, side);
	}
	timer->link = (union timer_link){ .word = { [STATE] = RED } };
	put(timer, PARENT, parent);
	if (parent)
		put(parent, side, timer);
	else
		tree->root = timer;
	if (leftmost)
		tree->first = timer;
	fix_after_insert(tree, timer);
}

/* The side of `parent` that lacks a black timer gets one, or hands the lack upwards. */
static void fix_after_removal(struct rbtree *tree, struct timer *parent, int side)
{
	while (parent) {
		struct timer *timer = get(parent, side), *sibling = get(parent, !side);

		if (is_red(timer)) {
			timer->link.word[STATE] = BLACK;
			return;
		}
		if (is_red(sibling)) {
			sibling->link.word[STATE] = BLACK;
			parent->link.word[STATE] = RED;
			rotate(tree, parent, side);
			sibling = get(parent, !side);
		}
		if (is_red(get(sibling, LEFT)) || is_red(get(sibling, RIGHT))) {
			if (!is_red(get(sibling, !side))) {
				get(sibling, side)->link.word[STATE] = BLACK;
				sibling->link.word[STATE] = RED;
				rotate(tree, sibling, !side);
				sibling = get(parent, !side);
			}
			sibling->link.word[STATE] = parent->link.word[STATE];
			parent->link.word[STATE] = BLACK;
			get(sibling, !side)->link.word[STATE] = BLACK;
			rotate(tree, parent, side);
			return;
		}
		sibling->link.word[STATE] = RED;
		timer = parent;
		parent = get(timer, PARENT);
		if (is_red(timer)) {
			timer->link.word[STATE] = BLACK;
			return;
		}
		side = parent ? side_of(timer) : LEFT;
	}
	if (tree->root)
		tree->root->link.word[STATE] = BLACK;
}

static struct timer *leftmost_below(struct timer *timer)
{
	while (get(timer, LEFT))
		timer = get(timer, LEFT);
	return timer;
}

/* The timer after this one in order, or NULL. */
static struct timer *after(struct timer *timer)
{
	if (get(timer, RIGHT))
		return leftmost_below(get(timer, RIGHT));
	while (get(timer, PARENT) && side_of(timer) == RIGHT)
		timer = get(timer, PARENT);
	return get(timer, PARENT);
}

/* Its successor, which has no left child, takes the place of a timer that has two. */
static void take_out_inner(struct rbtree *tree, struct timer *timer)
{
	struct timer *successor = leftmost_below(get(timer, RIGHT));
	struct timer *lacking = get(successor, PARENT);
	bool was_black = !is_red(successor);
	int side = side_of(successor);

	if (lacking == timer)
		lacking = successor;
	else
		replace(tree, successor, get(successor, RIGHT));
	if (lacking != successor) {
		put(successor, RIGHT, get(timer, RIGHT));
		put(get(successor, RIGHT), PARENT, successor);
	}
	replace(tree, timer, successor);
	put(successor, LEFT, get(timer, LEFT));
	put(get(successor, LEFT), PARENT, successor);
	successor->link.word[STATE] = timer->link.word[STATE];
	if (was_black)
		fix_after_removal(tree, lacking, side);
}

static void take_out(struct rbtree *tree, struct timer *timer)
{
	struct timer *parent = get(timer, PARENT), *child;
	int side;

	if (timer == tree->first)
		tree->first = after(timer);
	if (get(timer, LEFT) && get(timer, RIGHT)) {
		take_out_inner(tree, timer);
		return;
	}
	child = get(timer, LEFT) ? get(timer, LEFT) : get(timer, RIGHT);
	side = parent ? side_of(timer) : LEFT;
	replace(tree, timer, child);
	if (is_red(timer))
		return;
	if (parent)
		fix_after_removal(tree, parent, side);
	else if (child)
		child->link.word[STATE] = BLACK;
}

static int rbtree_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct rbtree *tree = calloc(1, sizeof(*tree));

	(void)options;
	(void)now;
	if (!tree)
		return -ENOMEM;
	*set = (struct timer_set *)tree;
	return 0;
}

static void rbtree_destroy(struct timer_set *set)
{
	free(set);
}

static int rbtree_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the tree runs through the timers */
	return 0;
}

static void rbtree_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	struct rbtree *tree = tree_of(set);

	(void)interval;
	assert(!is_armed(timer) && "insert: the timer is armed");
	put_in(tree, timer, deadline);
	tree->size++;
}

static void rbtree_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	(void)interval;
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	take_out(tree_of(set), timer);
	put_in(tree_of(set), timer, deadline);
}

static void rbtree_disarm(struct timer_set *set, struct timer *timer)
{
	struct rbtree *tree = tree_of(set);

	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(tree, timer);
	tree->size--;
	timer->link.word[STATE] = DISARMED;
}

static void rbtree_remove(struct timer_set *set, struct timer *timer)
{
	struct rbtree *tree = tree_of(set);

	assert(timer->link.word[STATE] != IDLE && "remove: the timer is idle");
	if (is_armed(timer)) {
		take_out(tree, timer);
		tree->size--;
	}
	timer->link = (union timer_link){ .word = { IDLE } };
}

static uint64_t rbtree_next(struct timer_set *set)
{
	const struct rbtree *tree = tree_of(set);

	return tree->first ? tree->first->key : TIMER_NEVER;
}

static size_t rbtree_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct rbtree *tree = tree_of(set);
	size_t count = 0;

	while (count < max && tree->first) {
		struct timer *first = tree->first;

		if (first->key > now || first->key == TIMER_NEVER)
			break;
		take_out(tree, first);
		first->link = (union timer_link){ .word = { IDLE } };
		out[count++] = first;
	}
	tree->size -= count;
	return count;
}

static void rbtree_for_each(const struct timer_set *set,
			    void (*visit)(struct timer *timer, void *data), void *data)
{
	for (struct timer *timer = tree_of(set)->first; timer; timer = after(timer))
		visit(timer, data);
}

static size_t rbtree_size(const struct timer_set *set)
{
	return tree_of(set)->size;
}

static size_t rbtree_footprint(const struct timer_set *set)
{
	(void)set;
	return sizeof(struct rbtree);
}

/* The black timers on each way down from here, or -1 with what is broken. */
static int check_below(const struct timer *timer, const struct timer *parent, const char **broken)
{
	int left, right;

	if (!timer)
		return 1;
	if (get(timer, PARENT) != parent)
		*broken = "a timer's parent is not where it is";
	else if (!is_armed(timer))
		*broken = "a timer in the tree is not armed";
	else if (timer->key > timer->deadline)
		*broken = "a timer is filed after its deadline";
	else if (is_red(timer) && is_red(parent))
		*broken = "a red timer has a red child";
	if (*broken)
		return -1;
	left = check_below(get(timer, LEFT), timer, broken);
	right = check_below(get(timer, RIGHT), timer, broken);
	if (!*broken && left != right)
		*broken = "ways down have unequal numbers of black timers";
	return left + !is_red(timer);
}

static const char *rbtree_check(const struct timer_set *set)
{
	const struct rbtree *tree = tree_of(set);
	const struct timer *previous = NULL;
	const char *broken = NULL;
	size_t count = 0;

	if (is_red(tree->root))
		return "the root is red";
	check_below(tree->root, NULL, &broken);
	if (broken)
		return broken;
	if (tree->first != (tree->root ? leftmost_below(tree->root) : NULL))
		return "the first is not the leftmost";
	for (struct timer *timer = tree->first; timer; timer = after(timer)) {
		if (previous && previous->key > timer->key)
			return "the tree is not in order";
		previous = timer;
		count++;
	}
	return count == tree->size ? NULL : "the size is not the number of timers";
}

const struct timer_structure timer_rbtree = {
	.name = "rbtree",
	.summary = "red-black tree, its leftmost timer remembered",
	.source =
		"Linux (hrtimer, timerqueue), nginx (ngx_event_timer.c); Guibas and Sedgewick 1978",
	.departures = "no re-arm is dropped for being near the old deadline, as nginx does",
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
