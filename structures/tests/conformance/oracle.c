/*
 * oracle.c - judges every answer by the contract of timer.h
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "oracle.h"

static uint64_t tick_of(const struct oracle *oracle)
{
	return oracle->accuracy.tick ? oracle->accuracy.tick : 1;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > TIMER_NEVER - b ? TIMER_NEVER : a + b;
}

/* Returns the first tick that begins at or after a time. */
static uint64_t ceiling_tick(const struct oracle *oracle, uint64_t time)
{
	return time / tick_of(oracle) + (time % tick_of(oracle) != 0);
}

/* Returns the time at which a tick begins, or TIMER_NEVER if that is after the end of time. */
static uint64_t tick_begins(const struct oracle *oracle, uint64_t tick)
{
	return tick > TIMER_NEVER / tick_of(oracle) ? TIMER_NEVER : tick * tick_of(oracle);
}

/*
 * Returns the time from which expire must return the timer. With TIMER_LATE_FRACTION, the timer may
 * be late by a fraction of the interval, or of the distance from the caller's now to the deadline
 * if that is longer or if no interval is given.
 */
static uint64_t must_fire(const struct oracle *oracle, uint64_t deadline, uint64_t interval)
{
	uint64_t distance = deadline > oracle->clock ? deadline - oracle->clock : 0;
	double late;

	if (deadline == TIMER_NEVER || oracle->accuracy.when == TIMER_EXACT)
		return deadline;
	if (oracle->accuracy.when == TIMER_TO_A_TICK)
		return tick_begins(oracle, ceiling_tick(oracle, deadline));
	late = oracle->accuracy.fraction * (double)(interval > distance ? interval : distance) + 1;
	if (late >= 0x1p64)
		return TIMER_NEVER;
	return plus(plus(deadline, (uint64_t)late), oracle->accuracy.tick);
}

