/*
 * periods-test - the periods of persistent events
 */
#include <signal.h>
#include <unistd.h>

#include "loop/tests/over_structures.h"

static void test_a_period_keeps_its_phase(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer_and_then("a", EV_PERSIST);
	add(a, 100);
	then.burns = 30;
	run_for(4);
	assert_journal("a@100 a@200 a@300 a@400 ");
	event_free(a);
	end();
}

/*
 * If the next deadline has passed at the time of the call, the period starts again at that time. A
 * deadline that is equal to that time is kept.
 */
static void late_period(int flags, uint64_t burns, const char *expected)
{
	struct event *a;

	begin(flags);
	a = timer_and_then("a", EV_PERSIST);
	add(a, 100);
	then.burns = burns;
	event_base_loopexit(over.base, TIMEVAL(700));
	assert_int_equal(event_base_dispatch(over.base), 0);
	assert_journal(expected);
	event_free(a);
	end();
}

static void test_a_late_period(void **state)
{
	(void)state;
	late_period(0, 350, "a@100 a@450 a@550 a@650 ");
	late_period(EVENT_BASE_FLAG_LIBEVENT_2_1, 350, "a@100 a@550 a@650 ");
	late_period(0, 200, "a@100 a@300 a@300 a@400 a@500 a@600 a@700 ");
}

static void test_a_period_of_nothing_is_none(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer("a", EV_PERSIST);
	add(a, 0);
	assert_int_equal(run_for(5), 1);
	assert_journal("a@0 ");
	assert_int_equal(event_pending(a, EV_TIMEOUT, NULL), 0);
	event_free(a);
	end();
}

static void test_activating_a_period_counts_as_its_timeout(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer("a", EV_PERSIST);
	add(a, 100);
	event_active(a, EV_TIMEOUT, 1);
	run_for(3);
	assert_journal("a@0 a@200 a@300 ");
	event_free(a);
	end();
}

/* Programs depend on the behaviour in this test and in the next one. */
static void test_a_deleted_period_comes_back(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer("a", EV_PERSIST);
	add(a, 20);
	event_del(a);
	event_active(a, EV_TIMEOUT, 1);
	run_for(3);
	assert_journal("a@0 a@40 a@60 ");
	event_free(a);
	end();
}

static void test_a_deleted_period_comes_back_with_io(void **state)
{
	struct event *a;
	int ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	a = event_new(over.base, ends[0], EV_READ | EV_PERSIST, note_when, "a");
	add(a, 50);
	event_del(a);
	assert_int_equal(event_add(a, NULL), 0);
	assert_int_equal(event_pending(a, EV_TIMEOUT, NULL), 0);
	event_active(a, EV_READ, 1);
	run_for(3);
	assert_journal("a@0 a@50 a@100 ");
	event_free(a);
	close(ends[0]);
	close(ends[1]);
	end();
}

static void test_io_starts_the_period_anew(void **state)
{
	struct event *a, *b;
	int ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	a = event_new(over.base, ends[0], EV_READ | EV_PERSIST, note_when, "a");
	b = timer("b", 0);
	add(a, 100);
	add(b, 70);
	run_for(1);
	event_active(a, EV_READ, 1);
	run_for(3);
	assert_journal("b@70 a@70 a@170 a@270 ");
	assert_int_equal(event_pending(a, EV_READ, NULL), EV_READ); /* the timeout leaves EV_READ */
	event_free(a);
	event_free(b);
	close(ends[0]);
	close(ends[1]);
	end();
}

static void test_changing_a_period_in_its_callback(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = timer_and_then("a", EV_PERSIST);
	add(a, 100);
	then.add[0] = a;
	then.timeouts[0] = 30;
	run_for(3);
	assert_journal("a@100 a@130 a@160 ");
	then.delete = a;
	assert_int_equal(run_for(3), 1);
	assert_journal("a@190 ");
	event_free(a);
	end();
}

static void remove_own_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	write_down("r");
	assert_int_equal(event_remove_timer(arg), 0);
	assert_int_equal(event_remove_timer(arg), 0); /* a second call is not an error */
}

static void test_removing_the_timer_ends_the_period(void **state)
{
	struct event *a;
	int ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	a = event_new(over.base, ends[0], EV_READ | EV_PERSIST, remove_own_timer,
		      event_self_cbarg());
	add(a, 10);
	run_for(1);
	assert_int_equal(event_pending(a, EV_READ | EV_TIMEOUT, NULL), EV_READ);
	event_active(a, EV_READ, 1);
	run_for(1);
	assert_int_equal(event_pending(a, EV_READ | EV_TIMEOUT, NULL), EV_READ);
	assert_journal("rr");
	event_free(a);
	close(ends[0]);
	close(ends[1]);
	end();
}

/*
 * Calling a signal's event does not re-arm its timeout, and the timeout removes the event from the
 * signal's map.
 */
static void test_signals_have_no_period(void **state)
{
	struct event *a;

	(void)state;
	begin(0);
	a = evsignal_new(over.base, SIGUSR1, note_when, "a");
	add(a, 100);
	run_for(1);
	assert_journal("a@100 ");
	assert_int_equal(event_pending(a, EV_SIGNAL | EV_TIMEOUT, NULL), 0);
	event_free(a);
	end();
}

static void test_a_timeout_of_io_that_does_not_persist(void **state)
{
	struct event *a;
	int ends[2];

	(void)state;
	begin(0);
	assert_int_equal(pipe(ends), 0);
	a = event_new(over.base, ends[0], EV_READ, note_when, "a");
	add(a, 100);
	run();
	assert_journal("a@100 ");
	assert_int_equal(journal.what, EV_TIMEOUT);
	assert_int_equal(event_pending(a, EV_READ | EV_TIMEOUT, NULL), 0);
	event_free(a);
	close(ends[0]);
	close(ends[1]);
	end();
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest exact[] = {
	TEST(test_a_period_keeps_its_phase),
	TEST(test_a_late_period),
	TEST(test_a_period_of_nothing_is_none),
	TEST(test_activating_a_period_counts_as_its_timeout),
	TEST(test_a_deleted_period_comes_back),
	TEST(test_a_deleted_period_comes_back_with_io),
	TEST(test_io_starts_the_period_anew),
	TEST(test_changing_a_period_in_its_callback),
	TEST(test_removing_the_timer_ends_the_period),
	TEST(test_signals_have_no_period),
	TEST(test_a_timeout_of_io_that_does_not_persist),
};

int main(void)
{
	struct structure_tests tests = { TESTS_OF(exact) };

	return run_over_structures(&tests);
}
