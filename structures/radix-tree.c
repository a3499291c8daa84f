/*
 * radix-tree - HAProxy's elastic binary tree: every timer contains the inner node that it may need
 *
 * IDEA. The tree branches at bits of the deadline, and only at bits where two timers differ. With n
 * leaves it has n - 1 inner nodes, so each timer can contain one. A timer has a leaf part and an
 * inner part. The inner part may be any node above the timer's own leaf. Between the two parts of a
 * timer, the tree is elastic:
 *
 *	  5 (101), 7 (111), 4 (100), armed in this order
 *
 *	            (7) at bit 1
 *	           /   \
 *	  (4) at bit 0  [7]           (x): the inner part of x, [x]: its leaf
 *	     /   \
 *	   [4]   [5]                  the inner part of 5 is not in use
 *
 * A new timer goes down the tree by its own bits. It stops where an inner node's bits above its
 * branch differ from the timer's bits. The timer's inner part is inserted there, with the old
 * subtree on one side and the timer's leaf on the other. When a timer leaves, the inner part above
 * its leaf is not needed any more, and the leaf's sibling moves up. If the timer's own inner part
 * is in use elsewhere, the part that is not needed takes its place. Nothing is balanced or rotated.
 *
 * Equal deadlines form a tree of their own below the last bit. It is filled from left to right,
 * like a binary counter, and its inner nodes have levels of their own. A new timer goes to the
 * first place on the way down the right side where a level is missing, or to the top.
 *
 * COST.   insert     O(log n), at most the bits of a deadline: a miss per level, no comparison
 *                    of order; k equal deadlines add as many levels as k has bits
 *         reinsert   remove and insert; nothing if the deadline is the same
 *         remove     O(1): parent, grandparent and sibling; and more if an inner part is replaced
 *         next       O(log n): down the left side
 *         expire     a next and a remove per timer
 *         memory     none
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Against the red-black tree, where timers are stopped or postponed: a timer leaves by a few
 * stores and without a walk, and a new latest timer always takes the same way down. It uses no
 * memory beside the timers, and no operation but create can fail.
 *
 * LOSES. Where all timers fire: the first timer is looked up once for each expiry and once more by
 * next, and each load of that search waits for the load before. So it is slower than a red-black
 * tree in the workload hold. Where deadlines are skewed, as with Pareto's intervals, because only
 * the number of bits bounds the depth. Against heaps, except when the set is drained.
 *
 * SOURCE. Willy Tarreau's ebtree, eb64tree.h and ebtree.h, as HAProxy uses it (task.c, one tree a
 * thread). From it are the node, with two branches, the parents of both parts and a bit number; and
 * the tree of equal keys. From HAProxy is that expire looks up the first timer again each time, and
 * that a re-arm to the same deadline changes nothing.
 *
 * DEPARTURES. Keys are 64 bits of ns that do not wrap. HAProxy's are 32 bits of ms, and its first
 * timer is the first from half a turn before now on. The bit number has no bytes of its own: it is
 * in the top 7 bits of the address of the inner part's parent, and must be kept when that address
 * is written. This makes it slower than eb64tree.c itself, most of all when a million timers are
 * postponed at random. Addresses must fit into 57 bits, which insert asserts. In 64-bit programs on
 * x86-64, arm64 and riscv they do, unless memory is tagged. HAProxy moves a postponed task only
 * when the task's old deadline comes, as lazy:radix-tree does; radix-tree moves the timer at once.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

/*
 * The four words of a link. Each is the address of a link (or of the root) with tags in bits that
 * are not part of an address. In LEFT and RIGHT, bit 0 is INNER if the branch leads to an inner
 * part. In INNER_UP and LEAF_UP, bit 0 is the side of the parent that the part is on. The top 7
 * bits of INNER_UP are the level of the inner part.
 */
#define LEFT	 0
#define RIGHT	 1
#define INNER_UP 2 /* 0 while the inner part is not in use */
#define LEAF_UP	 3

#define INNER	    UINT64_C(1)
#define SIDE	    UINT64_C(1)
#define LEVEL_SHIFT 57
#define LEVEL	    (UINT64_MAX << LEVEL_SHIFT)
#define ADDRESS	    (~(LEVEL | 1))

/* Values of LEAF_UP in a timer that is not in the tree. */
#define IDLE	 0
#define DISARMED 2

