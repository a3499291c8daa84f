/*
 * timer_place.h - the place of a timer: a number for the list that the timer is in
 *
 * By its place, a structure of many lists finds the list that a timer must be taken out of. The
 * place is in link.half[4] of the timer. link.half[5] is free for the structure.
 */
#ifndef TIMER_PLACE_H
#define TIMER_PLACE_H

#include <assert.h>
#include <stdbool.h>

#include "../timer.h"

#define PLACE_IDLE     0 /* in no list, as a timer that is new or has fired */
#define PLACE_DISARMED 1 /* in no list; remove accepts the timer */
#define PLACE_DUE      2 /* the queue of due timers */
#define PLACE_NEVER    3 /* the list of timers that never fire */
#define PLACE_FIRST    4 /* a structure gives its other lists the numbers from here on */

static inline bool place_is_armed(const struct timer *timer)
{
	return timer->link.half[4] >= PLACE_DUE;
}

/*
 * place_disarm and place_remove do what a structure's disarm and remove must do. `size` is the
 * structure's number of armed timers. `take_out` takes an armed timer out of its list. O(1) if
 * take_out is.
 */
static inline void place_disarm(struct timer_set *set, struct timer *timer, size_t *size,
				void (*take_out)(struct timer_set *set, struct timer *timer))
{
	assert(place_is_armed(timer) && "disarm: the timer is not armed");
	take_out(set, timer);
	--*size;
	timer->link.half[4] = PLACE_DISARMED;
}

static inline void place_remove(struct timer_set *set, struct timer *timer, size_t *size,
				void (*take_out)(struct timer_set *set, struct timer *timer))
{
	assert(timer->link.half[4] != PLACE_IDLE && "remove: the timer is idle");
	if (place_is_armed(timer)) {
		take_out(set, timer);
		--*size;
	}
	timer->link = (union timer_link){ .word = { 0 } };
}

#endif
