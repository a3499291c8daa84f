/*
 * check_footprint.c - the footprint is what is allocated, and does not grow under churn
 */
#include "random.h"
#include "suite.h"

#define PEAK 2000
#define FEW  40

/*
 * Far more than any structure needs besides the timer itself: for example 16 bytes for a heap's
 * entry, doubled by growth, or 64 bytes for a node from a pool.
 */
#define MOST_BYTES_A_TIMER 256

static size_t footprint(const struct session *session)
{
	return session->subject->structure->footprint(session->set);
}

static uint64_t interval_of(uint64_t *random)
{
	/*
	 * Mixes distinct and round intervals, so that the set of intervals in use changes over
	 * time.
	 */
	return random_chance(random, 50) ? 1 + random_magnitude(random, 34)
					 : 1000000 * (1 + random_below(random, 500));
}

static void arm_anew(struct session *session, size_t id, uint64_t *random)
{
	uint64_t interval = interval_of(random);

	session_arm(session, id, session->oracle.latest + interval, interval);
}

/*
 * Compares the footprint with the allocator's count. Allows a difference of a tenth, and of the
 * rounding of each block.
 */
static void compare(const struct session *session)
{
	size_t claimed = footprint(session);
	size_t slack = (size_t)(session->bytes / 10 + 32 * session->live);

	if (claimed > session->bytes + slack || claimed + slack < session->bytes)
		check_failed("a footprint of %zu bytes, with %zu allocated and %zu timers armed",
			     claimed, (size_t)session->bytes, session->oracle.armed);
}

void check_footprint(const struct subject *subject, const struct settings *settings)
{
	const size_t peak = bearable(subject, PEAK);
	uint64_t random = settings->seed;
	struct session session;

	if (session_open(&session, subject, peak, 0, false))
		check_failed("create fails");
	compare(&session);
	for (size_t id = 0; id < peak; id++) {
		arm_anew(&session, id, &random);
		if (id % 100 == 99)
			compare(&session);
	}
	session_drain(&session, session.oracle.latest + (UINT64_C(1) << 33), 64);
	compare(&session);
	session_close(&session);
}

/*
 * Arms, disarms, removes and expires a few timers, for `rounds` rounds. Returns the largest
 * footprint.
 */
static size_t churn(struct session *session, size_t rounds, uint64_t *random)
{
	size_t most = 0;

	for (size_t i = 0; i < rounds; i++) {
		size_t id = random_below(random, FEW);

		arm_anew(session, id, random);
		if (i % 5 == 1)
			session_disarm(session, id);
		if (i % 5 == 2)
			session_remove(session, id);
		if (i % 50 == 0)
			session_drain(session,
				      session->oracle.latest + random_magnitude(random, 30), 64);
		if (footprint(session) > most)
			most = footprint(session);
	}
	return most;
}

void check_churn(const struct subject *subject, const struct settings *settings)
{
	const size_t rounds = 2000, times = 20;
	uint64_t random = settings->seed;
	size_t empty, once, often;
	struct session session;

	if (session_open(&session, subject, FEW, 0, false))
		check_failed("create fails");
	empty = footprint(&session);
	once = churn(&session, rounds, &random);
	often = churn(&session, times * rounds, &random);
	if (often > empty + FEW * MOST_BYTES_A_TIMER)
		check_failed("a footprint of %zu bytes above that of an empty set, for %d timers",
			     often - empty, FEW);
	if (often - empty > 2 * (once - empty))
		check_failed("%zu times the churn: the footprint grows from %zu to %zu bytes",
			     times, once, often);
	session_close(&session);
}
