/*
 * Finds a timer's place by a walk back from the last timer, as in a queue. Bounds the number of
 * timers of the same interval on the walk, because they are mostly in order already. When the bound
 * is reached, the structure inserts the timer even if that is the wrong place. Real-world class: a
 * bounded search that ignores the case that it does not find, in a queue after the clock stepped
 * back.
 */
#include "right.h"

#define INTERVAL 1 /* index in link.word[] */
#define WALK	 1000

/* The last timer to fire is first in the array. */
static void put_walking(struct right *right, struct timer *timer, uint64_t interval)
{
	size_t place = 0, steps = 0;

	for (; place < right->size && right->timers[place]->key > timer->key; place++)
		if (interval && right->timers[place]->link.word[INTERVAL] == interval &&
		    steps++ == WALK)
			break;
	memmove(right->timers + place + 1, right->timers + place,
		(right->size - place) * sizeof(*right->timers));
	right->timers[place] = timer;
	right->size++;
	timer->link.word[0] = RIGHT_ARMED;
	timer->link.word[INTERVAL] = interval;
}

static void insert_walking(struct timer_set *set, struct timer *timer, uint64_t deadline,
			   uint64_t interval)
{
	assert(!right_armed(timer) && "insert: the timer is armed");
	timer->deadline = timer->key = deadline;
	put_walking(right_of(set), timer, interval);
}

static void reinsert_walking(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	assert(right_armed(timer) && "reinsert: the timer is not armed");
	right_take(right_of(set), timer);
	timer->deadline = timer->key = deadline;
	put_walking(right_of(set), timer, interval);
}

static void remove_walking(struct timer_set *set, struct timer *timer)
{
	right_remove(set, timer);
	timer->link.word[INTERVAL] = 0;
}

static size_t expire_walking(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = right_expire(set, now, out, max);

	for (size_t i = 0; i < count; i++)
		out[i]->link.word[INTERVAL] = 0;
	return count;
}

BROKEN_ONLY("the clock steps back behind a queue", walks_in_vain, .insert = insert_walking,
	    .reinsert = reinsert_walking, .remove = remove_walking, .expire = expire_walking);
