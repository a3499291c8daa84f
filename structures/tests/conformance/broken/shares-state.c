/*
 * shares-state - keeps the set that was used last in a variable that all sets share
 */
#include "model.h"

static struct timer_set *last;

static void uses(struct timer_set *set, struct timer *timer, uint64_t deadline, uint64_t interval)
{
	last = set;
	timer_binary_heap.insert(set, timer, deadline, interval);
}

static uint64_t of_the_last(struct timer_set *set)
{
	return timer_binary_heap.next(last ? last : set);
}

static void forgets(struct timer_set *set)
{
	last = NULL;
	timer_binary_heap.destroy(set);
}
#define model_insert  uses
#define model_next    of_the_last
#define model_destroy forgets

BROKEN(broken_shares_state, "shares-state",
       "keeps the set that was used last in a variable that all sets share");
