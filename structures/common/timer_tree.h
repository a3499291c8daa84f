/*
 * timer_tree.h - a red-black tree that links the timers themselves, in order of key
 *
 * The tree is a balanced search tree: colours and rotations ensure that no path from the root to a
 * leaf is more than twice as long as another. A key goes to the right of equal ones. Inserting and
 * taking out are O(log n). The tree stores its leftmost timer, so finding the first is O(1).
 *
 * The tree uses all 32 bytes of the link. While a timer is in a tree, the last word is its colour,
 * 2 or 3. All other values are free for the structure, to mark timers that are not in a tree.
 */
#ifndef TIMER_TREE_H
#define TIMER_TREE_H

#include "../timer.h"

/* The words of the link. */
#define TREE_LEFT   0
#define TREE_RIGHT  1
#define TREE_PARENT 2
#define TREE_COLOUR 3

#define TREE_RED   2
#define TREE_BLACK 3

struct timer_tree {
	struct timer *root, *first;
};

static inline struct timer *tree_get(const struct timer *timer, int link)
{
	return timer->link.pointer[link];
}

static inline void tree_put(struct timer *timer, int link, struct timer *other)
{
	timer->link.pointer[link] = other;
}

/* An absent timer counts as black. */
static inline bool tree_is_red(const struct timer *timer)
{
	return timer && timer->link.word[TREE_COLOUR] == TREE_RED;
}

static inline int tree_side(const struct timer *timer)
{
	return tree_get(tree_get(timer, TREE_PARENT), TREE_RIGHT) == timer;
}

/* Puts `other`, which may be NULL, in the place of a timer below its parent. */
static inline void tree_replace(struct timer_tree *tree, struct timer *timer, struct timer *other)
{
	struct timer *parent = tree_get(timer, TREE_PARENT);

	if (!parent)
		tree->root = other;
	else
		tree_put(parent, tree_side(timer), other);
	if (other)
		tree_put(other, TREE_PARENT, parent);
}

/* Rotates the tree at a timer to `side`: the child on the other side takes the timer's place. */
static inline void tree_rotate(struct timer_tree *tree, struct timer *timer, int side)
{
	struct timer *child = tree_get(timer, !side), *grandchild = tree_get(child, side);

	tree_replace(tree, timer, child);
	tree_put(child, side, timer);
	tree_put(timer, TREE_PARENT, child);
	tree_put(timer, !side, grandchild);
	if (grandchild)
		tree_put(grandchild, TREE_PARENT, timer);
}

/* Repairs a red timer that may have a red parent: recolours upwards, then rotates at most twice. */
static inline void tree_fix_after_insert(struct timer_tree *tree, struct timer *timer)
{
	struct timer *parent, *grandparent, *uncle;

	while ((parent = tree_get(timer, TREE_PARENT)) && tree_is_red(parent)) {
		int side = tree_side(parent);

		grandparent = tree_get(parent, TREE_PARENT);
		uncle = tree_get(grandparent, !side);
		if (tree_is_red(uncle)) {
			parent->link.word[TREE_COLOUR] = uncle->link.word[TREE_COLOUR] = TREE_BLACK;
			grandparent->link.word[TREE_COLOUR] = TREE_RED;
			timer = grandparent;
			continue;
		}
		if (tree_side(timer) != side) {
			tree_rotate(tree, parent, side);
			parent = timer;
		}
		parent->link.word[TREE_COLOUR] = TREE_BLACK;
		grandparent->link.word[TREE_COLOUR] = TREE_RED;
		tree_rotate(tree, grandparent, !side);
		break;
	}
	tree->root->link.word[TREE_COLOUR] = TREE_BLACK;
}

/* Inserts a timer by its key, which the caller has set. O(log n). */
static inline void timer_tree_insert(struct timer_tree *tree, struct timer *timer)
{
	struct timer *parent = NULL, *below = tree->root;
	bool leftmost = true;
	int side = TREE_LEFT;

	while (below) {
		parent = below;
		side = timer->key >= below->key;
		leftmost &= side == TREE_LEFT;
		below = tree_get(below, side);
	}
	timer->link = (union timer_link){ .word = { [TREE_COLOUR] = TREE_RED } };
	tree_put(timer, TREE_PARENT, parent);
	if (parent)
		tree_put(parent, side, timer);
	else
		tree->root = timer;
	if (leftmost)
		tree->first = timer;
	tree_fix_after_insert(tree, timer);
}

/* Adds the black timer that paths on that side of `parent` lack, or moves the lack upwards. */
static inline void tree_fix_after_removal(struct timer_tree *tree, struct timer *parent, int side)
{
	while (parent) {
		struct timer *timer = tree_get(parent, side), *sibling = tree_get(parent, !side);

		if (tree_is_red(timer)) {
			timer->link.word[TREE_COLOUR] = TREE_BLACK;
			return;
		}
		if (tree_is_red(sibling)) {
			sibling->link.word[TREE_COLOUR] = TREE_BLACK;
			parent->link.word[TREE_COLOUR] = TREE_RED;
			tree_rotate(tree, parent, side);
			sibling = tree_get(parent, !side);
		}
		if (tree_is_red(tree_get(sibling, TREE_LEFT)) ||
		    tree_is_red(tree_get(sibling, TREE_RIGHT))) {
			if (!tree_is_red(tree_get(sibling, !side))) {
				tree_get(sibling, side)->link.word[TREE_COLOUR] = TREE_BLACK;
				sibling->link.word[TREE_COLOUR] = TREE_RED;
				tree_rotate(tree, sibling, !side);
				sibling = tree_get(parent, !side);
			}
			sibling->link.word[TREE_COLOUR] = parent->link.word[TREE_COLOUR];
			parent->link.word[TREE_COLOUR] = TREE_BLACK;
			tree_get(sibling, !side)->link.word[TREE_COLOUR] = TREE_BLACK;
			tree_rotate(tree, parent, side);
			return;
		}
		sibling->link.word[TREE_COLOUR] = TREE_RED;
		timer = parent;
		parent = tree_get(timer, TREE_PARENT);
		if (tree_is_red(timer)) {
			timer->link.word[TREE_COLOUR] = TREE_BLACK;
			return;
		}
		side = parent ? tree_side(timer) : TREE_LEFT;
	}
	if (tree->root)
		tree->root->link.word[TREE_COLOUR] = TREE_BLACK;
}

