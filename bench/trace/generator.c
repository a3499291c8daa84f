/*
 * generator.c - the functions that a workload calls to generate its trace
 *
 * Each call is passed to the oracle with the workload's ids, and to the trace writer with the
 * trace's ids. This file rounds all times to the trace's grain (its unit of time); no other file
 * does.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "generator_internal.h"
#include "structures/timer.h"

#define FIRST_FIRED 256

/*
 * Returns the largest multiple of the grain below TIMER_NEVER. A later deadline becomes
 * TIMER_NEVER.
 */
static uint64_t latest(const struct generator *generator)
{
	return (TIMER_NEVER - 1) / generator->grain * generator->grain;
}

/* Rounds up to a multiple of the grain. Returns TIMER_NEVER if `time` is later than latest(). */
static uint64_t round_up(const struct generator *generator, uint64_t time)
{
	uint64_t over = time % generator->grain;

	if (time > latest(generator))
		return TIMER_NEVER;
	return over ? time - over + generator->grain : time;
}

/*
 * Aborts if a workload breaks the rules of generator.h. Such a workload is a bug in this program,
 * and the rest of the trace could not be trusted.
 */
static void require(bool condition, const char *call, const char *why, uint64_t id)
{
	if (condition)
		return;
	fprintf(stderr, "workload bug: %s: %s (id %" PRIu64 ")\n", call, why, id);
	abort();
}

/*
 * Returns whether the call may be carried out. Returns false after a failure. Aborts if the call
 * breaks a rule.
 */
static bool ready(const struct generator *generator, const char *call, uint64_t id)
{
	if (generator->writer->failed)
		return false;
	require(generator->grain, call, "generator_begin must come first", id);
	require(generator->phase, call, "generator_mark must come before any operation", id);
	require(id < generator->ids, call, "there is no such timer", id);
	return true;
}

void generator_open(struct generator *generator, struct trace_writer *writer, uint64_t seed)
{
	*generator = (struct generator){ .writer = writer, .seed = seed };
	random_seed(&generator->random, seed, GENERATOR_WORKLOAD);
}

void generator_close(struct generator *generator)
{
	require(generator->writer->failed || generator->phase, "generate",
		"generator_begin and generator_mark were never called", 0);
	if (generator->names)
		oracle_close(&generator->oracle);
	free(generator->names);
	free(generator->fired);
	*generator = (struct generator){ .writer = NULL };
}

uint64_t generator_memory(uint64_t ids)
{
	/*
	 * Adds the array `names`, and the array `fired` at its largest: when one advance fires all
	 * ids and the array has just doubled.
	 */
	return oracle_memory(ids) + ids * (sizeof(uint32_t) + 2 * sizeof(uint64_t));
}

/*
 * Fills names[] with a random permutation of 0..ids-1 (Fisher and Yates's shuffle in Durstenfeld's
 * form).
 */
static void shuffle_names(struct generator *generator)
{
	struct random random;

	random_seed(&random, generator->seed, GENERATOR_NAMES);
	for (uint64_t i = 0; i < generator->ids; i++) {
		uint64_t j = random_below(&random, i + 1);

		generator->names[i] = generator->names[j];
		generator->names[j] = (uint32_t)i;
	}
}

void generator_begin(struct generator *generator, uint64_t ids, uint64_t grain)
{
	struct trace_writer *writer = generator->writer;
	int result;

	require(!generator->grain, "generator_begin", "called twice", 0);
	require(grain && grain < TIMER_NEVER, "generator_begin", "the grain is out of range", 0);
	generator->grain = grain;
	generator->ids = ids;
	if (writer->failed)
		return;
	result = oracle_open(&generator->oracle, ids);
	if (result == 0) {
		generator->names = malloc((ids + 1) * sizeof(*generator->names));
		if (generator->names) {
			shuffle_names(generator);
			return;
		}
		oracle_close(&generator->oracle);
		result = -ENOMEM;
	}
	trace_write_fail(writer, result,
			 result == -ENOMEM ? "not enough memory for this number of timers"
					   : "more timers than a trace can number");
}

void generator_mark(struct generator *generator, const char *phase, bool measured)
{
	struct trace_writer *writer = generator->writer;

	if (writer->failed)
		return;
	require(generator->grain, "generator_mark", "generator_begin must come first", 0);
	require(writer->phase_count < TRACE_PHASES, "generator_mark", "too many phases",
		writer->phase_count);
	generator->phase = &writer->phases[writer->phase_count];
	trace_write_mark(writer, generator->now, phase, measured);
	generator->phase->armed_peak = oracle_size(&generator->oracle);
}

static void arm(struct generator *generator, uint64_t id, uint64_t deadline, enum trace_kind kind)
{
	uint64_t armed;

	oracle_arm(&generator->oracle, id, deadline);
	trace_write_operation(generator->writer, deadline, generator->names[id], kind);
	generator->phase->arms++;
	armed = oracle_size(&generator->oracle);
	if (armed > generator->phase->armed_peak)
		generator->phase->armed_peak = armed;
}

void generator_arm(struct generator *generator, uint64_t id, uint64_t interval)
{
	uint64_t deadline;

	if (!ready(generator, "generator_arm", id))
		return;
	if (interval == 0)
		interval = 1; /* 1 ns rounds up to one grain, since now is a multiple of it */
	if (__builtin_add_overflow(generator->now, interval, &deadline))
		deadline = TIMER_NEVER;
	arm(generator, id, round_up(generator, deadline), TRACE_ARM);
}

