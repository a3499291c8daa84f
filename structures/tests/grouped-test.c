/*
 * grouped-test.c - which calls grouped makes to the wrapped structure
 *
 * The wrapped structure is a quad-heap that counts the calls which change it. The conformance suite
 * tests that timers fire in time and in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "structures/common/intervals.h"
#include "structures/tests/run_group.h"
#include "structures/timer.h"

#define TIMERS	 1000
#define INTERVAL TIMER_SECOND

/* The first timer that is in a queue. Those before it are in the wrapped structure. */
#define QUEUED (INTERVAL_USES - 1)

static unsigned calls; /* calls that change the wrapped structure */

static void insert_counted(struct timer_set *set, struct timer *timer, uint64_t deadline,
			   uint64_t interval)
{
	calls++;
	timer_structure_find("quad-heap")->insert(set, timer, deadline, interval);
}

static void reinsert_counted(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	calls++;
	timer_structure_find("quad-heap")->reinsert(set, timer, deadline, interval);
}

static void remove_counted(struct timer_set *set, struct timer *timer)
{
	calls++;
	timer_structure_find("quad-heap")->remove(set, timer);
}

struct fixture {
	const struct timer_structure *grouped;
	struct timer_structure within;
	struct timer_set *set;
	struct timer timer[TIMERS];
};

static void open_fixture(struct fixture *fixture)
{
	struct timer_inner inner = { &fixture->within, NULL, NULL };

	*fixture = (struct fixture){ .grouped = timer_structure_find("grouped"),
				     .within = *timer_structure_find("quad-heap") };
	fixture->within.insert = insert_counted;
	fixture->within.reinsert = reinsert_counted;
	fixture->within.remove = remove_counted;
	assert_int_equal(fixture->grouped->create_over(&fixture->set, &inner, 0), 0);
	assert_int_equal(fixture->grouped->reserve(fixture->set, TIMERS), 0);
}

/* Arms all timers, each with a deadline 1 ns after that of the previous timer. */
static void arm_all(struct fixture *fixture)
{
	for (uint64_t id = 0; id < TIMERS; id++)
		fixture->grouped->insert(fixture->set, &fixture->timer[id], id + INTERVAL,
					 INTERVAL);
}

static void close_fixture(struct fixture *fixture)
{
	assert_null(fixture->grouped->check(fixture->set));
	fixture->grouped->destroy(fixture->set);
}

/*
 * The first timers of an interval go to the wrapped structure. From the INTERVAL_USES-th on they go
 * to a queue.
 */
static void test_queue_takes_one_timer_within(void **state)
{
	static struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	calls = 0;
	arm_all(&fixture);
	assert_int_equal(calls, QUEUED + 1);
	/* all behind the first of the queue */
	for (uint64_t id = QUEUED + 1; id < TIMERS; id++)
		fixture.grouped->reinsert(fixture.set, &fixture.timer[id], id + 2 * INTERVAL,
					  INTERVAL);
	for (uint64_t id = QUEUED + 1; id < TIMERS; id += 2)
		fixture.grouped->remove(fixture.set, &fixture.timer[id]);
	for (uint64_t id = QUEUED + 2; id < TIMERS; id += 4)
		fixture.grouped->disarm(fixture.set, &fixture.timer[id]);
	assert_int_equal(calls, QUEUED + 1);
	close_fixture(&fixture);
}

/*
 * Removes the first timer of a queue. The representative must stay where it is, and cause one
 * spurious wake-up.
 */
static void test_head_stays(void **state)
{
	static struct fixture fixture;
	struct timer *out[2];

	(void)state;
	open_fixture(&fixture);
	arm_all(&fixture);
	for (uint64_t id = 0; id < QUEUED; id++)
		fixture.grouped->remove(fixture.set, &fixture.timer[id]);
	calls = 0;
	fixture.grouped->remove(fixture.set, &fixture.timer[QUEUED]);
	assert_int_equal(calls, 0);
	assert_int_equal(fixture.grouped->next(fixture.set), INTERVAL + QUEUED);
	assert_int_equal(fixture.grouped->expire(fixture.set, INTERVAL + QUEUED, out, 2), 0);
	assert_int_equal(calls, 1);
	assert_int_equal(fixture.grouped->next(fixture.set), INTERVAL + QUEUED + 1);
	assert_int_equal(fixture.grouped->expire(fixture.set, INTERVAL + QUEUED + 1, out, 2), 1);
	assert_ptr_equal(out[0], &fixture.timer[QUEUED + 1]);
	close_fixture(&fixture);
}

/*
 * A timer without an interval, or with an interval that is not repeated, goes to the wrapped
 * structure.
 */
static void test_the_rest_is_within(void **state)
{
	static struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	calls = 0;
	for (uint64_t id = 0; id < TIMERS; id++)
		fixture.grouped->insert(fixture.set, &fixture.timer[id], id + INTERVAL,
					id % 2 ? 0 : id + INTERVAL);
	assert_int_equal(calls, TIMERS);
	close_fixture(&fixture);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_takes_one_timer_within),
		cmocka_unit_test(test_head_stays),
		cmocka_unit_test(test_the_rest_is_within),
	};

	return RUN_GROUP(tests);
}
