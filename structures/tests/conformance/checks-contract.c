/*
 * checks-contract.c - the contract's picture, arrow by arrow, and the edges of time
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bed.h"
#include "checks.h"
#include "sequence.h"

#define SECOND TIMER_SECOND
#define YEAR   (UINT64_C(31556952) * SECOND) /* of 365.2425 days */

/* Far enough after a deadline that any declared accuracy has fired it. */
static uint64_t surely_after(const struct bed *bed, uint64_t deadline)
{
	return deadline + 2 * bed->oracle.accuracy.tick + YEAR;
}

const char *check_transitions(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	struct bed bed;

	(void)seed, (void)steps;
	bed_open(&bed, specimen, 4, SECOND);
	bed_insert(&bed, 0, 2 * SECOND, SECOND); /* idle -> armed */
	bed_inspect(&bed);
	bed_reinsert(&bed, 0, 3 * SECOND, 2 * SECOND); /* later */
	bed_expect(&bed, bed_drain(&bed, 2 * SECOND) == 0, "reinsert: fired by its old deadline");
	bed_reinsert(&bed, 0, 2 * SECOND + 1, SECOND); /* earlier */
	bed_inspect(&bed);
	bed_disarm(&bed, 0); /* armed -> disarmed */
	bed_inspect(&bed);
	bed_expect(&bed, bed_drain(&bed, 4 * SECOND) == 0, "disarm: fired all the same");
	bed_insert(&bed, 0, 5 * SECOND, SECOND); /* disarmed -> armed */
	bed_remove(&bed, 0);			 /* armed -> idle */
	bed_inspect(&bed);
	bed_expect(&bed, bed_drain(&bed, 6 * SECOND) == 0, "remove: fired all the same");
	bed_insert(&bed, 0, 7 * SECOND, SECOND);
	bed_disarm(&bed, 0);
	bed_remove(&bed, 0); /* disarmed -> idle */
	bed_insert(&bed, 0, 8 * SECOND, SECOND);
	bed_insert(&bed, 1, 8 * SECOND, SECOND);
	bed_insert(&bed, 2, 9 * SECOND, 0);
	bed_inspect(&bed);
	bed_expect(&bed, bed_drain(&bed, surely_after(&bed, 9 * SECOND)) == 3,
		   "expire: not all that was due"); /* armed -> idle */
	bed_inspect(&bed);
	bed_insert(&bed, 0, surely_after(&bed, 10 * SECOND) + YEAR, SECOND); /* and again */
	bed_inspect(&bed);
	return bed_close(&bed);
}

/* Operations that the contract forbids, each done by a child that has to die of it. */
static void insert_armed(struct bed *bed)
{
	struct timer *timer = &bed->objects[0].timer;

	bed->specimen->structure->insert(bed->set, timer, SECOND, 0);
	bed->specimen->structure->insert(bed->set, timer, SECOND, 0);
}

static void reinsert_idle(struct bed *bed)
{
	bed->specimen->structure->reinsert(bed->set, &bed->objects[0].timer, SECOND, 0);
}

static void reinsert_disarmed(struct bed *bed)
{
	struct timer *timer = &bed->objects[0].timer;

	bed->specimen->structure->insert(bed->set, timer, SECOND, 0);
	bed->specimen->structure->disarm(bed->set, timer);
	bed->specimen->structure->reinsert(bed->set, timer, SECOND, 0);
}

static void disarm_idle(struct bed *bed)
{
	bed->specimen->structure->disarm(bed->set, &bed->objects[0].timer);
}

static void disarm_disarmed(struct bed *bed)
{
	struct timer *timer = &bed->objects[0].timer;

	bed->specimen->structure->insert(bed->set, timer, SECOND, 0);
	bed->specimen->structure->disarm(bed->set, timer);
	bed->specimen->structure->disarm(bed->set, timer);
}

static void remove_idle(struct bed *bed)
{
	bed->specimen->structure->remove(bed->set, &bed->objects[0].timer);
}

static void remove_removed(struct bed *bed)
{
	struct timer *timer = &bed->objects[0].timer;

	bed->specimen->structure->insert(bed->set, timer, SECOND, 0);
	bed->specimen->structure->remove(bed->set, timer);
	bed->specimen->structure->remove(bed->set, timer);
}

