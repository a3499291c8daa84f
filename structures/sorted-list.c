/*
 * sorted-list - one list in order of deadline
 *
 * IDEA. The simplest structure that is correct: arming walks to the timer's place, and the first
 * timer is the next to fire.
 *
 *	 first -> [10 us] <-> [25 us] <-> [25 us] <-> [90 us] <- last
 *	               search=head -->         <-- search=tail
 *
 * COST.   insert     O(n): a share of the list that depends only on the intervals
 *         reinsert   O(n); O(1) if the timer stays between its neighbours
 *         remove     O(1)
 *         next       O(1)
 *         expire     O(1) per timer
 *         memory     none per timer
 *
 * The length of the walk follows from the distribution V of the intervals. A new timer meets others
 * at random points of their lives. So from the tail it passes a share Gini(V) of the list, and from
 * the head 1 - Gini(V). For exponential intervals, that is half of the list from either end. For
 * uniform intervals, it is a third from the tail and two thirds from the head. When all intervals
 * are equal, it is nothing from the tail.
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. With a handful of timers. Also with one interval and search=tail, when the list is a queue.
 *
 * LOSES. In all other cases: at 10,000 timers and exponential intervals an insert passes 5,000
 * timers, each in a cache line of its own. So sorted-list declares 10,000 timers as its sensible
 * maximum.
 *
 * SOURCE. Varghese and Lauck, SOSP 1987, Scheme 2; the timer queue of early Unix (callout table).
 *
 * DEPARTURES. Unix stored differences between neighbours, so that a tick only decremented the
 * first. With full deadlines nothing needs to be decremented.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/options.h"
#include "timer.h"

/*
 * The value of most_timers. With more timers, an insert passes 5,000 timers and more. A benchmark
 * would then take minutes, and measure only the cache misses of the walk.
 */
#define BEARS 10000

/* States, in link.word[2]; an idle timer is all zero. */
#define IDLE	 0
#define ARMED	 1
#define DISARMED 2

enum search { SEARCH_HEAD, SEARCH_TAIL };

struct sorted_list_options {
	int search;
};

struct sorted_list {
	struct timer *first, *last;
	size_t size;
	uint64_t steps; /* timers that searches have passed */
	enum search search;
};

static struct sorted_list *list_of(const struct timer_set *set)
{
	return (struct sorted_list *)set;
}

/*
 * Returns the timer after which `key` belongs. Searches forward from `timer`, or from the head if
 * `timer` is NULL.
 */
static struct timer *walk_forward(struct sorted_list *list, struct timer *timer, uint64_t key)
{
	struct timer *next = timer ? timer->link.next : list->first;
	uint64_t steps = 0;

	for (; next && next->key <= key; next = next->link.next, steps++)
		timer = next;
	list->steps += steps;
	return timer;
}

/* Returns the timer after which `key` belongs. Searches backward from `timer`. */
static struct timer *walk_back(struct sorted_list *list, struct timer *timer, uint64_t key)
{
	uint64_t steps = 0;

	for (; timer && timer->key > key; steps++)
		timer = timer->link.previous;
	list->steps += steps;
	return timer;
}

/* Puts a timer after `before`, or at the head if `before` is NULL. */
static void link_after(struct sorted_list *list, struct timer *before, struct timer *timer)
{
	struct timer *next = before ? before->link.next : list->first;

	timer->link.previous = before;
	timer->link.next = next;
	*(before ? &before->link.next : &list->first) = timer;
	*(next ? &next->link.previous : &list->last) = timer;
}

static void make_idle(struct timer *timer)
{
	timer->link = (union timer_link){ .word = { IDLE } };
}

static void unlink_timer(struct sorted_list *list, const struct timer *timer)
{
	struct timer *before = timer->link.previous, *next = timer->link.next;

	*(before ? &before->link.next : &list->first) = next;
	*(next ? &next->link.previous : &list->last) = before;
}

static int sorted_list_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct sorted_list_options *asked = options;
	struct sorted_list *list = calloc(1, sizeof(*list));

	(void)now;
	if (!list)
		return -ENOMEM;
	list->search = (enum search)asked->search;
	*set = (struct timer_set *)list;
	return 0;
}

static void sorted_list_destroy(struct timer_set *set)
{
	free(set);
}

static int sorted_list_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the list links the timers themselves */
	return 0;
}

static void sorted_list_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct sorted_list *list = list_of(set);
	struct timer *before;

	(void)interval;
	assert(timer->link.word[2] != ARMED && "insert: the timer is armed");
	before = list->search == SEARCH_HEAD ? walk_forward(list, NULL, deadline)
					     : walk_back(list, list->last, deadline);
	timer->deadline = timer->key = deadline;
	timer->link.word[2] = ARMED;
	link_after(list, before, timer);
	list->size++;
}

