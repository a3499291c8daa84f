/*
 * radix-heap - 64 unsorted lists by the highest bit in which a deadline differs from now
 *
 * IDEA. The clock only moves forward. A timer is in the list of the highest bit in which its
 * deadline differs from the time of the last expire. When the clock moves, let b be the highest bit
 * that changes. All timers in lists below b are due. A timer in list b is either due, or its
 * deadline now differs from the clock in a lower bit, and the timer moves to a lower list. The
 * lists above b do not change.
 *
 *	 last = 0110 1000                  now = 0110 1101 changes bit 2 at most
 *	 list 1: 0110 101x                   due, whole
 *	 list 2: 0110 11xx                   due, or moved to a lower list
 *	 list 4: 0111 xxxx                   stays where it is
 *
 * It has no ticks, no horizon and no sizes to choose. A timer moves at most once for each bit.
 *
 * COST.   insert     O(1): a count of leading zeros
 *         reinsert   O(1)
 *         remove     O(1)
 *         next       O(1): the least deadline is cached; when the clock reaches it, expire reads
 *                    the first list to find the next one
 *         expire     O(1) per timer, amortised; at worst 64 moves in a timer's life
 *         memory     none per timer; 1 KiB of lists
 *
 * GIVES BACK. Nothing: its memory does not depend on the number of timers.
 *
 * WINS. Where timers are armed far ahead and stopped. It shares this with the wheels, but has no
 * ticks.
 *
 * LOSES. Where order matters: timers that expire together fire in no order. Where the worst
 * operation matters: when the clock changes a high bit, a list with most of the timers may move in
 * one operation.
 *
 * SOURCE. Ahuja, Mehlhorn, Orlin and Tarjan, JACM 1990. Seastar's core/timer-set.hh also caches the
 * next deadline, and reads the first list to find it again.
 *
 * DEPARTURES. Seastar returns all due timers as one list; here the list is kept, and expire takes
 * at most max timers from it.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "timer.h"

/*
 * Lists 0 to 63 are by bit. LIST_DUE has due timers, also timers that were due when they were
 * armed.
 */
#define LIST_DUE 64
#define LISTS	 65

/* States, in link.word[2]; an idle timer is all zero. */
#define IDLE	 0
#define ARMED	 1
#define DISARMED 2

struct radix_heap {
	uint64_t last; /* the clock: the time of the last expire, or of create */
	uint64_t next; /* no timer in the lists by bit is due before this */
	uint64_t occupied;
	size_t size;
	struct timer *list[LISTS], *end[LISTS]; /* first and last */
};

static struct radix_heap *heap_of(const struct timer_set *set)
{
	return (struct radix_heap *)set;
}

/* Time ends one ns before TIMER_NEVER, so that timers armed for TIMER_NEVER are never due. */
static uint64_t end_of_time(uint64_t now)
{
	return now == TIMER_NEVER ? now - 1 : now;
}

static unsigned list_of(const struct radix_heap *heap, uint64_t key)
{
	return key <= heap->last ? LIST_DUE : 63u - (unsigned)__builtin_clzll(key ^ heap->last);
}

static void push(struct radix_heap *heap, struct timer *timer, unsigned list)
{
	struct timer *head = heap->list[list];

	timer->link.next = head;
	timer->link.previous = NULL;
	*(head ? &head->link.previous : &heap->end[list]) = timer;
	heap->list[list] = timer;
	if (list != LIST_DUE) {
		heap->occupied |= UINT64_C(1) << list;
		heap->next = timer->key < heap->next ? timer->key : heap->next;
	}
}

static void take_out(struct radix_heap *heap, struct timer *timer)
{
	struct timer *before = timer->link.previous, *after = timer->link.next;
	unsigned list = list_of(heap, timer->key);

	*(before ? &before->link.next : &heap->list[list]) = after;
	*(after ? &after->link.previous : &heap->end[list]) = before;
	if (list != LIST_DUE && !heap->list[list])
		heap->occupied &= ~(UINT64_C(1) << list);
}

