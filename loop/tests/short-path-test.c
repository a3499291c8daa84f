/*
 * short-path-test - adds and deletions that the loop's short path leaves to the usual path
 *
 * The short path is the shorter code for timers of the base whose loop is running (loop/at_hand.h).
 * at-hand-test tests the short path itself. Time is simulated.
 */
#include <event2/event_struct.h>

#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

/* A loop that runs in a callback of another base's loop. Each base is at hand in turn. */
struct two_bases {
	struct event_base *outer, *inner;
	struct event timers[6]; /* even numbers belong to `outer`, odd ones to `inner` */
};

static void add_and_delete(struct two_bases *bases)
{
	for (int i = 0; i < 6; i++)
		assert_int_equal(event_add(&bases->timers[i], &second), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(event_del(&bases->timers[i]), 0);
		assert_int_equal(event_pending(&bases->timers[i], EV_TIMEOUT, NULL), 0);
		assert_int_equal(event_del(&bases->timers[i]), 0);
	}
	for (int i = 4; i < 6; i++) {
		assert_int_equal(event_add(&bases->timers[i], &second), 0);
		assert_int_equal(event_add(&bases->timers[i], NULL), 0);
		assert_int_equal(event_pending(&bases->timers[i], EV_TIMEOUT, NULL), EV_TIMEOUT);
	}
	assert_int_equal(event_base_get_num_events(bases->outer, EVENT_BASE_COUNT_ADDED), 1);
	assert_int_equal(event_base_get_num_events(bases->inner, EVENT_BASE_COUNT_ADDED), 1);
	loop_test_check(bases->outer);
	loop_test_check(bases->inner);
}

static void in_the_inner(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	add_and_delete(arg);
}

static void in_the_outer(evutil_socket_t fd, short what, void *arg)
{
	struct two_bases *bases = arg;

	(void)fd, (void)what;
	add_and_delete(bases);
	event_base_once(bases->inner, -1, EV_TIMEOUT, in_the_inner, bases, NULL);
	assert_int_equal(checked_loop(bases->inner, 0), 1);
	assert_journal("5");
	add_and_delete(bases);
}

static void test_a_loop_within_a_loop(void **state)
{
	static const char *const names[] = { "0", "1", "2", "3", "4", "5" };
	struct two_bases bases = { .outer = virtual_base(0), .inner = virtual_base(0) };

	(void)state;
	for (int i = 0; i < 6; i++)
		event_assign(&bases.timers[i], i % 2 ? bases.inner : bases.outer, -1, 0, note,
			     (void *)names[i]);
	add_and_delete(&bases);
	event_base_once(bases.outer, -1, EV_TIMEOUT, in_the_outer, &bases, NULL);
	assert_int_equal(checked_loop(bases.outer, 0), 1);
	assert_journal("4");
	assert_int_equal(checked_loop(bases.inner, 0), 1);
	assert_journal("5");
	add_and_delete(&bases);
	end_base(bases.outer);
	end_base(bases.inner);
}

static void finalized(struct event *event, void *arg)
{
	(void)event;
	note(-1, 0, arg);
}

/*
 * Adds events that only look like plain timers, or whose state a plain timer does not have. They
 * must take the usual path.
 */
static void others(evutil_socket_t fd, short what, void *arg)
{
	static struct event event;
	struct event_base *base = arg;
	struct timeval common = *event_base_init_common_timeout(base, &second);

	(void)fd, (void)what;
	event_assign(&event, base, -1, EV_READ, note, "r");
	assert_int_equal(event_add(&event, &second), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 2);
	assert_int_equal(event_del(&event), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	event_assign(&event, base, -1, 0, note, "w");
	event.ev_events = EV_READ; /* as a program may that was built for libevent */
	assert_int_equal(event_add(&event, &second), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 2);
	assert_int_equal(event_del(&event), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	event_assign(&event, base, -1, EV_PERSIST, note, "p");
	assert_int_equal(event_add(&event, &second), 0);
	assert_int_equal(event_del(&event), 0);
	event_assign(&event, base, -1, 0, note, "t");
	assert_int_equal(event_add(&event, &common), 0);
	loop_test_check(base);
	assert_int_equal(event_add(&event, &second), 0);
	loop_test_check(base);
	assert_int_equal(event_add(&event, &common), 0);
	assert_int_equal(event_del(&event), 0);
	event_active(&event, EV_TIMEOUT, 1);
	assert_int_equal(event_add(&event, &second), 0);
	assert_int_equal(event_pending(&event, EV_TIMEOUT, NULL), EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 0);
	event_active(&event, EV_READ, 1);
	assert_int_equal(event_del(&event), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	loop_test_check(base);
	event_finalize(0, &event, finalized);
	assert_int_equal(event_add(&event, &second), -1);
	assert_int_equal(event_del(&event), 0);
}

static void test_what_is_no_plain_timer(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, others, base, NULL);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("t");
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_a_loop_within_a_loop),
	TEST(test_what_is_no_plain_timer),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
