/*
 * dispatch-test - the order of the callbacks: priorities, and limits of a dispatch
 *
 * priorities-test covers events whose priority does not exist any more. Time is simulated.
 */
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

/* -------------------------------------------------------------------------------- priorities */

static void test_priority_counts(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	assert_int_equal(event_base_get_npriorities(base), 1);
	assert_int_equal(event_base_priority_init(base, 0), -1);
	assert_int_equal(event_base_priority_init(base, -1), -1);
	assert_int_equal(event_base_priority_init(base, 256), -1);
	assert_int_equal(event_base_get_npriorities(base), 1);
	assert_int_equal(event_base_priority_init(base, 255), 0);
	assert_int_equal(event_base_get_npriorities(base), 255);
	evtimer_assign(&event, base, note, "a");
	assert_int_equal(event_get_priority(&event), 127);
	assert_int_equal(event_priority_set(&event, 254), 0);
	event_active(&event, EV_TIMEOUT, 1);
	assert_int_equal(event_base_priority_init(base, 255), -1);
	assert_int_equal(event_base_priority_init(base, 3), -1);
	assert_int_equal(event_base_get_npriorities(base), 255);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("a");
	assert_int_equal(event_base_priority_init(base, 3), 0);
	end_base(base);
}

/* Runs the body in a child process, because a fault would crash the process. */
static void in_a_child(void (*body)(struct event_base *base))
{
	struct event_base *base;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		base = virtual_base(0);
		body(base);
		event_base_free(base);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void run_with_fewer_priorities(struct event_base *base)
{
	struct event event;

	event_base_priority_init(base, 200);
	evtimer_assign(&event, base, note, "a");
	event_priority_set(&event, 199);
	event_add(&event, &second);
	event_base_priority_init(base, 1); /* may be refused */
	if (event_base_loop(base, 0) != 1 || strcmp(journal.text, "a"))
		_exit(1);
}

/* The event has a priority that does not exist after event_base_priority_init. */
static void test_fewer_priorities_than_before(void **state)
{
	(void)state;
	in_a_child(run_with_fewer_priorities);
}

static void change_priorities(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	event_base_priority_init(arg, 100); /* may be refused */
	write_down("p");
}

static void run_with_changing_priorities(struct event_base *base)
{
	event_base_once(base, -1, EV_TIMEOUT, change_priorities, base, NULL);
	event_base_once(base, -1, EV_TIMEOUT, note, "a", &second);
	if (event_base_loop(base, 0) != 1 || strcmp(journal.text, "pa"))
		_exit(1);
}

/*
 * Changes the number of priorities in a callback. No event is active then, but the callback's queue
 * is in use.
 */
static void test_priorities_change_in_a_callback(void **state)
{
	(void)state;
	in_a_child(run_with_changing_priorities);
}

static void make_active(struct event_base *base, struct event *event, int priority, char *letter)
{
	evtimer_assign(event, base, note, letter);
	assert_int_equal(event_priority_set(event, priority), 0);
	event_active(event, EV_TIMEOUT, 1);
}

/*
 * An iteration calls the events of one queue. The loop looks for new events before the next queue.
 */
static void test_urgent_first(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event events[6];

	(void)state;
	event_base_priority_init(base, 3);
	assert_non_null(evwatch_prepare_new(base, note_wait, "|"));
	make_active(base, &events[0], 2, "e");
	make_active(base, &events[1], 0, "a");
	make_active(base, &events[2], 1, "c");
	make_active(base, &events[3], 0, "b");
	make_active(base, &events[4], 2, "f");
	make_active(base, &events[5], 1, "d");
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("|ab|cd|ef");
	end_base(base);
}

static void activate_other(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "<");
	event_active(arg, EV_TIMEOUT, 1);
	write_down(">");
}

/*
 * An event that is more urgent than the running one is called next, before the rest of the queue.
 */
static void test_more_urgent_meanwhile(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event first, rest, urgent;

	(void)state;
	event_base_priority_init(base, 3);
	assert_non_null(evwatch_prepare_new(base, note_wait, "|"));
	event_assign(&first, base, -1, 0, activate_other, &urgent);
	evtimer_assign(&urgent, base, note, "u");
	event_priority_set(&urgent, 0);
	event_active(&first, EV_TIMEOUT, 1);
	make_active(base, &rest, 1, "r");
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("|<>|u|r");
	event_priority_set(&urgent, 2); /* less urgent: called after the rest */
	event_active(&first, EV_TIMEOUT, 1);
	event_active(&rest, EV_TIMEOUT, 1);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("|<>r|u");
	end_base(base);
}

struct starving {
	struct event event;
	int times;
};

static void activate_itself(evutil_socket_t fd, short what, void *arg)
{
	struct starving *self = arg;

	note(fd, what, "s");
	if (--self->times)
		event_active(&self->event, EV_TIMEOUT, 1);
}

