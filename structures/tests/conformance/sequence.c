/*
 * sequence.c - making, running, shrinking and printing sequences
 */
#include "sequence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"
#include "poison.h"

/* No profile hands expire room for more. */
#define MOST_OUT 64

/* What a random sequence is like. Chances are in 256. */
struct profile {
	const char *name;
	size_t timers;
	unsigned span_bits; /* deadlines lie up to 2^(random number below this) ns ahead */
	size_t intervals;   /* distinct ones: 0 for any, and deadlines then follow from them */
	unsigned arm, disarm, remove, expire; /* shares of steps */
	unsigned special;   /* deadlines of 0, now, the past, the last ns, never */
	unsigned jump;	    /* expire after years */
	unsigned back;	    /* expire in the past */
	unsigned small_max; /* expire one or two at a time */
};

static const struct profile profiles[] = {
	{ "few timers", 6, 20, 0, 110, 20, 30, 90, 30, 2, 10, 60 },
	{ "many timers", 300, 30, 0, 150, 20, 40, 40, 8, 1, 4, 20 },
	{ "equal deadlines", 120, 3, 0, 140, 10, 20, 80, 4, 0, 8, 40 },
	{ "few intervals", 200, 24, 4, 170, 20, 30, 30, 4, 0, 4, 20 },
	{ "many intervals", 200, 24, 600, 160, 20, 30, 40, 4, 0, 4, 20 },
	{ "from ns to years", 100, 58, 0, 140, 20, 30, 60, 16, 6, 2, 20 },
	{ "ends of time", 40, 63, 0, 130, 20, 30, 70, 110, 40, 30, 60 },
	{ "clock steps back", 80, 22, 3, 140, 20, 30, 60, 20, 1, 110, 40 },
	{ "stops", 150, 26, 2, 100, 50, 80, 20, 4, 0, 2, 20 },
	{ "one at a time", 60, 12, 0, 130, 10, 20, 90, 8, 1, 8, 250 },
};

#define PROFILES (sizeof(profiles) / sizeof(*profiles))

size_t sequence_profiles(void)
{
	return PROFILES;
}

const char *sequence_profile_name(size_t profile)
{
	return profiles[profile].name;
}

static bool chance(uint64_t *random, unsigned in_256)
{
	return (random_next(random) & 255) < in_256;
}

/* A span of any magnitude up to the profile's. */
static uint64_t span(const struct profile *profile, uint64_t *random)
{
	uint64_t bits = random_next(random) % (profile->span_bits + 1);

	return random_next(random) & ((UINT64_C(1) << bits) - 1);
}

static uint64_t special_deadline(uint64_t *random, uint64_t now)
{
	switch (random_next(random) % 6) {
	case 0:
		return 0;
	case 1:
		return now;
	case 2:
		return now ? random_next(random) % now : 0;
	case 3:
		return TIMER_NEVER - 1;
	case 4:
		return TIMER_NEVER;
	default:
		return TIMER_NEVER - (random_next(random) & 0xffff);
	}
}

static void choose_deadline(const struct profile *profile, struct step *step, uint64_t *random,
			    uint64_t now)
{
	if (chance(random, profile->special)) {
		step->deadline = special_deadline(random, now);
		step->interval = chance(random, 128) ? 0 : span(profile, random);
		return;
	}
	step->interval = span(profile, random);
	if (profile->intervals)
		step->interval = 1000 * (1 + random_next(random) % profile->intervals);
	if (__builtin_add_overflow(now, step->interval, &step->deadline))
		step->deadline = TIMER_NEVER;
	if (chance(random, 24)) /* counted from another point in time than now */
		step->deadline -= step->deadline > 5000 ? random_next(random) % 5000 : 0;
	if (chance(random, 32))
		step->interval = 0;
}

static uint64_t later(uint64_t now, uint64_t by)
{
	return now > UINT64_MAX - by ? UINT64_MAX : now + by;
}

static void choose_time(const struct profile *profile, struct step *step, uint64_t *random,
			uint64_t *now)
{
	/* A year is 2^54.8 ns. */
	if (chance(random, profile->jump))
		*now = later(*now, random_next(random) >> (3 + random_next(random) % 12));
	else if (!chance(random, 40))
		*now = later(*now, span(profile, random) / 4);
	step->now = *now;
	if (chance(random, profile->back) && *now)
		step->now -= random_next(random) % (*now < 100000 ? *now : 100000);
	step->max = chance(random, profile->small_max) ? 1 + random_next(random) % 2 : MOST_OUT;
}

