/*
 * activate-test - events that the program activates directly, by descriptor and by signal
 *
 * Time is simulated, and no test waits.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/full_pipe.h"
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

static void test_active_needs_not_be_pending(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event *user = evuser_new(base, note, "u");
	struct event event;

	(void)state;
	event_assign(&event, base, 42, EV_READ, note, "a");
	event_active(&event, EV_WRITE, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	run_until_idle(base);
	assert_journal("a");
	assert_int_equal(journal.what, EV_WRITE);
	assert_int_equal(journal.fd, 42);
	evuser_trigger(user);
	run_until_idle(base);
	assert_journal("u");
	assert_int_equal(journal.what, 0);
	evuser_del(user);
	event_free(user);
	end_base(base);
}

/* Several activations of an event add up their bits. The event keeps its place in the queue. */
static void test_active_again(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event a, b;

	(void)state;
	evtimer_assign(&a, base, note, "a");
	evtimer_assign(&b, base, note, "b");
	event_active(&b, EV_READ, 1);
	event_active(&a, EV_WRITE, 1);
	event_active(&b, EV_WRITE, 1);
	event_active(&a, EV_TIMEOUT, 1);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 2);
	run_until_idle(base);
	assert_journal("ba");
	assert_int_equal(journal.what, EV_WRITE | EV_TIMEOUT);
	event_active(&a, EV_READ, 1); /* the bits of earlier calls are forgotten */
	run_until_idle(base);
	assert_int_equal(journal.what, EV_READ);
	end_base(base);
}

/* A call ends a pending event that does not persist, whatever activated the event. */
static void test_active_ends_what_does_not_persist(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event once, persistent;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	event_assign(&once, base, ends[0], EV_READ, note, "o");
	event_assign(&persistent, base, ends[0], EV_READ | EV_PERSIST, note, "p");
	event_add(&once, &second);
	event_add(&persistent, NULL);
	event_active(&once, EV_READ, 1);
	event_active(&persistent, EV_READ, 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("op");
	assert_int_equal(event_pending(&once, EV_READ | EV_TIMEOUT, NULL), 0);
	assert_int_equal(event_pending(&persistent, EV_READ, NULL), EV_READ);
	event_del(&persistent);
	end_base(base);
	close_pipe(ends);
}

static void test_active_signals_count_calls(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event signal, timer;

	(void)state;
	evsignal_assign(&signal, base, SIGUSR1, note, "s");
	evtimer_assign(&timer, base, note, "t");
	event_active(&signal, EV_SIGNAL, 3);
	event_active(&timer, EV_TIMEOUT, 3);
	event_active(&signal, EV_SIGNAL, 5); /* already active: the number of calls stays */
	run_until_idle(base);
	assert_journal("ssst");
	event_active(&signal, EV_SIGNAL, 0);
	run_until_idle(base);
	assert_journal("");
	end_base(base);
}

static void delete_other(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "d");
	event_del(arg);
}

static void test_deleting_what_is_active(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event first, other;

	(void)state;
	event_assign(&first, base, -1, 0, delete_other, &other);
	evtimer_assign(&other, base, note, "o");
	event_active(&first, EV_TIMEOUT, 1);
	event_active(&other, EV_TIMEOUT, 1);
	run_until_idle(base);
	assert_journal("d");
	assert_int_equal(event_del(&other), 0); /* may be repeated */
	assert_int_equal(event_del_block(&other), 0);
	assert_int_equal(event_del_noblock(&other), 0);
	end_base(base);
}

