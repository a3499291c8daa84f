/*
 * check_memory.c - which allocations may fail, when, and what holds after a failure
 */
#include <errno.h>
#include <stdlib.h>

#include "allocations.h"
#include "random.h"
#include "suite.h"

#if defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_CHECK 1
#endif
#endif

#ifdef LEAK_CHECK
#include <sanitizer/lsan_interface.h>
#endif

#define SCENARIO_TIMERS 150

static void arm_at_random(struct session *session, size_t id, uint64_t *random)
{
	uint64_t interval = 1 + random_magnitude(random, 24);

	session_arm(session, id, session->oracle.latest + interval,
		    random_chance(random, 50) ? interval : interval % 3 * 1000);
}

/* Does operations of every kind. None of them may fail. */
static void operate(struct session *session, size_t count, uint64_t *random)
{
	for (size_t i = 0; i < 3 * count; i++) {
		size_t id = random_below(random, count);

		if (random_chance(random, 70))
			arm_at_random(session, id, random);
		else if (session_state(session, id) == ORACLE_ARMED)
			session_disarm(session, id);
		else if (session_state(session, id) == ORACLE_DISARMED)
			session_remove(session, id);
	}
	session_drain(session, session->oracle.latest + random_magnitude(random, 22), 7);
	session_visit(session);
	session_check(session);
}

/* Retries reserve until it succeeds. Uses the timers reserved before after each failure. */
static void reserve_at_last(struct session *session, size_t n, size_t before, uint64_t *random)
{
	for (unsigned attempt = 0; session_reserve(session, n); attempt++) {
		if (before)
			operate(session, before, random);
		/* Only one allocation fails, so the second failure must be the last. */
		if (attempt)
			allocations_succeed();
		if (attempt > 1)
			check_failed("reserve(%zu) fails, although no allocation fails", n);
	}
}

/* Makes allocation `number` fail. Returns false if none failed, because fewer were made. */
static bool live_with_failure(const struct subject *subject, uint64_t number, uint64_t seed)
{
	uint64_t failed = allocations.failed;
	size_t before = 0;
	struct session session;

	allocations_fail(number, 1);
	if (session_open(&session, subject, SCENARIO_TIMERS, 1000, false) &&
	    session_open(&session, subject, SCENARIO_TIMERS, 1000, false))
		check_failed("create fails, although no allocation fails");
	for (size_t n = 1; n <= SCENARIO_TIMERS; n = n * 3 / 2 + 1) {
		reserve_at_last(&session, n, before, &seed);
		before = n;
		operate(&session, n, &seed);
	}
	allocations_succeed();
	session_close(&session);
	return allocations.failed > failed;
}

/* More allocations than any scenario makes. A structure reaches it only if it makes no progress. */
#define MOST_ALLOCATIONS 20000

void check_failing_allocations(const struct subject *subject, const struct settings *settings)
{
	uint64_t number = 0;

	while (live_with_failure(subject, number, settings->seed))
		if (++number > MOST_ALLOCATIONS)
			check_failed("the scenario allocates without end");
	if (!number)
		check_failed("the scenario allocates nothing");
}

/*
 * Reserves for more timers than memory can hold. reserve must fail and change nothing, or succeed
 * without memory.
 */
void check_impossible_reserve(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed;
	struct session session;

	if (session_open(&session, subject, 40, 0, false))
		check_failed("create fails");
	operate(&session, 40, &random);
	for (unsigned shift = 0; shift < 20; shift++) {
		size_t room = session.reserved;

		session_reserve(&session, SIZE_MAX >> shift);
		session_reserve(&session, (SIZE_MAX >> shift) / 3 + 2);
		session.reserved = room;
		operate(&session, 40, &random);
	}
	session_close(&session);
}

/*
 * Makes all allocations fail after reserve. No operation may fail, and reserving for fewer timers
 * needs no allocation.
 */
void check_no_allocations(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed;

	for (size_t n = 1; n < 700; n = n * 2 + 1) {
		struct session session;

		if (session_open(&session, subject, n, 0, false) || session_reserve(&session, n))
			check_failed("create or reserve fails");
		allocations_fail(0, UINT64_MAX);
		for (unsigned round = 0; round < 4; round++)
			operate(&session, n, &random);
		if (session_reserve(&session, n) || session_reserve(&session, n / 2))
			check_failed("reserve fails for as many timers as are reserved");
		session_drain(&session, TIMER_NEVER, 64);
		allocations_succeed();
		session_close(&session);
	}
}

