/*
 * right.h - the simplest structure without a fault: pointers in an array, in the order of their
 * keys
 *
 * Each file in this directory puts one fault into this structure, and the suite must catch it.
 * Without a fault the structure must pass the suite, so what the suite catches is the fault.
 */
#ifndef RIGHT_H
#define RIGHT_H

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "structures/common/options.h"
#include "structures/timer.h"

/* A file need not use all of these functions. */
#define RIGHT static __attribute__((unused))

/* The state of a timer is in link.word[0]. */
enum { RIGHT_IDLE, RIGHT_ARMED, RIGHT_DISARMED };

struct right {
	struct timer **timers; /* the first to fire is last, so that expire takes from the end */
	size_t size, capacity;
	uint64_t latest;  /* the latest now that expire has seen */
	uint64_t word[2]; /* for the faults */
	struct timer *timer;
};

RIGHT struct right *right_of(const struct timer_set *set)
{
	return (struct right *)set;
}

RIGHT bool right_armed(const struct timer *timer)
{
	return timer->link.word[0] == RIGHT_ARMED;
}

/* Returns the timer's index, or `size` if the timer is not in the array. */
RIGHT size_t right_find(const struct right *right, const struct timer *timer)
{
	size_t place = 0;

	while (place < right->size && right->timers[place] != timer)
		place++;
	return place;
}

/* Inserts the timer by its key. */
RIGHT void right_put(struct right *right, struct timer *timer)
{
	size_t place = right->size++;

	for (; place && right->timers[place - 1]->key < timer->key; place--)
		right->timers[place] = right->timers[place - 1];
	right->timers[place] = timer;
	timer->link.word[0] = RIGHT_ARMED;
}

RIGHT void right_take(struct right *right, struct timer *timer)
{
	size_t place = right_find(right, timer);

	right->size--;
	memmove(right->timers + place, right->timers + place + 1,
		(right->size - place) * sizeof(*right->timers));
}

RIGHT int right_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct right *right = calloc(1, sizeof(*right));

	(void)options;
	if (!right)
		return -ENOMEM;
	right->latest = now;
	*set = (struct timer_set *)right;
	return 0;
}

RIGHT void right_destroy(struct timer_set *set)
{
	free(right_of(set)->timers);
	free(set);
}

RIGHT int right_reserve(struct timer_set *set, size_t n)
{
	struct right *right = right_of(set);
	size_t capacity = right->capacity ? right->capacity : 4;
	struct timer **timers;

	if (n <= right->capacity)
		return 0;
	if (n > SIZE_MAX / 4 / sizeof(*timers))
		return -ENOMEM;
	while (capacity < n)
		capacity *= 2;
	timers = realloc(right->timers, capacity * sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	right->timers = timers;
	right->capacity = capacity;
	return 0;
}

RIGHT void right_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			uint64_t interval)
{
	(void)interval;
	assert(!right_armed(timer) && "insert: the timer is armed");
	timer->deadline = timer->key = deadline;
	right_put(right_of(set), timer);
}

RIGHT void right_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	(void)interval;
	assert(right_armed(timer) && "reinsert: the timer is not armed");
	right_take(right_of(set), timer);
	timer->deadline = timer->key = deadline;
	right_put(right_of(set), timer);
}

RIGHT void right_disarm(struct timer_set *set, struct timer *timer)
{
	assert(right_armed(timer) && "disarm: the timer is not armed");
	right_take(right_of(set), timer);
	timer->link.word[0] = RIGHT_DISARMED;
}

RIGHT void right_remove(struct timer_set *set, struct timer *timer)
{
	assert(timer->link.word[0] != RIGHT_IDLE && "remove: the timer is idle");
	if (right_armed(timer))
		right_take(right_of(set), timer);
	timer->link.word[0] = RIGHT_IDLE;
}

RIGHT uint64_t right_next(struct timer_set *set)
{
	const struct right *right = right_of(set);

	return right->size ? right->timers[right->size - 1]->key : TIMER_NEVER;
}

RIGHT size_t right_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = 0;

	if (now > right->latest)
		right->latest = now;
	while (count < max && right->size) {
		struct timer *first = right->timers[right->size - 1];

		if (first->key > now || first->key == TIMER_NEVER)
			break;
		right->size--;
		first->link.word[0] = RIGHT_IDLE;
		out[count++] = first;
	}
	return count;
}

RIGHT void right_for_each(const struct timer_set *set,
			  void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct right *right = right_of(set);

	for (size_t i = 0; i < right->size; i++)
		visit(right->timers[i], data);
}

RIGHT size_t right_size(const struct timer_set *set)
{
	return right_of(set)->size;
}

RIGHT size_t right_footprint(const struct timer_set *set)
{
	const struct right *right = right_of(set);

	return sizeof(*right) + right->capacity * sizeof(*right->timers);
}

RIGHT const char *right_check(const struct timer_set *set)
{
	const struct right *right = right_of(set);

	for (size_t i = 1; i < right->size; i++)
		if (right->timers[i - 1]->key < right->timers[i]->key)
			return "the array is not in order";
	return NULL;
}

/*
 * The table of this structure with some of its fields replaced. So some fields have two
 * initializers. Compilers warn of that, because it is usually a mistake.
 */
#pragma GCC diagnostic ignored "-Woverride-init"
#define RIGHT_TABLE(symbol, name_, ...)                                                            \
	const struct timer_structure symbol = { .name = name_,                                     \
						.summary = "an array in order",                    \
						.source = "made to be broken",                     \
						.departures = "one fault",                         \
						.complexity = { "O(n)", "O(n)", "O(n)", "O(n)",    \
								"O(1)", "O(1) each" },             \
						.most_timers = 2000,                               \
						.create = right_create,                            \
						.destroy = right_destroy,                          \
						.reserve = right_reserve,                          \
						.insert = right_insert,                            \
						.reinsert = right_reinsert,                        \
						.disarm = right_disarm,                            \
						.remove = right_remove,                            \
						.next = right_next,                                \
						.expire = right_expire,                            \
						.for_each = right_for_each,                        \
						.size = right_size,                                \
						.footprint = right_footprint,                      \
						.check = right_check,                              \
						__VA_ARGS__ }

#define BROKEN(name, ...) RIGHT_TABLE(broken_##name, #name, __VA_ARGS__)

/* A fault that one check was made for. The structure must fail only that check. */
#define ONLY			      "fails only: "
#define BROKEN_ONLY(check, name, ...) BROKEN(name, .departures = ONLY check, __VA_ARGS__)

#endif
