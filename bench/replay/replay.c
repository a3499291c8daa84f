/* replay.c - the parts of a replay around its loop: objects, cold lines, and the checked mode */
#include "bench/replay/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/replay/replay_check.h"
#include "bench/replay/subject.h"

/* 64 MiB, more than the last-level caches that the cold mode should miss. */
#define COLD_BYTES (64u << 20)

/* Limits the calls of check(), which takes O(n) or more. A replay checks about this many timers. */
#define CHECKED_TIMERS 10000000u

int replay_open(struct replay *replay, const struct subject *subject, const struct trace *trace,
		unsigned stride)
{
	size_t bytes = (trace->header->ids ? trace->header->ids : 1) * stride;
	int result;

	*replay = (struct replay){
		.subject = subject,
		.trace = trace,
		.stride_shift = stride == 128 ? 7 : 6,
		.accuracy = subject->accuracy,
	};
	replay->objects = aligned_alloc(128, (bytes + 127) & ~(size_t)127);
	if (!replay->objects)
		return -ENOMEM;
	memset(replay->objects, 0, bytes); /* no page faults during the measurement */
	result = subject->family->open(replay);
	if (result) {
		free(replay->objects);
		replay->objects = NULL;
	}
	return result;
}

void replay_close(struct replay *replay)
{
	replay->subject->family->close(replay);
	free(replay->objects);
	free(replay->cold_lines);
}

int replay_cold(struct replay *replay, uint32_t lines_per_operation)
{
	replay->cold_lines = aligned_alloc(64, COLD_BYTES);
	if (!replay->cold_lines)
		return -ENOMEM;
	memset(replay->cold_lines, 0, COLD_BYTES);
	replay->cold = lines_per_operation;
	replay->cold_mask = COLD_BYTES / 64 - 1;
	return 0;
}

/*
 * Returns the first multiple of the tick at or after `deadline`, or TIMER_NEVER if it would
 * overflow.
 */
static uint64_t to_tick(uint64_t deadline, uint64_t tick)
{
	uint64_t rest = tick ? deadline % tick : 0;

	if (!rest)
		return deadline;
	return deadline > UINT64_MAX - (tick - rest) ? TIMER_NEVER : deadline + (tick - rest);
}

uint64_t replay_bound(const struct replay *replay, uint64_t earliest)
{
	/*
	 * The allowed lateness is a fraction of the interval. The trace does not store the interval
	 * of the earliest timer, so there is no bound.
	 */
	if (replay->accuracy.when == TIMER_LATE_FRACTION)
		return TIMER_NEVER;
	return to_tick(earliest, replay->accuracy.tick);
}

_Noreturn void replay_out_of_memory(const struct replay *replay)
{
	fprintf(stderr, "timerbed: %s: out of memory while replaying\n", replay->subject->name);
	exit(1);
}

/* Returns the key by which firings must be in order. It depends on the subject's accuracy. */
static uint64_t order_of(const struct replay *replay, const struct timer *timer)
{
	uint64_t previous = replay->findings.previous_now;
	uint64_t due;

	if (replay->accuracy.order != TIMER_BY_TICK)
		return timer->deadline;
	due = to_tick(timer->deadline, replay->accuracy.tick);
	/*
	 * A timer that was armed after its own tick may fire with the timers of the tick in which
	 * it was armed.
	 */
	return due > previous ? due : previous - previous % replay->accuracy.tick;
}

void replay_check_batch(struct replay *replay, struct timer *const *batch, size_t count,
			uint64_t now)
{
	struct replay_findings *findings = &replay->findings;
	uint64_t before = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t lateness = now - batch[i]->deadline;
		uint64_t order = order_of(replay, batch[i]);

		if (batch[i]->deadline > now) {
			findings->early++;
			continue;
		}
		findings->lateness_sum += (double)lateness;
		if (lateness > findings->lateness_max)
			findings->lateness_max = lateness;
		if (batch[i]->deadline <= findings->previous_now)
			findings->late++;
		if (order < before && replay->accuracy.order != TIMER_UNORDERED)
			findings->out_of_order++;
		before = order;
	}
}

void replay_check_sample(struct replay *replay, uint64_t armed)
{
	struct replay_findings *findings = &replay->findings;
	const struct subject_family *family = replay->subject->family;
	uint64_t footprint = family->footprint ? family->footprint(replay) : 0;
	uint64_t every = replay->trace->header->advances * (armed + 1) / CHECKED_TIMERS + 1;

	if (armed > findings->armed_peak)
		findings->armed_peak = armed;
	if (footprint > findings->footprint_peak)
		findings->footprint_peak = footprint;
	if (family->check && !findings->broken && replay->tally.advances % every == 0)
		findings->broken = family->check(replay);
}

void replay_check_advance(struct replay *replay, uint64_t now)
{
	replay->findings.wake_ups++;
	replay->findings.previous_now = now;
}
