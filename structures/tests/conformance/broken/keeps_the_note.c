/*
 * Notes the first deadline beyond its reach, so that it can examine such timers when they come into
 * reach. Keeps the note when the timer is removed. When the clock then jumps past the note, next
 * returns a past time for ever. Real-world class: a cached minimum of a list that is not cleared
 * when the list becomes empty.
 */
#include "right.h"

#define REACH TIMER_SECOND

static bool is_beyond(const struct right *right, uint64_t deadline)
{
	return deadline > right->latest && deadline - right->latest > REACH;
}

static void note(struct right *right, uint64_t deadline)
{
	uint64_t *least = &right->word[0];

	if (deadline != TIMER_NEVER && is_beyond(right, deadline) && (!*least || deadline < *least))
		*least = deadline;
}

static void insert_noting(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	note(right_of(set), deadline);
	right_insert(set, timer, deadline, interval);
}

static void reinsert_noting(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	note(right_of(set), deadline);
	right_reinsert(set, timer, deadline, interval);
}

static uint64_t next_noted(struct timer_set *set)
{
	const struct right *right = right_of(set);
	uint64_t first = right_next(set), look = right->word[0] - REACH;

	return right->word[0] && right->size && look < first ? look : first;
}

/*
 * If now is within REACH before the noted time, scans all timers and notes the first one beyond
 * REACH.
 */
static size_t expire_looking(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct right *right = right_of(set);
	size_t count = right_expire(set, now, out, max);

	if (!right->word[0] || now < right->word[0] - REACH || now > right->word[0])
		return count;
	right->word[0] = 0;
	for (size_t i = 0; i < right->size; i++)
		note(right, right->timers[i]->key);
	return count;
}

BROKEN(keeps_the_note, .insert = insert_noting, .reinsert = reinsert_noting, .next = next_noted,
       .expire = expire_looking);
