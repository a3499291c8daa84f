/*
 * unsorted-list - one list in no order, as Redis keeps its timers
 *
 * IDEA. Arming and stopping only link and unlink. To find the next deadline or the due timers, the
 * structure looks at every timer.
 *
 *	 newest -> [90 us] <-> [10 us] <-> [40 us] <-> [25 us]
 *	            next and expire: all of them
 *
 * COST.   insert     O(1)
 *         reinsert   O(1): a store
 *         remove     O(1)
 *         next       O(n)
 *         expire     O(n) a call, and O(d log d) for the d that are due
 *         memory     8 bytes per timer that is reserved for, up to 16 after growing
 *
 * GIVES BACK. Nothing before destroy: the array for due timers stays as large as the most that was
 * reserved for.
 *
 * WINS. With as few timers as Redis has (one or two in a server), where nothing better is needed.
 *
 * LOSES. With thousands: each iteration of the event loop then reads every timer twice, once to
 * find how long to sleep, and once to find the due timers. So unsorted-list declares 10,000 timers
 * as its sensible maximum.
 *
 * SOURCE. Redis, ae.c: a doubly linked list, new timers in front. usUntilEarliestTimer walks it,
 * and a comment in that function says that an order was not needed so far.
 *
 * DEPARTURES. Redis calls due timers in the order of the list. Here due timers are sorted before
 * they fire. So the structure is as exact and ordered as most others, and can be ranked together
 * with them. For the few timers that are due at once, sorting costs little beside the walk. Redis
 * marks stopped timers and unlinks them on the next walk; here they are unlinked at once, which is
 * as cheap.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

/* The value of most_timers. With more timers, a benchmark would only measure the misses of next. */
#define BEARS 10000

/* States, in link.word[2]; an idle timer is all zero. */
#define IDLE	 0
#define ARMED	 1
#define DISARMED 2

struct unsorted_list {
	struct timer *first;
	size_t size;
	struct timer **due; /* room to sort due timers */
	size_t capacity;
};

static struct unsorted_list *list_of(const struct timer_set *set)
{
	return (struct unsorted_list *)set;
}

static void unlink_timer(struct unsorted_list *list, const struct timer *timer)
{
	struct timer *before = timer->link.previous, *next = timer->link.next;

	*(before ? &before->link.next : &list->first) = next;
	if (next)
		next->link.previous = before;
}

static int unsorted_list_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct unsorted_list *list = calloc(1, sizeof(*list));

	(void)options;
	(void)now;
	if (!list)
		return -ENOMEM;
	*set = (struct timer_set *)list;
	return 0;
}

static void unsorted_list_destroy(struct timer_set *set)
{
	free(list_of(set)->due);
	free(set);
}

/* Makes room for all n timers to be due at once. */
static int unsorted_list_reserve(struct timer_set *set, size_t n)
{
	struct unsorted_list *list = list_of(set);
	size_t capacity = list->capacity ? list->capacity : 16;
	struct timer **due;

	if (n <= list->capacity)
		return 0;
	if (n >= SIZE_MAX / sizeof(*due) / 2)
		return -ENOMEM;
	while (capacity < n)
		capacity *= 2;
	due = realloc(list->due, capacity * sizeof(*due));
	if (!due)
		return -ENOMEM;
	list->due = due;
	list->capacity = capacity;
	return 0;
}

static void unsorted_list_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				 uint64_t interval)
{
	struct unsorted_list *list = list_of(set);

	(void)interval;
	assert(timer->link.word[2] != ARMED && "insert: the timer is armed");
	assert(list->size < list->capacity && "insert: more timers than reserved");
	timer->deadline = timer->key = deadline;
	timer->link.word[2] = ARMED;
	timer->link.previous = NULL;
	timer->link.next = list->first;
	if (list->first)
		list->first->link.previous = timer;
	list->first = timer;
	list->size++;
}

static void unsorted_list_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				   uint64_t interval)
{
	(void)set;
	(void)interval;
	assert(timer->link.word[2] == ARMED && "reinsert: the timer is not armed");
	timer->deadline = timer->key = deadline;
}