/* Appends a chain of timers to LIST_DUE. */
static void append_due(struct radix_heap *heap, struct timer *first, struct timer *last)
{
	struct timer *before = heap->end[LIST_DUE];

	first->link.previous = before;
	*(before ? &before->link.next : &heap->list[LIST_DUE]) = first;
	heap->end[LIST_DUE] = last;
}

/* Caches the least deadline in the lists by bit, which is in the first list that is not empty. */
static void find_next(struct radix_heap *heap)
{
	const struct timer *timer;

	heap->next = TIMER_NEVER;
	if (!heap->occupied)
		return;
	timer = heap->list[__builtin_ctzll(heap->occupied)];
	for (; timer; timer = timer->link.next)
		heap->next = timer->key < heap->next ? timer->key : heap->next;
}

/* Moves the timers in the list of the highest bit that the clock has changed, by the new clock. */
static void file_anew(struct radix_heap *heap, unsigned list)
{
	struct timer *timer = heap->list[list];

	heap->list[list] = heap->end[list] = NULL;
	heap->occupied &= ~(UINT64_C(1) << list);
	while (timer) {
		struct timer *next = timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next, 1);
		timer->link.next = NULL;
		if (timer->key <= heap->last)
			append_due(heap, timer, timer);
		else
			push(heap, timer, list_of(heap, timer->key));
		timer = next;
	}
}

static void advance(struct radix_heap *heap, uint64_t now)
{
	unsigned bit;
	uint64_t below;

	if (now <= heap->last)
		return;
	bit = 63u - (unsigned)__builtin_clzll(now ^ heap->last);
	below = heap->occupied & ((UINT64_C(1) << bit) - 1);
	heap->occupied &= ~below;
	for (; below; below &= below - 1) {
		unsigned list = (unsigned)__builtin_ctzll(below);

		append_due(heap, heap->list[list], heap->end[list]);
		heap->list[list] = heap->end[list] = NULL;
	}
	heap->last = now;
	file_anew(heap, bit);
	if (heap->next <= now || !heap->occupied)
		find_next(heap);
}

static int radix_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	struct radix_heap *heap = calloc(1, sizeof(*heap));

	(void)options;
	if (!heap)
		return -ENOMEM;
	heap->last = end_of_time(now);
	heap->next = TIMER_NEVER;
	*set = (struct timer_set *)heap;
	return 0;
}

static void radix_heap_destroy(struct timer_set *set)
{
	free(set);
}

static int radix_heap_reserve(struct timer_set *set, size_t n)
{
	(void)set;
	(void)n; /* the lists link the timers themselves */
	return 0;
}

static void radix_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			      uint64_t interval)
{
	struct radix_heap *heap = heap_of(set);

	(void)interval;
	assert(timer->link.word[2] != ARMED && "insert: the timer is armed");
	timer->deadline = timer->key = deadline;
	timer->link.word[2] = ARMED;
	push(heap, timer, list_of(heap, deadline));
	heap->size++;
}

static void radix_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				uint64_t interval)
{
	struct radix_heap *heap = heap_of(set);

	(void)interval;
	assert(timer->link.word[2] == ARMED && "reinsert: the timer is not armed");
	take_out(heap, timer);
	timer->deadline = timer->key = deadline;
	push(heap, timer, list_of(heap, deadline));
}

static void radix_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct radix_heap *heap = heap_of(set);

	assert(timer->link.word[2] == ARMED && "disarm: the timer is not armed");
	take_out(heap, timer);
	heap->size--;
	timer->link.word[2] = DISARMED;
}

static void radix_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct radix_heap *heap = heap_of(set);

	assert(timer->link.word[2] != IDLE && "remove: the timer is idle");
	if (timer->link.word[2] == ARMED) {
		take_out(heap, timer);
		heap->size--;
	}
	timer->link = (union timer_link){ .word = { IDLE } };
}

