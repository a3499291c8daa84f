/*
 * inspect-test - visiting, listing and counting the events of a base
 */
#include <signal.h>

#include <event2/event_struct.h>

#include "loop/tests/full_pipe.h"
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

/* ----------------------------------------------------------------------------------- visiting */

struct visitor {
	int visits, stop_after;
};

static int visit(const struct event_base *base, const struct event *event, void *arg)
{
	struct visitor *visitor = arg;

	assert_ptr_equal(event_get_base(event), base);
	write_down(event_get_callback_arg(event));
	return ++visitor->visits == visitor->stop_after ? 17 : 0;
}

/* An event of each class, made in another order than the order of visits. */
struct one_of_each {
	int ends[2];
	struct event active, common, timer, signal, reader;
};

static void make_one_of_each(struct event_base *base, struct one_of_each *events)
{
	full_pipe(events->ends);
	evtimer_assign(&events->active, base, note, "a");
	evtimer_assign(&events->common, base, note, "c");
	evtimer_assign(&events->timer, base, note, "t");
	evsignal_assign(&events->signal, base, SIGUSR1, note, "s");
	event_assign(&events->reader, base, events->ends[0], EV_READ | EV_PERSIST, note, "r");
	event_active(&events->active, EV_TIMEOUT, 1);
	event_add(&events->common, event_base_init_common_timeout(base, &second));
	event_add(&events->timer, &second);
	event_add(&events->signal, &second);
	event_add(&events->reader, &second);
}

static int count_own(const struct event_base *base, const struct event *event, void *arg)
{
	(void)base;
	*(int *)arg += !!(event->ev_evcallback.evcb_flags & EVLIST_INTERNAL);
	return 0;
}

static int visit_own_excluded(const struct event_base *base, const struct event *event, void *arg)
{
	if (event->ev_evcallback.evcb_flags & EVLIST_INTERNAL)
		return 0;
	return visit(base, event, arg);
}

/* Visits descriptors, signals, timers, common timeouts and active events, each event once. */
static void test_foreach_event(void **state)
{
	struct event_base *base = virtual_base(0);
	struct one_of_each events;
	struct visitor visitor = { 0 };
	int own = 0;

	(void)state;
	assert_int_equal(event_base_foreach_event(base, visit, &visitor), 0);
	make_one_of_each(base, &events);
	event_active(&events.reader, EV_READ, 1); /* still visited only once */
	assert_int_equal(event_base_foreach_event(base, visit_own_excluded, &visitor), 0);
	assert_journal("rstca");
	assert_int_equal(event_base_foreach_event(base, count_own, &own), 0);
	assert_true(own >= 1); /* the reader of signals, and the queue's representative */
	for (int i = 1; i <= 5; i++) {
		visitor = (struct visitor){ 0, i };
		assert_int_equal(event_base_foreach_event(base, visit_own_excluded, &visitor), 17);
		assert_int_equal(visitor.visits, i);
	}
	assert_int_equal(event_base_foreach_event(base, NULL, NULL), -1);
	end_base(base);
	close_pipe(events.ends);
}

static void assert_line(const char *dump, const struct event *event, const char *section,
			const char *words)
{
	char wanted[128];
	const char *start = strstr(dump, section), *at;

	assert_non_null(start);
	snprintf(wanted, sizeof(wanted), "  %p %s", (const void *)event, words);
	at = strstr(start, wanted);
	if (!at)
		fail_msg("no '%s' under '%s' in:\n%s", wanted, section, dump);
}

/* Prints all bits that a descriptor's event can request, in their fixed order. */
static void test_dump_of_an_edge(void **state)
{
	struct event_base *base = loop_test_base("epoll", NULL, 0);
	char *dump = NULL, words[96];
	size_t size;
	FILE *output = open_memstream(&dump, &size);
	struct event *event;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	event = event_new(base, ends[0], EV_READ | EV_WRITE | EV_CLOSED | EV_PERSIST | EV_ET, note,
			  "");
	assert_int_equal(event_add(event, NULL), 0);
	event_base_dump_events(base, output);
	fclose(output);
	snprintf(words, sizeof(words), "[fd  %d] Read Write EOF Persist ET\n", ends[0]);
	assert_line(dump, event, "Inserted events:\n", words);
	free(dump);
	event_free(event);
	event_base_free(base);
	close(ends[0]);
	close(ends[1]);
}