static void unsorted_list_disarm(struct timer_set *set, struct timer *timer)
{
	struct unsorted_list *list = list_of(set);

	assert(timer->link.word[2] == ARMED && "disarm: the timer is not armed");
	unlink_timer(list, timer);
	list->size--;
	timer->link.word[2] = DISARMED;
}

static void unsorted_list_remove(struct timer_set *set, struct timer *timer)
{
	struct unsorted_list *list = list_of(set);

	assert(timer->link.word[2] != IDLE && "remove: the timer is idle");
	if (timer->link.word[2] == ARMED) {
		unlink_timer(list, timer);
		list->size--;
	}
	timer->link = (union timer_link){ .word = { IDLE } };
}

static uint64_t unsorted_list_next(struct timer_set *set)
{
	uint64_t least = TIMER_NEVER;

	for (const struct timer *timer = list_of(set)->first; timer; timer = timer->link.next)
		least = timer->key < least ? timer->key : least;
	return least;
}

static int by_deadline(const void *left, const void *right)
{
	const struct timer *a = *(struct timer *const *)left, *b = *(struct timer *const *)right;

	return (a->key > b->key) - (a->key < b->key);
}

/* If more than `max` timers are due, the earliest fire, and the next call walks the list again. */
static size_t unsorted_list_expire(struct timer_set *set, uint64_t now, struct timer **out,
				   size_t max)
{
	struct unsorted_list *list = list_of(set);
	size_t due = 0, count;

	for (struct timer *timer = list->first; timer; timer = timer->link.next) {
		if (timer->key <= now && timer->key != TIMER_NEVER)
			list->due[due++] = timer;
	}
	if (due > 1)
		qsort(list->due, due, sizeof(*list->due), by_deadline);
	count = due < max ? due : max;
	for (size_t i = 0; i < count; i++) {
		out[i] = list->due[i];
		unlink_timer(list, out[i]);
		out[i]->link = (union timer_link){ .word = { IDLE } };
	}
	list->size -= count;
	return count;
}

static void unsorted_list_for_each(const struct timer_set *set,
				   void (*visit)(struct timer *timer, void *data), void *data)
{
	for (struct timer *timer = list_of(set)->first; timer; timer = timer->link.next)
		visit(timer, data);
}

static size_t unsorted_list_size(const struct timer_set *set)
{
	return list_of(set)->size;
}

static size_t unsorted_list_footprint(const struct timer_set *set)
{
	const struct unsorted_list *list = list_of(set);

	return sizeof(*list) + list->capacity * sizeof(*list->due);
}

static const char *unsorted_list_check(const struct timer_set *set)
{
	const struct unsorted_list *list = list_of(set);
	const struct timer *previous = NULL;
	size_t count = 0;

	for (const struct timer *timer = list->first; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "the links do not agree";
		if (timer->link.word[2] != ARMED)
			return "a timer in the list is not armed";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		previous = timer;
		count++;
	}
	return count == list->size ? NULL : "the size is not the number of timers";
}

const struct timer_structure timer_unsorted_list = {
	.name = "unsorted-list",
	.summary = "one doubly linked list in no order: next and expire look at every timer",
	.source = "Redis (ae.c)",
	.departures = "due timers are sorted; stopped timers are unlinked at once",
	.complexity = { "O(1)", "O(1)", "O(1)", "O(1)", "O(n)", "O(n) a call" },
	.most_timers = BEARS,
	.create = unsorted_list_create,
	.destroy = unsorted_list_destroy,
	.reserve = unsorted_list_reserve,
	.insert = unsorted_list_insert,
	.reinsert = unsorted_list_reinsert,
	.disarm = unsorted_list_disarm,
	.remove = unsorted_list_remove,
	.next = unsorted_list_next,
	.expire = unsorted_list_expire,
	.for_each = unsorted_list_for_each,
	.size = unsorted_list_size,
	.footprint = unsorted_list_footprint,
	.check = unsorted_list_check,
};