static void make_step(const struct profile *profile, struct step *step, uint64_t *random,
		      uint64_t *now)
{
	unsigned kind = (unsigned)(random_next(random) & 255);

	*step = (struct step){ .kind = STEP_INSPECT,
			       .number = random_next(random) % profile->timers };
	if (kind < profile->arm) {
		step->kind = STEP_ARM;
		step->fresh = chance(random, 128);
		choose_deadline(profile, step, random, *now);
	} else if ((kind -= profile->arm) < profile->disarm) {
		step->kind = STEP_DISARM;
	} else if ((kind -= profile->disarm) < profile->remove) {
		step->kind = STEP_REMOVE;
	} else if (kind - profile->remove < profile->expire) {
		step->kind = STEP_EXPIRE;
		choose_time(profile, step, random, now);
	}
}

void sequence_make(struct sequence *sequence, size_t number, uint64_t seed, size_t steps)
{
	const struct profile *profile = &profiles[number];
	uint64_t random = seed ^ number << 56, now;

	*sequence = (struct sequence){ .count = steps, .timers = profile->timers };
	sequence->steps = calloc(steps ? steps : 1, sizeof(*sequence->steps));
	if (!sequence->steps)
		abort();
	sequence->start = now = chance(&random, 64) ? 0 : random_next(&random) >> 16;
	for (size_t i = 0; i < steps; i++)
		make_step(profile, &sequence->steps[i], &random, &now);
}

void sequence_free(struct sequence *sequence)
{
	free(sequence->steps);
}

/* A run of a sequence: the set, its oracle, and the memory of each timer. */
struct running {
	const struct specimen *specimen;
	struct timer_set *set;
	struct oracle oracle;
	size_t busy; /* timers that are not idle */
	struct timer *out[MOST_OUT];
};

/*
 * An idle timer may go to any set, so its link is zero; and its memory is the caller's: nobody else
 * may touch it until it is armed again.
 */
static const char *retire(struct oracle_timer *timer)
{
	static const union timer_link zero = { .word = { 0 } };
	bool clean = !memcmp(&timer->object->timer.link, &zero, sizeof(zero));

	poison(timer->object, sizeof(*timer->object));
	return clean ? NULL : "an idle timer's link is not zero";
}

/* Brings an idle timer's memory back: as it was left, or new. */
static void revive(struct oracle_timer *timer, size_t number, bool fresh)
{
	struct oracle_object *object = timer->object;

	if (object)
		unpoison(object, sizeof(*object));
	if (object && !fresh)
		return;
	free(object);
	object = calloc(1, sizeof(*object));
	if (!object)
		abort();
	object->number = number;
	timer->object = object;
}

static const char *run_arm(struct running *running, const struct step *step)
{
	struct oracle_timer *timer = &running->oracle.timers[step->number];
	const struct timer_structure *structure = running->specimen->structure;
	bool rearm = timer->state == ORACLE_ARMED;

	if (timer->state == ORACLE_IDLE) {
		revive(timer, step->number, step->fresh);
		running->busy++;
	}
	if (structure->reserve(running->set, running->busy))
		return "reserve: fails with memory to be had";
	(rearm ? structure->reinsert : structure->insert)(running->set, &timer->object->timer,
							  step->deadline, step->interval);
	oracle_arm(&running->oracle, step->number, step->deadline, step->interval);
	if (timer->object->timer.deadline != step->deadline)
		return "insert: the deadline is not in the timer";
	return NULL;
}

static const char *run_stop(struct running *running, const struct step *step)
{
	struct oracle_timer *timer = &running->oracle.timers[step->number];
	const struct timer_structure *structure = running->specimen->structure;

	if (step->kind == STEP_DISARM) {
		if (timer->state != ORACLE_ARMED)
			return NULL;
		structure->disarm(running->set, &timer->object->timer);
		oracle_stop(&running->oracle, step->number, ORACLE_DISARMED);
		return NULL;
	}
	if (timer->state == ORACLE_IDLE)
		return NULL;
	structure->remove(running->set, &timer->object->timer);
	oracle_stop(&running->oracle, step->number, ORACLE_IDLE);
	running->busy--;
	return retire(timer);
}

