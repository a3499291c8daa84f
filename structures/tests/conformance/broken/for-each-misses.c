/*
 * for-each-misses - the walk over all timers ends one before the last
 */
#include "model.h"

struct short_walk {
	void (*visit)(struct timer *timer, void *data);
	void *data;
	size_t left;
};

static void visit_but_last(struct timer *timer, void *data)
{
	struct short_walk *walk = data;

	if (walk->left && walk->left--)
		walk->visit(timer, walk->data);
}

static void for_each_misses(const struct timer_set *set,
			    void (*visit)(struct timer *timer, void *data), void *data)
{
	size_t size = timer_binary_heap.size(set);
	struct short_walk walk = { visit, data, size > 40 ? size - 1 : size };

	timer_binary_heap.for_each(set, visit_but_last, &walk);
}
#define model_for_each for_each_misses

BROKEN(broken_for_each_misses, "for-each-misses",
       "the walk over all timers ends one before the last");