/*
 * The level of an inner part is the bit at which it branches. In a tree of equal deadlines, levels
 * are above 63 and rise on the way down to LEVEL_EQUAL_LAST, which is HAProxy's -1.
 */
#define LEVEL_EQUAL	 64
#define LEVEL_EQUAL_LAST 127

struct radix_tree {
	uint64_t branch[2]; /* the tree is on the left; the right is always empty */
	size_t size;
};

static struct radix_tree *tree_of(const struct timer_set *set)
{
	return (struct radix_tree *)set;
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.word[LEAF_UP] > DISARMED;
}

/* Returns the words that a tagged address leads to. */
static uint64_t *words_at(uint64_t tagged)
{
	return (uint64_t *)(uintptr_t)(tagged & ADDRESS);
}

/* Returns the timer whose link these words are. */
static struct timer *owner_of(const uint64_t *words)
{
	return (struct timer *)((char *)(uintptr_t)words - offsetof(struct timer, link));
}

static uint64_t address_of(const uint64_t *words)
{
	return (uintptr_t)words;
}

static unsigned level_of(const uint64_t *words)
{
	return (unsigned)(words[INNER_UP] >> LEVEL_SHIFT);
}

/* Attaches a leaf, or an inner part with its subtree, to one side of `up`. */
static void attach(uint64_t *up, unsigned side, uint64_t below)
{
	uint64_t *words = words_at(below);

	up[side] = below;
	if (below & INNER)
		words[INNER_UP] = (words[INNER_UP] & LEVEL) | address_of(up) | side;
	else
		words[LEAF_UP] = address_of(up) | side;
}

/*
 * Inserts a new timer between `up` and the subtree on side `side` of it. The timer's leaf goes to
 * side `own` of the timer's inner part.
 */
static void put_in_above(uint64_t *up, unsigned side, uint64_t *words, unsigned level, unsigned own)
{
	uint64_t below = up[side];

	words[INNER_UP] = (uint64_t)level << LEVEL_SHIFT;
	attach(up, side, address_of(words) | INNER);
	attach(words, own, address_of(words));
	attach(words, !own, below);
}

/*
 * Inserts a timer into the tree of equal deadlines on side `side` of `up`. The way down the right
 * side ends at a leaf. If the last level is missing above that leaf, the timer goes above that
 * leaf. Otherwise it goes above the last part on the way that has a missing level before it, or
 * above the first part.
 */
static void put_in_equal(uint64_t *up, unsigned side, uint64_t *words)
{
	uint64_t *part = words_at(up[side]);
	unsigned level = level_of(part), below = level;

	while (part[RIGHT] & INNER) {
		unsigned above = below;

		below = level_of(words_at(part[RIGHT]));
		if (below > above + 1) {
			up = part;
			side = RIGHT;
			level = below;
		}
		part = words_at(part[RIGHT]);
	}
	if (below < LEVEL_EQUAL_LAST)
		put_in_above(part, RIGHT, words, LEVEL_EQUAL_LAST, RIGHT);
	else
		put_in_above(up, side, words, level - 1, RIGHT);
}

static void put_in(struct radix_tree *tree, struct timer *timer, uint64_t deadline)
{
	uint64_t *words = timer->link.word, *up = tree->branch, *below = NULL;
	uint64_t differ = 0;
	unsigned side = LEFT;

	timer->deadline = timer->key = deadline;
	words[INNER_UP] = 0;
	if (!up[LEFT]) {
		attach(up, LEFT, address_of(words));
		return;
	}
	for (;;) {
		unsigned level;

		below = words_at(up[side]);
		differ = deadline ^ owner_of(below)->key;
		if (!(up[side] & INNER))
			break;
		level = level_of(below);
		if (level >= LEVEL_EQUAL || differ >> level > 1)
			break;
		up = below;
		side = deadline >> level & 1;
	}
	if (differ)
		put_in_above(up, side, words, 63 - (unsigned)__builtin_clzll(differ),
			     deadline > owner_of(below)->key);
	else if (up[side] & INNER)
		put_in_equal(up, side, words);
	else
		put_in_above(up, side, words, LEVEL_EQUAL_LAST, RIGHT);
}

/* Puts the unused part `spare` in the place of the inner part of `words`. */
static void take_over(uint64_t *spare, const uint64_t *words)
{
	spare[INNER_UP] = words[INNER_UP];
	attach(words_at(words[INNER_UP]), words[INNER_UP] & SIDE, address_of(spare) | INNER);
	attach(spare, LEFT, words[LEFT]);
	attach(spare, RIGHT, words[RIGHT]);
}

