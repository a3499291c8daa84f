/*
 * check_queues.c - more than a thousand timers of one interval, for structures that have queues
 *
 * The timers of an interval come due in the order in which they are armed, so a structure may keep
 * them in a queue. What goes wrong in a queue may need many timers of one interval, and the random
 * sequences have few.
 */
#include "random.h"
#include "suite.h"

#define INTERVAL (10 * TIMER_SECOND)
#define APART	 UINT64_C(1000) /* ns between two timers */

#define QUEUE 1500 /* timers of which many are taken out */
#define LONG  1120 /* timers before the clock steps back */
#define LATE  40   /* timers that are armed afterwards */

static void open_at(struct session *session, const struct subject *subject, size_t timers,
		    uint64_t now)
{
	if (session_open(session, subject, timers, now, false))
		check_failed("create fails");
}

/* Arms timers of one interval, one after the other. */
static void arm_in_turn(struct session *session, size_t count)
{
	for (size_t id = 0; id < count; id++) {
		session_pass(session, session->oracle.clock + APART);
		session_arm(session, id, session->oracle.clock + INTERVAL, INTERVAL);
	}
}

/* Ways to take many timers out of a queue. Each leaves some between those that it takes. */
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
 * Takes timers out. Meanwhile their memory is freed, overwritten or forbidden (object.h). Some of
 * them come back at the end.
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
 * Timers of a queue are freed, and the others expire. A timer that was freed must not be read any
 * more, even if the others have its address.
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
 * The clock has stepped back: timers of the interval are armed for earlier times than those that
 * are in the queue. Some belong to its front, some to its end. All fire in time and in order.
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
