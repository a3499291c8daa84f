/*
 * model.h - a right structure to break: binary-heap, each operation behind a function
 *
 * A broken structure includes this, writes the operation that it breaks, and says
 *
 *	#define model_expire its_own
 *	BROKEN(its_symbol, "its-name", "what is wrong, and where one meets it");
 *
 * The table takes model_OPERATION for each operation, whatever that means by then.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdlib.h>
#include <string.h>

#include "structures/timer.h"

extern const struct timer_structure timer_binary_heap;

#define MODEL static __attribute__((unused))

MODEL int model_create(struct timer_set **set, const void *options, uint64_t now)
{
	return timer_binary_heap.create(set, options, now);
}

MODEL void model_destroy(struct timer_set *set)
{
	timer_binary_heap.destroy(set);
}

MODEL int model_reserve(struct timer_set *set, size_t n)
{
	return timer_binary_heap.reserve(set, n);
}

MODEL void model_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			uint64_t interval)
{
	timer_binary_heap.insert(set, timer, deadline, interval);
}

MODEL void model_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	timer_binary_heap.reinsert(set, timer, deadline, interval);
}

MODEL void model_disarm(struct timer_set *set, struct timer *timer)
{
	timer_binary_heap.disarm(set, timer);
}

MODEL void model_remove(struct timer_set *set, struct timer *timer)
{
	timer_binary_heap.remove(set, timer);
}

MODEL uint64_t model_next(struct timer_set *set)
{
	return timer_binary_heap.next(set);
}

MODEL size_t model_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	return timer_binary_heap.expire(set, now, out, max);
}

MODEL void model_for_each(const struct timer_set *set,
			  void (*visit)(struct timer *timer, void *data), void *data)
{
	timer_binary_heap.for_each(set, visit, data);
}

MODEL size_t model_size(const struct timer_set *set)
{
	return timer_binary_heap.size(set);
}

MODEL size_t model_footprint(const struct timer_set *set)
{
	return timer_binary_heap.footprint(set);
}

MODEL const char *model_check(const struct timer_set *set)
{
	return timer_binary_heap.check(set);
}

#define BROKEN(symbol, typed, fault)                                                               \
	const struct timer_structure symbol = {                                                    \
		.name = typed,                                                                     \
		.summary = fault,                                                                  \
		.source = "this suite",                                                            \
		.departures = "from what is right",                                                \
		.complexity = { "O(log n)", "O(log n)", "O(log n)", "O(log n)", "O(1)",            \
				"O(log n)" },                                                      \
		.create = model_create,                                                            \
		.destroy = model_destroy,                                                          \
		.reserve = model_reserve,                                                          \
		.insert = model_insert,                                                            \
		.reinsert = model_reinsert,                                                        \
		.disarm = model_disarm,                                                            \
		.remove = model_remove,                                                            \
		.next = model_next,                                                                \
		.expire = model_expire,                                                            \
		.for_each = model_for_each,                                                        \
		.size = model_size,                                                                \
		.footprint = model_footprint,                                                      \
		.check = model_check,                                                              \
	}

#endif