static void take_out(struct radix_tree *tree, struct timer *timer)
{
	uint64_t *words = timer->link.word, *parent = words_at(words[LEAF_UP]);
	unsigned sibling = !(words[LEAF_UP] & SIDE);

	if (parent == tree->branch) {
		tree->branch[LEFT] = 0;
		return;
	}
	attach(words_at(parent[INNER_UP]), parent[INNER_UP] & SIDE, parent[sibling]);
	if (parent == words)
		return;
	if (words[INNER_UP])
		take_over(parent, words);
	else
		parent[INNER_UP] = 0;
}

static struct timer *leftmost_below(uint64_t branch)
{
	while (branch & INNER)
		branch = words_at(branch)[LEFT];
	return branch ? owner_of(words_at(branch)) : NULL;
}

static struct timer *first_of(const struct radix_tree *tree)
{
	return leftmost_below(tree->branch[LEFT]);
}

/* Returns the next timer in order, or NULL. */
static struct timer *after(const struct radix_tree *tree, const struct timer *timer)
{
	uint64_t up = timer->link.word[LEAF_UP];

	while (words_at(up) != tree->branch && up & SIDE)
		up = words_at(up)[INNER_UP];
	return words_at(up) == tree->branch ? NULL : leftmost_below(words_at(up)[RIGHT]);
}

/* --- the operations */

static int radix_tree_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct radix_tree *tree = calloc(1, sizeof(*tree));

	(void)options;
	(void)now;
	if (!tree)
		return -ENOMEM;
	*set = (struct timer_set *)tree;
	return 0;
}

static void radix_tree_destroy(struct timer_set *set)
{
	free(set);
}

static int radix_tree_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* each timer brings its own inner part */
	return 0;
}

static void radix_tree_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			      uint64_t interval)
{
	struct radix_tree *tree = tree_of(set);

	(void)interval;
	assert(!is_armed(timer) && "insert: the timer is armed");
	assert(!(address_of(timer->link.word) & ~ADDRESS) && "insert: an address of over 57 bits");
	put_in(tree, timer, deadline);
	tree->size++;
}

static void radix_tree_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	struct radix_tree *tree = tree_of(set);

	(void)interval;
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	if (deadline == timer->key) {
		timer->deadline = deadline;
		return;
	}
	take_out(tree, timer);
	put_in(tree, timer, deadline);
}

static void radix_tree_disarm(struct timer_set *set, struct timer *timer)
{
	struct radix_tree *tree = tree_of(set);

	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(tree, timer);
	tree->size--;
	timer->link.word[LEAF_UP] = DISARMED;
}

static void radix_tree_remove(struct timer_set *set, struct timer *timer)
{
	struct radix_tree *tree = tree_of(set);

	assert(timer->link.word[LEAF_UP] != IDLE && "remove: the timer is idle");
	if (is_armed(timer)) {
		take_out(tree, timer);
		tree->size--;
	}
	timer->link = (union timer_link){ .word = { 0 } };
}

static uint64_t radix_tree_next(struct timer_set *set)
{
	const struct timer *first = first_of(tree_of(set));

	return first ? first->key : TIMER_NEVER;
}

static size_t radix_tree_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct radix_tree *tree = tree_of(set);
	size_t count = 0;

	while (count < max) {
		struct timer *first = first_of(tree);

		if (!first || first->key > now || first->key == TIMER_NEVER)
			break;
		take_out(tree, first);
		first->link = (union timer_link){ .word = { 0 } };
		out[count++] = first;
	}
	tree->size -= count;
	return count;
}

static void radix_tree_for_each(const struct timer_set *set,
				void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct radix_tree *tree = tree_of(set);

	for (struct timer *timer = first_of(tree); timer; timer = after(tree, timer))
		visit(timer, data);
}

static size_t radix_tree_size(const struct timer_set *set)
{
	return tree_of(set)->size;
}

static size_t radix_tree_footprint(const struct timer_set *set)
{
	(void)set;
	return sizeof(struct radix_tree);
}

/* --- the check */

/* What a part must have according to the way down to it: its parent and side, depth and keys. */
struct place {
	const uint64_t *up;
	unsigned side;
	int depth; /* depth_of the parent's level; -1 for the root */
	uint64_t least, greatest;
};

struct census {
	size_t leaves, inner_parts;
};