static void test_dump_events(void **state)
{
	struct event_base *base = virtual_base(0);
	struct one_of_each events;
	char *dump = NULL, words[96];
	size_t size;
	FILE *output = open_memstream(&dump, &size);

	(void)state;
	make_one_of_each(base, &events);
	event_active(&events.reader, EV_READ | EV_TIMEOUT, 1);
	event_active(&events.common, EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL | EV_TIMEOUT, 1);
	event_base_dump_events(base, output);
	fclose(output);
	/* When simulated time starts, the wall clock is at 1000000000 s. */
	snprintf(words, sizeof(words), "[fd  %d] Read Persist Timeout=1000000001.000000\n",
		 events.ends[0]);
	assert_line(dump, &events.reader, "Inserted events:\n", words);
	snprintf(words, sizeof(words), "[sig %d] Signal Persist Timeout=1000000001.000000\n",
		 SIGUSR1);
	assert_line(dump, &events.signal, "Inserted events:\n", words);
	assert_line(dump, &events.timer, "Inserted", "[fd  -1] Timeout=1000000001.000000\n");
	assert_line(dump, &events.common, "Inserted", "[fd  -1] Timeout=1000000001.000000\n");
	assert_line(dump, &events.active, "Active events:\n",
		    "[fd  -1, priority=0] Timeout active\n");
	assert_line(dump, &events.common, "Active events:\n",
		    "[fd  -1, priority=0] Read Write EOF Signal Timeout active\n");
	snprintf(words, sizeof(words), "[fd  %d, priority=0] Read Timeout active\n",
		 events.ends[0]);
	assert_line(dump, &events.reader, "Active events:\n", words);
	assert_null(strstr(strstr(dump, "Active events:\n"), "priority=0] Signal"));
	free(dump);
	end_base(base);
	close_pipe(events.ends);
}

/* ----------------------------------------------------------------------------------- counting */

#define ADDED  EVENT_BASE_COUNT_ADDED
#define ACTIVE EVENT_BASE_COUNT_ACTIVE

/*
 * The counts are counts of memberships, not of events. The active queue counts as a membership.
 * libevent's own tests rely on this.
 */
static void test_counts(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;
	int ends[2];

	(void)state;
	full_pipe(ends);
	event_assign(&event, base, ends[0], EV_READ | EV_WRITE | EV_PERSIST, note, "a");
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 0);
	event_add(&event, NULL);
	assert_int_equal(event_base_get_num_events(base, ADDED), 1);
	event_add(&event, &second);
	event_add(&event, &second);
	assert_int_equal(event_base_get_num_events(base, ADDED), 2);
	event_active(&event, EV_READ, 1);
	event_active(&event, EV_WRITE, 1);
	assert_int_equal(event_base_get_num_events(base, ACTIVE), 1);
	assert_int_equal(event_base_get_num_events(base, ADDED), 3);
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 4);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_VIRTUAL), 0);
	assert_int_equal(event_base_get_num_events(base, 0), 0);
	event_base_once(base, -1, EV_TIMEOUT, note, "o", NULL);
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 6);
	event_remove_timer(&event);
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 5);
	event_del(&event);
	assert_int_equal(event_base_get_num_events(base, ADDED | ACTIVE), 2);
	end_base(base);
	close_pipe(ends);
}

/* The loop's own events are not counted. */
static void test_counts_of_the_loops_own(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event signal, common;

	(void)state;
	evsignal_assign(&signal, base, SIGUSR1, note, "s");
	evtimer_assign(&common, base, note, "c");
	event_add(&signal, NULL);
	assert_int_equal(event_base_get_num_events(base, ADDED), 1);
	event_add(&common, event_base_init_common_timeout(base, &second));
	assert_int_equal(event_base_get_num_events(base, ADDED), 2);
	event_del(&signal);
	event_del(&common);
	assert_int_equal(event_base_get_num_events(base, ADDED), 0);
	assert_int_equal(event_base_loop(base, 0), 1);
	end_base(base);
}

static void test_most_events(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event events[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		evtimer_assign(&events[i], base, note, "a");
		event_add(&events[i], &second);
	}
	event_active(&events[0], EV_READ, 1);
	event_del(&events[0]);
	event_del(&events[1]);
	assert_int_equal(event_base_get_num_events(base, ADDED), 1);
	assert_int_equal(event_base_get_max_events(base, ADDED, 0), 4);
	assert_int_equal(event_base_get_max_events(base, ADDED | ACTIVE, 0), 5);
	assert_int_equal(event_base_get_max_events(base, ADDED, 1), 4);
	assert_int_equal(event_base_get_max_events(base, ADDED, 0), 0);
	assert_int_equal(event_base_get_max_events(base, ACTIVE, 0), 1); /* not cleared above */
	event_add(&events[1], &second);
	assert_int_equal(event_base_get_max_events(base, ADDED, 0), 2);
	event_del(&events[1]);
	event_del(&events[2]);
	assert_int_equal(event_base_get_max_events(base, ADDED | ACTIVE, 1), 3);
	assert_int_equal(event_base_get_max_events(base, ADDED | ACTIVE, 0), 0);
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_foreach_event), TEST(test_dump_of_an_edge),	      TEST(test_dump_events),
	TEST(test_counts),	  TEST(test_counts_of_the_loops_own), TEST(test_most_events),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
