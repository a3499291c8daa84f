/*
 * radix-tree - HAProxy's elastic binary tree: every timer brings the inner node that it may need
 *
 * IDEA. A tree that branches at bits of the deadline, and only at those where two timers differ.
 * With n timers at its ends it has n - 1 inner nodes, so each timer carries one: a timer has a
 * leaf part and an inner part, which may be anywhere above its leaf. Between them the tree is
 * elastic:
 *
 *	  5 (101), 7 (111), 4 (100), armed in this order
 *
 *	            (7) at bit 1
 *	           /   \
 *	  (4) at bit 0  [7]           (x): the inner part of x, [x]: its leaf
 *	     /   \
 *	   [4]   [5]                  the inner part of 5 is not in use
 *
 * A new timer goes down by its own bits until an inner node's bits differ from its own above where
 * that branches; there its inner part is put in, with what was there on one side and its leaf on
 * the other. When a timer leaves, the inner node above its leaf is not needed any more: its
 * sibling moves up, and that spare inner part takes over from the timer's own. Nothing is
 * compared, balanced or rotated.
 *
 * Equal deadlines make a tree of their own below the last bit, filled from left to right as a
 * binary counter is: its inner nodes have levels of their own, and a new timer goes where on the
 * right way down a level is missing, or on top.
 *
 * COST.   insert     O(log n), at most the bits of a deadline: a miss a level, no comparison
 *                    of order; equal ones: as many levels more as their number has bits
 *         reinsert   remove and insert; nothing if the deadline is the same
 *         remove     O(1): parent, grandparent and sibling, and two more if parts change hands
 *         next       O(log n): down the left side
 *         expire     as next and remove, for each
 *         memory     none
 *
 * GIVES BACK. Nothing: it keeps nothing for a timer, so it is as small at a peak as after it.
 *
 * WINS. Against the red-black tree where timers are stopped or put off: going out is a few stores
 * and no walk, and going in among the latest is a way that is always the same. With 10,000 timers
 * 2 times in idle and 3 times in rpc. It takes no memory, and nothing ever fails.
 *
 * LOSES. Where all fire: the first is looked for once for each and once more by next, and each
 * load of that waits for the one before: 1.3 times a red-black tree's cost in hold with 10,000
 * timers. Where deadlines are skewed, as nothing keeps the tree from being deep then: 2.3 times
 * with Pareto's intervals. Against heaps, save in draining: 1.3 to 6 times the binary heap's cost.
 *
 * SOURCE. Willy Tarreau's ebtree, eb64tree.h and ebtree.h, as HAProxy has it in its tree (task.c,
 * a tree a thread). As there: the layout of a node, two branches, the parents of both parts and a
 * bit number; how equal keys are filed; the first is looked up anew for each that expires; what is
 * put off to the same time is left alone.
 *
 * DEPARTURES. Keys are 64 bits of ns that don't wrap: HAProxy's are 32 bits of ms, and the first
 * is the first from half a turn before now on. The bit number has no bytes of its own: it is in
 * the 7 top bits of the address of the inner part's parent, which has to be kept when that is
 * written. That makes it about a tenth slower than eb64tree.c itself with 10,000 timers, and up to
 * a half with a million that are put off at random. And addresses must fit 57 bits: those of
 * 64-bit programs do on x86-64, arm64 and riscv, unless memory is tagged; insert asserts it.
 * HAProxy doesn't move a task that is put off before it is due: that is lazy:radix-tree, and here
 * it moves at once.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

/*
 * The four words of a link. All are addresses of links' words (or of the root's) with tags in bits
 * that addresses leave free. Bit 0 says what a branch leads to, INNER or not, and in INNER_UP and
 * LEAF_UP which side of the parent the part is on; the 7 top bits of INNER_UP are the inner part's
 * level.
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

/* In LEAF_UP of what is not in the tree. */
#define IDLE	 0
#define DISARMED 2

/*
 * Levels of inner parts: the bit at which it branches; or above 63 in a tree of equal deadlines,
 * where they rise on the way down to the last, which is HAProxy's -1.
 */
