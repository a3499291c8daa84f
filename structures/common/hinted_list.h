/*
 * hinted_list.h - timers in order of key, in a list that can be prefetched
 *
 * Timers that share an interval expire in the order in which they are armed. So each of them is
 * appended to a list, and the list is in order. If a timer is due before the last one, a walk back
 * from the end finds its place.
 *
 * To walk a list is slow when its timers are in no cache: only a timer has the address of the next
 * timer, so the processor waits for one timer after the other. Therefore each timer has a hint, the
 * address of the timer that was appended HINTED_AHEAD places after it. The function that takes a
 * timer from the list prefetches the timer's hint. The hint is in the timer's link, so it takes no
 * memory.
 *
 * A hint is only prefetched, never read. The timer at that address may have left the list, and may
 * have been freed. To prefetch a wrong address does no harm.
 *
 *	 first                                waiting              last
 *	  17 <-> 18 <-> 18 <-> ... <-> 40 <->   41 <-> 42 <-> ... <-> 52
 *	   |                            |_______________hint__________^
 *	   |____________hint____________^
 *
 * Up to HINTED_AHEAD timers at the end of the list wait for their hint: the timer that it names is
 * not yet armed. `waiting` is the first of these timers. The hint of a timer that waits is its own
 * address. A timer that a walk has put before them gets no hint.
 *
 * The list is a ring through `ends`, a timer that is no user's. The key of `ends` is 0, so that a
 * walk back stops at it. The list uses link.next, link.previous and link.pointer[2]. link.word[3]
 * is for the list's owner.
 */
#ifndef HINTED_LIST_H
#define HINTED_LIST_H

#include <stdbool.h>

#include "../timer.h"

/*
 * With 4 to 16 places, a timer is in the cache in time, and the prefetched lines are still in the
 * cache when they are used.
 */
#define HINTED_AHEAD 12

/* Not inlined: rare cases would cost registers in the usual case. */
#define HINTED_RARELY __attribute__((noinline, unused))

struct hinted_list {
	struct timer ends;     /* link.next is the first timer, link.previous the last */
	struct timer *waiting; /* the first timer that waits for its hint, if any does */
	size_t waiting_count;
};

/* Makes an empty list, which must not move from then on. */
static inline void hinted_list_open(struct hinted_list *list)
{
	*list = (struct hinted_list){ .waiting_count = 0 };
	list->ends.link.next = list->ends.link.previous = &list->ends;
}

static inline bool hinted_list_is_empty(const struct hinted_list *list)
{
	return list->ends.link.next == &list->ends;
}

/* Returns the first or the last timer; &list->ends if the list is empty. */
static inline struct timer *hinted_list_first(const struct hinted_list *list)
{
	return list->ends.link.next;
}

static inline struct timer *hinted_list_last(const struct hinted_list *list)
{
	return list->ends.link.previous;
}

static inline bool hinted_list_waits(const struct timer *timer)
{
	return timer->link.pointer[2] == timer;
}

static inline void hinted_list_link(struct timer *before, struct timer *timer, struct timer *after)
{
	timer->link.next = after;
	timer->link.previous = before;
	before->link.next = timer;
	after->link.previous = timer;
}

/* Appends a timer. O(1). */
static inline void hinted_list_append(struct hinted_list *list, struct timer *timer)
{
	struct timer *waiting = list->waiting;

	hinted_list_link(list->ends.link.previous, timer, &list->ends);
	timer->link.pointer[2] = timer;
	if (list->waiting_count == HINTED_AHEAD) {
		list->waiting = waiting->link.next;
		waiting->link.pointer[2] = timer;
	} else if (!list->waiting_count++) {
		list->waiting = timer;
	}
}

/* Walks back from the end, and returns as hinted_list_place does. */
static HINTED_RARELY struct timer *hinted_list_walk(const struct hinted_list *list, uint64_t key,
						    uint64_t steps)
{
	struct timer *timer = hinted_list_last(list);

	for (; timer->key > key; timer = timer->link.previous)
		if (!steps--)
			return NULL;
	return timer;
}

/*
 * Returns the timer behind which a key belongs; &list->ends if the key belongs at the front.
 * Returns NULL if that place is more than `steps` timers away from the end. O(1) if the key belongs
 * at the end.
 */
