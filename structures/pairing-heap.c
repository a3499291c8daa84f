/*
 * pairing-heap - a heap-ordered tree of any shape, put in order when the first timer leaves
 *
 * IDEA. A timer has a list of children, none of which is due before the timer. Two trees are merged
 * by making the later root the first child of the earlier root: two links. Arming merges a single
 * timer into the tree. When the root leaves, its children are merged in pairs from the left, and
 * then the pairs are merged into one tree from the right. This keeps removal O(log n) amortised.
 *
 *	 root -> [10]
 *	           |
 *	          [25] -> [12] -> [40] -> [31]          pass 1: (12 25) (31 40)
 *	           |               |                    pass 2: (12 (31 ...))
 *	          [90]            [55]
 *
 * Each child points to its next sibling and back to its previous one, and the first child points
 * back to its parent. So any timer can be cut out in O(1).
 *
 * COST.   insert     O(1): one comparison
 *         reinsert   earlier: cut and merge, O(1); later: a remove and an insert
 *         remove     O(log n) amortised: the timer's children are paired
 *         next       O(1)
 *         expire     O(log n) amortised per timer; the first expiry after n inserts is O(n)
 *         memory     none
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where many timers are armed and none fires: no structure that keeps an order arms faster.
 *
 * LOSES. Where timers fire: pairing walks lists of siblings, with a cache miss for each sibling.
 * The first expiry after many inserts pairs all of these timers in one operation.
 *
 * SOURCE. Fredman, Sedgewick, Sleator and Tarjan, Algorithmica 1986. This is the two-pass variant,
 * which is also in GCC (pb_ds), and was in ntpd and in several schedulers.
 *
 * DEPARTURES. To re-arm a timer to a later deadline, reinsert takes the timer out, pairs its
 * children and merges both into the tree. Textbooks only decrease keys.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

/* The words of a timer's link. BACK is the previous sibling, or the parent of a first child. */
#define NEXT  0
#define BACK  1
#define CHILD 2
#define STATE 3

/* States, in link.word[STATE]; an idle timer is all zero. */
#define IDLE	 0
#define ARMED	 1
#define DISARMED 2

struct pairing_heap {
	struct timer *root;
	size_t size;
};

static struct pairing_heap *heap_of(const struct timer_set *set)
{
	return (struct pairing_heap *)set;
}

static struct timer *get(const struct timer *timer, int link)
{
	return timer->link.pointer[link];
}

static void put(struct timer *timer, int link, struct timer *other)
{
	timer->link.pointer[link] = other;
}

/* Merges two trees and returns the root. Both arguments must be roots without siblings. */
static struct timer *merge(struct timer *a, struct timer *b)
{
	struct timer *first = a->key <= b->key ? a : b, *last = first == a ? b : a;
	struct timer *child = get(first, CHILD);

	put(last, BACK, first);
	put(last, NEXT, child);
	if (child)
		put(child, BACK, last);
	put(first, CHILD, last);
	return first;
}

/* Takes the first tree off a list of siblings, and returns it as a root. */
static struct timer *detach(struct timer **list)
{
	struct timer *first = *list;

	*list = get(first, NEXT);
	put(first, NEXT, NULL);
	put(first, BACK, NULL);
	return first;
}

/*
 * Merges a list of siblings into one tree, and returns it; NULL for an empty list. Pairs are merged
 * from the left and pushed on a list, which reverses their order. So merging that list from its
 * front is merging from the right.
 */
static struct timer *pair_all(struct timer *siblings)
{
	struct timer *pairs = NULL, *tree;

	while (siblings) {
		if (get(siblings, NEXT))
			__builtin_prefetch(get(siblings, NEXT)->link.pointer[NEXT], 1);
		tree = detach(&siblings);
		if (siblings)
			tree = merge(tree, detach(&siblings));
		put(tree, NEXT, pairs);
		pairs = tree;
	}
	if (!pairs)
		return NULL;
	tree = detach(&pairs);
	while (pairs)
		tree = merge(tree, detach(&pairs));
	return tree;
}

/* Takes a timer and its subtree out of the tree. */
static void cut(struct pairing_heap *heap, struct timer *timer)
{
	struct timer *back = get(timer, BACK), *next = get(timer, NEXT);

	if (!back) {
		heap->root = NULL;
		return;
	}
	put(back, get(back, CHILD) == timer ? CHILD : NEXT, next);
	if (next)
		put(next, BACK, back);
	put(timer, NEXT, NULL);
	put(timer, BACK, NULL);
}

static void merge_in(struct pairing_heap *heap, struct timer *tree)
{
	if (tree)
		heap->root = heap->root ? merge(heap->root, tree) : tree;
}

/* Takes out a timer; its children stay in the heap. */
static void take_out(struct pairing_heap *heap, struct timer *timer)
{
	cut(heap, timer);
	merge_in(heap, pair_all(get(timer, CHILD)));
	put(timer, CHILD, NULL);
}

static int pairing_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct pairing_heap *heap = calloc(1, sizeof(*heap));

	(void)options;
	(void)now;
	if (!heap)
		return -ENOMEM;
	*set = (struct timer_set *)heap;
	return 0;
}

static void pairing_heap_destroy(struct timer_set *set)
{
	free(set);
}

