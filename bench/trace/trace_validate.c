/*
 * trace_validate.c - checks a trace by repeating the work of the oracle
 *
 * A trace's hashes show that the file is unchanged since it was written. They do not show that its
 * contents were right. These functions replay the whole stream against a new oracle. They check
 * everything that a replay relies on and does not check itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "oracle.h"
#include "structures/timer.h"
#include "trace.h"
#include "trace_error.h"

struct walk {
	const struct trace *trace;
	struct oracle oracle;
	struct trace_phase counted; /* counts of the current phase */
	uint64_t phases;	    /* the number of phases that have begun */
	uint64_t now;
	uint64_t advances;
	uint64_t fired;
};

/* The functions up to walk_end return NULL, or a text that says what is wrong with the entry. */

static const char *check_time(const struct walk *walk, uint64_t time)
{
	if (time % walk->trace->header->grain)
		return "the time is no multiple of the grain";
	return NULL;
}

/* TIMER_NEVER is a valid deadline, although it need not be a multiple of the grain. */
static const char *check_deadline(const struct walk *walk, uint64_t deadline)
{
	return deadline == TIMER_NEVER ? NULL : check_time(walk, deadline);
}

static const char *walk_arm(struct walk *walk, uint64_t place)
{
	const struct trace_operation *operation = &walk->trace->operations[place];
	const struct trace_operation *next = operation + 1;
	const char *wrong = check_deadline(walk, operation->time);
	uint64_t armed;

	if (wrong)
		return wrong;
	if (operation->kind == TRACE_ARM && operation->time < walk->now)
		return "the deadline of a relative timeout is in the past";
	if (operation->kind == TRACE_ARM_INTERVAL) {
		if (place + 1 == walk->trace->header->operations || next->kind != TRACE_INTERVAL)
			return "no interval follows";
	}
	oracle_arm(&walk->oracle, operation->id, operation->time);
	walk->counted.arms++;
	armed = oracle_size(&walk->oracle);
	if (armed > walk->counted.armed_peak)
		walk->counted.armed_peak = armed;
	return NULL;
}

static const char *walk_interval(const struct walk *walk, uint64_t place)
{
	const struct trace_operation *operation = &walk->trace->operations[place];

	if (place == 0 || operation[-1].kind != TRACE_ARM_INTERVAL)
		return "an interval without an arm before it";
	return check_time(walk, operation->time);
}

static const char *walk_stop(struct walk *walk, const struct trace_operation *operation)
{
	bool armed = oracle_armed(&walk->oracle, operation->id);

	if (operation->kind == TRACE_DISARM) {
		if (!armed)
			return "disarms a timer that is not armed";
		oracle_disarm(&walk->oracle, operation->id);
	} else {
		if (!armed && !oracle_disarmed(&walk->oracle, operation->id))
			return "removes a timer that is idle";
		oracle_remove(&walk->oracle, operation->id);
	}
	walk->counted.stops++;
	return NULL;
}

/*
 * Checks the firings of an advance: each timer is armed and due, the timers fire in order of
 * deadline, and no due timer is left.
 */
static const char *walk_fired(struct walk *walk, uint64_t end)
{
	const uint32_t *fired = walk->trace->fired;
	uint64_t earlier = 0;

	for (; walk->fired < end; walk->fired++) {
		uint32_t id = fired[walk->fired];
		uint64_t deadline;

		if (id >= walk->trace->header->ids)
			return "an id that fires is out of range";
		if (!oracle_armed(&walk->oracle, id))
			return "a timer fires that is not armed";
		deadline = oracle_deadline(&walk->oracle, id);
		if (deadline > walk->now || deadline == TIMER_NEVER)
			return "a timer fires before its deadline";
		if (deadline < earlier)
			return "timers fire out of order";
		earlier = deadline;
		walk->counted.fired++;
		walk->counted.checksum += trace_firing(id, deadline, walk->now);
		oracle_remove(&walk->oracle, id);
	}
	earlier = oracle_earliest(&walk->oracle);
	return earlier <= walk->now && earlier != TIMER_NEVER ? "a timer that is due does not fire"
							      : NULL;
}

