/*
 * compat-test - a program that was written for libevent 1 compiles and runs
 *
 * The program uses <event.h>, one base for the whole process and the macros of that time. It uses
 * nothing that only this loop has. The clock is real, so timeouts may be late, but not early.
 */
#include <event.h>

#include <sys/queue.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "loop/tests/journal.h"

static void set_timeval(struct timeval *tv, long milliseconds)
{
	evutil_timerclear(tv);
	tv->tv_sec = milliseconds / 1000;
	tv->tv_usec = milliseconds % 1000 * 1000;
}

static int64_t milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void test_init(void **state)
{
	struct event_base *base = event_init();

	(void)state;
	assert_non_null(base);
	assert_string_equal(event_get_method(), event_base_get_method(base));
	assert_int_equal(event_dispatch(), 1);
	event_base_free(base);
	assert_null(event_get_method()); /* the base was freed, so there is no current base */
}

/* The current base is the base that was made last. event_base_free(NULL) frees it. */
static void test_current_base(void **state)
{
	struct event_base *first = event_init(), *other = event_init();
	struct event ev;

	(void)state;
	evtimer_set(&ev, note, "a");
	assert_ptr_equal(ev.ev_base, other);
	event_base_free(first);
	assert_non_null(event_get_method());
	event_base_free(NULL);
	assert_null(event_get_method());
	assert_not_warned();
	event_base_free(NULL);
	assert_warned("event_base_free");
}

static void test_without_a_base(void **state)
{
	struct event ev;
	struct timeval tv;

	(void)state;
	set_timeval(&tv, 1);
	assert_int_equal(event_dispatch(), -1);
	assert_int_equal(event_loop(EVLOOP_NONBLOCK), -1);
	assert_int_equal(event_loopexit(NULL), -1);
	assert_int_equal(event_loopbreak(), -1);
	assert_int_equal(event_once(-1, EV_TIMEOUT, note, "a", NULL), -1);
	assert_int_equal(event_priority_init(3), -1);
	timeout_set(&ev, note, "a"); /* allowed before event_init */
	assert_true(timeout_initialized(&ev));
	assert_int_equal(timeout_add(&ev, &tv), -1);
	assert_int_equal(event_base_set(event_init(), &ev), 0); /* the event gets its base later */
	assert_int_equal(timeout_add(&ev, &tv), 0);
	event_dispatch();
	assert_journal("a");
	event_base_free(NULL);
}

static void test_timeouts(void **state)
{
	struct event ev, deleted;
	struct timeval tv, at, now;
	int64_t begun;

	(void)state;
	event_init();
	timeout_set(&ev, note, "t");
	timeout_set(&deleted, note, "d");
	assert_int_equal(timeout_pending(&ev, NULL), 0);
	begun = milliseconds();
	set_timeval(&tv, 20);
	assert_int_equal(timeout_add(&ev, &tv), 0);
	timeout_add(&deleted, &tv);
	gettimeofday(&now, NULL);
	assert_int_equal(timeout_pending(&ev, &at), EV_TIMEOUT);
	assert_true(evutil_timercmp(&at, &now, >) || milliseconds() >= begun + 20);
	assert_int_equal(timeout_del(&deleted), 0);
	assert_int_equal(event_dispatch(), 1);
	assert_journal("t");
	assert_true(milliseconds() >= begun + 19); /* both times are rounded down */
	event_base_free(NULL);
}

static void reader(int fd, short event, void *arg)
{
	struct event *ev = arg;
	char buffer[16];
	ssize_t length = read(fd, buffer, sizeof(buffer) - 1);

	assert_int_equal(event, EV_READ);
	assert_int_equal(EVENT_FD(ev), fd);
	assert_true(length >= 0);
	buffer[length] = '\0';
	write_down(buffer);
	if (!length)
		event_del(ev);
	else if (*buffer == 'b')
		assert_int_equal(event_add(ev, NULL), 0); /* it does not persist: added again */
}

static void writer(int fd, short event, void *arg)
{
	const char **text = arg;

	assert_int_equal(event, EV_WRITE);
	if (write(fd, *text, 1) == 1 && !*++*text)
		close(fd);
}

/* libevent 1's own example: one end writes, and the other end reads. */
static void test_descriptors(void **state)
{
	struct event read_event, write_event;
	const char *text = "ab";
	int pair[2];

	(void)state;
	assert_int_equal(pipe2(pair, O_NONBLOCK | O_CLOEXEC), 0);
	event_init();
	event_set(&read_event, pair[0], EV_READ, reader, &read_event);
	event_set(&write_event, pair[1], EV_WRITE, writer, &text);
	assert_int_equal(event_add(&read_event, NULL), 0);
	assert_int_equal(event_add(&write_event, NULL), 0);
	assert_int_equal(event_pending(&read_event, EV_READ | EV_WRITE, NULL), EV_READ);
	assert_int_equal(event_dispatch(), 1);
	assert_journal("a");
	event_add(&read_event, NULL);
	event_add(&write_event, NULL);
	assert_int_equal(event_dispatch(), 1); /* "b", and then the reader finds the end */
	assert_journal("b");
	close(pair[0]);
	event_base_free(NULL);
}

