/*
 * check_queues.c - more than a thousand timers of one interval, for structures that have queues
 *
 * The timers of one interval expire in the order in which they are armed, so a structure may keep
 * them in a queue. Some faults of a queue occur only with many timers of one interval, which the
 * random sequences do not have.
 */
#include "random.h"
#include "suite.h"

#define INTERVAL (10 * TIMER_SECOND)
#define APART	 UINT64_C(1000) /* ns between arming two timers */

#define QUEUE 1500 /* timers, of which many are removed */
#define LONG  1120 /* timers before the clock steps back */
#define LATE  40   /* timers that are armed after it */

static void open_at(struct session *session, const struct subject *subject, size_t timers,
		    uint64_t now)
{
	if (session_open(session, subject, timers, now, false))
		check_failed("create fails");
}

/* Arms timers 0..count-1, all with the same interval, one after the other. */
static void arm_in_turn(struct session *session, size_t count)
{
	for (size_t id = 0; id < count; id++) {
		session_pass(session, session->oracle.clock + APART);
		session_arm(session, id, session->oracle.clock + INTERVAL, INTERVAL);
	}
}

/* Which timers are removed from a queue. Each way keeps some timers between removed ones. */
enum taking { TAKING_ALL_BUT_THIRDS, TAKING_STRETCHES, TAKING_AT_RANDOM, TAKINGS };

static bool is_taken(enum taking taking, size_t id, uint64_t *random)
{
	if (taking == TAKING_ALL_BUT_THIRDS)
		return id % 3;
	if (taking == TAKING_STRETCHES)
		return id % 200 > 20;
	return random_chance(random, 60);
}

/*
 * Removes timers, whose memory is then freed, overwritten or made inaccessible (object.h). Arms
 * some of them again, so that they are at the end of the queue.
 */
static void take_out(struct session *session, size_t count, enum taking taking, uint64_t *random)
{
	for (size_t id = 0; id < count; id++) {
		if (!is_taken(taking, id, random))
			continue;
		if (id % 5 == 1)
			session_disarm(session, id);
		session_remove(session, id);
		if (id % 7 == 2)
			session_arm(session, id, session->oracle.clock + INTERVAL, INTERVAL);
	}
}

/*
 * Frees timers of a queue and lets the others expire. The structure must not read a freed timer,
 * even if its neighbours still have its address.
 */
void check_freed_in_queue(const struct subject *subject, const struct settings *settings)
{
	size_t count = bearable(subject, QUEUE);
	uint64_t random = settings->seed;

	for (unsigned taking = 0; taking < TAKINGS; taking++) {
		struct session session;
		uint64_t first;

		open_at(&session, subject, count, TIMER_SECOND);
		arm_in_turn(&session, count);
		first = session.oracle.clock + INTERVAL - count * APART;
		take_out(&session, count, (enum taking)taking, &random);
		session_check(&session);
		for (uint64_t part = 1; part <= 4; part++)
			session_drain(&session, first + part * count * APART / 4, 64);
		session_check(&session);
		session_drain(&session, first + 2 * INTERVAL, 64);
		session_close(&session);
	}
}

/*
 * Steps the clock back, and arms timers of the same interval, so that their deadlines are before
 * those in the queue. Some belong near its front, some near its end. All must fire in time and in
 * order.
 */
void check_queue_step_back(const struct subject *subject, const struct settings *settings)
{
	size_t count = bearable(subject, LONG + LATE) - LATE;
	uint64_t start = 100 * TIMER_SECOND;
	struct session session;

	(void)settings;
	open_at(&session, subject, count + LATE, start);
	arm_in_turn(&session, count);
	session_expire(&session, session.oracle.clock, 5);
	session_expire(&session, start, 5);
	for (size_t i = 0; i < LATE; i++) {
		uint64_t back = i % 2 ? i * APART : (count - i) * APART;

		session_arm(&session, count + i, start + count * APART - back + INTERVAL + i % 3,
			    INTERVAL);
	}
	session_check(&session);
	for (uint64_t part = 0; part <= 32; part++)
		session_drain(&session, start + INTERVAL + part * count * APART / 32, 7);
	session_check(&session);
	session_drain(&session, start + 3 * INTERVAL, 64);
	session_close(&session);
}
