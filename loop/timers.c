/*
 * timers.c - the timer structure of a base, and the room that is reserved in it
 */
#include "loop/timers.h"

#include <errno.h>
#include <string.h>

#include "loop/event_members.h"
#include "loop/log.h"

int timers_init(struct timers *timers, const char *structure, uint64_t now)
{
	char error[256];
	int result;

	if (strlen(structure) >= sizeof(timers->name)) {
		log_warning("timer structure '%.40s...': the name is too long", structure);
		return -EINVAL;
	}
	strcpy(timers->name, structure);
	result = timer_set_create(structure, now, &timers->structure, &timers->set, error,
				  sizeof(error));
	if (result)
		log_warning("timer structure '%s': %s", structure, error);
	return result;
}

void timers_free(struct timers *timers)
{
	if (timers->set)
		timers->structure->destroy(timers->set);
	timers->set = NULL;
}

/* Reserves room for `room` timers, at least the present ones. Returns 0 or -ENOMEM. */
static int set_room(struct timers *timers, size_t room)
{
	if (timers->structure->reserve(timers->set, room))
		return -ENOMEM;
	timers->room = room;
	timers->limit = room - timers->kept - timers->queues;
	return 0;
}

int timers_grow(struct timers *timers)
{
	size_t needed = timers_needed(timers), wanted = 2 * timers->room;

	if (wanted < TIMERS_ROOM)
		wanted = TIMERS_ROOM;
	if (wanted >= needed && !set_room(timers, wanted))
		return 0;
	return set_room(timers, needed);
}

void timers_shrink_slowly(struct timers *timers)
{
	size_t wanted = 2 * timers_needed(timers);

	if (!timers->keeps_peak)
		set_room(timers, wanted > TIMERS_ROOM ? wanted : TIMERS_ROOM);
}

uint64_t timers_next(struct timers *timers)
{
	return timers->structure->next(timers->set);
}

static void count_timer(struct timer *timer, void *data)
{
	struct event *event = event_of_timer(timer);
	size_t *counts = data; /* of ordinary timers, representatives, wrong timers */
	int flags = event->ev_evcallback.evcb_flags;

	counts[flags & EVLIST_INTERNAL ? 1 : 0]++;
	if (!(flags & EVLIST_TIMEOUT) || event->ev_evcallback.evcb_common)
		counts[2]++;
}

const char *timers_check(const struct timers *timers)
{
	size_t counts[3] = { 0 };
	const char *broken = timers->structure->check(timers->set);

	if (broken)
		return broken;
	timers->structure->for_each(timers->set, count_timer, counts);
	if (counts[2])
		return "the event of a timer in the set lacks EVLIST_TIMEOUT";
	if (counts[0] != timers->ordinary)
		return "the count of ordinary timers in the set is wrong";
	if (counts[1] > timers->queues)
		return "there are more representatives than queues";
	if (timers->limit + timers->kept + timers->queues != timers->room)
		return "no room is reserved for the queues' representatives or for periodic timers";
	if (timers->ordinary > timers->limit)
		return "room is reserved for fewer timers than there are";
	return NULL;
}
