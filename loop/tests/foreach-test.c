/*
 * foreach-test - event_base_foreach_event visits every event once, until the visitor stops it
 */
#include <signal.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/journal.h"

#define EACH  3 /* events of each kind */
#define KINDS 6

static const struct timeval an_hour = { 3600, 0 };

static struct event_base *base;
static struct event events[KINDS][EACH];
static int ends[2], visits[KINDS][EACH];
static int most, count;

static int visit(const struct event_base *of, const struct event *event, void *arg)
{
	assert_ptr_equal(of, base);
	assert_ptr_equal(arg, &most);
	for (int kind = 0; kind < KINDS; kind++) {
		for (int i = 0; i < EACH; i++)
			visits[kind][i] += event == &events[kind][i];
	}
	return ++count == most ? 42 : 0;
}

static void add(int kind, int i, int fd, short what, const struct timeval *timeout)
{
	event_assign(&events[kind][i], base, fd, what, note, "");
	if (what || timeout)
		assert_int_equal(event_add(&events[kind][i], timeout), 0);
	else
		event_active(&events[kind][i], EV_READ, 1);
}

/*
 * Makes events of descriptors and of signals, with and without a timeout, two of them for the same
 * descriptor or signal; timers; and active events.
 */
static int begin(void **state)
{
	const struct timeval *queue;

	base = virtual_base(0);
	if (pipe(ends))
		return -1;
	queue = event_base_init_common_timeout(base, &an_hour);
	for (int i = 0; i < EACH; i++) {
		add(0, i, ends[i / 2], i / 2 ? EV_WRITE : EV_READ, i ? NULL : &an_hour);
		add(1, i, i / 2 ? SIGUSR1 : SIGUSR2, EV_SIGNAL, i ? NULL : queue);
		add(2, i, -1, 0, &an_hour);
		add(3, i, -1, 0, queue);
		add(4, i, -1, 0, NULL);
		event_assign(&events[5][i], base, -1, 0, note, ""); /* not added */
	}
	return journal_start(state);
}

static int end(void **state)
{
	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		for (int i = 0; i < EACH; i++)
			event_del(&events[kind][i]);
	}
	end_base(base);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static int visit_up_to(int number)
{
	most = number;
	count = 0;
	memset(visits, 0, sizeof(visits));
	return event_base_foreach_event(base, visit, &most);
}

static void test_all_are_visited(void **state)
{
	(void)state;
	assert_int_equal(visit_up_to(0), 0);
	for (int kind = 0; kind < KINDS; kind++) {
		for (int i = 0; i < EACH; i++)
			assert_int_equal(visits[kind][i], kind < 5);
	}
}

/*
 * The visitor stops after each possible number of events. The loop's own events are visited, too:
 * the event of the signals' pipe, and the queue's representative.
 */
static void test_until_one_says_stop(void **state)
{
	int all;

	(void)state;
	visit_up_to(0);
	all = count;
	assert_int_equal(all, 5 * EACH + 2);
	for (int i = 1; i <= all; i++) {
		assert_int_equal(visit_up_to(i), 42);
		assert_int_equal(count, i);
	}
}

static void test_of_one_kind(void **state)
{
	(void)state;
	for (int kind = 0; kind < 5; kind++) {
		for (int other = 0; other < 5; other++) {
			for (int i = 0; other != kind && i < EACH; i++)
				event_del(&events[other][i]);
		}
		visit_up_to(0);
		for (int i = 0; i < EACH; i++)
			assert_int_equal(visits[kind][i], 1);
		assert_in_range(count, EACH, EACH + 2);
		end(NULL);
		begin(NULL);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(test_all_are_visited),
	TEST(test_until_one_says_stop),
	TEST(test_of_one_kind),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