static int pairing_heap_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the tree links the timers themselves */
	return 0;
}

static void pairing_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	struct pairing_heap *heap = heap_of(set);

	(void)interval;
	assert(timer->link.word[STATE] != ARMED && "insert: the timer is armed");
	timer->deadline = timer->key = deadline;
	timer->link = (union timer_link){ .word = { [STATE] = ARMED } };
	merge_in(heap, timer);
	heap->size++;
}

static void pairing_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	struct pairing_heap *heap = heap_of(set);
	bool later = deadline > timer->key;

	(void)interval;
	assert(timer->link.word[STATE] == ARMED && "reinsert: the timer is not armed");
	if (later)
		take_out(heap, timer);
	else
		cut(heap, timer);
	timer->deadline = timer->key = deadline;
	merge_in(heap, timer);
}

static void pairing_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct pairing_heap *heap = heap_of(set);

	assert(timer->link.word[STATE] == ARMED && "disarm: the timer is not armed");
	take_out(heap, timer);
	heap->size--;
	timer->link.word[STATE] = DISARMED;
}

static void pairing_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct pairing_heap *heap = heap_of(set);

	assert(timer->link.word[STATE] != IDLE && "remove: the timer is idle");
	if (timer->link.word[STATE] == ARMED) {
		take_out(heap, timer);
		heap->size--;
	}
	timer->link = (union timer_link){ .word = { IDLE } };
}

static uint64_t pairing_heap_next(struct timer_set *set)
{
	const struct pairing_heap *heap = heap_of(set);

	return heap->root ? heap->root->key : TIMER_NEVER;
}

static size_t pairing_heap_expire(struct timer_set *set, uint64_t now, struct timer **out,
				  size_t max)
{
	struct pairing_heap *heap = heap_of(set);
	size_t count = 0;

	while (count < max && heap->root) {
		struct timer *first = heap->root;

		if (first->key > now || first->key == TIMER_NEVER)
			break;
		heap->root = pair_all(get(first, CHILD));
		first->link = (union timer_link){ .word = { IDLE } };
		out[count++] = first;
	}
	heap->size -= count;
	return count;
}

/* Returns the next timer in depth-first order, or NULL. It needs no stack. A tree may be n deep. */
static struct timer *after(struct timer *timer)
{
	if (get(timer, CHILD))
		return get(timer, CHILD);
	while (!get(timer, NEXT)) {
		/* Goes back to the first sibling, whose BACK is the parent. */
		while (get(timer, BACK) && get(get(timer, BACK), CHILD) != timer)
			timer = get(timer, BACK);
		timer = get(timer, BACK);
		if (!timer)
			return NULL;
	}
	return get(timer, NEXT);
}

static void pairing_heap_for_each(const struct timer_set *set,
				  void (*visit)(struct timer *timer, void *data), void *data)
{
	for (struct timer *timer = heap_of(set)->root; timer; timer = after(timer))
		visit(timer, data);
}

static size_t pairing_heap_size(const struct timer_set *set)
{
	return heap_of(set)->size;
}

static size_t pairing_heap_footprint(const struct timer_set *set)
{
	(void)set;
	return sizeof(struct pairing_heap);
}

/* Checks the links of a timer's children, and that none of them is due before the timer. */
static const char *check_children(const struct timer *parent)
{
	const struct timer *back = parent;

	for (const struct timer *child = get(parent, CHILD); child; child = get(child, NEXT)) {
		if (get(child, BACK) != back)
			return "the links do not agree";
		if (child->key < parent->key)
			return "a timer is due before its parent";
		back = child;
	}
	return NULL;
}

static const char *pairing_heap_check(const struct timer_set *set)
{
	const struct pairing_heap *heap = heap_of(set);
	size_t count = 0;

	if (heap->root && (get(heap->root, BACK) || get(heap->root, NEXT)))
		return "the root has siblings";
	for (struct timer *timer = heap->root; timer; timer = after(timer)) {
		const char *broken = check_children(timer);

		if (broken)
			return broken;
		if (timer->link.word[STATE] != ARMED)
			return "a timer in the heap is not armed";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (++count > heap->size)
			break;
	}
	return count == heap->size ? NULL : "the size is not the number of timers";
}

const struct timer_structure timer_pairing_heap = {
	.name = "pairing-heap",
	.summary = "tree of timers, children paired when the first one leaves",
	.source = "Fredman, Sedgewick, Sleator and Tarjan, Algorithmica 1986",
	.departures = "can re-arm to a later deadline, which the source cannot",
	.complexity = { "O(1)", "O(log n) amortised", "O(log n) amortised", "O(log n) amortised",
			"O(1)", "O(log n) amortised each" },
	.create = pairing_heap_create,
	.destroy = pairing_heap_destroy,
	.reserve = pairing_heap_reserve,
	.insert = pairing_heap_insert,
	.reinsert = pairing_heap_reinsert,
	.disarm = pairing_heap_disarm,
	.remove = pairing_heap_remove,
	.next = pairing_heap_next,
	.expire = pairing_heap_expire,
	.for_each = pairing_heap_for_each,
	.size = pairing_heap_size,
	.footprint = pairing_heap_footprint,
	.check = pairing_heap_check,
};
