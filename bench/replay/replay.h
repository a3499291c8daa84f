/*
 * replay.h - the state of one subject while a trace is replayed against it
 *
 * Objects are what an application would embed its timers in: one for each id, 64-byte aligned, a
 * fixed stride apart, all allocated and touched before anything is measured. Ids are permuted in
 * the trace, so that walking ids visits memory in random order.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "bench/trace/trace.h"
#include "structures/timer.h"

/* How many timers one call of expire may hand over, as in libevent's and this project's loop. */
#define REPLAY_EXPIRE_BATCH 64

/*
 * What the replay loop does beside replaying. Each mode is compiled on its own, so that no mode
 * pays for another's.
 */
enum replay_mode {
	REPLAY_PLAIN,	/* nothing */
	REPLAY_COLD,	/* touches other cache lines between operations, as an application would */
	REPLAY_TIMED,	/* times each operation, keeping the least time seen for each */
	REPLAY_CHECKED, /* checks order, lateness and wake-ups; samples the footprint */
	REPLAY_MODES,
};

struct replay_object {
	struct timer timer;
	uint32_t armed; /* as far as the subject has said: inserted and not yet fired or stopped */
	uint32_t unused[3];
};

_Static_assert(sizeof(struct replay_object) == 64, "an object is one cache line");

/* What has happened so far; all of it grows, so that phases are differences. */
struct replay_tally {
	uint64_t arms, stops, advances;
	uint64_t elapsed; /* ns of the trace's time; by cell_replay, in measured phases only */
	uint64_t fired;
	uint64_t overtaken;   /* re-armed or stopped before a late subject fired it */
	uint64_t wrong_state; /* stops of timers that the subject had already given up */
	uint64_t checksum;    /* sum of trace_firing */
	uint64_t polls;	      /* calls of next */
	uint64_t early_polls; /* answers before the earliest deadline: spurious wake-ups */
	uint64_t late_polls;  /* answers that would have slept past a firing: a fault */
};

/* What the checked mode finds. */
struct replay_findings {
	uint64_t out_of_order;	 /* firings that one expire hands over after a later one */
	uint64_t early;		 /* fired before their deadline: a fault */
	uint64_t late;		 /* fired although already due at the advance before */
	uint64_t lateness_max;	 /* ns from deadline to firing, the most */
	double lateness_sum;	 /* and all of them; the trace's own advances are part of it */
	uint64_t wake_ups;	 /* had the loop slept until what next said, */
	uint64_t spurious;	 /* of those, with nothing to expire */
	uint64_t footprint_peak; /* bytes */
	uint64_t armed_peak;
	uint64_t previous_now; /* the advance before */
	const char *broken;    /* what check() said first, or NULL */
};

struct subject;

struct replay {
	const struct subject *subject;
	const struct trace *trace;
	struct replay_tally tally;

	unsigned char *objects;
	unsigned stride_shift; /* the stride's logarithm: 6 or 7 */
	uint64_t now;
	uint64_t fired_end; /* of the advance before, in the trace's fired[] */

	/* A subject that is a structure. */
	const struct timer_structure *structure;
	struct timer_set *set;
	struct timer_accuracy accuracy;
	uint64_t busy;	   /* timers that are not idle */
	uint64_t reserved; /* what reserve was last called with */

	/* A subject's own. */
	void *private;

	/* REPLAY_COLD: lines of a buffer larger than the caches, `cold` of them an operation. */
	uint32_t cold;
	uint32_t cold_position;
	uint32_t cold_mask; /* lines in the buffer, less one */
	unsigned char *cold_lines;

	/* REPLAY_TIMED: the least cycles of each operation, in order; wraps to 0 each replay. */
	uint32_t *cycles;
	uint64_t timed;	   /* operations timed so far in this replay */
	uint64_t timeable; /* room in cycles */

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