static void remove_fired(struct bed *bed)
{
	struct timer *timer = &bed->objects[0].timer;

	bed->specimen->structure->insert(bed->set, timer, SECOND, 0);
	bed_drain(bed, surely_after(bed, SECOND));
	bed->specimen->structure->remove(bed->set, timer);
}

static const struct {
	const char *name;      /* what was done */
	const char *operation; /* that the message must begin with */
	void (*commit)(struct bed *bed);
} misuses[] = {
	{ "insert of an armed timer", "insert: ", insert_armed },
	{ "reinsert of an idle timer", "reinsert: ", reinsert_idle },
	{ "reinsert of a disarmed timer", "reinsert: ", reinsert_disarmed },
	{ "disarm of an idle timer", "disarm: ", disarm_idle },
	{ "disarm of a disarmed timer", "disarm: ", disarm_disarmed },
	{ "remove of an idle timer", "remove: ", remove_idle },
	{ "remove of a removed timer", "remove: ", remove_removed },
	{ "remove of a fired timer", "remove: ", remove_fired },
};

/* Whether a child that does it dies by SIGABRT, saying the operation's name. */
static bool dies(const struct specimen *specimen, size_t number)
{
	char said[4096] = "";
	size_t length = 0;
	ssize_t got;
	int ends[2], status;
	pid_t child;

	if (pipe(ends))
		abort();
	child = fork();
	if (!child) {
		struct bed bed;

		dup2(ends[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL); /* a sanitizer would make an exit status of it */
		bed_open(&bed, specimen, 4, 0);
		misuses[number].commit(&bed);
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], said + length, sizeof(said) - 1 - length)) > 0)
		length += (size_t)got;
	close(ends[0]);
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
	       strstr(said, misuses[number].operation);
}

const char *check_misuse(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	static char wrong[128];

	(void)seed, (void)steps;
	for (size_t i = 0; i < sizeof(misuses) / sizeof(*misuses); i++) {
		if (dies(specimen, i))
			continue;
		snprintf(wrong, sizeof(wrong), "%s does not die with a message", misuses[i].name);
		return wrong;
	}
	return NULL;
}

const char *check_equal_deadlines(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	size_t count = specimen_bears(specimen, 200000);
	uint64_t random = seed;
	struct bed bed;

	(void)steps;
	bed_open(&bed, specimen, count, 0);
	for (size_t i = 0; i < count; i++)
		bed_insert(&bed, i, SECOND, SECOND);
	for (size_t i = 0; i < count / 10; i++) /* some are gone again, in any order */
		if (bed.oracle.timers[random_next(&random) % count].state == ORACLE_ARMED)
			bed_remove(&bed, i);
		else
			break;
	bed_inspect(&bed);
	bed_expect(&bed, bed_drain(&bed, SECOND - 1) == 0, "expire: early");
	while (bed.oracle.armed && !bed.wrong)
		if (!bed_expire(&bed, surely_after(&bed, SECOND), count))
			break;
	bed_expect(&bed, !bed.oracle.armed, "expire: some of the equal ones are lost");
	return bed_close(&bed);
}

const char *check_ends_of_time(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	static const uint64_t starts[] = { 0, SECOND, TIMER_NEVER / 2, TIMER_NEVER - 2 };
	struct bed bed;

	(void)seed, (void)steps;
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		uint64_t now = starts[i];

		bed_open(&bed, specimen, 8, now);
		bed_insert(&bed, 0, 0, 0);
		bed_insert(&bed, 1, now, 0);
		bed_insert(&bed, 2, now / 2, 1);
		bed_insert(&bed, 3, now + 1, 1);
		bed_insert(&bed, 4, TIMER_NEVER - 1, TIMER_NEVER - 1 - now);
		bed_insert(&bed, 5, TIMER_NEVER, 0);
		bed_insert(&bed, 6, TIMER_NEVER, TIMER_NEVER);
		bed_inspect(&bed);
		bed_drain(&bed, now);
		bed_inspect(&bed);
		bed_drain(&bed, TIMER_NEVER - 1);
		bed_inspect(&bed);
		bed_drain(&bed, TIMER_NEVER);
		bed_inspect(&bed);
		bed_expect(&bed, bed.oracle.timers[5].state == ORACLE_ARMED,
			   "expire: what never fires has");
		bed_reinsert(&bed, 5, 5, 0); /* it can be called back */
		bed_expect(&bed, bed_drain(&bed, TIMER_NEVER) == 1,
			   "reinsert: a timer that never fired is lost");
		if (bed_close(&bed))
			return bed.wrong;
	}
	return NULL;
}

