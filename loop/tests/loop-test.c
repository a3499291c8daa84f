/*
 * loop-test - when the loop returns, what it returns, and how a program stops it
 *
 * Time is simulated: a callback takes no time unless it advances the clock, and no test waits.
 */
#include <signal.h>

#include <event2/event_struct.h>

#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

/* ---------------------------------------------------------------------------- when it returns */

static void test_empty(void **state)
{
	struct event_base *base = virtual_base(0);
	static const int flags[] = { 0, EVLOOP_ONCE, EVLOOP_NONBLOCK,
				     EVLOOP_ONCE | EVLOOP_NONBLOCK };

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		assert_int_equal(checked_loop(base, flags[i]), 1);
	assert_int_equal(event_base_dispatch(base), 1);
	end_base(base);
}

static void test_no_exit_on_empty(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	assert_int_equal(checked_loop(base, EVLOOP_NO_EXIT_ON_EMPTY | EVLOOP_NONBLOCK), 0);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	event_base_loopexit(base, &(struct timeval){ 2, 0 });
	assert_int_equal(checked_loop(base, EVLOOP_NO_EXIT_ON_EMPTY), 0);
	assert_journal("a");
	/*
	 * The loop would wait for ever, because nothing can happen in simulated time. The backend
	 * refuses to wait.
	 */
	assert_int_equal(checked_loop(base, EVLOOP_NO_EXIT_ON_EMPTY), -1);
	assert_warned("virtual");
	end_base(base);
}

/* An event with nothing to wait for is not pending, and does not keep the loop running. */
static void test_nothing_to_wait_for(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	evtimer_assign(&event, base, note, "a");
	assert_int_equal(event_add(&event, NULL), 0);
	assert_int_equal(event_pending(&event, EV_TIMEOUT, NULL), 0);
	assert_int_equal(checked_loop(base, 0), 1);
	event_active(&event, EV_TIMEOUT, 1);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("a");
	end_base(base);
}

static void test_once(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "b", &(struct timeval){ 2, 0 });
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	assert_int_equal(checked_loop(base, EVLOOP_ONCE), 0);
	assert_journal("a");
	assert_int_equal(virtual_now(base), 1000 * MILLISECOND);
	assert_int_equal(checked_loop(base, EVLOOP_ONCE), 0);
	assert_journal("b");
	assert_int_equal(checked_loop(base, EVLOOP_ONCE), 1);
	end_base(base);
}

/*
 * The loop's own callbacks do not make EVLOOP_ONCE return. In this test it is the callback of the
 * representative of an empty queue.
 */
static void test_once_does_not_count_the_loops_own(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event gone, kept;

	(void)state;
	evtimer_assign(&gone, base, note, "g");
	evtimer_assign(&kept, base, note, "k");
	event_add(&gone, event_base_init_common_timeout(base, &second));
	event_del(&gone);
	event_add(&kept, &(struct timeval){ 3, 0 });
	assert_int_equal(checked_loop(base, EVLOOP_ONCE), 0);
	assert_journal("k");
	end_base(base);
}

static void test_nonblock_waits_for_nothing(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event timer;

	(void)state;
	evtimer_assign(&timer, base, note, "t");
	event_add(&timer, &second);
	assert_int_equal(checked_loop(base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(checked_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE), 0);
	assert_journal("");
	assert_int_equal(virtual_now(base), 0);
	event_base_virtual_advance(base, 1000 * MILLISECOND);
	assert_int_equal(checked_loop(base, EVLOOP_NONBLOCK), 1);
	assert_journal("t");
	end_base(base);
}

/* An event that its callback adds again at once, `times` times. */
struct again {
	struct event event;
	int times;
};

static void again(evutil_socket_t fd, short what, void *arg)
{
	struct again *self = arg;

	note(fd, what, "a");
	if (--self->times)
		event_add(&self->event, &(struct timeval){ 0, 0 });
}

/*
 * EVLOOP_NONBLOCK without EVLOOP_ONCE continues until no event is active. With EVLOOP_ONCE it calls
 * one batch.
 */
static void test_nonblock_until_nothing_is_active(void **state)
{
	struct event_base *base = virtual_base(0);
	struct again self = { .times = 5 };
	struct event later;

	(void)state;
	evtimer_assign(&later, base, note, "l");
	event_add(&later, &second);
	event_assign(&self.event, base, -1, 0, again, &self);
	event_add(&self.event, &(struct timeval){ 0, 0 });
	assert_int_equal(checked_loop(base, EVLOOP_NONBLOCK), 0);
	assert_journal("aaaaa");
	self.times = 3;
	event_add(&self.event, &(struct timeval){ 0, 0 });
	assert_int_equal(checked_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_journal("a");
	assert_int_equal(checked_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	assert_journal("a");
	event_del(&later);
	event_del(&self.event);
	end_base(base);
}

static void run_again(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, event_base_loop(arg, EVLOOP_NONBLOCK) == -1 ? "-" : "?");
}

static void test_reentrance(void **state)
{
	struct event_base *base = virtual_base(0), *other = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, run_again, base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, run_again, other, NULL); /* another base is allowed */
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("-?");
	assert_warned("already running");
	end_base(base);
	end_base(other);
}

/* ---------------------------------------------------------------------------------- stopping */

static void break_loop(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "B");
	assert_int_equal(event_base_loopbreak(arg), 0);
	assert_true(event_base_got_break(arg));
}

