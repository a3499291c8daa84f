/*
 * check_time.c - the first and the last instant, clocks that jump, and clocks that step back
 */
#include <inttypes.h>

#include "random.h"
#include "suite.h"
#include "wakeups.h"

#define YEAR (UINT64_C(365) * 86400 * TIMER_SECOND)

static void open_at(struct session *session, const struct subject *subject, size_t timers,
		    uint64_t now)
{
	if (session_open(session, subject, timers, now, false))
		check_failed("create fails");
}

/* The clock starts at its beginning, in the middle, or shortly before its end. */
static const uint64_t starts[] = {
	0,
	1,
	999,
	1000000007,
	UINT64_C(1) << 40,
	200 * YEAR,
	TIMER_NEVER - TIMER_SECOND,
	TIMER_NEVER - 2,
	TIMER_NEVER - 1,
};

#define STARTS (sizeof(starts) / sizeof(*starts))

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > TIMER_NEVER - b ? TIMER_NEVER : a + b;
}

/*
 * Arms timers for 0, now, the past, the near future, just before the end of time, and TIMER_NEVER,
 * in various orders. Then advances the clock to the end of time.
 */
static void live_through(const struct subject *subject, uint64_t start, size_t rotation)
{
	const uint64_t deadlines[] = { 0,
				       start,
				       start / 2,
				       start ? start - 1 : 0,
				       plus(start, 1),
				       plus(start, 50000),
				       TIMER_NEVER - 1,
				       TIMER_NEVER - 1001,
				       TIMER_NEVER };
	const size_t count = sizeof(deadlines) / sizeof(*deadlines);
	struct session session;

	open_at(&session, subject, count, start);
	for (size_t i = 0; i < count; i++) {
		uint64_t deadline = deadlines[(i + rotation) % count];

		session_arm(&session, i, deadline, deadline > start ? deadline - start : 0);
		session_check(&session);
	}
	for (size_t i = 0; i < count; i++) /* early ones become late, and vice versa */
		session_arm(&session, i, deadlines[(i + rotation + 3) % count], 0);
	session_drain(&session, start, 2);
	session_check(&session);
	session_drain(&session, plus(start, 100000), 64);
	for (uint64_t left = 2000; left; left /= 3) {
		session_drain(&session, TIMER_NEVER - left, 64);
		session_check(&session);
	}
	session_drain(&session, TIMER_NEVER, 64);
	session_visit(&session);
	session_close(&session);
}

void check_ends_of_time(const struct subject *subject, const struct settings *settings)
{
	(void)settings;
	for (size_t i = 0; i < STARTS; i++)
		for (size_t rotation = 0; rotation < 9; rotation++)
			live_through(subject, starts[i], rotation);
}

/*
 * Re-arms one of several timers of the same interval for TIMER_NEVER, at each place among them. A
 * structure may keep them in one queue.
 */
static void never_among_equals(const struct subject *subject, uint64_t start, size_t which)
{
	const uint64_t interval = TIMER_SECOND;
	struct session session;

	open_at(&session, subject, 6, start);
	session_arm(&session, which, plus(start, interval), interval);
	session_remove(&session, which); /* so that the structure has seen the interval */
	session_arm(&session, which, plus(start, interval), interval);
	session_arm(&session, which, TIMER_NEVER, interval); /* the only timer of its interval */
	session_arm(&session, (which + 1) % 5, plus(start, 2 * interval), interval);
	session_check(&session);
	session_drain(&session, start, 2);
	for (size_t id = 0; id < 5; id++)
		session_arm(&session, id, plus(start, interval + id), interval);
	session_arm(&session, which, TIMER_NEVER, interval); /* armed -> never */
	session_arm(&session, 5, plus(start, 2 * interval), interval);
	session_check(&session);
	session_disarm(&session, (which + 1) % 5);
	session_arm(&session, (which + 1) % 5, TIMER_NEVER, interval); /* disarmed -> never */
	session_drain(&session, plus(start, interval + 2), 2);
	session_drain(&session, TIMER_NEVER, 2);
	session_check(&session);
	session_remove(&session, which);
	session_arm(&session, which, TIMER_NEVER, interval); /* idle -> never, the only one */
	session_drain(&session, TIMER_NEVER, 2);
	session_visit(&session);
	session_check(&session);
	session_close(&session);
}

/*
 * A timer that is armed for TIMER_NEVER counts as armed, and does not fire even at the end of time.
 */
void check_never(const struct subject *subject, const struct settings *settings)
{
	(void)settings;
	for (size_t i = 0; i < STARTS; i++) {
		struct session session;

		for (size_t which = 0; which < 5; which++)
			never_among_equals(subject, starts[i], which);
		open_at(&session, subject, 12, starts[i]);
		for (size_t id = 0; id < 8; id++)
			session_arm(&session, id, TIMER_NEVER,
				    id % 2 ? 0 : TIMER_NEVER - starts[i]);
		for (size_t id = 8; id < 12; id++)
			session_arm(&session, id, starts[i], 0);
		session_check(&session);
		session_drain(&session, TIMER_NEVER, 3);
		session_drain(&session, TIMER_NEVER, 3);
		session_visit(&session);
		session_arm(&session, 0, 5, 0);		  /* never -> due */
		session_arm(&session, 1, TIMER_NEVER, 0); /* never -> never */
		session_disarm(&session, 2);
		session_remove(&session, 3);
		session_check(&session);
		session_drain(&session, TIMER_NEVER, 3);
		session_arm(&session, 0, 7, 0);
		session_arm(&session, 0, TIMER_NEVER, 0); /* due -> never */
		session_drain(&session, TIMER_NEVER, 3);
		session_visit(&session);
		session_check(&session);
		session_close(&session);
	}
}