static const char *run_expire(struct running *running, const struct step *step)
{
	size_t count = running->specimen->structure->expire(running->set, step->now, running->out,
							    step->max);
	const char *wrong =
		oracle_expired(&running->oracle, step->now, running->out, count, step->max);

	if (wrong)
		return wrong;
	running->busy -= count;
	for (size_t i = 0; i < count; i++) {
		size_t number = ((struct oracle_object *)running->out[i])->number;
		const char *unclean = retire(&running->oracle.timers[number]);

		wrong = wrong ? wrong : unclean;
	}
	return wrong;
}

static const char *run_step(struct running *running, const struct step *step)
{
	switch (step->kind) {
	case STEP_ARM:
		return run_arm(running, step);
	case STEP_EXPIRE:
		return run_expire(running, step);
	case STEP_INSPECT:
		return oracle_inspect(&running->oracle, running->set);
	default:
		return run_stop(running, step);
	}
}

const char *sequence_run(const struct sequence *sequence, const struct specimen *specimen,
			 size_t every, size_t *at)
{
	struct timer_accuracy accuracy = specimen_accuracy(specimen);
	struct running running = { .specimen = specimen };
	const char *wrong = NULL;

	if (specimen_create(specimen, sequence->start, &running.set) ||
	    oracle_open(&running.oracle, specimen->structure, &accuracy, sequence->timers,
			sequence->start))
		abort();
	for (*at = 0; *at < sequence->count && !wrong; ++*at) {
		wrong = run_step(&running, &sequence->steps[*at]);
		if (!wrong && *at % every == 0)
			wrong = oracle_inspect(&running.oracle, running.set);
	}
	specimen->structure->destroy(running.set);
	for (size_t i = 0; i < sequence->timers; i++) {
		if (running.oracle.timers[i].object)
			unpoison(running.oracle.timers[i].object, sizeof(struct oracle_object));
		free(running.oracle.timers[i].object);
	}
	oracle_close(&running.oracle);
	return wrong;
}

/* Whether it fails, by a word or by dying. In a process of its own, quietly. */
static bool fails(const struct sequence *sequence, const struct specimen *specimen)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return false;
	if (!child) {
		size_t at;

		if (!freopen("/dev/null", "w", stderr))
			_exit(0);
		alarm(10); /* hanging is failing, too */
		_exit(sequence_run(sequence, specimen, 1, &at) != NULL);
	}
	waitpid(child, &status, 0);
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

void sequence_shrink(struct sequence *sequence, const struct specimen *specimen)
{
	struct sequence tried = *sequence;

	if (!fails(sequence, specimen))
		return;
	tried.steps = calloc(sequence->count, sizeof(*tried.steps));
	if (!tried.steps)
		return;
	for (size_t chunk = sequence->count / 2; chunk; chunk /= 2) {
		for (size_t first = 0; first < sequence->count;) {
			size_t left = sequence->count - first;
			size_t dropped = left < chunk ? left : chunk;

			memcpy(tried.steps, sequence->steps, first * sizeof(*tried.steps));
			memcpy(tried.steps + first, sequence->steps + first + dropped,
			       (left - dropped) * sizeof(*tried.steps));
			tried.count = sequence->count - dropped;
			if (!fails(&tried, specimen)) {
				first += dropped;
				continue;
			}
			memcpy(sequence->steps, tried.steps, tried.count * sizeof(*tried.steps));
			sequence->count = tried.count;
		}
	}
	free(tried.steps);
}

void sequence_print(const struct sequence *sequence)
{
	fprintf(stderr, "    create(now = %" PRIu64 ")\n", sequence->start);
	for (size_t i = 0; i < sequence->count; i++) {
		const struct step *step = &sequence->steps[i];

		switch (step->kind) {
		case STEP_ARM:
			fprintf(stderr,
				"    arm(%zu, deadline = %" PRIu64 ", interval = %" PRIu64 ")%s\n",
				step->number, step->deadline, step->interval,
				step->fresh ? ", new memory if idle" : "");
			break;
		case STEP_EXPIRE:
			fprintf(stderr, "    expire(now = %" PRIu64 ", max = %zu)\n", step->now,
				step->max);
			break;
		case STEP_INSPECT:
			fprintf(stderr, "    inspect()\n");
			break;
		default:
			fprintf(stderr, "    %s(%zu)\n",
				step->kind == STEP_DISARM ? "disarm" : "remove", step->number);
		}
	}
}