/*
 * The returned time may be too early after a stop: only expire searches for the least deadline
 * again.
 */
static uint64_t radix_heap_next(struct timer_set *set)
{
	const struct radix_heap *heap = heap_of(set);

	if (heap->list[LIST_DUE])
		return heap->last;
	return heap->occupied ? heap->next : TIMER_NEVER;
}

static size_t radix_heap_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct radix_heap *heap = heap_of(set);
	struct timer *timer;
	size_t count = 0;

	if (now < heap->last)
		return 0;
	advance(heap, end_of_time(now));
	timer = heap->list[LIST_DUE];
	while (count < max && timer) {
		out[count] = timer;
		timer = timer->link.next;
		out[count++]->link = (union timer_link){ .word = { IDLE } };
		if (timer)
			__builtin_prefetch(timer->link.next, 1);
	}
	heap->list[LIST_DUE] = timer;
	*(timer ? &timer->link.previous : &heap->end[LIST_DUE]) = NULL;
	heap->size -= count;
	return count;
}

static void radix_heap_for_each(const struct timer_set *set,
				void (*visit)(struct timer *timer, void *data), void *data)
{
	for (unsigned list = 0; list < LISTS; list++) {
		struct timer *timer = heap_of(set)->list[list];

		for (; timer; timer = timer->link.next)
			visit(timer, data);
	}
}

static size_t radix_heap_size(const struct timer_set *set)
{
	return heap_of(set)->size;
}

static size_t radix_heap_footprint(const struct timer_set *set)
{
	(void)set;
	return sizeof(struct radix_heap);
}

static const char *check_list(const struct radix_heap *heap, unsigned list, size_t *count)
{
	const struct timer *previous = NULL;

	for (const struct timer *timer = heap->list[list]; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "the links do not agree";
		if (timer->link.word[2] != ARMED)
			return "a timer in a list is not armed";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (list_of(heap, timer->key) != list)
			return "a timer is in the wrong list";
		if (list != LIST_DUE && timer->key < heap->next)
			return "a timer is due before the stored next deadline";
		previous = timer;
		++*count;
	}
	return heap->end[list] == previous ? NULL : "the last of a list is not at its end";
}

static const char *radix_heap_check(const struct timer_set *set)
{
	const struct radix_heap *heap = heap_of(set);
	size_t count = 0;

	for (unsigned list = 0; list < LISTS; list++) {
		const char *broken = check_list(heap, list, &count);

		if (broken)
			return broken;
		if (list != LIST_DUE && (heap->occupied >> list & 1) != (heap->list[list] != NULL))
			return "the bitmap disagrees with the lists";
	}
	return count == heap->size ? NULL : "the size is not the number of timers";
}

static void radix_heap_accuracy(const void *options, struct timer_accuracy *accuracy)
{
	(void)options;
	*accuracy = (struct timer_accuracy){ .when = TIMER_EXACT, .order = TIMER_UNORDERED };
}

const struct timer_structure timer_radix_heap = {
	.name = "radix-heap",
	.summary = "unsorted lists by the highest bit in which deadlines differ from now",
	.source = "Seastar (core/timer-set.hh); Ahuja, Mehlhorn, Orlin and Tarjan, JACM 1990",
	.departures = "expire takes out at most max timers, not a list of all due ones",
	.complexity = { "O(1)", "O(1)", "O(1)", "O(1)", "O(1)",
			"O(1) each, 64 moves before at most" },
	.accuracy = radix_heap_accuracy,
	.create = radix_heap_create,
	.destroy = radix_heap_destroy,
	.reserve = radix_heap_reserve,
	.insert = radix_heap_insert,
	.reinsert = radix_heap_reinsert,
	.disarm = radix_heap_disarm,
	.remove = radix_heap_remove,
	.next = radix_heap_next,
	.expire = radix_heap_expire,
	.for_each = radix_heap_for_each,
	.size = radix_heap_size,
	.footprint = radix_heap_footprint,
	.check = radix_heap_check,
};
