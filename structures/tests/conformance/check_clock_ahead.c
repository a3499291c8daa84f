/*
 * check_clock_ahead.c - the caller's clock is ahead of the latest now that the structure has seen
 *
 * A structure learns the time only from expire. A loop need not call expire while nothing is armed,
 * while it sleeps until a distant deadline, or while a callback takes long. When it arms the next
 * timer, the latest now that the structure has seen may be years ago. The structure's accuracy
 * still counts from the caller's now.
 */
#include <inttypes.h>

#include "random.h"
#include "suite.h"
#include "wakeups.h"

#define MS   UINT64_C(1000000)
#define DAY  (UINT64_C(86400) * TIMER_SECOND)
#define YEAR (365 * DAY)

/* How long expire is not called. */
static const uint64_t pauses[] = {
	MS,	  50 * MS,   TIMER_SECOND, 10 * TIMER_SECOND, 3600 * TIMER_SECOND,
	12 * DAY, 400 * DAY, 30 * YEAR,
};

/*
 * The intervals of the timers that are armed after the pause. Each is armed twice: with its
 * interval, and with interval 0.
 */
static const uint64_t intervals[] = {
	1, 1000, MS, 5 * MS, 50 * MS, TIMER_SECOND, 60 * TIMER_SECOND, 3600 * TIMER_SECOND, DAY,
};

#define PAUSES	  (sizeof(pauses) / sizeof(*pauses))
#define INTERVALS (sizeof(intervals) / sizeof(*intervals))
#define NEAR	  (2 * INTERVALS)
#define TIMERS	  (NEAR + 2) /* plus two that are in the set during the pause */

/* Later than any time that the clock reaches. */
#define FAR_OFF (80 * YEAR)

/* What is in the set while expire is not called. */
enum contents {
	CONTENTS_NOTHING,
	CONTENTS_FAR_OFF,
	CONTENTS_NEVER,
	CONTENTS_BOTH,	  /* CONTENTS_FAR_OFF and CONTENTS_NEVER */
	CONTENTS_OVERDUE, /* a timer that the next expire returns */
	CONTENTS_ARMED,	  /* all timers of the round, for a distant time */
	CONTENTS_DISARMED,
	CONTENTS_REMOVED,
	CONTENTS_KINDS
};

/* What the loop does after it has armed timers. */
enum going {
	GOING_ASLEEP,  /* sleeps until next */
	GOING_IN_TIME, /* calls expire when a timer must have fired, and not before */
	GOING_AT_ONCE, /* calls expire once, and then goes on as GOING_IN_TIME */
	GOINGS
};

struct ahead {
	struct session session;
	uint64_t random;
	unsigned bits; /* the armed intervals are below 2^bits ns */
};

static uint64_t clock_of(const struct ahead *ahead)
{
	return ahead->session.oracle.clock;
}

static void fill(struct ahead *ahead, enum contents contents)
{
	struct session *session = &ahead->session;
	uint64_t start = clock_of(ahead);

	if (contents == CONTENTS_FAR_OFF || contents == CONTENTS_BOTH)
		session_arm(session, NEAR, start + FAR_OFF, FAR_OFF);
	if (contents == CONTENTS_NEVER || contents == CONTENTS_BOTH)
		session_arm(session, NEAR + 1, TIMER_NEVER, 0);
	if (contents == CONTENTS_OVERDUE)
		session_arm(session, NEAR, start + MS / 2, MS / 2);
	if (contents < CONTENTS_ARMED)
		return;
	for (size_t id = 0; id < NEAR; id++) {
		session_arm(session, id, start + FAR_OFF + id, 0);
		if (contents == CONTENTS_DISARMED)
			session_disarm(session, id);
		if (contents == CONTENTS_REMOVED)
			session_remove(session, id);
	}
}

/*
 * Arms the timers of `intervals`, in random rotation, because earlier timers change what a
 * structure has noted.
 */
static void arm_near(struct ahead *ahead)
{
	size_t first = random_below(&ahead->random, NEAR);

	for (size_t i = 0; i < NEAR; i++) {
		size_t id = (first + i * 7) % NEAR; /* 7 has no divisor in common with NEAR */
		uint64_t interval = intervals[id / 2];

		if (interval < UINT64_C(1) << ahead->bits)
			session_arm(&ahead->session, id, clock_of(ahead) + interval,
				    id % 2 ? interval : 0);
	}
}

static bool any_near(const struct ahead *ahead)
{
	for (size_t id = 0; id < NEAR; id++)
		if (session_state(&ahead->session, id) == ORACLE_ARMED &&
		    ahead->session.oracle.timers[id].deadline < clock_of(ahead) + FAR_OFF / 2)
			return true;
	return false;
}

static void go_on(struct ahead *ahead, enum going going)
{
	struct session *session = &ahead->session;
	uint64_t most = session->spurious + wakeups_in_vain(session->subject, TIMERS, ahead->bits);

	if (going == GOING_AT_ONCE)
		session_drain(session, clock_of(ahead), 64);
	while (any_near(ahead)) {
		uint64_t wake = going == GOING_ASLEEP ? session_next(session)
						      : oracle_latest_next(&session->oracle);

		session_drain(session, wake > clock_of(ahead) ? wake : clock_of(ahead), 5);
		if (going == GOING_ASLEEP && session->spurious > most)
			check_failed("%" PRIu64 " of %" PRIu64 " wake-ups are spurious",
				     session->spurious, session->wakeups);
	}
}

/* Does two rounds, because a structure that has caught up once may fall behind again. */
static void fall_behind(struct ahead *ahead, enum contents contents, uint64_t pause,
			enum going going)
{
	struct session *session = &ahead->session;

	for (unsigned round = 0; round < 2; round++) {
		fill(ahead, contents);
		session_pass(session, clock_of(ahead) + pause);
		arm_near(ahead);
		session_check(session);
		go_on(ahead, going);
		session_check(session);
	}
	session_visit(session);
}

/*
 * Returns the longest interval, as a power of two, that a loop with this structure can sleep for in
 * a reasonable time.
 */
static unsigned bits_of(const struct subject *subject, enum going going)
{
	unsigned bits = 47; /* more than a day */

	while (going == GOING_ASLEEP && !wakeups_are_few(subject, bits))
		bits--;
	return bits;
}

void check_clock_ahead(const struct subject *subject, const struct settings *settings)
{
	struct ahead ahead = { .random = settings->seed };

	for (size_t i = 0; i < GOINGS * CONTENTS_KINDS * PAUSES; i++) {
		enum going going = (enum going)(i % GOINGS);
		enum contents contents = (enum contents)(i / GOINGS % CONTENTS_KINDS);
		uint64_t pause = pauses[i / GOINGS / CONTENTS_KINDS];

		if (session_open(&ahead.session, subject, TIMERS,
				 random_magnitude(&ahead.random, 61), false))
			check_failed("create fails");
		ahead.bits = bits_of(subject, going);
		fall_behind(&ahead, contents, pause, going);
		session_close(&ahead.session);
	}
}