static void exit_loop(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "E");
	assert_int_equal(event_base_loopexit(arg, NULL), 0);
	assert_false(event_base_got_exit(arg)); /* the exit takes effect after the active events */
}

static void continue_loop(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "C");
	assert_int_equal(event_base_loopcontinue(arg), 0);
}

static void test_break_before_the_loop_is_forgotten(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	event_base_loopbreak(base);
	assert_true(event_base_got_break(base));
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("a");
	assert_false(event_base_got_break(base));
	end_base(base);
}

/* When the loop is left, active events stay active, and the next event_base_loop calls them. */
static void test_break(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_base_once(base, -1, EV_TIMEOUT, break_loop, base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "b", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "c", NULL);
	assert_int_equal(checked_loop(base, 0), 0);
	assert_journal("aB");
	assert_true(event_base_got_break(base));
	assert_false(event_base_got_exit(base));
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 2);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("bc");
	assert_false(event_base_got_break(base));
	end_base(base);
}

static void test_break_between_the_calls_of_a_signal(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event signal;

	(void)state;
	evsignal_assign(&signal, base, 10, break_loop, base);
	event_active(&signal, EV_SIGNAL, 3);
	assert_int_equal(checked_loop(base, 0), 0);
	assert_journal("B");
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("");
	end_base(base);
}

static void test_exit_before_the_loop(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "t", &second);
	event_base_loopexit(base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	assert_int_equal(checked_loop(base, 0), 0);
	assert_journal("a"); /* an active event is still called */
	assert_true(event_base_got_exit(base));
	assert_false(event_base_got_break(base));
	assert_int_equal(virtual_now(base), 0);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("t");
	assert_false(event_base_got_exit(base));
	end_base(base);
}

static void test_exit_in_a_callback(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, exit_loop, base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "t", &second);
	assert_int_equal(checked_loop(base, 0), 0);
	assert_journal("Ea");
	assert_true(event_base_got_exit(base));
	assert_int_equal(checked_loop(base, 0), 1);
	end_base(base);
}

static void test_exit_after_a_time(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event tick;
	struct timeval period = { 0, 300000 };

	(void)state;
	event_assign(&tick, base, -1, EV_PERSIST, note, ".");
	event_add(&tick, &period);
	event_base_loopexit(base, &second);
	assert_int_equal(checked_loop(base, 0), 0);
	assert_journal("...");
	assert_int_equal(virtual_now(base), 1000 * MILLISECOND);
	assert_true(event_base_got_exit(base));
	event_del(&tick);
	end_base(base);
}

/* Both flags stay true until the next event_base_loop, even if it has nothing to do. */
static void test_got_stays(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_loopexit(base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, break_loop, base, NULL);
	assert_int_equal(checked_loop(base, 0), 0);
	assert_true(event_base_got_exit(base));
	assert_true(event_base_got_break(base));
	event_base_virtual_advance(base, 1);
	assert_true(event_base_got_exit(base));
	assert_int_equal(checked_loop(base, EVLOOP_NONBLOCK), 1);
	assert_false(event_base_got_exit(base));
	assert_false(event_base_got_break(base));
	end_base(base);
}

/* A return because of EVLOOP_ONCE sets neither flag. */
static void test_got_neither(void **state)
{
	struct event_base *base = virtual_base(0);

	(void)state;
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	checked_loop(base, EVLOOP_ONCE);
	assert_false(event_base_got_exit(base));
	assert_false(event_base_got_break(base));
	end_base(base);
}

/*
 * event_base_loopcontinue ends the iteration. The rest of the queue is called in the next
 * iteration, after another wait.
 */
static void test_continue(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	assert_non_null(evwatch_prepare_new(base, note_wait, "|"));
	event_assign(&event, base, -1, 0, continue_loop, base);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_active(&event, EV_TIMEOUT, 1);
	event_base_once(base, -1, EV_TIMEOUT, note, "b", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "c", NULL);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("|aC|bc");
	event_base_loopcontinue(base); /* no effect outside of the loop */
	event_base_once(base, -1, EV_TIMEOUT, note, "a", NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "b", NULL);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("|ab");
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_empty),
	TEST(test_no_exit_on_empty),
	TEST(test_nothing_to_wait_for),
	TEST(test_once),
	TEST(test_once_does_not_count_the_loops_own),
	TEST(test_nonblock_waits_for_nothing),
	TEST(test_nonblock_until_nothing_is_active),
	TEST(test_reentrance),
	TEST(test_break_before_the_loop_is_forgotten),
	TEST(test_break),
	TEST(test_break_between_the_calls_of_a_signal),
	TEST(test_exit_before_the_loop),
	TEST(test_exit_in_a_callback),
	TEST(test_exit_after_a_time),
	TEST(test_got_stays),
	TEST(test_got_neither),
	TEST(test_continue),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
