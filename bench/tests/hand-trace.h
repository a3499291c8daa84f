/*
 * hand-trace.h - traces in memory that a test writes entry by entry
 *
 * The oracle of this file is as simple as possible: at each advance it checks all timers. So a test
 * knows which timers must fire without the generator.
 */
#ifndef HAND_TRACE_H
#define HAND_TRACE_H

#include <stdint.h>
#include <string.h>

#include "bench/trace/trace.h"
#include "structures/timer.h"

#define HAND_ENTRIES 1024
#define HAND_IDS     512

struct hand_trace {
	struct trace trace;
	struct trace_header header;
	struct trace_phase phases[TRACE_PHASES];
	struct trace_operation operations[HAND_ENTRIES];
	struct trace_advance advances[HAND_ENTRIES];
	uint32_t fired[HAND_ENTRIES];
	uint64_t deadlines[HAND_IDS]; /* TIMER_NEVER: the timer is not armed */
};

/* Begins an empty trace whose times are multiples of `grain`. */
static inline void hand_begin(struct hand_trace *hand, uint64_t grain)
{
	memset(hand, 0, sizeof(*hand));
	memset(hand->deadlines, 0xff, sizeof(hand->deadlines));
	hand->header.grain = grain;
	hand->header.version = TRACE_VERSION;
	hand->trace = (struct trace){ .header = &hand->header,
				      .phases = hand->phases,
				      .operations = hand->operations,
				      .advances = hand->advances,
				      .fired = hand->fired };
}

static inline void hand_entry(struct hand_trace *hand, enum trace_kind kind, uint32_t id,
			      uint64_t time)
{
	hand->operations[hand->header.operations++] = (struct trace_operation){ time, id, kind };
}

static inline void hand_mark(struct hand_trace *hand, const char *name, bool measured)
{
	uint32_t place = (uint32_t)hand->header.phases++;
	struct trace_phase *phase = &hand->phases[place];

	strncpy(phase->name, name, sizeof(phase->name) - 1);
	phase->measured = measured;
	phase->first = hand->header.operations;
	hand_entry(hand, TRACE_MARK, place, 0);
}

static inline struct trace_phase *hand_phase(struct hand_trace *hand)
{
	return &hand->phases[hand->header.phases - 1];
}

/*
 * Arms by any of the three kinds. With TRACE_ARM_INTERVAL, also writes the interval as the next
 * entry.
 */
static inline void hand_arm(struct hand_trace *hand, enum trace_kind kind, uint32_t id,
			    uint64_t deadline, uint64_t interval)
{
	hand_entry(hand, kind, id, deadline);
	if (kind == TRACE_ARM_INTERVAL)
		hand_entry(hand, TRACE_INTERVAL, 0, interval);
	hand->deadlines[id] = deadline;
	hand->header.ids = id >= hand->header.ids ? id + 1 : hand->header.ids;
	hand_phase(hand)->arms++;
}

static inline void hand_stop(struct hand_trace *hand, enum trace_kind kind, uint32_t id)
{
	hand_entry(hand, kind, id, 0);
	hand->deadlines[id] = TIMER_NEVER;
	hand_phase(hand)->stops++;
}

/* Returns the armed timer with the earliest deadline, or HAND_IDS if none is armed. */
static inline uint32_t hand_first(const struct hand_trace *hand)
{
	uint32_t first = HAND_IDS;

	for (uint32_t id = 0; id < HAND_IDS; id++)
		if (hand->deadlines[id] != TIMER_NEVER &&
		    (first == HAND_IDS || hand->deadlines[id] < hand->deadlines[first]))
			first = id;
	return first;
}

static inline void hand_advance(struct hand_trace *hand, uint64_t now)
{
	uint32_t place = (uint32_t)hand->header.advances++, id = hand_first(hand);
	struct trace_phase *phase = hand_phase(hand);

	hand->advances[place].earliest = id == HAND_IDS ? TIMER_NEVER : hand->deadlines[id];
	for (; id < HAND_IDS && hand->deadlines[id] <= now; id = hand_first(hand)) {
		phase->checksum += trace_firing(id, hand->deadlines[id], now);
		phase->fired++;
		hand->fired[hand->header.fired++] = id;
		hand->deadlines[id] = TIMER_NEVER;
	}
	hand->advances[place].fired_end = hand->header.fired;
	phase->advances++;
	hand_entry(hand, TRACE_ADVANCE, place, now);
}

/* ------------------------------------------------------------- traces that tests have in common */

#define HAND_US UINT64_C(1000)

/* Arms timers 0 and 1, due at 50 and 20 us. At 10 us the measured phase begins. */
static inline void hand_fill(struct hand_trace *hand)
{
	hand_begin(hand, HAND_US);
	hand_mark(hand, "fill", false);
	hand_arm(hand, TRACE_ARM, 0, 50 * HAND_US, 0);
	hand_arm(hand, TRACE_ARM_ABSOLUTE, 1, 20 * HAND_US, 0);
	hand_advance(hand, 10 * HAND_US);
	hand_mark(hand, "all", true);
}

/*
 * At 20 us, six timers have been due for 1 us or 0 us. Then they are armed, disarmed or removed. If
 * a subject has not fired them by then, they are overtaken. The other three timers, due at 21 us,
 * are not overtaken.
 */
static inline void hand_overtaken(struct hand_trace *hand)
{
	static const uint64_t due[9] = { 19, 19, 19, 21, 21, 21, 20, 20, 20 };

	hand_begin(hand, HAND_US);
	hand_mark(hand, "all", true);
	for (uint32_t id = 0; id < 9; id++)
		hand_arm(hand, TRACE_ARM, id, due[id] * HAND_US, 0);
	hand_advance(hand, 20 * HAND_US);
	for (uint32_t id = 0; id < 9; id += 3) {
		hand_arm(hand, TRACE_ARM, id, 900 * HAND_US, 0);
		hand_stop(hand, TRACE_DISARM, id + 1);
		hand_stop(hand, TRACE_REMOVE, id + 2);
	}
	hand_stop(hand, TRACE_REMOVE, 4); /* already disarmed, so not overtaken */
	hand_advance(hand, 30 * HAND_US);
}

/*
 * Stops two timers after an advance to 20 us: one with a near deadline, and one with a distant
 * deadline.
 */
static inline void hand_two_stops(struct hand_trace *hand, enum trace_kind kind)
{
	hand_begin(hand, HAND_US);
	hand_mark(hand, "all", true);
	hand_arm(hand, TRACE_ARM, 0, 25 * HAND_US, 0);
	hand_arm(hand, TRACE_ARM, 1, 95 * HAND_US, 0);
	hand_advance(hand, 20 * HAND_US);
	hand_stop(hand, kind, 0);
	hand_stop(hand, kind, 1);
}

#endif