/* Returns the rank of a level on the way down; it rises from 0. */
static int depth_of(unsigned level)
{
	return (int)(level < LEVEL_EQUAL ? 63 - level : level);
}

/* Returns whether an inner part is above the leaf of its own timer. */
static bool is_above_its_leaf(const uint64_t *words)
{
	const uint64_t *above = words_at(words[LEAF_UP]);

	/*
	 * No way up is longer than the number of levels. Only the root has an empty right branch.
	 */
	for (unsigned i = 0; i <= LEVEL_EQUAL_LAST && above != words && above[RIGHT]; i++)
		above = words_at(above[INNER_UP]);
	return above == words;
}

static const char *check_leaf(const uint64_t *words, const struct place *place)
{
	const struct timer *timer = owner_of(words);

	if (words[LEAF_UP] != (address_of(place->up) | place->side))
		return "a leaf's stored place is not the place that it is in";
	if (timer->key > timer->deadline)
		return "a timer is filed after its deadline";
	if (timer->key < place->least || timer->key > place->greatest)
		return "a timer is in the wrong branch for its deadline";
	return NULL;
}

static const char *check_inner(const uint64_t *words, const struct place *place)
{
	if (words_at(words[INNER_UP]) != place->up || (words[INNER_UP] & SIDE) != place->side)
		return "an inner part's stored place is not the place that it is in";
	if (!words_at(words[LEFT]) || !words_at(words[RIGHT]))
		return "an inner part lacks a branch";
	if (depth_of(level_of(words)) <= place->depth)
		return "an inner part's level is not below its parent's";
	if (!is_above_its_leaf(words))
		return "an inner part is not above the leaf of its timer";
	return NULL;
}

/* Checks the part that a branch leads to, and all parts below it. */
static const char *check_below(uint64_t branch, const struct place *place, struct census *census)
{
	const uint64_t *words = words_at(branch);
	unsigned level = level_of(words);
	const char *broken = branch & INNER ? check_inner(words, place) : check_leaf(words, place);

	if (broken)
		return broken;
	if (!(branch & INNER)) {
		census->leaves++;
		return NULL;
	}
	census->inner_parts++;
	for (unsigned side = LEFT; side <= RIGHT && !broken; side++) {
		struct place below = { words, side, depth_of(level), 0, 0 };

		below.least = below.greatest = owner_of(words)->key;
		if (level < LEVEL_EQUAL) {
			uint64_t half = UINT64_C(1) << level;

			below.least =
				(owner_of(words)->key & ~(half | (half - 1))) | (side ? half : 0);
			below.greatest = below.least + (half - 1);
		}
		if (below.least < place->least || below.greatest > place->greatest)
			return "an inner part is in the wrong branch for its key";
		broken = check_below(words[side], &below, census);
	}
	return broken;
}

static const char *radix_tree_check(const struct timer_set *set)
{
	const struct radix_tree *tree = tree_of(set);
	const struct place place = { tree->branch, LEFT, -1, 0, UINT64_MAX };
	struct census census = { 0, 0 };
	const char *broken = NULL;

	if (tree->branch[RIGHT])
		return "the root has a right branch";
	if (tree->branch[LEFT])
		broken = check_below(tree->branch[LEFT], &place, &census);
	if (broken)
		return broken;
	if (census.leaves && census.inner_parts != census.leaves - 1)
		return "the inner parts in use are not one less than the timers";
	return census.leaves == tree->size ? NULL : "the size is not the number of timers";
}

/* --- the table */

const struct timer_structure timer_radix_tree = {
	.name = "radix-tree",
	.summary = "elastic binary tree: a radix tree in which every timer brings an inner node",
	.source = "HAProxy (ebtree's eb64tree.h, task.c)",
	.departures = "64-bit keys that don't wrap; bit numbers in the top of an address; "
		      "a postponed timer moves at once",
	.complexity = { "O(log n)", "O(log n)", "O(1)", "O(1)", "O(log n)", "O(log n) each" },
	.create = radix_tree_create,
	.destroy = radix_tree_destroy,
	.reserve = radix_tree_reserve,
	.insert = radix_tree_insert,
	.reinsert = radix_tree_reinsert,
	.disarm = radix_tree_disarm,
	.remove = radix_tree_remove,
	.next = radix_tree_next,
	.expire = radix_tree_expire,
	.for_each = radix_tree_for_each,
	.size = radix_tree_size,
	.footprint = radix_tree_footprint,
	.check = radix_tree_check,
};
