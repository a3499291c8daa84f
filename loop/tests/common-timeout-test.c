/*
 * common-timeout-test - common timeouts: encoding, order, periods, moves to the structure and back
 */
#include <event2/event_struct.h>

#include "loop/tests/over_structures.h"

static void test_common_durations_are_encoded(void **state)
{
	const struct timeval *first, *second, *third;

	(void)state;
	begin(0);
	first = common(0, 100000);
	second = common(1, 100000);
	third = common(0, 2100000);
	assert_int_equal(first->tv_usec, 100000 | 0x50000000);
	assert_int_equal(second->tv_usec, 100000 | 0x50100000);
	assert_int_equal(third->tv_usec, 100000 | 0x50200000);
	assert_int_equal(third->tv_sec, 2);
	assert_ptr_equal(common(0, 100000), first);
	assert_ptr_equal(event_base_init_common_timeout(over.base, second), second);
	for (int i = 3; i < 256; i++)
		assert_non_null(common(10 + i, 0));
	assert_not_warned();
	assert_null(common(9, 0));
	assert_warned("256");
	end();
}

static void test_common_ones_fire_in_order_of_adds(void **state)
{
	struct event *events[8];
	char names[8][2];

	(void)state;
	begin(0);
	for (int i = 0; i < 8; i++) {
		names[i][0] = (char)('0' + i);
		names[i][1] = '\0';
		events[i] = timer(names[i], 0);
		add_common(events[i], common(1, 0));
	}
	burn(1);
	add_common(events[0], common(1, 0)); /* a re-add moves the event to the end of the queue */
	event_del(events[3]);
	run();
	assert_journal("1@1000 2@1000 4@1000 5@1000 6@1000 7@1000 0@1001 ");
	for (int i = 0; i < 8; i++)
		event_free(events[i]);
	end();
}

static void test_from_queue_to_structure_and_back(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", 0);
	add_common(a, common(0, 100000));
	add_common(b, common(0, 200000));
	add(a, 150);
	add_common(b, common(0, 100000));
	add_common(b, common(0, 300000));
	assert_int_equal(event_base_get_num_events(over.base, EVENT_BASE_COUNT_ADDED), 2);
	loop_test_check(over.base);
	run();
	assert_journal("a@150 b@300 ");
	add(a, 10);
	add_common(a, common(0, 100000));
	loop_test_check(over.base);
	run();
	assert_journal("a@400 ");
	event_free(a);
	event_free(b);
	end();
}

/* The queue's representative is the loop's own event, so it does not keep the loop running. */
static void test_an_empty_queue_keeps_no_loop_running(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer("a", 0);
	add_common(a, common(5, 0));
	event_del(a);
	assert_int_equal(event_base_dispatch(over.base), 1);
	assert_int_equal(now(), 0);
	event_free(a);
	end();
}

static void test_common_periods(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", EV_PERSIST);
	b = timer("b", EV_PERSIST);
	add_common(a, common(0, 100000));
	burn(30);
	add_common(b, common(0, 100000));
	assert_int_equal(run_for(4), 0);
	assert_journal("a@100 b@130 a@200 b@230 ");
	event_free(a);
	event_free(b);
	end();
}

static void test_common_ones_are_superseded_and_deleted(void **state)
{
	struct event *a, *b, *c;

	(void)state;
	begin(0);
	a = timer_and_then("a", 0);
	b = timer("b", 0);
	c = timer("c", 0);
	add_common(a, common(0, 10000));
	add_common(b, common(0, 10000));
	add_common(c, common(0, 10000));
	then.add[0] = b;
	then.timeouts[0] = 7;
	then.delete = c;
	run();
	assert_journal("a@10 b@17 ");
	event_free(a);
	event_free(b);
	event_free(c);
	end();
}

/*
 * Events of a common timeout are called after the structure's timers of the same iteration, but
 * before less urgent events.
 */
static void test_common_ones_come_behind_others(void **state)
{
	struct event *a, *b;

	(void)state;
	begin(0);
	a = timer("a", 0);
	b = timer("b", 0);
	add_common(a, common(0, 10000));
	add(b, 20);
	burn(20);
	assert_int_equal(run_for(1), 0);
	assert_journal("b@20 a@20 ");
	event_free(a);
	event_free(b);
	end();
}

/*
 * The timeval of one base's queue does not match any queue of another base that has fewer queues.
 */
static void test_a_common_timeout_of_another_base(void **state)
{
	struct event_base *other = virtual_base(0);
	const struct timeval *foreign, second = { 1, 0 };
	struct event *a;

	(void)state;
	foreign = event_base_init_common_timeout(other, &second);
	begin(0);
	a = timer("a", 0);
	add_common(a, foreign);
	run();
	assert_journal("a@1343177.28 ");
	event_free(a);
	end();
	end_base(other);
}

static void test_common_timeouts_without_a_base(void **state)
{
	const struct timeval second = { 1, 0 };

	(void)state;
	begin(0);
	assert_null(event_base_init_common_timeout(NULL, &second));
	assert_null(event_base_init_common_timeout(over.base, NULL));
	end();
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

/* These tests also run for structures that may be late, or have no order within an iteration. */
static const struct CMUnitTest any[] = {
	TEST(test_common_durations_are_encoded),
	TEST(test_an_empty_queue_keeps_no_loop_running),
	TEST(test_common_timeouts_without_a_base),
};

static const struct CMUnitTest exact[] = {
	TEST(test_common_ones_fire_in_order_of_adds),
	TEST(test_from_queue_to_structure_and_back),
	TEST(test_common_periods),
	TEST(test_common_ones_are_superseded_and_deleted),
	TEST(test_common_ones_come_behind_others),
	TEST(test_a_common_timeout_of_another_base),
};

int main(void)
{
	struct structure_tests tests = { TESTS_OF(any), TESTS_OF(exact) };

	return run_over_structures(&tests);
}
