/*
 * timers.h - the timer structure of a base, and the room that is reserved in it
 *
 * The loop uses timer structures only through structures/timer.h. The loop reserves room in the
 * structure before it arms timers, so that arming cannot fail. There is room for the ordinary
 * timers and one more, for the next periods of active persistent events, and for the
 * representatives of common queues.
 *
 * The functions of this file do not get the base. timeout.c, expiry.c and common_events.c reserve
 * room. loop.c asks for the next time and shrinks the room. base_new.c and base_free.c make and
 * free the set. The files that arm timers call the structure directly. The caller holds the base's
 * lock.
 */
#ifndef TIMERS_H
#define TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/timer.h"

/* The smallest number of timers that room is reserved for. */
#define TIMERS_ROOM 64

struct timers {
	const struct timer_structure *structure;
	struct timer_set *set;
	size_t ordinary; /* timers of the program's events in the set */
	size_t room;	 /* how many timers the structure has reserved room for */
	size_t kept;	 /* how much of `room` is kept for next periods of active events */
	size_t queues;	 /* how much of `room` is kept for representatives of common queues */
	size_t limit;	 /* largest number of ordinary timers: room - kept - queues */
	size_t budget;	 /* largest number of timers that expire in an iteration; 0: no limit */
	bool reinsert;	 /* a re-add moves the timer in place */
	bool keeps_peak; /* the room never shrinks, as in libevent's heap */
	char name[128];	 /* the name of the structure, with its options */
};

/*
 * Creates the set of the named structure, at the time `now` in ns. Returns 0, or -errno with a
 * warning: -ENOENT or -EINVAL for an invalid name or option, or -ENOMEM.
 */
int timers_init(struct timers *timers, const char *structure, uint64_t now);
void timers_free(struct timers *timers);

/*
 * Reserves room for at least one more timer, usually for twice as many as before. Returns 0, or
 * -ENOMEM with nothing changed. O(n).
 */
int timers_grow(struct timers *timers);

/* Ensures that there is room for one more timer. Returns 0, or -ENOMEM with nothing changed. */
static inline int timers_make_room(struct timers *timers)
{
	return timers->ordinary == timers->limit ? timers_grow(timers) : 0;
}

/* Returns the room that the present timers, one more timer, and the kept room need. */
static inline size_t timers_needed(const struct timers *timers)
{
	return timers->ordinary + 1 + timers->kept + timers->queues;
}

/* Only for timers_shrink. */
void timers_shrink_slowly(struct timers *timers);

/*
 * If a quarter of the room is enough, reserves twice the room that is needed, at least TIMERS_ROOM,
 * so that the structure can give memory back. Does nothing with `keeps_peak`.
 */
static inline void timers_shrink(struct timers *timers)
{
	if (__builtin_expect(timers->room >= 4 * timers_needed(timers), 0) &&
	    timers->room > TIMERS_ROOM)
		timers_shrink_slowly(timers);
}

/* Returns the time in ns at which the loop must be awake, or TIMER_NEVER if the set is empty. */
uint64_t timers_next(struct timers *timers);

/* Returns NULL, or a text that names the broken invariant. O(n) or worse. */
const char *timers_check(const struct timers *timers);

#endif