static void arm_all(struct session *session, size_t count, uint64_t *random)
{
	for (size_t id = 0; id < count; id++)
		arm_at_random(session, id, random);
}

/* Removes the timers kept..count-1, some of them after disarming. */
static void remove_others(struct session *session, size_t kept, size_t count)
{
	for (size_t id = kept; id < count; id++) {
		if (id % 2 && session_state(session, id) == ORACLE_ARMED)
			session_disarm(session, id);
		session_remove(session, id);
	}
}

static size_t footprint(const struct session *session)
{
	return session->subject->structure->footprint(session->set);
}

/* Reserves for fewer timers while allocations fail. Then uses as many timers as are reserved. */
static void give_back(struct session *session, size_t few, uint64_t *random)
{
	size_t held = footprint(session);

	allocations_fail(0, UINT64_MAX);
	if (session_reserve(session, few))
		check_failed("reserve fails for fewer timers");
	allocations_succeed();
	if (session_reserve(session, few))
		check_failed("reserve fails for fewer timers");
	if (footprint(session) > held)
		check_failed("reserving for fewer adds memory: from %zu to %zu bytes", held,
			     footprint(session));
	allocations_fail(0, UINT64_MAX);
	operate(session, few, random);
	arm_all(session, few, random);
	session_check(session);
	allocations_succeed();
}

/*
 * Memory that is reserved for a peak stays reserved for the next peak, although all timers are
 * removed in between. After reserve for fewer timers the structure may free memory, so the next
 * peak must be reserved again.
 */
void check_peak(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed;

	for (size_t n = 10; n <= bearable(subject, 1000); n *= 10) {
		size_t few = n / 10;
		struct session session;

		if (session_open(&session, subject, n, 0, false) || session_reserve(&session, n))
			check_failed("create or reserve fails");
		for (unsigned peak = 0; peak < 2; peak++) {
			allocations_fail(0, UINT64_MAX);
			arm_all(&session, n, &random);
			remove_others(&session, 0, n);
			session_drain(&session, session.oracle.latest + 1000, 64);
			arm_all(&session, n, &random);
			remove_others(&session, few, n);
			session_drain(&session, session.oracle.latest, 64);
			allocations_succeed();
			give_back(&session, few, &random);
			if (session_reserve(&session, n))
				check_failed("reserve fails");
		}
		session_close(&session);
	}
}

/*
 * Reserves for one timer more each time, up to 1e5 (17 doublings), and then for one less each time.
 * Each growing array may allocate a few times per doubling, so the number of allocations must stay
 * small.
 */
void check_growth(const struct subject *subject, const struct settings *settings)
{
	const size_t most = bearable(subject, 100000), bound = 200;
	struct timer_set *set;
	uint64_t before;

	(void)settings;
	if (timer_choice_create(&subject->choice, &set, 0))
		check_failed("create fails");
	allocations.watching = true;
	before = allocations.asked;
	for (size_t n = 1; n <= most; n++)
		if (subject->structure->reserve(set, n))
			check_failed("reserve(%zu) fails", n);
	allocations.watching = false;
	if (allocations.asked - before > bound)
		check_failed("%zu allocations to reserve up to %zu timers one by one",
			     (size_t)(allocations.asked - before), most);
	allocations.watching = true;
	before = allocations.asked;
	for (size_t n = most; n-- > 0;)
		if (subject->structure->reserve(set, n))
			check_failed("reserve(%zu) fails", n);
	allocations.watching = false;
	if (allocations.asked - before > bound)
		check_failed("%zu allocations to give back %zu timers one by one",
			     (size_t)(allocations.asked - before), most);
	subject->structure->destroy(set);
}

/*
 * Destroys sets with timers in every state. The session counts the blocks that are not freed, and
 * the leak checker looks for other lost memory.
 */
void check_destroy(const struct subject *subject, const struct settings *settings)
{
	uint64_t random = settings->seed;

	for (size_t n = 0; n < 300; n = n * 3 + 1) {
		struct session session;

		if (session_open(&session, subject, n, 0, false))
			check_failed("create fails");
		if (n)
			operate(&session, n, &random);
		for (size_t id = 0; id < n; id += 2)
			session_arm(&session, id, id % 5 ? 10000 * id : TIMER_NEVER, 0);
		session_close(&session);
	}
#ifdef LEAK_CHECK
	if (__lsan_do_recoverable_leak_check())
		check_failed("the leak checker finds lost memory");
#endif
}
