/*
 * forgives-misuse - takes an armed timer for an idle one without a word, and files it a second
 * time
 */
#include "model.h"

static void forgives_misuse(struct timer_set *set, struct timer *timer, uint64_t deadline,
			    uint64_t interval)
{
	timer->link = (union timer_link){ .word = { 0 } };
	timer_binary_heap.insert(set, timer, deadline, interval);
}
#define model_insert forgives_misuse

BROKEN(broken_forgives_misuse, "forgives-misuse",
       "takes an armed timer for an idle one without a word, and files it a second time");