static inline struct timer *tree_leftmost(struct timer *timer)
{
	while (tree_get(timer, TREE_LEFT))
		timer = tree_get(timer, TREE_LEFT);
	return timer;
}

/* Returns the next timer in order, or NULL. A walk over all timers is O(1) a timer. */
static inline struct timer *timer_tree_after(struct timer *timer)
{
	if (tree_get(timer, TREE_RIGHT))
		return tree_leftmost(tree_get(timer, TREE_RIGHT));
	while (tree_get(timer, TREE_PARENT) && tree_side(timer) == TREE_RIGHT)
		timer = tree_get(timer, TREE_PARENT);
	return tree_get(timer, TREE_PARENT);
}

/* Takes out a timer with two children. Its successor, which has no left child, takes its place. */
static inline void tree_take_out_inner(struct timer_tree *tree, struct timer *timer)
{
	struct timer *successor = tree_leftmost(tree_get(timer, TREE_RIGHT));
	struct timer *lacking = tree_get(successor, TREE_PARENT);
	bool was_black = !tree_is_red(successor);
	int side = tree_side(successor);

	if (lacking == timer)
		lacking = successor;
	else
		tree_replace(tree, successor, tree_get(successor, TREE_RIGHT));
	if (lacking != successor) {
		tree_put(successor, TREE_RIGHT, tree_get(timer, TREE_RIGHT));
		tree_put(tree_get(successor, TREE_RIGHT), TREE_PARENT, successor);
	}
	tree_replace(tree, timer, successor);
	tree_put(successor, TREE_LEFT, tree_get(timer, TREE_LEFT));
	tree_put(tree_get(successor, TREE_LEFT), TREE_PARENT, successor);
	successor->link.word[TREE_COLOUR] = timer->link.word[TREE_COLOUR];
	if (was_black)
		tree_fix_after_removal(tree, lacking, side);
}

/* Takes a timer out of the tree. The timer's link is undefined afterwards. O(log n). */
static inline void timer_tree_take_out(struct timer_tree *tree, struct timer *timer)
{
	struct timer *parent = tree_get(timer, TREE_PARENT), *child;
	int side;

	if (timer == tree->first)
		tree->first = timer_tree_after(timer);
	if (tree_get(timer, TREE_LEFT) && tree_get(timer, TREE_RIGHT)) {
		tree_take_out_inner(tree, timer);
		return;
	}
	child = tree_get(timer, TREE_LEFT) ? tree_get(timer, TREE_LEFT)
					   : tree_get(timer, TREE_RIGHT);
	side = parent ? tree_side(timer) : TREE_LEFT;
	tree_replace(tree, timer, child);
	if (tree_is_red(timer))
		return;
	if (parent)
		tree_fix_after_removal(tree, parent, side);
	else if (child)
		child->link.word[TREE_COLOUR] = TREE_BLACK;
}

/*
 * Returns the number of black timers on each path down from a timer. Sets *broken if the tree is
 * broken; the number is then undefined.
 */
static inline int tree_check_below(const struct timer *timer, const struct timer *parent,
				   const char **broken)
{
	int left, right;

	if (!timer)
		return 1;
	if (tree_get(timer, TREE_PARENT) != parent)
		*broken = "a timer's link to its parent is wrong";
	else if (timer->link.word[TREE_COLOUR] != TREE_RED &&
		 timer->link.word[TREE_COLOUR] != TREE_BLACK)
		*broken = "a timer in the tree is neither red nor black";
	else if (tree_is_red(timer) && tree_is_red(parent))
		*broken = "a red timer has a red child";
	if (*broken)
		return -1;
	left = tree_check_below(tree_get(timer, TREE_LEFT), timer, broken);
	right = tree_check_below(tree_get(timer, TREE_RIGHT), timer, broken);
	if (!*broken && left != right)
		*broken = "paths down have unequal numbers of black timers";
	return left + !tree_is_red(timer);
}

/*
 * Checks the tree, and adds the number of its timers to *count. Returns NULL, or what is broken.
 * O(n).
 */
static inline const char *timer_tree_check(const struct timer_tree *tree, size_t *count)
{
	const struct timer *previous = NULL;
	const char *broken = NULL;

	if (tree_is_red(tree->root))
		return "the root is red";
	tree_check_below(tree->root, NULL, &broken);
	if (broken)
		return broken;
	if (tree->first != (tree->root ? tree_leftmost(tree->root) : NULL))
		return "the first is not the leftmost";
	for (struct timer *timer = tree->first; timer; timer = timer_tree_after(timer)) {
		if (previous && previous->key > timer->key)
			return "the tree is not in order";
		previous = timer;
		++*count;
	}
	return NULL;
}

#endif