static void signalled(int fd, short event, void *arg)
{
	struct event *ev = arg;

	assert_int_equal(event, EV_SIGNAL);
	assert_int_equal(EVENT_SIGNAL(ev), fd);
	write_down("s");
	signal_del(ev);
}

static void test_signals(void **state)
{
	struct event old, newer;

	(void)state;
	event_init();
	signal_set(&old, SIGUSR1, signalled, &old);
	assert_true(signal_initialized(&old));
	assert_int_equal(signal_add(&old, NULL), 0);
	assert_int_equal(signal_pending(&old, NULL), EV_SIGNAL);
	raise(SIGUSR1);
	assert_int_equal(event_dispatch(), 1);
	assert_journal("s");
	assert_int_equal(signal_pending(&old, NULL), 0);
	evsignal_set(&newer, SIGUSR2, signalled, &newer);
	assert_int_equal(evsignal_add(&newer, NULL), 0);
	raise(SIGUSR2);
	assert_int_equal(event_dispatch(), 1);
	assert_journal("s");
	event_base_free(NULL);
}

static void break_it(int fd, short event, void *arg)
{
	note(fd, event, arg);
	assert_int_equal(event_loopbreak(), 0);
}

static void test_once_and_leaving(void **state)
{
	struct timeval tv;
	int64_t begun = milliseconds();

	(void)state;
	event_init();
	set_timeval(&tv, 10000);
	assert_int_equal(event_once(-1, EV_TIMEOUT, note, "never", &tv), 0);
	assert_int_equal(event_once(-1, EV_TIMEOUT, note, "o", NULL), 0);
	assert_int_equal(event_loop(EVLOOP_ONCE), 0);
	assert_journal("o");
	assert_int_equal(event_loop(EVLOOP_NONBLOCK), 0);
	assert_journal("");
	event_once(-1, EV_TIMEOUT, break_it, "b", NULL);
	event_once(-1, EV_TIMEOUT, note, "a", NULL);
	assert_int_equal(event_dispatch(), 0);
	assert_journal("b");
	set_timeval(&tv, 10);
	assert_int_equal(event_loopexit(&tv), 0);
	assert_int_equal(event_dispatch(), 0);
	assert_journal("a");
	assert_int_equal(event_loopexit(NULL), 0);
	assert_int_equal(event_dispatch(), 0);
	assert_true(milliseconds() >= begun + 9);
	event_base_free(NULL);
}

static void test_priorities(void **state)
{
	struct event low, high;

	(void)state;
	event_init();
	assert_int_equal(event_priority_init(0), -1);
	assert_int_equal(event_priority_init(2), 0);
	timeout_set(&low, note, "l");
	timeout_set(&high, note, "h");
	assert_int_equal(event_priority_set(&high, 0), 0);
	assert_int_equal(event_priority_set(&low, 1), 0);
	event_active(&low, EV_TIMEOUT, 1);
	event_active(&high, EV_TIMEOUT, 1);
	event_dispatch();
	assert_journal("hl");
	event_base_free(NULL);
}

/* Programs of that time read members of the structure, and keep events in their own lists. */
struct connection {
	TAILQ_ENTRY(connection) next;
	struct event ev;
};

TAILQ_HEAD(connections, connection);

static void test_embedded_events(void **state)
{
	struct connections all = TAILQ_HEAD_INITIALIZER(all);
	struct connection first, other, *each;
	struct event_base *base = event_init();
	struct timeval tv;

	(void)state;
	set_timeval(&tv, 1);
	TAILQ_INSERT_TAIL(&all, &first, next);
	TAILQ_INSERT_TAIL(&all, &other, next);
	TAILQ_FOREACH(each, &all, next)
	{
		evtimer_set(&each->ev, note, "c");
		assert_int_equal(event_base_set(base, &each->ev), 0);
		evtimer_add(&each->ev, &tv);
	}
	assert_true(first.ev.ev_fd == -1 && first.ev.ev_base == base);
	assert_true(first.ev.ev_evcallback.evcb_flags & EVLIST_TIMEOUT);
	event_base_dispatch(base);
	assert_journal("cc");
	event_base_free(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_init),
	TEST(test_current_base),
	TEST(test_without_a_base),
	TEST(test_timeouts),
	TEST(test_descriptors),
	TEST(test_signals),
	TEST(test_once_and_leaving),
	TEST(test_priorities),
	TEST(test_embedded_events),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
