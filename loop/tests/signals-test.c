/*
 * signals-test - the signal handler, and how often a signal's events are called
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/journal.h"

static const struct timeval an_hour = { 3600, 0 };

static struct event_base *base;
static int calls;

static void count(evutil_socket_t fd, short what, void *arg)
{
	(void)arg;
	journal.fd = fd;
	journal.what = what;
	calls++;
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	loop_test_check(base);
}

static void raise_often(int signal, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(raise(signal), 0);
}

static int begin(void **state)
{
	base = virtual_base(0);
	calls = 0;
	return journal_start(state);
}

static int end(void **state)
{
	(void)state;
	end_base(base);
	return 0;
}

/*
 * The number of an event's pending calls has the maximum INT16_MAX. If the signal came more often,
 * the event is called INT16_MAX times, and the count does not wrap around. The pipe has room for
 * 65536 signals. The number of further signals is lost without a warning. The handler may interrupt
 * any code, so it must not change errno.
 */
static void test_tens_of_thousands(void **state)
{
	static const int times[] = { 1, 1025, 40000, 65536 };
	struct event *event = evsignal_new(base, SIGUSR2, count, NULL);

	(void)state;
	event_add(event, NULL);
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		calls = 0;
		raise_often(SIGUSR2, times[i]);
		if (times[i] == 65536) {
			errno = ENOTTY;
			raise(SIGUSR2);
			assert_int_equal(errno, ENOTTY);
		}
		turn();
		assert_int_equal(calls, times[i] < INT16_MAX ? times[i] : INT16_MAX);
		assert_int_equal(journal.fd, SIGUSR2);
		assert_int_equal(journal.what, EV_SIGNAL);
		turn();
		assert_int_equal(calls, times[i] < INT16_MAX ? times[i] : INT16_MAX);
	}
	assert_not_warned();
	event_free(event);
}

/* If the pipe is full, the handler only marks the signal. The event is then called once. */
static void test_another_signal_when_the_pipe_is_full(void **state)
{
	struct event *many = evsignal_new(base, SIGUSR1, count, NULL);
	struct event *other = evsignal_new(base, SIGUSR2, count, NULL);

	(void)state;
	event_add(many, NULL);
	event_add(other, NULL);
	raise_often(SIGUSR1, 65536);
	raise_often(SIGUSR2, 3);
	turn();
	assert_int_equal(calls, INT16_MAX + 1);
	assert_int_equal(journal.fd, SIGUSR2);
	event_free(many);
	event_free(other);
}

/*
 * Returns the last signal that can be raised. An emulation of another processor lacks the last
 * ones.
 */
static int last_signal(void)
{
	int last = SIGRTMAX + 1, raised;

	do {
		signal(--last, SIG_IGN);
		raised = raise(last);
		signal(last, SIG_DFL);
	} while (raised);
	return last;
}

/* Each signal must call its own events, in whatever order the signals come. */
static void test_several_signals(void **state)
{
	const int first = SIGRTMIN, last = last_signal();
	struct event *events[5];
	static char letters[][2] = { "a", "b", "c", "d", "e" };

	(void)state;
	for (int i = 0; i < 5; i++) {
		events[i] = evsignal_new(base, i < 4 ? first + i : last, note, letters[i]);
		event_add(events[i], NULL);
	}
	for (int round = 0; round < 3; round++) {
		raise(first + 2);
		raise(first + 0);
		if (round)
			raise(last);
		raise(first + 2);
	}
	turn();
	assert_journal("aaaccccccee");
	event_del(events[2]);
	raise(first);
	turn();
	assert_journal("a");
	for (int i = 0; i < 5; i++)
		event_free(events[i]);
}

/* The handler must restart the program's system calls, and no other handler may interrupt it. */
static void test_how_the_handler_is_installed(void **state)
{
	const int others = (int)(SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_NOCLDSTOP);
	struct event *event = evsignal_new(base, SIGUSR1, count, NULL);
	struct sigaction before, action;

	(void)state;
	sigaction(SIGUSR1, NULL, &before);
	event_add(event, NULL);
	sigaction(SIGUSR1, NULL, &action);
	assert_true(action.sa_handler != before.sa_handler);
	assert_int_equal(action.sa_flags & others, SA_RESTART);
	for (int signal = 1; signal < NSIG; signal++) {
		if (signal != SIGKILL && signal != SIGSTOP && (signal < 32 || signal >= SIGRTMIN))
			assert_int_equal(sigismember(&action.sa_mask, signal), 1);
	}
	event_del(event);
	sigaction(SIGUSR1, NULL, &action);
	assert_true(action.sa_handler == before.sa_handler);
	assert_int_equal(action.sa_flags & others, before.sa_flags & others);
	event_free(event);
}

/*
 * After the last event is deleted, the program's own handler is restored, with its flags and its
 * mask.
 */
static volatile sig_atomic_t own_calls;

static void own_handler(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	own_calls++;
}