static void test_activating_by_descriptor(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event reader, writer, both;
	int ends[2];

	(void)state;
	full_pipe(ends);
	event_assign(&reader, base, ends[0], EV_READ | EV_PERSIST, note, "r");
	event_assign(&writer, base, ends[0], EV_WRITE | EV_PERSIST, note, "w");
	event_assign(&both, base, ends[0], EV_READ | EV_WRITE | EV_PERSIST, note, "b");
	event_add(&reader, NULL);
	event_add(&writer, NULL);
	event_base_active_by_fd(base, ends[0], EV_WRITE);
	assert_int_equal(event_pending(&writer, EV_WRITE, NULL), EV_WRITE);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	event_add(&both, NULL);
	event_base_active_by_fd(base, ends[0], EV_READ);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 3);
	event_base_active_by_fd(base, ends[1], EV_READ);
	event_base_active_by_fd(base, -1, EV_READ);
	event_base_active_by_fd(base, 100000, EV_READ | EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 3);
	event_del(&writer);
	event_del(&reader);
	event_del(&both);
	event_add(&reader, NULL);
	event_base_active_by_fd(base, ends[0], EV_TIMEOUT); /* no event has a timeout */
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 0);
	event_add(&reader, &second);
	event_base_active_by_fd(base, ends[0], EV_TIMEOUT);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE), 1);
	event_del(&reader);
	end_base(base);
	close_pipe(ends);
}

static void test_activating_by_signal(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event first, other;

	(void)state;
	evsignal_assign(&first, base, SIGUSR1, note, "1");
	evsignal_assign(&other, base, SIGUSR2, note, "2");
	event_add(&first, NULL);
	event_add(&other, NULL);
	event_base_active_by_signal(base, SIGUSR1);
	event_base_active_by_signal(base, SIGHUP);
	event_base_active_by_signal(base, -1);
	event_base_active_by_signal(base, 100000);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("1");
	assert_int_equal(journal.what, EV_SIGNAL);
	assert_int_equal(journal.fd, SIGUSR1);
	event_del(&first);
	event_del(&other);
	end_base(base);
}

static void ask_who_runs(evutil_socket_t fd, short what, void *arg)
{
	struct event *event = arg;
	struct event *running = event_base_get_running_event(event_get_base(event));

	note(fd, what, running == event ? "me" : "??");
}

static void test_running_event(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	event_assign(&event, base, -1, 0, ask_who_runs, event_self_cbarg());
	assert_null(event_base_get_running_event(base));
	event_active(&event, EV_TIMEOUT, 1);
	run_until_idle(base);
	assert_journal("me");
	assert_null(event_base_get_running_event(base));
	end_base(base);
}

static void test_activating_without_a_base(void **state)
{
	struct event event = { 0 };

	(void)state;
	event_active(&event, EV_READ, 1);
	assert_warned("event_active: the event has no base");
}

#define MOST_CALLS 20

static struct event *busy;
static int calls;

/* Takes a second, and is due again at once until the timer has been called. */
static void stay_busy(evutil_socket_t fd, short what, void *base)
{
	static const struct timeval at_once;

	(void)fd, (void)what;
	event_base_virtual_advance(base, UINT64_C(1000000000));
	if (++calls < MOST_CALLS && !journal.length)
		event_add(busy, &at_once);
}

/* A common timeout's queue is served at the highest priority, so events of it do not starve. */
static void test_a_queue_has_the_highest_priority(void **state)
{
	struct event_base *base = virtual_base(0);
	const struct timeval *timeout;
	struct event timer;

	(void)state;
	event_base_priority_init(base, 3);
	timeout = event_base_init_common_timeout(base, &second);
	busy = event_new(base, -1, 0, stay_busy, base);
	event_assign(&timer, base, -1, 0, note, "t");
	event_priority_set(busy, 0);
	event_priority_set(&timer, 0);
	event_add(&timer, timeout);
	calls = 0;
	event_active(busy, EV_READ, 1);
	run_until_idle(base);
	assert_journal("t");
	assert_in_range(calls, 1, MOST_CALLS / 2);
	event_free(busy);
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_active_needs_not_be_pending),
	TEST(test_active_again),
	TEST(test_active_ends_what_does_not_persist),
	TEST(test_active_signals_count_calls),
	TEST(test_deleting_what_is_active),
	TEST(test_activating_by_descriptor),
	TEST(test_activating_by_signal),
	TEST(test_running_event),
	TEST(test_activating_without_a_base),
	TEST(test_a_queue_has_the_highest_priority),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
