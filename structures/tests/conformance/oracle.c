/*
 * oracle.c - the contract, judged
 */
#include "oracle.h"

#include <errno.h>
#include <stdlib.h>

int oracle_open(struct oracle *oracle, const struct timer_structure *structure,
		const struct timer_accuracy *accuracy, size_t count, uint64_t now)
{
	*oracle = (struct oracle){
		.structure = structure,
		.accuracy = *accuracy,
		.timers = calloc(count, sizeof(*oracle->timers)),
		.count = count,
		.now = now,
	};
	return oracle->timers ? 0 : -ENOMEM;
}

void oracle_close(struct oracle *oracle)
{
	free(oracle->timers);
}

static uint64_t saturating_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t next_multiple(uint64_t time, uint64_t tick)
{
	uint64_t rest = tick ? time % tick : 0;

	return rest ? saturating_add(time, tick - rest) : time;
}

static uint64_t last_multiple(uint64_t time, uint64_t tick)
{
	return tick ? time - time % tick : time;
}

/* The latest that a timer may fire, but for what time has already passed. */
static uint64_t must_fire(const struct timer_accuracy *accuracy, uint64_t deadline,
			  uint64_t interval)
{
	switch (accuracy->when) {
	case TIMER_TO_A_TICK:
		return next_multiple(deadline, accuracy->tick);
	case TIMER_LATE_FRACTION:
		return saturating_add(saturating_add(deadline, accuracy->tick),
				      (uint64_t)((double)interval * accuracy->fraction));
	default:
		return deadline;
	}
}

void oracle_arm(struct oracle *oracle, size_t number, uint64_t deadline, uint64_t interval)
{
	struct oracle_timer *timer = &oracle->timers[number];
	uint64_t passed = last_multiple(oracle->now, oracle->accuracy.tick);

	oracle->armed += timer->state != ORACLE_ARMED;
	timer->state = ORACLE_ARMED;
	timer->deadline = deadline;
	timer->must_fire = TIMER_NEVER;
	if (deadline != TIMER_NEVER)
		timer->must_fire = must_fire(&oracle->accuracy, deadline, interval);
	timer->first_order = timer->last_order = deadline;
	if (oracle->accuracy.order != TIMER_BY_TICK)
		return;
	timer->first_order = timer->last_order = next_multiple(deadline, oracle->accuracy.tick);
	/* Armed when its tick had passed: it may stand with those of any tick since. */
	if (timer->last_order < passed)
		timer->last_order = passed;
}

void oracle_stop(struct oracle *oracle, size_t number, enum oracle_state state)
{
	oracle->armed -= oracle->timers[number].state == ORACLE_ARMED;
	oracle->timers[number].state = state;
}

/* What expire left behind although it had room for more. */
static const char *judge_rest(const struct oracle *oracle, uint64_t now)
{
	for (size_t i = 0; i < oracle->count; i++) {
		const struct oracle_timer *timer = &oracle->timers[i];

		if (timer->state == ORACLE_ARMED && timer->must_fire <= now &&
		    timer->must_fire != TIMER_NEVER)
			return "expire: a timer that is due was not handed over";
	}
	return NULL;
}

static const char *judge_timer(const struct oracle *oracle, const struct oracle_timer *timer,
			       const struct timer *out, uint64_t now, uint64_t *before)
{
	if (timer->state != ORACLE_ARMED)
		return "expire: a timer that is not armed was handed over";
	if (timer->deadline == TIMER_NEVER)
		return "expire: a timer that never fires was handed over";
	if (timer->deadline > now)
		return "expire: early";
	if (out->deadline != timer->deadline)
		return "expire: a timer's deadline is not the last one set";
	if (oracle->accuracy.order != TIMER_UNORDERED && timer->last_order < *before)
		return "expire: out of order";
	if (timer->first_order > *before)
		*before = timer->first_order;
	return NULL;
}

const char *oracle_expired(struct oracle *oracle, uint64_t now, struct timer *const *out,
			   size_t count, size_t max)
{
	uint64_t before = 0;

	if (count > max)
		return "expire: more than max handed over";
	for (size_t i = 0; i < count; i++) {
		size_t number = ((struct oracle_object *)out[i])->number;
		const char *wrong =
			judge_timer(oracle, &oracle->timers[number], out[i], now, &before);

		if (wrong)
			return wrong;
		oracle_stop(oracle, number, ORACLE_IDLE);
	}
	if (now < oracle->now)
		return NULL; /* it need not return anything */
	oracle->now = now;
	return count < max ? judge_rest(oracle, now) : NULL;
}

struct visit {
	struct oracle *oracle;
	const char *wrong;
	size_t count;
};

static void visit_armed(struct timer *timer, void *data)
{
	struct visit *visit = data;
	struct oracle_timer *known =
		&visit->oracle->timers[((struct oracle_object *)timer)->number];

	if (known->state != ORACLE_ARMED)
		visit->wrong = "for_each: visits a timer that is not armed";
	if (known->seen)
		visit->wrong = "for_each: visits a timer twice";
	known->seen = true;
	visit->count++;
}

static const char *judge_visits(struct oracle *oracle, const struct timer_set *set)
{
	struct visit visit = { .oracle = oracle };

	for (size_t i = 0; i < oracle->count; i++)
		oracle->timers[i].seen = false;
	oracle->structure->for_each(set, visit_armed, &visit);
	if (!visit.wrong && visit.count != oracle->armed)
		return "for_each: misses an armed timer";
	return visit.wrong;
}

/* The bound on next: the earliest that any armed timer must fire, but not before the present. */
static const char *judge_next(const struct oracle *oracle, struct timer_set *set)
{
	uint64_t next = oracle->structure->next(set), bound = TIMER_NEVER;

	for (size_t i = 0; i < oracle->count; i++) {
		const struct oracle_timer *timer = &oracle->timers[i];

		if (timer->state == ORACLE_ARMED && timer->must_fire < bound)
			bound = timer->must_fire;
	}
	if (bound != TIMER_NEVER && bound < oracle->now)
		bound = oracle->now;
	if (next > bound)
		return "next: later than a timer must fire";
	if (!oracle->armed && next != TIMER_NEVER)
		return "next: something is to come of an empty set";
	return NULL;
}

const char *oracle_inspect(struct oracle *oracle, struct timer_set *set)
{
	const char *wrong = oracle->structure->check(set);

	if (!wrong && oracle->structure->size(set) != oracle->armed)
		wrong = "size: not the number of armed timers";
	if (!wrong)
		wrong = judge_visits(oracle, set);
	return wrong ? wrong : judge_next(oracle, set);
}