static const char *fault(struct oracle *oracle, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static const char *fault(struct oracle *oracle, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(oracle->fault, sizeof(oracle->fault), format, arguments);
	va_end(arguments);
	return oracle->fault;
}

int oracle_open(struct oracle *oracle, const struct timer_accuracy *accuracy, size_t count,
		uint64_t now)
{
	*oracle = (struct oracle){
		.accuracy = *accuracy,
		.count = count,
		.clock = now,
		.latest = now,
	};
	oracle->timers = calloc(count ? count : 1, sizeof(*oracle->timers));
	return oracle->timers ? 0 : -ENOMEM;
}

void oracle_close(struct oracle *oracle)
{
	free(oracle->timers);
}

void oracle_pass(struct oracle *oracle, uint64_t now)
{
	if (oracle->clock < now)
		oracle->clock = now;
}

static void set_state(struct oracle *oracle, size_t id, enum oracle_state state)
{
	enum oracle_state *old = &oracle->timers[id].state;

	oracle->armed -= *old == ORACLE_ARMED;
	oracle->armed += state == ORACLE_ARMED;
	oracle->not_idle -= *old != ORACLE_IDLE;
	oracle->not_idle += state != ORACLE_IDLE;
	*old = state;
}

/*
 * A timer that is armed after its deadline's tick may be filed under any tick from that to the
 * current one. It fires in time in each case, so the oracle accepts each of these ticks.
 */
void oracle_arm(struct oracle *oracle, size_t id, uint64_t deadline, uint64_t interval)
{
	struct oracle_timer *timer = &oracle->timers[id];
	uint64_t current = oracle->clock / tick_of(oracle);

	timer->deadline = deadline;
	timer->after = 0;
	timer->must = must_fire(oracle, deadline, interval);
	timer->least_tick = ceiling_tick(oracle, deadline);
	timer->most_tick = ceiling_tick(oracle, timer->must);
	if (timer->most_tick < current)
		timer->most_tick = current;
	set_state(oracle, id, ORACLE_ARMED);
}

void oracle_disarm(struct oracle *oracle, size_t id)
{
	set_state(oracle, id, ORACLE_DISARMED);
}

void oracle_remove(struct oracle *oracle, size_t id)
{
	set_state(oracle, id, ORACLE_IDLE);
}

/* Returns the armed timer that must fire first, or NULL if none must ever fire. */
static const struct oracle_timer *first_must(const struct oracle *oracle)
{
	const struct oracle_timer *first = NULL;

	for (size_t i = 0; i < oracle->count; i++) {
		const struct oracle_timer *timer = &oracle->timers[i];

		if (timer->state == ORACLE_ARMED && timer->must != TIMER_NEVER &&
		    (!first || timer->must < first->must))
			first = timer;
	}
	return first;
}

/*
 * expire need not return anything before the latest now. So the bound is never before the latest
 * now.
 */
uint64_t oracle_latest_next(const struct oracle *oracle)
{
	const struct oracle_timer *first = first_must(oracle);

	if (!first)
		return TIMER_NEVER;
	return first->must > oracle->latest ? first->must : oracle->latest;
}

const char *oracle_judge_next(struct oracle *oracle, uint64_t next)
{
	uint64_t bound = oracle_latest_next(oracle);

	if (next <= bound)
		return NULL;
	return fault(oracle, "next is too late: %" PRIu64 ", when a timer fires at %" PRIu64, next,
		     bound);
}

const char *oracle_judge_size(struct oracle *oracle, size_t size)
{
	if (size == oracle->armed)
		return NULL;
	return fault(oracle, "the size is %zu, with %zu timers armed", size, oracle->armed);
}

static const char *judge_one(struct oracle *oracle, uint64_t now, size_t id)
{
	static const char *const states[] = { "idle", "armed", "disarmed" };
	const struct oracle_timer *timer;

	if (id >= oracle->count)
		return fault(oracle, "expire returns a pointer that is not a timer");
	timer = &oracle->timers[id];
	if (timer->state != ORACLE_ARMED)
		return fault(oracle, "t%zu fires when it is %s", id, states[timer->state]);
	if (timer->deadline == TIMER_NEVER)
		return fault(oracle, "t%zu fires, although its deadline is TIMER_NEVER", id);
	if (timer->deadline > now)
		return fault(oracle, "t%zu fires early, at %" PRIu64 " instead of %" PRIu64, id,
			     now, timer->deadline);
	return NULL;
}

/*
 * Judges whether a timer may follow the timers that fired before it. If the order is by tick, it
 * must be possible to choose for each timer a tick within its bounds, so that the ticks never
 * decrease. Choosing the least possible tick leaves the most room for the next timer. Several calls
 * at one now count as one call for the timers that were armed before the first of them.
 */
static const char *judge_order(struct oracle *oracle, size_t id, uint64_t *reached)
{
	const struct oracle_timer *timer = &oracle->timers[id];
	bool by_deadline = oracle->accuracy.order == TIMER_BY_DEADLINE;
	uint64_t least = by_deadline ? timer->deadline : timer->least_tick;
	uint64_t most = by_deadline ? timer->deadline : timer->most_tick;

	if (oracle->accuracy.order == TIMER_UNORDERED)
		return NULL;
	if (*reached < timer->after)
		*reached = timer->after;
	if (most < *reached)
		return fault(oracle, "t%zu is out of order: %s %" PRIu64 " after %" PRIu64, id,
			     by_deadline ? "deadline" : "tick", most, *reached);
	if (*reached < least)
		*reached = least;
	return NULL;
}

/* Requires the timers that a call has left behind to fire after it, as long as now is the same. */
static void leave_behind(struct oracle *oracle, uint64_t reached)
{
	for (size_t i = 0; i < oracle->count; i++)
		if (oracle->timers[i].after < reached)
			oracle->timers[i].after = reached;
}

static void new_now(struct oracle *oracle, uint64_t now)
{
	if (now == oracle->at)
		return;
	oracle->at = now;
	for (size_t i = 0; i < oracle->count; i++)
		oracle->timers[i].after = 0;
}

/*
 * Judges whether expire has left behind a timer that must fire. `complete` is false if `out` was
 * full or time went back.
 */
static const char *judge_rest(struct oracle *oracle, uint64_t now, bool complete)
{
	const struct oracle_timer *first = complete ? first_must(oracle) : NULL;

	if (!first || first->must > now)
		return NULL;
	return fault(oracle,
		     "t%zu does not fire at %" PRIu64 ", though it is due since %" PRIu64
		     " and there was room",
		     (size_t)(first - oracle->timers), now, first->must);
}

const char *oracle_judge_expire(struct oracle *oracle, uint64_t now, size_t max, uint64_t next,
				const size_t *ids, size_t count)
{
	bool forward = now >= oracle->latest;
	uint64_t reached = 0;
	const char *wrong;

	if (count > max)
		return fault(oracle, "expire returns %zu timers with max %zu", count, max);
	new_now(oracle, now);
	for (size_t i = 0; i < count; i++) {
		wrong = judge_one(oracle, now, ids[i]);
		if (!wrong)
			wrong = judge_order(oracle, ids[i], &reached);
		if (wrong)
			return wrong;
		set_state(oracle, ids[i], ORACLE_IDLE);
	}
	if (count && next > now)
		return fault(oracle, "next was too late: %" PRIu64 ", when t%zu fires at %" PRIu64,
			     next, ids[0], now);
	leave_behind(oracle, reached);
	oracle_pass(oracle, now);
	if (forward)
		oracle->latest = now;
	return judge_rest(oracle, now, forward && count < max);
}

const char *oracle_judge_visit(struct oracle *oracle, size_t id)
{
	if (id >= oracle->count)
		return fault(oracle, "for_each visits a pointer that is not a timer");
	if (oracle->timers[id].state != ORACLE_ARMED)
		return fault(oracle, "for_each visits t%zu, which is not armed", id);
	if (oracle->timers[id].visited)
		return fault(oracle, "for_each visits t%zu twice", id);
	oracle->timers[id].visited = true;
	return NULL;
}

const char *oracle_judge_visits(struct oracle *oracle)
{
	const char *wrong = NULL;

	for (size_t id = 0; id < oracle->count; id++) {
		struct oracle_timer *timer = &oracle->timers[id];

		if (timer->state == ORACLE_ARMED && !timer->visited && !wrong)
			wrong = fault(oracle, "for_each misses t%zu", id);
		timer->visited = false;
	}
	return wrong;
}