/* Arms timers from ns to centuries ahead, and lets the clock jump by years. */
void check_years(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed;

	for (unsigned round = 0; round < 12; round++) {
		struct session session;
		uint64_t now = random_magnitude(&random, 60);

		open_at(&session, subject, 64, now);
		while (now < TIMER_NEVER - 4 * YEAR) {
			for (size_t id = 0; id < 64; id += 1 + random_below(&random, 4)) {
				uint64_t interval = random_magnitude(&random, 62);

				session_arm(&session, id, plus(now, interval), interval);
			}
			now += random_below(&random, 30 * YEAR);
			now = now < TIMER_NEVER / 2 || !round ? now : TIMER_NEVER - 3 * YEAR;
			session_drain(&session, now, 16);
			session_check(&session);
			session_drain(&session, plus(now, YEAR), 16);
			session_drain(&session, plus(now, YEAR), 16); /* time stands still */
			now = plus(now, YEAR);
			if (now == TIMER_NEVER)
				break;
		}
		session_close(&session);
	}
}

/* Calls expire with an earlier now. No timer may fire early, and none may be lost. */
void check_step_back(const struct subject *subject, const struct settings *settings)
{
	static const uint64_t steps[] = { 1, 999, 1000000, TIMER_SECOND, 3600 * TIMER_SECOND };

	(void)settings;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) * 3; i++) {
		uint64_t step = steps[i / 3], now = 500 * step;
		struct session session;

		open_at(&session, subject, 40, now);
		for (size_t id = 0; id < 40; id++)
			session_arm(&session, id, now + (id + 1) * step, (id + 1) * step);
		session_expire(&session, now + 30 * step, 1 + i % 3); /* some due timers are left */
		session_expire(&session, now + 10 * step, 2);
		session_expire(&session, now - 20 * step, 2);
		session_expire(&session, 0, 2);
		session_check(&session);
		session_arm(&session, 0, now + 12 * step, 0); /* earlier than the latest now */
		session_arm(&session, 1, now + 31 * step, step);
		session_expire(&session, now + 11 * step, 1);
		session_drain(&session, now + 30 * step, 5);
		session_expire(&session, now, 64);
		session_check(&session);
		session_drain(&session, now + 1000 * step, 64);
		session_close(&session);
	}
}

/* Calls expire at every single ns around adjacent deadlines and around multiples of the tick. */
void check_fine_times(const struct subject *subject, const struct settings *settings)
{
	uint64_t tick = subject->accuracy.tick ? subject->accuracy.tick : 1000;
	const uint64_t bases[] = { 0, tick * 4096 - 20, tick * 65536 - 20, (tick << 30) - 20 };

	(void)settings;
	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		struct session session;

		open_at(&session, subject, 48, bases[i]);
		for (size_t id = 0; id < 48; id++)
			session_arm(&session, id, bases[i] + id * 7 % 48, 0);
		for (uint64_t now = bases[i]; now < bases[i] + 60; now++)
			session_drain(&session, now, 2);
		for (uint64_t near = 0; near < 6; near++) {
			uint64_t due = bases[i] + 20 + near * tick;

			for (size_t id = 0; id < 3; id++)
				session_arm(&session, id, due - 1 + id, 0);
			for (uint64_t now = due - 2; now < due + 3; now++)
				session_drain(&session, now, 64);
			session_drain(&session, due + tick - 1, 64);
			session_drain(&session, due + tick, 64);
		}
		session_check(&session);
		session_close(&session);
	}
}

/*
 * Runs a loop that sleeps until next. Every timer must fire in time, and the number of spurious
 * wake-ups is bounded.
 */
static void sleep_and_wake(const struct subject *subject, uint64_t *random, unsigned bits)
{
	const size_t timers = 50;
	struct session session;
	uint64_t next;

	open_at(&session, subject, timers, random_magnitude(random, 62));
	for (size_t id = 0; id < timers; id++) {
		uint64_t interval = random_magnitude(random, bits);

		session_arm(&session, id, session.oracle.latest + interval, interval);
	}
	session_disarm(&session, 1);
	session_remove(&session, 2);
	session_arm(&session, 3, TIMER_NEVER, 0);
	while ((next = session_next(&session)) != TIMER_NEVER) {
		session_drain(&session, next > session.oracle.latest ? next : session.oracle.latest,
			      7);
		if (session.spurious > wakeups_in_vain(subject, timers, bits))
			check_failed("%" PRIu64 " of %" PRIu64 " wake-ups spurious for %zu timers",
				     session.spurious, session.wakeups, timers);
	}
	if (session.oracle.armed != 1)
		check_failed("next returns TIMER_NEVER, with %zu timers armed",
			     session.oracle.armed - 1);
	session_close(&session);
}

void check_wakeups(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed;

	for (unsigned bits = 1; bits <= 62; bits++) {
		if (!wakeups_are_few(subject, bits))
			break;
		sleep_and_wake(subject, &random, bits);
	}
}
