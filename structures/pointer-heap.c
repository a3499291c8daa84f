/*
 * pointer-heap - a binary heap of linked nodes, as libuv keeps its timers
 *
 * IDEA. The complete binary tree of binary-heap without its array: each timer points to its parent
 * and to its two children. The bits of n, from the second highest down, lead from the root to the
 * n-th place: 0 is left, 1 is right. So the heap never allocates, but each operation that adds or
 * removes a timer walks to the last place.
 *
 *	           1             place 6 is 110 in binary:
 *	        /     \            1: the root
 *	       2       3           1: right
 *	     /  \     /            0: left
 *	    4    5   6
 *
 * To move up or down, a timer exchanges places with its parent or a child. That rewrites the links
 * of both, of their children and of the parent's parent: up to six timers are written, where an
 * array moves one entry.
 *
 * COST.   insert     O(log n): the walk to the last place, then the way up
 *         reinsert   O(log n): remove and insert
 *         remove     O(log n): the walk to the last place, then the way down or up
 *         next       O(1)
 *         expire     O(log n) per timer
 *         memory     none
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where no memory may be allocated and n is small. An array is better everywhere else.
 *
 * LOSES. As n grows: even the walk to the last place is a cache miss per level, before the first
 * comparison.
 *
 * SOURCE. libuv 1.x, heap-inl.h and timer.c. From libuv are the links, the walk and the exchange.
 * As in libuv, equal deadlines fire in the order in which they were armed, by a counter; and a
 * timer that is re-armed is removed and inserted.
 *
 * DEPARTURES. libuv moves all due timers to a queue before the first callback (since 2023);
 * pointer-heap's expire takes out at most max. libuv's clock counts milliseconds.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

/*
 * The words of a timer's link. NUMBER counts the armings of the set's timers, and is 0 only in an
 * idle timer.
 */
#define LEFT	 0
#define RIGHT	 1
#define PARENT	 2
#define NUMBER	 3
#define DISARMED (UINT64_MAX >> 1)

struct pointer_heap {
	struct timer *root;
	size_t size;
	uint64_t number; /* the NUMBER of the timer that was armed last */
};

static struct pointer_heap *heap_of(const struct timer_set *set)
{
	return (struct pointer_heap *)set;
}

static struct timer **child(struct timer *timer, int side)
{
	return (struct timer **)&timer->link.pointer[side];
}

static struct timer *parent_of(const struct timer *timer)
{
	return timer->link.pointer[PARENT];
}

/* Returns the link that leads to a timer. */
static struct timer **link_to(struct pointer_heap *heap, struct timer *timer)
{
	struct timer *parent = parent_of(timer);

	return !parent ? &heap->root : child(parent, *child(parent, LEFT) != timer);
}

static bool is_before(const struct timer *a, const struct timer *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	return a->link.word[NUMBER] < b->link.word[NUMBER];
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.word[NUMBER] && timer->link.word[NUMBER] != DISARMED;
}

/* Returns the link to the n-th place, and stores the timer that has that link in *parent. */
static struct timer **find_place(struct pointer_heap *heap, size_t n, struct timer **parent)
{
	struct timer **link = &heap->root;
	unsigned bits = 63u - (unsigned)__builtin_clzll(n);

	*parent = NULL;
	while (bits--) {
		*parent = *link;
		link = child(*link, n >> bits & 1);
	}
	return link;
}

static void set_parent(struct timer *timer, struct timer *parent)
{
	if (timer)
		timer->link.pointer[PARENT] = parent;
}

/* Exchanges a timer with its parent. */
static void rise(struct pointer_heap *heap, struct timer *timer)
{
	struct timer *parent = parent_of(timer), *above = parent_of(parent);
	struct timer **link = link_to(heap, parent);
	int side = *child(parent, LEFT) != timer;
	struct timer *sibling = *child(parent, !side);
	struct timer *left = *child(timer, LEFT), *right = *child(timer, RIGHT);

	*link = timer;
	timer->link.pointer[PARENT] = above;
	*child(timer, side) = parent;
	*child(timer, !side) = sibling;
	parent->link.pointer[PARENT] = timer;
	*child(parent, LEFT) = left;
	*child(parent, RIGHT) = right;
	set_parent(sibling, timer);
	set_parent(left, parent);
	set_parent(right, parent);
}

static void sift_up(struct pointer_heap *heap, struct timer *timer)
{
	while (parent_of(timer) && is_before(timer, parent_of(timer)))
		rise(heap, timer);
}

static void sift_down(struct pointer_heap *heap, struct timer *timer)
{
	for (;;) {
		struct timer *least = timer;

		for (int side = LEFT; side <= RIGHT; side++) {
			struct timer *below = *child(timer, side);

			if (below && is_before(below, least))
				least = below;
		}
		if (least == timer)
			return;
		rise(heap, least);
	}
}

static void put_in(struct pointer_heap *heap, struct timer *timer, uint64_t deadline)
{
	struct timer **link, *parent;

	timer->deadline = timer->key = deadline;
	link = find_place(heap, ++heap->size, &parent);
	*child(timer, LEFT) = *child(timer, RIGHT) = NULL;
	timer->link.pointer[PARENT] = parent;
	timer->link.word[NUMBER] = ++heap->number;
	*link = timer;
	sift_up(heap, timer);
}

