/*
 * replay.h - the state of one subject while a trace is replayed against it
 *
 * A replay's objects model the objects in which an application embeds its timers. Each id has one
 * object. Objects are 64-byte aligned, at a fixed stride, and all are allocated and touched before
 * the measurement. The trace permutes ids at random, so access by id is random access to memory.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "bench/trace/trace.h"
#include "structures/timer.h"

/* The maximum number of timers that one call of expire may return, as in this project's loop. */
#define REPLAY_EXPIRE_BATCH 64

/*
 * What the replay loop does in addition to replaying. Each mode is compiled separately, so no mode
 * contains code of another.
 */
enum replay_mode {
	REPLAY_PLAIN,	/* nothing */
	REPLAY_COLD,	/* touches other cache lines between operations, as an application would */
	REPLAY_TIMED,	/* times each operation and keeps its minimum time */
	REPLAY_CHECKED, /* checks order, lateness and wake-ups; samples the footprint */
	REPLAY_MODES,
};

struct replay_object {
	struct timer timer;
	uint32_t armed; /* REPLAY_IDLE and so on: the timer's state in the subject */
	uint32_t unused[3];
};

_Static_assert(sizeof(struct replay_object) == 64, "an object is one cache line");

/*
 * Counts since the replay began. They never decrease, so the counts of a phase are the difference
 * of two tallies.
 */
struct replay_tally {
	uint64_t arms, stops, advances;
	uint64_t elapsed; /* ns of the trace's time; set by cell_replay, for measured phases only */
	uint64_t fired;
	uint64_t overtaken;   /* timers re-armed or stopped before a late subject fired them */
	uint64_t wrong_state; /* stops of timers that the subject does not hold */
	uint64_t checksum;    /* sum of trace_firing */
	uint64_t polls;	      /* calls of next */
	uint64_t early_polls; /* results before the earliest deadline: spurious wake-ups */
	uint64_t late_polls;  /* results after the latest allowed time: a fault */
};

/* The findings of the checked mode. */
struct replay_findings {
	uint64_t out_of_order;	 /* firings after one with a later deadline in the same expire */
	uint64_t early;		 /* fired before the deadline: a fault */
	uint64_t late;		 /* fired, although already due at the previous advance */
	uint64_t lateness_max;	 /* ns from deadline to firing: the maximum, */
	double lateness_sum;	 /* and the sum; both include the wait for the trace's advance */
	uint64_t wake_ups;	 /* wake-ups of a loop that sleeps until next, */
	uint64_t spurious;	 /* and spurious ones, which expire nothing */
	uint64_t footprint_peak; /* bytes */
	uint64_t armed_peak;
	uint64_t previous_now; /* time of the previous advance */
	const char *broken;    /* the first result of check() that was not NULL */
};

struct subject;

struct replay {
	const struct subject *subject;
	const struct trace *trace;
	struct replay_tally tally;

	unsigned char *objects;
	unsigned stride_shift; /* the stride's logarithm: 6 or 7 */
	uint64_t now;
	uint64_t fired_end; /* index in the trace's fired[] after the previous advance */

	/* For a structure. */
	const struct timer_structure *structure;
	struct timer_set *set;
	struct timer_accuracy accuracy;
	uint64_t not_idle; /* timers that are not idle */
	uint64_t reserved; /* the last argument of reserve */

	/* For the subject's own use. */
	void *private;

	/* REPLAY_COLD: a buffer larger than the caches; `cold` lines are touched per operation. */
	uint32_t cold;
	uint32_t cold_position;
	uint32_t cold_mask; /* number of lines in the buffer, minus 1 */
	unsigned char *cold_lines;

	/* REPLAY_TIMED: the least cycles of each operation, in order of the stream. */
	uint32_t *cycles;
	uint64_t timed;	   /* operations timed so far in this replay */
	uint64_t timeable; /* size of cycles[] */

	struct replay_findings findings; /* REPLAY_CHECKED */
};

static inline struct replay_object *replay_object(const struct replay *replay, uint32_t id)
{
	return (struct replay_object *)(replay->objects + ((size_t)id << replay->stride_shift));
}

static inline uint32_t replay_id(const struct replay *replay, const struct timer *timer)
{
	return (uint32_t)((size_t)((const unsigned char *)timer - replay->objects) >>
			  replay->stride_shift);
}

#endif
