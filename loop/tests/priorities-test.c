/*
 * priorities-test - events with a priority that the base does not have any more
 *
 * event_base_priority_init replaces the queues, but leaves the priorities of events alone. An event
 * with a priority that no longer exists gets the last priority when it becomes active. Each way to
 * activate an event must choose a queue that exists.
 */
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/journal.h"

static const struct timeval millisecond = { 0, 1000 };

static struct event_base *base;
static struct event event, urgent;
static int ends[2];

static int begin(void **state)
{
	base = virtual_base(0);
	return pipe(ends) ? -1 : journal_start(state);
}

static int end(void **state)
{
	(void)state;
	end_base(base);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static void activate(void)
{
	event_active(&event, EV_READ, 1);
}

static void expire(void)
{
	event_add(&event, &millisecond);
}

static void expire_in_a_queue(void)
{
	event_add(&event, event_base_init_common_timeout(base, &millisecond));
}

static void become_ready(void)
{
	event_add(&event, NULL);
	assert_int_equal(write(ends[1], "x", 1), 1);
}

static void come_by_signal(void)
{
	event_add(&event, NULL);
	raise(SIGUSR1);
}

static void finalizer(struct event *finalized, void *arg)
{
	(void)finalized;
	write_down(arg);
}

static void finalize(void)
{
	event_finalize(0, &event, finalizer);
}

struct way {
	void (*enter)(void);
	short events;
	bool at_once; /* the event is active before the loop runs */
};

/*
 * The event gets its priority while the base has `before` priorities. Then the base gets `after`
 * priorities. If the event's priority does not exist any more, the event must be called with the
 * last priority. So it is called after an urgent event, unless both have the same queue and the
 * event became active first.
 */
static void run(const struct way *way, int before, int priority, int after)
{
	int fd = way->events & EV_SIGNAL ? SIGUSR1 : ends[0];
	int expected = priority < after ? priority : after - 1;

	assert_int_equal(event_base_priority_init(base, before), 0);
	event_assign(&event, base, fd, way->events, note, "e");
	assert_int_equal(event_priority_set(&event, priority), 0);
	assert_int_equal(event_base_priority_init(base, after), 0);
	event_assign(&urgent, base, -1, 0, note, "u");
	assert_int_equal(event_priority_set(&urgent, 0), 0);
	way->enter();
	event_active(&urgent, EV_READ, 1);
	event_base_virtual_advance(base, 5000000);
	loop_test_check(base);
	while (journal.length < 2)
		event_base_loop(base, EVLOOP_ONCE);
	loop_test_check(base);
	assert_journal(way->at_once && expected == 0 ? "eu" : "ue");
	assert_int_equal(event_get_priority(&event), expected);
	event_del(&event);
	loop_test_check(base);
}

static void test_every_way_into_a_queue(void **state)
{
	static const struct way ways[] = {
		{ activate, EV_READ, true },	  { expire, 0, false },
		{ expire, EV_PERSIST, false },	  { expire_in_a_queue, 0, false },
		{ become_ready, EV_READ, false }, { come_by_signal, EV_SIGNAL, false },
		{ finalize, EV_FINALIZE, true },  { expire, EV_READ, false },
	};
	static const int counts[] = { 1, 2, 3, 255 };

	(void)state;
	for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
		for (int before = 0; before < 4; before++) {
			for (int after = 0; after < 4; after++) {
				/* The last priority, which may not exist afterwards. */
				int last = counts[before] - 1;

				run(&ways[way], counts[before], last, counts[after]);
				if (counts[after] <= last)
					run(&ways[way], counts[before], counts[after],
					    counts[after]);
			}
		}
	}
}

/*
 * Two active events are called by priority. If the base has only one priority, they are called in
 * the order in which they were activated.
 */
static void test_two_become_one(void **state)
{
	(void)state;
	assert_int_equal(event_base_priority_init(base, 2), 0);
	event_assign(&event, base, -1, 0, note, "e");
	event_assign(&urgent, base, -1, 0, note, "u");
	event_priority_set(&event, 1);
	event_priority_set(&urgent, 0);
	event_active(&event, EV_READ, 1);
	event_active(&urgent, EV_READ, 1);
	assert_int_equal(event_base_priority_init(base, 1), -1); /* an event is active */
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("ue");
	assert_int_equal(event_base_priority_init(base, 1), 0);
	event_active(&event, EV_READ, 1);
	event_active(&urgent, EV_READ, 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_journal("eu");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(test_every_way_into_a_queue),
	TEST(test_two_become_one),
};

int main(void)
{
	alarm(600); /* ends a test that hangs */
	LOOP_TEST_RUN(tests);
}