static inline struct timer *hinted_list_place(const struct hinted_list *list, uint64_t key,
					      uint64_t steps)
{
	struct timer *last = hinted_list_last(list);

	return last->key <= key ? last : hinted_list_walk(list, key, steps);
}

/*
 * Puts a timer behind `before`, which is not the last; at the front of a list with timers, `before`
 * is &list->ends.
 */
static HINTED_RARELY void hinted_list_put_between(struct hinted_list *list, struct timer *before,
						  struct timer *timer)
{
	struct timer *waiting = list->waiting;

	hinted_list_link(before, timer, before->link.next);
	timer->link.pointer[2] = NULL;
	if (!hinted_list_waits(before))
		return;
	/*
	 * All timers behind the first waiting timer must wait. If too many wait, the first one
	 * stops waiting and gets no hint.
	 */
	timer->link.pointer[2] = timer;
	if (list->waiting_count < HINTED_AHEAD) {
		list->waiting_count++;
		return;
	}
	list->waiting = waiting->link.next;
	waiting->link.pointer[2] = NULL;
}

/* Puts a timer in the place that hinted_list_place has found. O(1). */
static inline void hinted_list_put(struct hinted_list *list, struct timer *before,
				   struct timer *timer)
{
	if (before == hinted_list_last(list))
		hinted_list_append(list, timer);
	else
		hinted_list_put_between(list, before, timer);
}

/* Takes a timer out, and does not change its link. O(1). */
static inline void hinted_list_take_out(struct hinted_list *list, const struct timer *timer)
{
	struct timer *before = timer->link.previous, *after = timer->link.next;

	before->link.next = after;
	after->link.previous = before;
	if (!hinted_list_waits(timer))
		return;
	list->waiting_count--;
	if (list->waiting == timer)
		list->waiting = after;
}

/* Prefetches the timer that the hint points to. */
static inline void hinted_list_fetch(const struct timer *timer)
{
	__builtin_prefetch(timer->link.pointer[2], 1);
}

/*
 * Takes up to max timers whose keys are at most `until` from the front, makes them idle, and stores
 * them in out, in order. Returns their number. If `postponed` is true, stops at a timer whose key
 * is not its deadline.
 */
static inline size_t hinted_list_hand_over(struct hinted_list *list, uint64_t until,
					   const bool postponed, struct timer **out, size_t max)
{
	struct timer *timer = hinted_list_first(list);
	size_t count = 0, waited = 0;

	while (count < max && timer != &list->ends && timer->key <= until) {
		struct timer *next = timer->link.next;

		if (postponed && timer->key != timer->deadline)
			break;
		hinted_list_fetch(timer);
		waited += hinted_list_waits(timer);
		timer->link = (union timer_link){ .word = { 0 } };
		out[count++] = timer;
		timer = next;
	}
	list->ends.link.next = timer;
	timer->link.previous = &list->ends;
	/* If a waiting timer has left, all timers that are left wait. */
	if (waited)
		list->waiting = timer;
	list->waiting_count -= waited;
	return count;
}

/* Checks the list, and adds the number of its timers to *count. Returns NULL, or what is broken. */
static inline const char *hinted_list_check(const struct hinted_list *list, size_t *count)
{
	const struct timer *previous = &list->ends, *waiting = NULL;
	const struct timer *timer = hinted_list_first(list);
	size_t waiting_count = 0;

	for (; timer != &list->ends; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "a queue's links do not agree";
		if (previous->key > timer->key)
			return "a queue is not in order";
		if (waiting && !hinted_list_waits(timer))
			return "a timer of a queue has a hint that cannot exist yet";
		if (!waiting && hinted_list_waits(timer))
			waiting = timer;
		waiting_count += waiting != NULL;
		previous = timer;
		++*count;
	}
	if (hinted_list_last(list) != previous)
		return "a queue's last is not at its end";
	if (waiting_count != list->waiting_count || waiting_count > HINTED_AHEAD)
		return "a queue's count of timers that wait for a hint is wrong";
	if (waiting && waiting != list->waiting)
		return "a queue has lost the first timer that waits for a hint";
	return NULL;
}

#endif