/* As long as the callbacks of a queue activate events of that queue, the loop does nothing else. */
static void test_starvation_within_a_queue(void **state)
{
	struct event_base *base = virtual_base(0);
	struct starving self = { .times = 4 };
	struct event less;

	(void)state;
	event_base_priority_init(base, 3);
	assert_non_null(evwatch_prepare_new(base, note_wait, "|"));
	event_assign(&self.event, base, -1, 0, activate_itself, &self);
	event_active(&self.event, EV_TIMEOUT, 1);
	make_active(base, &less, 2, "l");
	event_base_once(base, -1, EV_TIMEOUT, note, "e", NULL);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("|sesss|l");
	end_base(base);
}

/* -------------------------------------------------------------------- max_dispatch_interval */

static struct event_base *limited_base(const struct timeval *interval, int callbacks, int priority)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	event_config_require_method(config, "virtual");
	assert_int_equal(
		event_config_set_max_dispatch_interval(config, interval, callbacks, priority), 0);
	base = event_base_new_with_config(config);
	event_config_free(config);
	assert_non_null(base);
	event_base_priority_init(base, 3);
	assert_non_null(evwatch_prepare_new(base, note_wait, "|"));
	return base;
}

static void make_six_active(struct event_base *base, struct event *events, int priority)
{
	static char letters[][2] = { "a", "b", "c", "d", "e", "f" };

	for (int i = 0; i < 6; i++)
		make_active(base, &events[i], priority, letters[i]);
}

static void test_limited_by_count(void **state)
{
	static const struct {
		int callbacks, from, priority;
		const char *expected;
	} cases[] = {
		{ 2, 0, 1, "|ab|cd|ef" },    { 4, 1, 1, "|abcd|ef" }, { 1, -1, 0, "|a|b|c|d|e|f" },
		{ 0, 0, 1, "|a|b|c|d|e|f" }, /* 0 means 1 */
		{ 2, 2, 1, "|abcdef" },	     /* no limit for more urgent events */
		{ 2, 1, 2, "|ab|cd|ef" },    { -1, 0, 1, "|abcdef" }, { 6, 0, 1, "|abcdef" },
	};
	struct event events[6];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct event_base *base = limited_base(NULL, cases[i].callbacks, cases[i].from);

		make_six_active(base, events, cases[i].priority);
		assert_int_equal(checked_loop(base, 0), 1);
		assert_journal(cases[i].expected);
		end_base(base);
	}
}

/* The calls of one signal event count as one callback. */
static void test_limit_counts_events(void **state)
{
	struct event_base *base = limited_base(NULL, 2, 0);
	struct event signal, timer;

	(void)state;
	evsignal_assign(&signal, base, 10, note, "s");
	event_active(&signal, EV_SIGNAL, 3);
	make_active(base, &timer, 1, "t");
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("|ssst");
	end_base(base);
}

static void burn(evutil_socket_t fd, short what, void *arg)
{
	note(fd, what, "b");
	event_base_virtual_advance(arg, 10 * MILLISECOND);
}

static void test_limited_by_time(void **state)
{
	static const struct {
		suseconds_t interval; /* each callback takes 10 ms */
		int callbacks, from;
		const char *expected;
	} cases[] = {
		{ 25000, -1, 0, "|bbb|bbb" },
		{ 20000, -1, 0, "|bb|bb|bb" },
		{ 1, -1, 0, "|b|b|b|b|b|b" },
		{ 25000, 2, 0, "|bb|bb|bb" }, /* the first limit that is reached counts */
		{ 25000, -1, 2, "|bbbbbb" },
		{ 900000, -1, 0, "|bbbbbb" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct timeval interval = { 0, cases[i].interval };
		struct event_base *base =
			limited_base(&interval, cases[i].callbacks, cases[i].from);

		for (int j = 0; j < 6; j++)
			event_base_once(base, -1, EV_TIMEOUT, burn, base, NULL);
		assert_int_equal(checked_loop(base, 0), 1);
		assert_journal(cases[i].expected);
		assert_int_equal(virtual_now(base), 60 * MILLISECOND);
		end_base(base);
	}
}

/* The purpose of the limit: a more urgent event must be called in time. */
static void test_limit_lets_the_urgent_in(void **state)
{
	struct timeval interval = { 0, 15000 }, soon = { 0, 5000 };
	struct event_base *base = limited_base(&interval, -1, 1);
	struct event urgent;

	(void)state;
	evtimer_assign(&urgent, base, note, "U");
	event_priority_set(&urgent, 0);
	event_add(&urgent, &soon);
	for (int i = 0; i < 4; i++)
		event_base_once(base, -1, EV_TIMEOUT, burn, base, NULL);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("|bb|U|bb");
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_priority_counts),
	TEST(test_fewer_priorities_than_before),
	TEST(test_priorities_change_in_a_callback),
	TEST(test_urgent_first),
	TEST(test_more_urgent_meanwhile),
	TEST(test_starvation_within_a_queue),
	TEST(test_limited_by_count),
	TEST(test_limit_counts_events),
	TEST(test_limited_by_time),
	TEST(test_limit_lets_the_urgent_in),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
