/*
 * once-test - event_base_once: what it refuses, its order, and its events when the base is freed
 */
#include <fcntl.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/full_pipe.h"
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 }, zero = { 0, 0 };

static void test_once_refuses(void **state)
{
	struct event_base *base = virtual_base(0);
	static const short wrong[] = {
		0,
		EV_PERSIST,
		EV_ET,
		EV_SIGNAL,
		EV_SIGNAL | EV_TIMEOUT,
		EV_TIMEOUT | EV_PERSIST,
		EV_READ | EV_PERSIST,
		EV_READ | EV_SIGNAL,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(event_base_once(base, 0, wrong[i], note, "x", &second), -1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	assert_int_equal(event_base_loop(base, 0), 1);
	assert_journal("");
	end_base(base);
}

/* Timeouts of zero or less keep the order of the calls, also among other active events. */
static void test_once_order(void **state)
{
	static const struct timeval negative = { -1, 0 };
	struct event_base *base = virtual_base(0);
	struct event active;

	(void)state;
	evtimer_assign(&active, base, note, "b");
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL), 0);
	event_active(&active, EV_TIMEOUT, 1);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "c", &zero), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "z", &second), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "d", &negative), 0);
	assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, note, "e", NULL), 0);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 5);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 6);
	run_until_idle(base);
	assert_journal("abcdez");
	assert_int_equal(journal.what, EV_TIMEOUT);
	assert_int_equal(journal.fd, -1);
	end_base(base);
}

static void test_once_for_descriptors(void **state)
{
	struct event_base *base = virtual_base(0);
	int ready[2], never[2];

	(void)state;
	full_pipe(ready);
	assert_int_equal(pipe2(never, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(event_base_once(base, ready[0], EV_READ, note, "r", NULL), 0);
	run_until_idle(base);
	assert_journal("r");
	assert_int_equal(journal.what, EV_READ);
	assert_int_equal(journal.fd, ready[0]);
	/*
	 * With a timeout the event is called once, for the descriptor or the timeout, whichever is
	 * first.
	 */
	assert_int_equal(event_base_once(base, never[0], EV_READ, note, "t", &second), 0);
	assert_int_equal(event_base_once(base, ready[0], EV_READ | EV_TIMEOUT, note, "r", &second),
			 0);
	run_until_idle(base);
	assert_journal("rt");
	assert_int_equal(journal.what, EV_TIMEOUT);
	end_base(base);
	close_pipe(ready);
	close_pipe(never);
}

/* Events that have not run are freed without a call. The sanitizer checks that they are freed. */
static void test_once_is_freed_with_the_base(void **state)
{
	struct event_base *base = virtual_base(0);
	int ends[2];

	(void)state;
	full_pipe(ends);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "b", &second);
	event_base_once(base, -1, EV_TIMEOUT, note, "c",
			event_base_init_common_timeout(base, &second));
	event_base_once(base, ends[0], EV_READ, note, "d", NULL);
	event_base_once(base, -1, EV_READ, note, "e", NULL);
	event_base_loopexit(base, &second);
	end_base(base);
	assert_journal("");
	close_pipe(ends);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_once_refuses),
	TEST(test_once_order),
	TEST(test_once_for_descriptors),
	TEST(test_once_is_freed_with_the_base),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
