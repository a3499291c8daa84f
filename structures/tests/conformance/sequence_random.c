/*
 * sequence_random.c - makes random sequences
 */
#include <stdio.h>
#include <stdlib.h>

#include "random.h"
#include "sequence.h"

/* How the deadlines are chosen. */
enum deadlines {
	DEADLINES_NEAR,	  /* about one scale of time from now */
	DEADLINES_EQUAL,  /* at a few instants */
	DEADLINES_WIDE,	  /* at distances of any order of magnitude */
	DEADLINES_COMMON, /* one of a few intervals from now */
	DEADLINES_ENDS,	  /* at 0, now, in the past, at the end of time, or never */
	DEADLINES_KINDS	  /* any of these */
};

/*
 * Percentages of all operations. Another 5 % call reserve, for_each or check, and the rest arm
 * timers.
 */
struct profile {
	const char *name;
	unsigned timers;
	enum deadlines deadlines;
	unsigned expire, disarm, remove;
	unsigned jumps;	 /* percentage of the expiries: now jumps by up to 4 years */
	unsigned back;	 /* percentage of the expiries: now is earlier */
	unsigned follow; /* chance to use the timer that was just stopped or fired at once */
	uint32_t max;	 /* max of a call of expire; 0: from 1 to 64 */
};

static const struct profile profiles[SEQUENCE_PROFILES] = {
	{ "few timers", 3, DEADLINES_NEAR, 30, 10, 10, 0, 2, 20, 0 },
	{ "near deadlines", 60, DEADLINES_NEAR, 15, 8, 8, 0, 1, 10, 0 },
	{ "equal deadlines", 200, DEADLINES_EQUAL, 8, 5, 5, 0, 1, 10, 0 },
	{ "tiny and huge intervals", 60, DEADLINES_WIDE, 15, 8, 8, 5, 1, 10, 0 },
	{ "few distinct intervals", 200, DEADLINES_COMMON, 10, 5, 5, 0, 1, 20, 0 },
	{ "the ends of time", 40, DEADLINES_ENDS, 15, 8, 8, 3, 5, 10, 0 },
	{ "jumps of years", 60, DEADLINES_WIDE, 15, 5, 5, 30, 0, 10, 0 },
	{ "the clock steps back", 40, DEADLINES_NEAR, 25, 5, 5, 0, 50, 10, 0 },
	{ "expire with max 1", 60, DEADLINES_KINDS, 30, 5, 5, 0, 2, 40, 1 },
	{ "expired timers are re-armed", 60, DEADLINES_KINDS, 20, 5, 10, 1, 1, 90, 0 },
	{ "disarmed, then inserted or removed", 40, DEADLINES_KINDS, 10, 30, 10, 1, 1, 60, 0 },
	{ "hundreds, postponed", 600, DEADLINES_KINDS, 1, 1, 1, 0, 1, 10, 0 },
	{ "anything", 100, DEADLINES_KINDS, 20, 10, 10, 5, 5, 25, 0 },
};

#define MOST_INTERVALS 6

struct maker {
	struct sequence *sequence;
	const struct profile *profile;
	size_t room;
	uint64_t random;
	uint64_t now;
	unsigned scale; /* times are mostly about 2^scale ns apart */
	uint64_t intervals[MOST_INTERVALS];
	size_t interval_count;
};

