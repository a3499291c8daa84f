/*
 * timers.h - the timer structure of a base, and the room that is reserved in it
 *
 * The loop uses timer structures only through structures/timer.h. A structure reserves room before
 * timers are armed, so that arming cannot fail. Room is for the ordinary timers and one more, for
 * the next periods of active persistent events, and for the representatives of common timeouts. The
 * functions here know no base. The caller holds its lock.
 */
#ifndef TIMERS_H
#define TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/timer.h"

/* The least number of timers to reserve room for. */
#define TIMERS_ROOM 64

struct timers {
	const struct timer_structure *structure;
	struct timer_set *set;
	size_t ordinary; /* events whose timer is in the set, without representatives */
	size_t room;	 /* timers that the structure has reserved room for */
	size_t kept;	 /* room kept for the next periods of active events */
	size_t queues;	 /* room kept for the representatives of common timeouts */
	size_t limit;	 /* most ordinary timers: `room` less `kept` and `queues` */
	size_t budget;	 /* most timers that expire in one iteration; 0: all due */
	bool reinsert;	 /* a re-add moves the timer in place */
	bool keeps_peak; /* the room never shrinks, as in libevent's heap */
	char name[128];	 /* the structure's, with its options */
};

/* Creates the set at the time `now`. For an invalid structure, logs a warning; returns -errno. */
int timers_init(struct timers *timers, const char *structure, uint64_t now);
void timers_free(struct timers *timers);

/* Reserves room for more ordinary timers. Returns 0, or -ENOMEM with nothing changed. O(n). */
int timers_grow(struct timers *timers);

/* Makes sure that there is room for one more timer. Returns 0, or -ENOMEM with nothing changed. */
static inline int timers_make_room(struct timers *timers)
{
	return timers->ordinary == timers->limit ? timers_grow(timers) : 0;
}

/* Room for all ordinary timers and one more, for kept periods, and for the representatives. */
static inline size_t timers_needed(const struct timers *timers)
{
	return timers->ordinary + 1 + timers->kept + timers->queues;
}

void timers_shrink_slowly(struct timers *timers);

/*
 * Called in an iteration. When the timers need a quarter of the room or less, reserves room for
 * twice the timers that there are (TIMERS_ROOM at least), so that the structure can give memory
 * back. Does nothing with `keeps_peak`.
 */
static inline void timers_shrink(struct timers *timers)
{
	if (__builtin_expect(timers->room >= 4 * timers_needed(timers), 0) &&
	    timers->room > TIMERS_ROOM)
		timers_shrink_slowly(timers);
}

/* The time at which the loop must be awake; TIMER_NEVER without timers. */
uint64_t timers_next(struct timers *timers);

/* NULL, or a text that names the broken invariant. */
const char *timers_check(const struct timers *timers);

#endif