/* Takes out a timer. The last timer takes its place, and sifts down or up from that place. */
static void take_out(struct pointer_heap *heap, struct timer *timer)
{
	struct timer *parent, **link = find_place(heap, heap->size--, &parent), *last = *link;

	*link = NULL;
	if (last == timer)
		return;
	*child(last, LEFT) = *child(timer, LEFT);
	*child(last, RIGHT) = *child(timer, RIGHT);
	last->link.pointer[PARENT] = parent_of(timer);
	set_parent(*child(last, LEFT), last);
	set_parent(*child(last, RIGHT), last);
	*link_to(heap, timer) = last;
	sift_down(heap, last);
	sift_up(heap, last);
}

static int pointer_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct pointer_heap *heap = calloc(1, sizeof(*heap));

	(void)options;
	(void)now;
	if (!heap)
		return -ENOMEM;
	*set = (struct timer_set *)heap;
	return 0;
}

static void pointer_heap_destroy(struct timer_set *set)
{
	free(set);
}

static int pointer_heap_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the tree links the timers themselves */
	return 0;
}

static void pointer_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	(void)interval;
	assert(!is_armed(timer) && "insert: the timer is armed");
	put_in(heap_of(set), timer, deadline);
}

static void pointer_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	(void)interval;
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	take_out(heap_of(set), timer);
	put_in(heap_of(set), timer, deadline);
}

static void pointer_heap_disarm(struct timer_set *set, struct timer *timer)
{
	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(heap_of(set), timer);
	timer->link.word[NUMBER] = DISARMED;
}

static void pointer_heap_remove(struct timer_set *set, struct timer *timer)
{
	assert(timer->link.word[NUMBER] && "remove: the timer is idle");
	if (is_armed(timer))
		take_out(heap_of(set), timer);
	timer->link = (union timer_link){ .word = { 0 } };
}

static uint64_t pointer_heap_next(struct timer_set *set)
{
	const struct pointer_heap *heap = heap_of(set);

	return heap->root ? heap->root->key : TIMER_NEVER;
}

static size_t pointer_heap_expire(struct timer_set *set, uint64_t now, struct timer **out,
				  size_t max)
{
	struct pointer_heap *heap = heap_of(set);
	size_t count = 0;

	while (count < max && heap->root) {
		struct timer *first = heap->root;

		if (first->key > now || first->key == TIMER_NEVER)
			break;
		take_out(heap, first);
		first->link = (union timer_link){ .word = { 0 } };
		out[count++] = first;
	}
	return count;
}

/* Visits a tree depth first. The recursion is as deep as the tree is high: about log2(n). */
static void visit_tree(struct timer *timer, void (*visit)(struct timer *timer, void *data),
		       void *data)
{
	if (!timer)
		return;
	visit(timer, data);
	visit_tree(*child(timer, LEFT), visit, data);
	visit_tree(*child(timer, RIGHT), visit, data);
}

static void pointer_heap_for_each(const struct timer_set *set,
				  void (*visit)(struct timer *timer, void *data), void *data)
{
	visit_tree(heap_of(set)->root, visit, data);
}

static size_t pointer_heap_size(const struct timer_set *set)
{
	return heap_of(set)->size;
}

static size_t pointer_heap_footprint(const struct timer_set *set)
{
	(void)set;
	return sizeof(struct pointer_heap);
}

/*
 * Checks each place n: the bits of n lead to an armed timer, its links are right, and it is not due
 * before its parent.
 */
static const char *pointer_heap_check(const struct timer_set *set)
{
	struct pointer_heap *heap = heap_of(set);
	struct timer *parent, *timer;

	for (size_t n = 1; n <= heap->size; n++) {
		timer = *find_place(heap, n, &parent);
		if (!timer)
			return "a place is empty";
		if (parent_of(timer) != parent)
			return "a timer's link to its parent is wrong";
		if (!is_armed(timer))
			return "a timer in the heap is not armed";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (parent && is_before(timer, parent))
			return "a timer is due before its parent";
		if (2 * n > heap->size && *child(timer, LEFT))
			return "a timer has a child beyond the last place";
		if (2 * n + 1 > heap->size && *child(timer, RIGHT))
			return "a timer has a child beyond the last place";
	}
	return heap->size || !heap->root ? NULL : "an empty heap has a root";
}

const struct timer_structure timer_pointer_heap = {
	.name = "pointer-heap",
	.summary = "binary heap of linked nodes, the last place found by the bits of n",
	.source = "libuv 1.x (heap-inl.h, timer.c)",
	.departures = "expire takes out at most max timers, not all due ones; the clock is in ns",
	.complexity = { "O(log n)", "O(log n)", "O(log n)", "O(log n)", "O(1)", "O(log n) each" },
	.create = pointer_heap_create,
	.destroy = pointer_heap_destroy,
	.reserve = pointer_heap_reserve,
	.insert = pointer_heap_insert,
	.reinsert = pointer_heap_reinsert,
	.disarm = pointer_heap_disarm,
	.remove = pointer_heap_remove,
	.next = pointer_heap_next,
	.expire = pointer_heap_expire,
	.for_each = pointer_heap_for_each,
	.size = pointer_heap_size,
	.footprint = pointer_heap_footprint,
	.check = pointer_heap_check,
};