void generator_arm_from(struct generator *generator, uint64_t id, uint64_t interval, uint64_t from)
{
	uint64_t deadline;

	if (!ready(generator, "generator_arm_from", id))
		return;
	interval = interval < latest(generator) ? round_up(generator, interval ? interval : 1)
						: latest(generator);
	if (__builtin_add_overflow(from, interval, &deadline))
		deadline = TIMER_NEVER;
	arm(generator, id, round_up(generator, deadline), TRACE_ARM_INTERVAL);
	trace_write_operation(generator->writer, interval, 0, TRACE_INTERVAL);
}

void generator_arm_absolute(struct generator *generator, uint64_t id, uint64_t deadline)
{
	if (ready(generator, "generator_arm_absolute", id))
		arm(generator, id, round_up(generator, deadline), TRACE_ARM_ABSOLUTE);
}

void generator_disarm(struct generator *generator, uint64_t id)
{
	if (!ready(generator, "generator_disarm", id))
		return;
	require(oracle_armed(&generator->oracle, id), "generator_disarm", "it is not armed", id);
	oracle_disarm(&generator->oracle, id);
	trace_write_operation(generator->writer, 0, generator->names[id], TRACE_DISARM);
	generator->phase->stops++;
}

void generator_remove(struct generator *generator, uint64_t id)
{
	if (!ready(generator, "generator_remove", id))
		return;
	require(oracle_armed(&generator->oracle, id) || oracle_disarmed(&generator->oracle, id),
		"generator_remove", "it is idle", id);
	oracle_remove(&generator->oracle, id);
	trace_write_operation(generator->writer, 0, generator->names[id], TRACE_REMOVE);
	generator->phase->stops++;
}

/* Makes room for one more id in the array that generator_advance returns. */
static bool room_for_fired(struct generator *generator, size_t count)
{
	size_t room = generator->fired_room ? 2 * generator->fired_room : FIRST_FIRED;
	uint64_t *fired;

	if (count < generator->fired_room)
		return true;
	fired = realloc(generator->fired, room * sizeof(*fired));
	if (!fired) {
		trace_write_fail(generator->writer, -ENOMEM, "not enough memory to make the trace");
		return false;
	}
	generator->fired = fired;
	generator->fired_room = room;
	return true;
}

/* Fires all due timers and returns their number. */
static size_t fire(struct generator *generator)
{
	struct trace_phase *phase = generator->phase;
	uint64_t id, deadline;
	size_t count = 0;

	while (room_for_fired(generator, count) &&
	       oracle_fire(&generator->oracle, generator->now, &id, &deadline)) {
		uint32_t name = generator->names[id];

		generator->fired[count++] = id;
		trace_write_fired(generator->writer, name);
		phase->checksum += trace_firing(name, deadline, generator->now);
	}
	phase->fired += count;
	return count;
}

size_t generator_advance(struct generator *generator, uint64_t now, const uint64_t **fired)
{
	uint64_t earliest;
	size_t count;

	*fired = generator->fired;
	trace_write_turn(generator->writer);
	if (trace_write_stopped(generator->writer))
		return 0;
	require(generator->grain && generator->phase, "generator_advance",
		"generator_begin and generator_mark must come first", 0);
	now = now > latest(generator) ? latest(generator) : round_up(generator, now);
	if (now > generator->now)
		generator->now = now;
	earliest = oracle_earliest(&generator->oracle);
	count = fire(generator);
	generator->phase->advances++;
	trace_write_advance(generator->writer, generator->now, earliest);
	*fired = generator->fired;
	return generator->writer->failed ? 0 : count;
}

uint64_t generator_now(const struct generator *generator)
{
	return generator->now;
}

bool generator_armed(const struct generator *generator, uint64_t id)
{
	return generator->names && id < generator->ids && oracle_armed(&generator->oracle, id);
}

uint64_t generator_earliest(const struct generator *generator)
{
	return generator->names ? oracle_earliest(&generator->oracle) : TIMER_NEVER;
}

uint64_t generator_operations(const struct generator *generator)
{
	const struct trace_phase *phase = generator->phase;

	return phase ? phase->arms + phase->stops + phase->fired : 0;
}

bool generator_done(const struct generator *generator, uint64_t operations)
{
	if (generator->writer->failed)
		return true;
	/* Whoever takes a stream in parts decides when it ends. */
	return !generator->writer->take && generator_operations(generator) >= operations;
}

void generator_fail(struct generator *generator, int error, const char *why)
{
	trace_write_fail(generator->writer, error, why);
}

bool generator_failed(const struct generator *generator)
{
	return generator->writer->failed != 0;
}

uint64_t generator_random(struct generator *generator)
{
	return random_next(&generator->random);
}

uint64_t generator_below(struct generator *generator, uint64_t bound)
{
	require(bound, "generator_below", "the bound is 0", bound);
	return random_below(&generator->random, bound);
}

double generator_uniform(struct generator *generator)
{
	return random_uniform(&generator->random);
}

double generator_exponential(struct generator *generator)
{
	return random_exponential(&generator->random);
}

double generator_normal(struct generator *generator)
{
	return random_normal(&generator->random);
}
