/*
 * Each timer has a hint: the address of the timer of the same interval that was armed AHEAD timers
 * later. When a timer expires, the structure reads the hinted timer instead of only prefetching it.
 * The hinted timer may have been freed. Real-world class: a load that was meant as a prefetch, from
 * an address that may be stale.
 */
#include "right.h"

#define HINT  2	   /* index in link.word[] */
#define AHEAD 1200 /* timers */

/* The timers whose hint is not yet known, in a ring. */
struct hinting {
	struct right right;
	uint64_t interval;
	size_t next;
	struct timer *waiting[AHEAD];
};

static struct hinting *hinting_of(const struct timer_set *set)
{
	return (struct hinting *)set;
}

static int create_hinting(struct timer_set **set, const void *options, uint64_t now)
{
	struct hinting *hinting = calloc(1, sizeof(*hinting));

	(void)options, (void)now;
	*set = hinting ? (struct timer_set *)hinting : *set;
	return hinting ? 0 : -ENOMEM;
}

/* Removes the timer's hint, and its place among those that wait for a hint. */
static void forget(struct timer_set *set, struct timer *timer)
{
	struct hinting *hinting = hinting_of(set);

	timer->link.word[HINT] = 0;
	for (size_t i = 0; i < AHEAD; i++)
		if (hinting->waiting[i] == timer)
			hinting->waiting[i] = NULL;
}

static void hint(struct timer_set *set, struct timer *timer, uint64_t interval)
{
	struct hinting *hinting = hinting_of(set);
	struct timer **waiting = &hinting->waiting[hinting->next];

	if (!interval)
		return;
	if (interval != hinting->interval)
		memset(hinting->waiting, 0, sizeof(hinting->waiting));
	hinting->interval = interval;
	if (*waiting)
		(*waiting)->link.pointer[HINT] = timer;
	*waiting = timer;
	hinting->next = (hinting->next + 1) % AHEAD;
}

static void insert_hinted(struct timer_set *set, struct timer *timer, uint64_t deadline,
			  uint64_t interval)
{
	right_insert(set, timer, deadline, interval);
	forget(set, timer);
	hint(set, timer, interval);
}

static void reinsert_hinted(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	right_reinsert(set, timer, deadline, interval);
	forget(set, timer);
	hint(set, timer, interval);
}

static void disarm_hinted(struct timer_set *set, struct timer *timer)
{
	right_disarm(set, timer);
	forget(set, timer);
}

static void remove_hinted(struct timer_set *set, struct timer *timer)
{
	right_remove(set, timer);
	forget(set, timer);
}

static size_t expire_reading(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	size_t count = right_expire(set, now, out, max);

	for (size_t i = 0; i < count; i++) {
		const volatile struct timer *hinted = out[i]->link.pointer[HINT];

		if (hinted)
			(void)hinted->key;
		forget(set, out[i]);
	}
	return count;
}

static size_t footprint_hinted(const struct timer_set *set)
{
	return right_footprint(set) + sizeof(struct hinting) - sizeof(struct right);
}

BROKEN_ONLY("timers of a queue are freed", follows_hints, .create = create_hinting,
	    .insert = insert_hinted, .reinsert = reinsert_hinted, .disarm = disarm_hinted,
	    .remove = remove_hinted, .expire = expire_reading, .footprint = footprint_hinted);
