/*
 * check-test - event_base_check finds what is broken in each part of a base
 *
 * The tests break one member of a base, ask for the check, and mend the member.
 */
#include "loop/base.h" /* first; the inside of a base */

#include <signal.h>

#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

static void assert_found(struct event_base *base, const char *text)
{
	const char *broken = event_base_check(base);

	assert_non_null(broken);
	assert_string_equal(broken, text);
}

static void test_common_queues(void **state)
{
	struct event_base *base = virtual_base(0);
	const struct timeval *timeout = event_base_init_common_timeout(base, &second);
	struct event event;
	struct common_queue *queue;

	(void)state;
	event_assign(&event, base, -1, 0, note, "a");
	event_add(&event, timeout);
	loop_test_check(base);
	queue = common_queue_of(&base->common, 1);
	queue->representative.ev_timer.deadline += 1;
	assert_found(base, "a common queue's representative is later than its head");
	queue->representative.ev_timer.deadline -= 1;
	event.ev_timer.key++;
	assert_found(base, "an event's key in a common queue is not its deadline");
	event.ev_timer.key--;
	loop_test_check(base);
	event_del(&event);
	end_base(base);
}

static void test_signals(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	event_assign(&event, base, SIGUSR1, EV_SIGNAL | EV_PERSIST, note, "s");
	event_add(&event, NULL);
	loop_test_check(base);
	base->signals.count++;
	assert_found(base, "the count of signal events is wrong");
	base->signals.count--;
	loop_test_check(base);
	event_del(&event);
	end_base(base);
}

static void test_descriptors(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	event_assign(&event, base, ends[0], EV_READ | EV_PERSIST, note, "r");
	event_add(&event, NULL);
	loop_test_check(base);
	event.ev_evcallback.evcb_flags &= (short)~EVLIST_INSERTED;
	assert_found(base, "an event is in the wrong list, or lacks EVLIST_INSERTED");
	event.ev_evcallback.evcb_flags |= EVLIST_INSERTED;
	loop_test_check(base);
	event_del(&event);
	close(ends[0]);
	close(ends[1]);
	end_base(base);
}

static void test_timers(void **state)
{
	struct event_base *base = virtual_base(0);
	struct event event;

	(void)state;
	event_assign(&event, base, -1, 0, note, "t");
	event_add(&event, &second);
	loop_test_check(base);
	base->timers.ordinary++;
	assert_found(base, "the count of ordinary timers in the set is wrong");
	base->timers.ordinary--;
	loop_test_check(base);
	event_del(&event);
	end_base(base);
}

#define TEST(name) cmocka_unit_test_setup(name, journal_start)

static const struct CMUnitTest tests[] = {
	TEST(test_common_queues),
	TEST(test_signals),
	TEST(test_descriptors),
	TEST(test_timers),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