const char *sequence_profile(size_t profile)
{
	return profiles[profile].name;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static struct operation *add(struct maker *maker, enum operation_kind kind)
{
	static struct operation beyond; /* written and never read */
	struct sequence *sequence = maker->sequence;
	struct operation *operation =
		sequence->count < maker->room ? &sequence->operations[sequence->count++] : &beyond;

	*operation = (struct operation){
		.kind = kind,
		.timer = (uint32_t)random_below(&maker->random, maker->profile->timers),
		.max = maker->profile->max,
	};
	if (!operation->max)
		operation->max = random_chance(&maker->random, 30)
					 ? 64
					 : 1 + (uint32_t)random_below(&maker->random, 8);
	return operation;
}

static uint64_t end_of_time(struct maker *maker)
{
	uint64_t *random = &maker->random;

	switch (random_below(random, 8)) {
	case 0:
		return random_below(random, 3);
	case 1:
		return maker->now;
	case 2:
		return minus(maker->now, 1 + random_magnitude(random, 50));
	case 3:
		return TIMER_NEVER - 1;
	case 4:
		return TIMER_NEVER - 1 - random_magnitude(random, 40);
	case 5:
		return TIMER_NEVER;
	default:
		return plus(maker->now, 1 + random_magnitude(random, maker->scale));
	}
}

static uint64_t deadline_of(struct maker *maker, enum deadlines kind, uint64_t *interval)
{
	uint64_t *random = &maker->random, quantum = UINT64_C(1) << maker->scale, deadline;

	if (kind == DEADLINES_KINDS)
		kind = (enum deadlines)random_below(random, DEADLINES_KINDS);
	if (random_chance(random, 2))
		kind = DEADLINES_ENDS;
	*interval = 0;
	switch (kind) {
	case DEADLINES_EQUAL:
		deadline = plus(maker->now - maker->now % quantum,
				quantum * (1 + random_below(random, 3)));
		break;
	case DEADLINES_WIDE:
		deadline = plus(maker->now, random_magnitude(random, 60));
		break;
	case DEADLINES_COMMON:
		*interval = maker->intervals[random_below(random, maker->interval_count)];
		deadline = plus(maker->now, *interval);
		if (random_chance(random, 5)) /* as if counted from another time */
			deadline = minus(deadline, random_magnitude(random, maker->scale));
		if (random_chance(random, 2)) /* among timers of its interval */
			deadline = TIMER_NEVER;
		break;
	case DEADLINES_ENDS:
		deadline = end_of_time(maker);
		break;
	default:
		deadline = plus(maker->now, random_below(random, quantum));
		break;
	}
	if (!*interval)
		*interval = minus(deadline, maker->now);
	if (random_chance(random, 15))
		*interval = 0;
	return deadline;
}

static struct operation *add_arm(struct maker *maker)
{
	struct operation *operation = add(maker, OPERATION_ARM);

	operation->time = deadline_of(maker, maker->profile->deadlines, &operation->interval);
	return operation;
}

/* Stops a timer. Often arms or removes it at once. */
static void add_stop(struct maker *maker, enum operation_kind kind)
{
	uint32_t timer = add(maker, kind)->timer;

	if (!random_chance(&maker->random, maker->profile->follow))
		return;
	if (random_chance(&maker->random, 60))
		add_arm(maker)->timer = timer;
	else
		add(maker, OPERATION_REMOVE)->timer = timer;
}

/* Arms a timer that has just fired, and may stop it again. */
static void add_fired(struct maker *maker)
{
	uint32_t timer;
	struct operation *operation = add_arm(maker);

	operation->fired = true;
	timer = operation->timer;
	if (random_chance(&maker->random, 70))
		return;
	operation =
		add(maker, random_chance(&maker->random, 50) ? OPERATION_REMOVE : OPERATION_DISARM);
	operation->fired = true;
	operation->timer = timer;
}

static void add_expire(struct maker *maker)
{
	static const enum operation_kind kinds[] = { OPERATION_EXPIRE,	OPERATION_EXPIRE,
						     OPERATION_DRAIN,	OPERATION_DRAIN,
						     OPERATION_AT_NEXT, OPERATION_BEFORE_NEXT };
	const struct profile *profile = maker->profile;
	struct operation *operation = add(maker, kinds[random_below(&maker->random, 6)]);
	bool jump = random_chance(&maker->random, profile->jumps);
	uint64_t span = random_magnitude(&maker->random, jump ? 57 : maker->scale);

	if (operation->kind == OPERATION_AT_NEXT || operation->kind == OPERATION_BEFORE_NEXT) {
		operation->time = jump ? UINT64_C(1) << 57 : UINT64_C(4) << maker->scale;
	} else if (random_chance(&maker->random, profile->back)) {
		operation->time = minus(maker->now, span);
	} else {
		maker->now = plus(maker->now, span);
		operation->time = maker->now;
	}
	if (operation->kind == OPERATION_EXPIRE && random_chance(&maker->random, 1))
		operation->max = 0;
	while (random_chance(&maker->random, profile->follow))
		add_fired(maker);
}

static void add_query(struct maker *maker)
{
	static const enum operation_kind kinds[] = { OPERATION_CHECK, OPERATION_CHECK,
						     OPERATION_VISIT, OPERATION_RESERVE };
	struct operation *operation = add(maker, kinds[random_below(&maker->random, 4)]);

	if (operation->kind == OPERATION_RESERVE)
		operation->time = random_below(&maker->random, 2 * maker->profile->timers);
}

static void add_operations(struct maker *maker)
{
	const struct profile *profile = maker->profile;
	uint64_t choice = random_below(&maker->random, 100);

	if (choice < profile->expire)
		add_expire(maker);
	else if (choice < profile->expire + profile->disarm)
		add_stop(maker, OPERATION_DISARM);
	else if (choice < profile->expire + profile->disarm + profile->remove)
		add_stop(maker, OPERATION_REMOVE);
	else if (choice >= 95)
		add_query(maker);
	else
		add_arm(maker);
}

/* Returns the time at which the clock starts: 0, any time, or shortly before the end of time. */
static uint64_t start_of(struct maker *maker)
{
	uint64_t choice = random_below(&maker->random, 8);

	if (choice < 2)
		return 0;
	if (choice < 3 || (choice < 5 && maker->profile->deadlines == DEADLINES_ENDS))
		return TIMER_NEVER - random_magnitude(&maker->random, maker->scale + 6);
	return random_magnitude(&maker->random, 62);
}

void sequence_make(struct sequence *sequence, size_t profile, uint64_t seed, size_t count)
{
	struct maker maker = {
		.sequence = sequence,
		.profile = &profiles[profile],
		.room = count,
		.random = seed,
	};

	*sequence = (struct sequence){
		.timers = maker.profile->timers,
		.operations = calloc(count ? count : 1, sizeof(*sequence->operations)),
	};
	if (!sequence->operations) {
		fprintf(stderr, "no memory for a sequence\n");
		abort();
	}
	maker.scale = 2 + (unsigned)random_below(&maker.random, 34);
	maker.interval_count = 1 + random_below(&maker.random, MOST_INTERVALS);
	for (size_t i = 0; i < MOST_INTERVALS; i++)
		maker.intervals[i] = 1 + random_magnitude(&maker.random, maker.scale + 2);
	sequence->start = maker.now = start_of(&maker);
	if (random_chance(&maker.random, 50))
		add(&maker, OPERATION_RESERVE)->time = sequence->timers;
	while (sequence->count < count)
		add_operations(&maker);
}