static const char *walk_advance(struct walk *walk, const struct trace_operation *operation)
{
	const struct trace_header *header = walk->trace->header;
	const struct trace_advance *advance = &walk->trace->advances[walk->advances];
	const char *wrong = check_time(walk, operation->time);

	if (wrong)
		return wrong;
	if (walk->advances == header->advances || operation->id != walk->advances)
		return "the index in advances[] is out of order";
	if (operation->time < walk->now)
		return "time goes back";
	if (operation->time == TIMER_NEVER)
		return "the time is TIMER_NEVER";
	if (advance->earliest != oracle_earliest(&walk->oracle))
		return "advances[] has another earliest deadline";
	if (advance->fired_end < walk->fired || advance->fired_end > header->fired)
		return "fired_end in advances[] is out of order";
	walk->now = operation->time;
	walk->advances++;
	walk->counted.advances++;
	return walk_fired(walk, advance->fired_end);
}

/* Compares the counts of the phase that has just ended with the counts in the trace. */
static const char *check_phase(const struct walk *walk)
{
	const struct trace_phase *counted = &walk->counted;
	const struct trace_phase *phase;

	if (walk->phases == 0)
		return NULL;
	phase = &walk->trace->phases[walk->phases - 1];
	if (counted->arms != phase->arms || counted->stops != phase->stops ||
	    counted->advances != phase->advances || counted->fired != phase->fired)
		return "the previous phase has other counts of operations than phases[]";
	if (counted->checksum != phase->checksum)
		return "the previous phase has another checksum";
	if (counted->armed_peak != phase->armed_peak)
		return "the previous phase has another peak of armed timers";
	return NULL;
}

static const char *walk_mark(struct walk *walk, uint64_t place)
{
	const struct trace_operation *operation = &walk->trace->operations[place];
	const struct trace *trace = walk->trace;

	if (walk->phases == trace->header->phases || operation->id != walk->phases)
		return "the index in phases[] is out of order";
	if (trace->phases[walk->phases].first != place)
		return "its phase begins at another operation";
	if (trace->phases[walk->phases].measured > 1)
		return "its phase is neither measured nor unmeasured";
	walk->phases++;
	memset(&walk->counted, 0, sizeof(walk->counted));
	walk->counted.armed_peak = oracle_size(&walk->oracle);
	return NULL;
}

static const char *walk_operation(struct walk *walk, uint64_t place)
{
	const struct trace_operation *operation = &walk->trace->operations[place];
	const char *wrong;

	if (operation->kind >= TRACE_KINDS)
		return "the kind is unknown";
	if (operation->kind == TRACE_MARK) {
		wrong = check_phase(walk);
		return wrong ? wrong : walk_mark(walk, place);
	}
	if (walk->phases == 0)
		return "the stream does not begin with a mark";
	if (operation->kind == TRACE_ADVANCE)
		return walk_advance(walk, operation);
	if (operation->kind == TRACE_INTERVAL)
		return walk_interval(walk, place);
	if (operation->id >= walk->trace->header->ids)
		return "the id is out of range";
	if (operation->kind == TRACE_DISARM || operation->kind == TRACE_REMOVE)
		return walk_stop(walk, operation);
	return walk_arm(walk, place);
}

/* Makes the checks that are possible only at the end of the stream. */
static const char *walk_end(const struct walk *walk)
{
	const struct trace_header *header = walk->trace->header;
	const char *wrong = check_phase(walk);

	if (wrong)
		return wrong;
	if (walk->phases != header->phases)
		return "the stream ends before all phases have begun";
	if (walk->advances != header->advances)
		return "the stream ends before all of advances[]";
	if (walk->fired != header->fired)
		return "the stream ends before all of fired[] has fired";
	return NULL;
}

int trace_validate(const struct trace *trace, const char *path, char *error)
{
	struct walk walk = { .trace = trace };
	const char *wrong = NULL;
	uint64_t place = 0;
	uint64_t offset;
	int result = oracle_open(&walk.oracle, trace->header->ids);

	if (result < 0)
		return trace_error(error, result, path, "cannot validate %" PRIu64 " timers: %s",
				   trace->header->ids, strerror(-result));
	for (; place < trace->header->operations; place++) {
		wrong = walk_operation(&walk, place);
		if (wrong)
			break;
	}
	if (!wrong)
		wrong = walk_end(&walk);
	oracle_close(&walk.oracle);
	if (!wrong)
		return 0;
	offset = (uint64_t)((const char *)&trace->operations[place] - (const char *)trace->mapping);
	return trace_error(error, -EBADMSG, path, "operation %" PRIu64 " (byte %" PRIu64 "): %s",
			   place, offset, wrong);
}
