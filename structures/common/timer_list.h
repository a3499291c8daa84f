/*
 * timer_list.h - lists that run through the timers themselves
 *
 * A slot of a wheel is a pointer to the first of a doubly linked list, whose order does not matter:
 * eight bytes a slot, and O(1) to take anything out of the middle. What is due waits in a queue,
 * which has an end, too, and keeps its order. Both use link.next and link.previous and leave the
 * other 16 bytes of the link to the structure.
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

/* The head is only written when the timer is the first. */
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
 * Up to max timers from the front, made idle. The next but one is fetched ahead: its address is
 * known as soon as the next one's memory is there.
 */
static inline size_t timer_queue_hand_over(struct timer_queue *queue, struct timer **out,
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