#define LEVEL_EQUAL	 64
#define LEVEL_EQUAL_LAST 127

struct radix_tree {
	uint64_t branch[2]; /* the tree is the left one; nothing is on the right */
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

/* The words that a tagged address leads to, and the timer that they are the link of. */
static uint64_t *words_at(uint64_t tagged)
{
	return (uint64_t *)(uintptr_t)(tagged & ADDRESS);
}

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

/* Puts a leaf, or an inner part and all below it, on that side of `up`. */
static void attach(uint64_t *up, unsigned side, uint64_t below)
{
	uint64_t *words = words_at(below);

	up[side] = below;
	if (below & INNER)
		words[INNER_UP] = (words[INNER_UP] & LEVEL) | address_of(up) | side;
	else
		words[LEAF_UP] = address_of(up) | side;
}

/* Puts a new timer in above what is on that side of `up`: its leaf goes to `own` side below. */
static void put_in_above(uint64_t *up, unsigned side, uint64_t *words, unsigned level, unsigned own)
{
	uint64_t below = up[side];

	words[INNER_UP] = (uint64_t)level << LEVEL_SHIFT;
	attach(up, side, address_of(words) | INNER);
	attach(words, own, address_of(words));
	attach(words, !own, below);
}

/*
 * Puts a timer into the tree of its equals, on that side of `up`. The way down on the right ends
 * at a leaf: if the last level is missing above it, the timer goes there; else above the last part
 * before which a level is missing, or the first of all.
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

/* `spare`, which is not in use, becomes what the inner part of `words` is. */
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

/* The timer after this one in order, or NULL. */
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
	(void)n; /* each timer brings its inner part */
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

/* What a part may be: below which one, on which side, at what depth, with which keys. */
struct place {
	const uint64_t *up;
	unsigned side;
	int depth; /* of the parent: -1 for the root, then levels in their order on the way down */
	uint64_t least, greatest;
};

struct census {
	size_t leaves, inner_parts;
};

static int depth_of(unsigned level)
{
	return (int)(level < LEVEL_EQUAL ? 63 - level : level);
}

/* Whether an inner part, which has its timer's key, is above the leaf of that timer. */
static bool is_above_its_leaf(const uint64_t *words)
{
	const uint64_t *above = words_at(words[LEAF_UP]);

	/* No way up is longer than there are levels, and only the root has nothing on the right. */
	for (unsigned i = 0; i <= LEVEL_EQUAL_LAST && above != words && above[RIGHT]; i++)
		above = words_at(above[INNER_UP]);
	return above == words;
}

static const char *check_leaf(const uint64_t *words, const struct place *place)
{
	const struct timer *timer = owner_of(words);

	if (words[LEAF_UP] != (address_of(place->up) | place->side))
		return "a leaf is in another place than it says";
	if (timer->key > timer->deadline)
		return "a timer is filed after its deadline";
	if (timer->key < place->least || timer->key > place->greatest)
		return "a timer is in the wrong branch for its deadline";
	return NULL;
}

static const char *check_inner(const uint64_t *words, const struct place *place)
{
	if (words_at(words[INNER_UP]) != place->up || (words[INNER_UP] & SIDE) != place->side)
		return "an inner part is in another place than it says";
	if (!words_at(words[LEFT]) || !words_at(words[RIGHT]))
		return "an inner part lacks a branch";
	if (depth_of(level_of(words)) <= place->depth)
		return "an inner part's level is not below its parent's";
	if (!is_above_its_leaf(words))
		return "an inner part is not above the leaf of its timer";
	return NULL;
}

/* The part that a branch leads to, and all below it. */
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
		return "something is on the right of the root";
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
	.summary =
		"elastic binary tree: a radix tree that every timer brings its own inner node to",
	.source = "HAProxy (ebtree's eb64tree.h, task.c)",
	.departures = "64-bit keys that don't wrap; bit numbers in the top of an address; "
		      "a timer that is put off moves at once",
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