const char *check_jumps(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	uint64_t random = seed, now = 0;
	struct bed bed;

	(void)steps;
	bed_open(&bed, specimen, 64, 0);
	for (size_t i = 0; i < 64; i++)
		bed_insert(&bed, i, random_next(&random) >> (random_next(&random) % 40), 0);
	for (int years = 1; years < 500; years *= 3) {
		now = (uint64_t)years * YEAR + random_next(&random) % YEAR;
		bed_drain(&bed, now);
		bed_inspect(&bed);
	}
	return bed_close(&bed);
}

const char *check_steps_back(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	uint64_t random = seed;
	struct bed bed;

	(void)steps;
	bed_open(&bed, specimen, 100, 1000 * SECOND);
	for (size_t i = 0; i < 100; i++)
		bed_insert(&bed, i, (900 + random_next(&random) % 200) * SECOND, SECOND);
	bed_drain(&bed, 1010 * SECOND);
	bed_inspect(&bed);
	for (uint64_t now = 1005; now > 900; now -= 15) { /* what it returns must not be early */
		for (size_t i = 0; i < 100; i++)
			if (bed.oracle.timers[i].state == ORACLE_IDLE && random_next(&random) & 1)
				bed_insert(&bed, i, now * SECOND + random_next(&random) % SECOND,
					   SECOND);
		bed_expire(&bed, now * SECOND, 100);
		bed_inspect(&bed);
	}
	bed_drain(&bed, surely_after(&bed, 1200 * SECOND));
	bed_expect(&bed, !bed.oracle.armed, "expire: lost after the clock stepped back");
	return bed_close(&bed);
}

/* A loop that sleeps until `next` and expires then fires everything, in few enough wake-ups. */
const char *check_following_next(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	uint64_t random = seed;
	struct bed bed;

	(void)steps;
	bed_open(&bed, specimen, 100, SECOND);
	for (size_t i = 0; i < 100; i++)
		bed_insert(&bed, i, SECOND + (random_next(&random) >> (random_next(&random) % 60)),
			   random_next(&random) % 5 * SECOND);
	/* A spurious wake-up moves a timer closer to firing: no structure has more than 64 levels. */
	for (size_t left = 100 * 64; left && bed.oracle.armed && !bed.wrong; left--) {
		uint64_t next = bed.specimen->structure->next(bed.set);

		if (next == TIMER_NEVER)
			break; /* what is left comes due after the end of time */
		bed_drain(&bed, next > bed.oracle.now ? next : bed.oracle.now);
		bed_expect(&bed, left > 1, "next: a loop that follows it does not get on");
	}
	bed_drain(&bed, TIMER_NEVER - 1);
	return bed_close(&bed);
}

const char *check_handed_out(const struct specimen *specimen, uint64_t seed, size_t steps)
{
	uint64_t random = seed, now = SECOND;
	struct bed bed;

	bed_open(&bed, specimen, 50, 0);
	for (size_t i = 0; i < 50; i++)
		bed_insert(&bed, i, random_next(&random) % SECOND, SECOND);
	for (size_t step = 0; step < steps / 10 + 10; step++, now += SECOND / 20) {
		size_t count = bed_expire(&bed, now, 1 + random_next(&random) % 3);

		/* A callback arms itself again at once, at times in the past, or another one. */
		for (size_t i = 0; i < count; i++) {
			size_t number = ((struct oracle_object *)bed.out[i])->number;
			uint64_t other = random_next(&random) % 50;

			bed_insert(&bed, number,
				   random_next(&random) % 4 ? now + random_next(&random) % SECOND
							    : now - SECOND / 2,
				   SECOND);
			if (bed.oracle.timers[other].state != ORACLE_ARMED)
				continue;
			bed_remove(&bed, other);
			bed_insert(&bed, other, now + random_next(&random) % SECOND, 0);
		}
		bed_inspect(&bed);
	}
	return bed_close(&bed);
}
