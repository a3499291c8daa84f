/*
 * replay_loop.h - the loop that replays a trace, for every subject in every mode
 *
 * The loop is an inline function with constant arguments: the driver (what an arm, a stop and an
 * advance do to this kind of subject), the structure's table if it is known at compile time, and
 * the mode. The compiler makes a loop for each combination that is instantiated and inlines what is
 * constant. So the loop that calls a structure through its table and the loop into which the
 * structure is compiled differ only in the calls.
 *
 * A turn of the event loop consists of the operations between two advances. Before an advance the
 * loop calls `next`, as an event loop does before it sleeps. Then time advances, and due timers are
 * expired in batches until none is left.
 */
#ifndef REPLAY_LOOP_H
#define REPLAY_LOOP_H

#include "bench/cycles.h"
#include "bench/replay/subject.h"

#define REPLAY_INLINE static inline __attribute__((always_inline))

struct replay_driver {
	void (*arm)(struct replay *replay, const struct timer_structure *structure,
		    enum replay_mode mode, uint32_t id, uint64_t deadline, uint64_t interval,
		    uint64_t now);
	void (*disarm)(struct replay *replay, const struct timer_structure *structure,
		       enum replay_mode mode, uint32_t id, uint64_t now);
	void (*remove)(struct replay *replay, const struct timer_structure *structure,
		       enum replay_mode mode, uint32_t id, uint64_t now);
	void (*advance)(struct replay *replay, const struct timer_structure *structure,
			enum replay_mode mode, uint64_t now, const struct trace_advance *advance);
};

/* Touches cache lines as the application would, in an order that no prefetcher predicts. */
REPLAY_INLINE void replay_touch_cold(struct replay *replay)
{
	uint32_t position = replay->cold_position;

	for (uint32_t i = 0; i < replay->cold; i++) {
		/*
		 * The period is full for any power of two, by Knuth's conditions (TAOCP 3.2.1.2).
		 */
		position = (position * 1664525u + 1013904223u) & replay->cold_mask;
		replay->cold_lines[(size_t)position * 64]++;
	}
	replay->cold_position = position;
}

/*
 * Called before and after each operation. They time it in REPLAY_TIMED and do nothing in other
 * modes.
 */
REPLAY_INLINE uint64_t replay_begin(enum replay_mode mode)
{
	return mode == REPLAY_TIMED ? cycles_begin() : 0;
}

REPLAY_INLINE void replay_end(struct replay *replay, enum replay_mode mode, uint64_t begun)
{
	uint64_t cycles;

	if (mode != REPLAY_TIMED)
		return;
	cycles = cycles_end() - begun;
	if (replay->timed < replay->timeable && cycles < replay->cycles[replay->timed])
		replay->cycles[replay->timed] = (uint32_t)cycles;
	replay->timed++;
}

REPLAY_INLINE void replay_stream(struct replay *replay, const struct replay_driver *driver,
				 const struct timer_structure *structure, enum replay_mode mode,
				 uint64_t first, uint64_t last)
{
	const struct trace_operation *operation = replay->trace->operations + first;
	const struct trace_operation *end = replay->trace->operations + last;
	uint64_t arms = 0, stops = 0, now = replay->now;

	for (; operation < end; operation++) {
		if (mode == REPLAY_COLD)
			replay_touch_cold(replay);
		switch ((enum trace_kind)operation->kind) {
		case TRACE_ARM:
			driver->arm(replay, structure, mode, operation->id, operation->time,
				    operation->time - now, now);
			arms++;
			break;
		case TRACE_ARM_ABSOLUTE:
			driver->arm(replay, structure, mode, operation->id, operation->time, 0,
				    now);
			arms++;
			break;
		case TRACE_ARM_INTERVAL:
			driver->arm(replay, structure, mode, operation->id, operation->time,
				    operation[1].time, now);
			arms++;
			break;
		case TRACE_DISARM:
			driver->disarm(replay, structure, mode, operation->id, now);
			stops++;
			break;
		case TRACE_REMOVE:
			driver->remove(replay, structure, mode, operation->id, now);
			stops++;
			break;
		case TRACE_ADVANCE:
			now = operation->time;
			driver->advance(replay, structure, mode, now,
					&replay->trace->advances[operation->id]);
			replay->tally.advances++;
			break;
		default: /* marks, and intervals, which the arm before them reads */
			break;
		}
	}
	replay->now = now;
	replay->tally.arms += arms;
	replay->tally.stops += stops;
}

/*
 * Defines the loop for one driver and one structure: a function for each mode, and the replay_code
 * with these functions.
 */
#define REPLAY_FUNCTION(name, suffix, driver, structure, mode)                                     \
	static void name##_##suffix(struct replay *replay, uint64_t first, uint64_t last)          \
	{                                                                                          \
		replay_stream(replay, driver, structure, mode, first, last);                       \
	}
#define REPLAY_CODE(linkage, name, driver, structure)                                              \
	REPLAY_FUNCTION(name, plain, driver, structure, REPLAY_PLAIN)                              \
	REPLAY_FUNCTION(name, cold, driver, structure, REPLAY_COLD)                                \
	REPLAY_FUNCTION(name, timed, driver, structure, REPLAY_TIMED)                              \
	REPLAY_FUNCTION(name, checked, driver, structure, REPLAY_CHECKED)                          \
	linkage const struct replay_code name = {                                                  \
		{ name##_plain, name##_cold, name##_timed, name##_checked },                       \
	}

#endif
