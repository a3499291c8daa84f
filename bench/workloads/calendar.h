/*
 * calendar.h - when a workload's own events are due: replies, in turns of the loop
 *
 * What stops a timer is an event of the simulated program, not a timer, and must come from
 * somewhere. This is a ring of buckets, one for each of the next few turns; an event that is due
 * after a whole lap of the ring waits in its bucket until its lap comes. An id has at most one
 * event. It knows turns, not times, and shares no code with the structures that are measured.
 */
#ifndef WORKLOADS_CALENDAR_H
#define WORKLOADS_CALENDAR_H

#include "draw.h"

#define CALENDAR_NONE UINT32_MAX

struct calendar {
	uint32_t *heads;	   /* the first id in each bucket */
	uint32_t *next, *previous; /* by id; previous of the first is CALENDAR_NONE */
	uint64_t *due;		   /* by id, the turn; 0: the id has no event */
	uint64_t mask;		   /* buckets - 1 */
};

static inline void calendar_end(struct calendar *calendar)
{
	free(calendar->heads);
	free(calendar->next);
	free(calendar->previous);
	free(calendar->due);
}

/* Events of ids 0..ids-1, in as many buckets. False when there is no memory, as history_begin. */
static inline bool calendar_begin(struct calendar *calendar, struct generator *generator,
				  uint64_t ids)
{
	uint64_t buckets = 64;

	while (buckets < ids)
		buckets *= 2;
	calendar->mask = buckets - 1;
	calendar->heads = workload_memory(generator, buckets, sizeof(*calendar->heads));
	calendar->next = workload_memory(generator, ids, sizeof(*calendar->next));
	calendar->previous = workload_memory(generator, ids, sizeof(*calendar->previous));
	calendar->due = workload_memory(generator, ids, sizeof(*calendar->due));
	if (!calendar->heads || !calendar->next || !calendar->previous || !calendar->due) {
		calendar_end(calendar);
		return false;
	}
	for (uint64_t i = 0; i < buckets; i++)
		calendar->heads[i] = CALENDAR_NONE;
	return true;
}

static inline bool calendar_has(const struct calendar *calendar, uint64_t id)
{
	return calendar->due[id] != 0;
}

/* The id must have no event. `turn` is in the future, and so at least 1. */
static inline void calendar_add(struct calendar *calendar, uint64_t id, uint64_t turn)
{
	uint32_t *head = &calendar->heads[turn & calendar->mask];

	if (calendar->due[id] || !turn)
		abort(); /* a bug in the workload */
	calendar->due[id] = turn;
	calendar->next[id] = *head;
	calendar->previous[id] = CALENDAR_NONE;
	if (*head != CALENDAR_NONE)
		calendar->previous[*head] = (uint32_t)id;
	*head = (uint32_t)id;
}

static inline void calendar_cancel(struct calendar *calendar, uint64_t id)
{
	uint32_t next = calendar->next[id], previous = calendar->previous[id];

	if (previous == CALENDAR_NONE)
		calendar->heads[calendar->due[id] & calendar->mask] = next;
	else
		calendar->next[previous] = next;
	if (next != CALENDAR_NONE)
		calendar->previous[next] = previous;
	calendar->due[id] = 0;
}

/*
 * Takes out an event that is due in `turn` and stores whose it is; false if none is left. Turns
 * must be asked for one after the other, each until there is none.
 */
static inline bool calendar_take(struct calendar *calendar, uint64_t turn, uint64_t *id)
{
	uint32_t at = calendar->heads[turn & calendar->mask];

	while (at != CALENDAR_NONE && calendar->due[at] != turn)
		at = calendar->next[at];
	if (at == CALENDAR_NONE)
		return false;
	calendar_cancel(calendar, at);
	*id = at;
	return true;
}

#endif
