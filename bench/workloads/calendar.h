/*
 * calendar.h - the events of a workload's program that are not timers, such as replies
 *
 * A reply that stops a timer is an event of the simulated program, and the workload must know when
 * it arrives. The calendar is a ring of buckets, one for each of the next turns (loop iterations).
 * An event that is further ahead than the ring is long waits in its bucket for a later lap. An id
 * has at most one event. Times are numbers of turns, not ns. The calendar shares no code with the
 * structures that are measured.
 */
#ifndef WORKLOADS_CALENDAR_H
#define WORKLOADS_CALENDAR_H

#include "draw.h"

#define CALENDAR_NONE UINT32_MAX

struct calendar {
	uint32_t *heads;	   /* the first id in each bucket */
	uint32_t *next, *previous; /* by id; previous of a bucket's first id is CALENDAR_NONE */
	uint64_t *due;		   /* by id: the turn of the id's event; 0: no event */
	uint64_t mask;		   /* buckets - 1 */
};

static inline void calendar_end(struct calendar *calendar)
{
	free(calendar->heads);
	free(calendar->next);
	free(calendar->previous);
	free(calendar->due);
}

/*
 * Makes a calendar for ids 0..ids-1, with at least as many buckets as ids. Returns false if memory
 * runs out; the generator has then failed. After success the caller must call calendar_end.
 */
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

/* Adds an event. The id must have none. `turn` must be in the future, so it is at least 1. */
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
 * Removes an event that is due in `turn` and stores its id. Returns false if no such event is left.
 * The caller must go through the turns in order, and must repeat the call for each turn until it
 * returns false.
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
