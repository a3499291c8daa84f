/*
 * timer_list.h - lists that link the timers themselves
 *
 * A slot of a wheel is the head of a doubly linked list in no order. A slot takes 8 bytes, and any
 * timer can be taken out in O(1). A queue for due timers also has an end, and keeps its order. Both
 * use link.next and link.previous, and leave the other 16 bytes of the link to the structure.
 */
#ifndef TIMER_LIST_H
#define TIMER_LIST_H

#include "../timer.h"

struct timer_queue {
	struct timer *first, *last;
};

static inline void timer_list_push(struct timer **head, struct timer *timer)
{
	timer->link.previous = NULL;
	timer->link.next = *head;
	if (*head)
		(*head)->link.previous = timer;
	*head = timer;
}

/* Writes *head only if the timer is the first. */
static inline void timer_list_take_out(struct timer **head, const struct timer *timer)
{
	struct timer *before = timer->link.previous, *after = timer->link.next;

	*(before ? &before->link.next : head) = after;
	if (after)
		after->link.previous = before;
}

static inline void timer_list_for_each(struct timer *first,
				       void (*visit)(struct timer *timer, void *data), void *data)
{
	for (; first; first = first->link.next)
		visit(first, data);
}

static inline void timer_queue_append(struct timer_queue *queue, struct timer *timer)
{
	timer->link.next = NULL;
	timer->link.previous = queue->last;
	*(queue->last ? &queue->last->link.next : &queue->first) = timer;
	queue->last = timer;
}

static inline void timer_queue_take_out(struct timer_queue *queue, const struct timer *timer)
{
	struct timer *before = timer->link.previous, *after = timer->link.next;

	*(before ? &before->link.next : &queue->first) = after;
	*(after ? &after->link.previous : &queue->last) = before;
}

/*
 * Takes up to max timers from the front, makes them idle, and stores them in out. Returns their
 * number. The next timer but one is prefetched, because its address is known as soon as the next
 * timer is in the cache.
 */
static inline size_t timer_queue_take_front(struct timer_queue *queue, struct timer **out,
					    size_t max)
{
	struct timer *timer = queue->first;
	size_t count = 0;

	while (count < max && timer) {
		out[count] = timer;
		timer = timer->link.next;
		out[count++]->link = (union timer_link){ .word = { 0 } };
		if (timer)
			__builtin_prefetch(timer->link.next, 1);
	}
	queue->first = timer;
	*(timer ? &timer->link.previous : &queue->last) = NULL;
	return count;
}

#endif
