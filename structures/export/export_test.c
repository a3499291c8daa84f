/*
 * EXPORTED_NAME-test - tests whether EXPORTED_NAME.c works where it has been copied to
 *
 * The test arms, re-arms, disarms, removes and expires timers at random, from a fixed seed. It
 * compares the timers that fire with an array of deadlines, within the accuracy that the structure
 * declares.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "exported.h"
#include "make_set.h"

#define STRUCTURE  timer_EXPORTED_STRUCTURE
#define TIMERS	   2000
#define STEPS	   40000
#define BATCH	   64
#define ERROR_SIZE 256

enum state { IDLE, ARMED, DISARMED };

struct object {
	struct timer timer;
	enum state state;
	uint64_t deadline;
	uint64_t latest; /* the first now at which an expire must return the timer */
};

struct test {
	const char *options;
	struct timer_accuracy accuracy;
	struct timer_set *set;
	uint64_t random, now;
	size_t count, armed, fired;
	struct object *objects;
};

/* Ends the program if a condition does not hold. */
static void expect(const struct test *test, bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s with options '%s' at %" PRIu64 ": %s\n", STRUCTURE.name, test->options,
		test->now, what);
	exit(1);
}

/* xorshift64* (Vigna 2016). */
static uint64_t random_number(struct test *test)
{
	test->random ^= test->random >> 12;
	test->random ^= test->random << 25;
	test->random ^= test->random >> 27;
	return test->random * UINT64_C(2685821657736338717);
}

/*
 * Half of the intervals are one of four, because programs have few intervals. The others are from
 * 0 ns to 19 minutes, with each order of magnitude equally likely.
 */
static uint64_t random_interval(struct test *test)
{
	if (random_number(test) % 2)
		return (random_number(test) % 4 + 1) * (TIMER_SECOND / 4);
	return (random_number(test) >> 24) >> random_number(test) % 40;
}

static uint64_t ceiling(uint64_t time, uint64_t tick)
{
	return tick > 1 && time % tick ? time - time % tick + tick : time;
}

/* Returns the first now at which an expire must return a timer that is armed at this moment. */
static uint64_t latest(const struct test *test, uint64_t deadline, uint64_t interval)
{
	const struct timer_accuracy *accuracy = &test->accuracy;

	if (accuracy->when == TIMER_EXACT)
		return deadline;
	if (accuracy->when == TIMER_TO_A_TICK)
		return ceiling(deadline, accuracy->tick);
	return deadline + accuracy->tick + (uint64_t)(accuracy->fraction * (double)interval) + 1;
}

static void arm(struct test *test, struct object *object)
{
	uint64_t interval = random_interval(test);

	object->deadline = test->now + interval;
	if (random_number(test) % 4 == 0) /* the interval began in the past */
		object->deadline -= random_number(test) % (interval + 1);
	object->latest = latest(test, object->deadline, interval);
	if (object->state == ARMED) {
		STRUCTURE.reinsert(test->set, &object->timer, object->deadline, interval);
		return;
	}
	STRUCTURE.insert(test->set, &object->timer, object->deadline, interval);
	object->state = ARMED;
	test->armed++;
}

static void stop(struct test *test, struct object *object, bool disarm)
{
	if (object->state == IDLE || (disarm && object->state == DISARMED))
		return;
	if (object->state == ARMED)
		test->armed--;
	if (disarm)
		STRUCTURE.disarm(test->set, &object->timer);
	else
		STRUCTURE.remove(test->set, &object->timer);
	object->state = disarm ? DISARMED : IDLE;
}

static uint64_t first_latest(const struct test *test)
{
	uint64_t first = TIMER_NEVER;

	for (size_t i = 0; i < test->count; i++)
		if (test->objects[i].state == ARMED && test->objects[i].latest < first)
			first = test->objects[i].latest;
	return first;
}

/* Checks the timers that one call of expire returned: armed, due, and in the declared order. */
static void take(struct test *test, struct timer **out, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct object *object =
			(struct object *)(void *)out[i]; /* timer is the first member */

		expect(test, object->state == ARMED, "a timer fires that is not armed");
		expect(test, object->deadline <= test->now, "a timer fires early");
		expect(test, object->timer.deadline == object->deadline, "a deadline has changed");
		expect(test,
		       !i || test->accuracy.order != TIMER_BY_DEADLINE ||
			       out[i - 1]->deadline <= object->deadline,
		       "timers fire out of order");
		object->state = IDLE;
	}
	test->armed -= count;
	test->fired += count;
}

static void expire(struct test *test, uint64_t now)
{
	struct timer *out[BATCH];
	size_t count;

	expect(test, STRUCTURE.next(test->set) <= first_latest(test), "next is too late");
	test->now = now;
	do {
		count = STRUCTURE.expire(test->set, now, out, BATCH);
		expect(test, count <= BATCH, "more timers fire than there is room for");
		take(test, out, count);
	} while (count == BATCH);
	expect(test, first_latest(test) > now, "a timer that is due does not fire");
}

static void step(struct test *test)
{
	struct object *object = &test->objects[random_number(test) % test->count];
	uint64_t kind = random_number(test) % 16;

	if (kind < 12)
		arm(test, object);
	else if (kind < 14)
		stop(test, object, kind == 12);
	else if (kind == 14)
		expire(test, test->now + random_interval(test) / 64);
	else if (STRUCTURE.next(test->set) > test->now && test->armed)
		expire(test, STRUCTURE.next(test->set));
	expect(test, STRUCTURE.size(test->set) == test->armed, "size is wrong");
}

static void check(const struct test *test)
{
	const char *broken = STRUCTURE.check(test->set);

	expect(test, !broken, broken);
}

/* Tests a set with these options. Returns false if memory ran out or the options were refused. */
static bool run(const char *options)
{
	struct test test = {
		.options = options,
		.random = UINT64_C(0x9e3779b97f4a7c15),
		.now = 5 * TIMER_SECOND,
		.count = STRUCTURE.most_timers && STRUCTURE.most_timers < TIMERS
				 ? STRUCTURE.most_timers
				 : TIMERS,
	};
	char error[ERROR_SIZE];

	if (make_set(options, test.now, &test.set, &test.accuracy, error, sizeof(error))) {
		fprintf(stderr, "%s with options '%s': %s\n", STRUCTURE.name, options, error);
		return false;
	}
	test.objects = calloc(test.count, sizeof(*test.objects));
	if (!test.objects || STRUCTURE.reserve(test.set, test.count)) {
		fprintf(stderr, "%s: out of memory\n", STRUCTURE.name);
		return false;
	}
	for (size_t i = 0; i < STEPS; i++) {
		step(&test);
		if (i % 256 == 0)
			check(&test);
	}
	expire(&test, test.now + (UINT64_C(1) << 50)); /* 13 days */
	expect(&test, !test.armed, "timers are left over");
	expect(&test, test.fired > test.count, "hardly any timer has fired");
	check(&test);
	STRUCTURE.destroy(test.set);
	free(test.objects);
	return true;
}

int main(void)
{
	static const char *const defaults[] = { "", NULL };
	const char *const *options =
		STRUCTURE.settings_to_test ? STRUCTURE.settings_to_test : defaults;

	for (; *options; options++)
		if (!run(*options))
			return 1;
	puts("ok");
	return 0;
}
