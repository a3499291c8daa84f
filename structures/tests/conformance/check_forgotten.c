/*
 * check_forgotten.c - a removed timer leaves no trace that harms other timers
 *
 * Structures note the first deadline of some group of timers, and which slots are occupied. A
 * structure may fail to clear such a note when the last timer of the group is removed. When the
 * clock then passes the noted time, the structure may misplace timers that are armed next.
 */
#include <inttypes.h>

#include "random.h"
#include "suite.h"
#include "wakeups.h"

#define DAY (UINT64_C(86400) * TIMER_SECOND)

/* What happens to the timer before it is removed. */
enum taking { TAKING_REMOVED, TAKING_DISARMED, TAKING_MOVED, TAKINGS };

/* The numbers of the timers. */
enum { TAKEN, NEAR, FARTHER, FAR_OFF, TIMERS };

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > TIMER_NEVER - b ? TIMER_NEVER : a + b;
}

static void arm(struct session *session, size_t id, uint64_t ahead, uint64_t interval)
{
	session_arm(session, id, plus(session->oracle.clock, ahead), interval);
}

static void take_out(struct session *session, uint64_t ahead, enum taking taking)
{
	arm(session, TAKEN, ahead, ahead);
	if (taking == TAKING_MOVED) {
		arm(session, TAKEN, 1 + ahead / 3, 0);
		arm(session, TAKEN, ahead, 0);
	}
	if (taking == TAKING_DISARMED)
		session_disarm(session, TAKEN);
	session_remove(session, TAKEN);
}

/* Sleeps until the near timer has fired. */
static void sleep_until_near(struct session *session, uint64_t most)
{
	while (session_state(session, NEAR) == ORACLE_ARMED) {
		uint64_t next = session_next(session), clock = session->oracle.clock;

		session_drain(session, next > clock ? next : clock, 2);
		if (session->spurious > most)
			check_failed("%" PRIu64 " of %" PRIu64 " wake-ups are spurious",
				     session->spurious, session->wakeups);
	}
}

/* Arms and removes a timer `ahead` ns ahead, advances the clock by `later` ns, and arms others. */
static void forget(struct session *session, uint64_t ahead, enum taking taking, uint64_t later)
{
	unsigned bits = 33; /* 8 s */

	while (!wakeups_are_few(session->subject, bits))
		bits--;
	take_out(session, ahead, taking);
	session_check(session);
	session_drain(session, plus(session->oracle.clock, later), 2);
	arm(session, FARTHER, ahead < UINT64_MAX / 5 ? 5 * ahead : ahead, 0);
	arm(session, NEAR, UINT64_C(5) << bits >> 3, 0);
	arm(session, FAR_OFF, 1000 * DAY, 1000 * DAY);
	session_check(session);
	sleep_until_near(session, wakeups_in_vain(session->subject, TIMERS, bits));
	session_check(session);
}

void check_forgotten(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed;

	for (unsigned i = 0; i < 13 * TAKINGS * 3; i++) {
		uint64_t ahead = UINT64_C(5) << (8 + 4 * (i / TAKINGS / 3));
		const uint64_t later[] = { 0, ahead / 2, 2 * ahead + ahead / 2 };
		struct session session;

		if (session_open(&session, subject, TIMERS, random_magnitude(&random, 60), false))
			check_failed("create fails");
		forget(&session, ahead, (enum taking)(i % TAKINGS), later[i / TAKINGS % 3]);
		session_close(&session);
	}
}