static void test_own_handlers_come_back(void **state)
{
	struct sigaction own = { .sa_sigaction = own_handler, .sa_flags = SA_SIGINFO }, before;
	struct event *first = evsignal_new(base, SIGUSR1, count, NULL);
	struct event *second = evsignal_new(base, SIGUSR1, count, NULL);

	(void)state;
	own_calls = 0;
	sigaction(SIGUSR1, &own, &before);
	event_add(first, NULL);
	event_add(second, NULL);
	raise(SIGUSR1);
	turn();
	assert_int_equal(calls, 2);
	event_del(first);
	raise(SIGUSR1);
	turn();
	assert_int_equal(calls, 3);
	assert_int_equal(own_calls, 0);
	event_del(second);
	raise(SIGUSR1);
	assert_int_equal(own_calls, 1);
	sigaction(SIGUSR1, &before, &own);
	assert_true(own.sa_sigaction == own_handler);
	assert_int_equal(own.sa_flags & SA_SIGINFO, SA_SIGINFO);
	event_free(first);
	event_free(second);
}

/* ------------------------------------------------------------------------------- calls left */

static struct event *subject;

/* To be run in the second of the calls that the signal has caused. */
static void (*in_the_second_call)(void);

static void act(evutil_socket_t fd, short what, void *arg)
{
	count(fd, what, arg);
	if (calls == 2)
		in_the_second_call();
}

static void delete (void)
{
	event_del(subject);
}

static void add_with_timeout(void)
{
	event_add(subject, &an_hour);
}

static void add(void)
{
	event_add(subject, NULL);
}

/*
 * Adds an event that its timeout has made active. The add undoes the activation, and cancels the
 * calls that are left.
 */
static void time_out_and_add(void)
{
	event_active(subject, EV_TIMEOUT, 1);
	event_add(subject, &an_hour);
}

static void activate(void)
{
	event_active(subject, EV_SIGNAL, 2);
}

static void break_loop(void)
{
	event_base_loopbreak(base);
}

static void test_calls_that_are_left(void **state)
{
	static const struct {
		void (*what)(void);
		int calls, afterwards;
		short pending;
	} acts[] = {
		{ delete, 2, 0, 0 },
		{ add, 5, 0, EV_SIGNAL },
		{ add_with_timeout, 5, 0, EV_SIGNAL | EV_TIMEOUT },
		{ time_out_and_add, 2, 0, EV_SIGNAL | EV_TIMEOUT },
		{ activate, 7, 0, EV_SIGNAL },
		{ break_loop, 2, 0, EV_SIGNAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		subject = evsignal_new(base, SIGUSR1, act, NULL);
		in_the_second_call = acts[i].what;
		event_add(subject, NULL);
		calls = 0;
		raise_often(SIGUSR1, 5);
		turn();
		if (calls != acts[i].calls)
			fail_msg("act %zu: %d calls, not %d", i, calls, acts[i].calls);
		calls = 10;
		turn();
		assert_int_equal(calls, 10 + acts[i].afterwards);
		assert_int_equal(event_pending(subject, EV_SIGNAL | EV_TIMEOUT, NULL),
				 acts[i].pending);
		event_free(subject);
	}
}

/* -------------------------------------------------------------------------------- two bases */

/* All signals go to the base that last added a signal event or last entered its loop. */
static void test_two_bases(void **state)
{
	struct event_base *other = virtual_base(0);
	struct event *mine = evsignal_new(base, SIGUSR1, note, "m");
	struct event *others = evsignal_new(other, SIGUSR1, note, "o");

	(void)state;
	event_add(mine, NULL);
	assert_not_warned();
	event_add(others, NULL);
	assert_warned("another base");
	raise(SIGUSR1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal(""); /* the other base got the signal */
	event_base_loop(other, EVLOOP_NONBLOCK);
	assert_journal("o");
	event_base_loop(base, EVLOOP_NONBLOCK);
	raise(SIGUSR1);
	event_base_loop(other, EVLOOP_NONBLOCK);
	assert_journal("");
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("m");
	event_free(others);
	end_base(other);
	/* Freeing the other base must not take signals from this base. */
	event_base_loop(base, EVLOOP_NONBLOCK);
	raise(SIGUSR1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("m");
	event_free(mine);
}

/* A base without signal events must not take the signals from a base that has some. */
static void test_a_base_that_wants_none(void **state)
{
	struct event_base *other = virtual_base(0);
	struct event *mine = evsignal_new(base, SIGUSR1, note, "m");
	struct event *gone = evsignal_new(other, SIGUSR2, note, "g");

	(void)state;
	event_add(gone, NULL);
	event_del(gone);
	event_add(mine, NULL);
	assert_not_warned();
	event_base_loop(other, EVLOOP_NONBLOCK);
	raise(SIGUSR1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("m");
	event_free(gone);
	end_base(other);
	raise(SIGUSR1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("m");
	event_free(mine);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(test_tens_of_thousands),
	TEST(test_another_signal_when_the_pipe_is_full),
	TEST(test_several_signals),
	TEST(test_how_the_handler_is_installed),
	TEST(test_own_handlers_come_back),
	TEST(test_calls_that_are_left),
	TEST(test_two_bases),
	TEST(test_a_base_that_wants_none),
};

int main(void)
{
	alarm(600); /* ends a test that hangs */
	LOOP_TEST_RUN(tests);
}