static void sorted_list_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				 uint64_t interval)
{
	struct sorted_list *list = list_of(set);
	struct timer *before, *next;

	assert(timer->link.word[2] == ARMED && "reinsert: the timer is not armed");
	before = timer->link.previous;
	next = timer->link.next;
	if ((!before || before->key <= deadline) && (!next || next->key >= deadline)) {
		timer->deadline = timer->key = deadline;
		return;
	}
	unlink_timer(list, timer);
	list->size--;
	timer->link.word[2] = IDLE;
	sorted_list_insert(set, timer, deadline, interval);
}

static void sorted_list_disarm(struct timer_set *set, struct timer *timer)
{
	struct sorted_list *list = list_of(set);

	assert(timer->link.word[2] == ARMED && "disarm: the timer is not armed");
	unlink_timer(list, timer);
	list->size--;
	timer->link.word[2] = DISARMED;
}

static void sorted_list_remove(struct timer_set *set, struct timer *timer)
{
	struct sorted_list *list = list_of(set);

	assert(timer->link.word[2] != IDLE && "remove: the timer is idle");
	if (timer->link.word[2] == ARMED) {
		unlink_timer(list, timer);
		list->size--;
	}
	make_idle(timer);
}

static uint64_t sorted_list_next(struct timer_set *set)
{
	const struct sorted_list *list = list_of(set);

	return list->first ? list->first->key : TIMER_NEVER;
}

static size_t sorted_list_expire(struct timer_set *set, uint64_t now, struct timer **out,
				 size_t max)
{
	struct sorted_list *list = list_of(set);
	struct timer *timer = list->first;
	size_t count = 0;

	while (count < max && timer && timer->key <= now && timer->key != TIMER_NEVER) {
		out[count] = timer;
		timer = timer->link.next;
		make_idle(out[count++]);
	}
	list->first = timer;
	*(timer ? &timer->link.previous : &list->last) = NULL;
	list->size -= count;
	return count;
}

static void sorted_list_for_each(const struct timer_set *set,
				 void (*visit)(struct timer *timer, void *data), void *data)
{
	for (struct timer *timer = list_of(set)->first; timer; timer = timer->link.next)
		visit(timer, data);
}

static size_t sorted_list_size(const struct timer_set *set)
{
	return list_of(set)->size;
}

static size_t sorted_list_footprint(const struct timer_set *set)
{
	(void)set;
	return sizeof(struct sorted_list);
}

static uint64_t sorted_list_steps(const struct timer_set *set)
{
	return list_of(set)->steps;
}

static const char *sorted_list_check(const struct timer_set *set)
{
	const struct sorted_list *list = list_of(set);
	const struct timer *previous = NULL;
	size_t count = 0;

	for (const struct timer *timer = list->first; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "the links do not agree";
		if (timer->link.word[2] != ARMED)
			return "a timer in the list is not armed";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (previous && previous->key > timer->key)
			return "the list is not in order";
		previous = timer;
		count++;
	}
	if (list->last != previous)
		return "the last is not at the end";
	return count == list->size ? NULL : "the size is not the number of timers";
}

static const char *const search_words[] = { "head", "tail", NULL };

static const struct option_spec sorted_list_options[] = {
	{ "search", OPTION_WORD, offsetof(struct sorted_list_options, search), 0, 0, "tail",
	  search_words, "where the search for a timer's place begins" },
	{ 0 },
};

static const char *const sorted_list_settings_to_test[] = { "", "search=head", NULL };

const struct timer_structure timer_sorted_list = {
	.name = "sorted-list",
	.summary = "one doubly linked list in order of deadline",
	.source = "Varghese and Lauck, SOSP 1987, Scheme 2",
	.departures = "full deadlines instead of differences between neighbours",
	.complexity = { "O(n)", "O(n)", "O(1)", "O(1)", "O(1)", "O(1) each" },
	.most_timers = BEARS,
	.options = sorted_list_options,
	.options_size = sizeof(struct sorted_list_options),
	.settings_to_test = sorted_list_settings_to_test,
	.create = sorted_list_create,
	.destroy = sorted_list_destroy,
	.reserve = sorted_list_reserve,
	.insert = sorted_list_insert,
	.reinsert = sorted_list_reinsert,
	.disarm = sorted_list_disarm,
	.remove = sorted_list_remove,
	.next = sorted_list_next,
	.expire = sorted_list_expire,
	.for_each = sorted_list_for_each,
	.size = sorted_list_size,
	.footprint = sorted_list_footprint,
	.steps = sorted_list_steps,
	.check = sorted_list_check,
};
