/*
 * common-queue-test - when the representative of a common timeout's queue is armed
 *
 * The representative may fire too early, which is a spurious wake-up, but never too late. Time is
 * simulated.
 */
#include <event2/event_struct.h>

#include "loop/tests/journal.h"

static struct event_base *base;
static const struct timeval *queue; /* of 10 ms */

static uint64_t now(void)
{
	uint64_t ns = 0;

	event_base_virtual_now(base, &ns);
	return ns / MILLISECOND;
}

/* Appends the event's letter and the time of the call in ms to the journal. */
static void note_when(evutil_socket_t fd, short what, void *arg)
{
	char entry[32];

	(void)fd, (void)what;
	snprintf(entry, sizeof(entry), "%s@%llu ", (const char *)arg, (unsigned long long)now());
	write_down(entry);
}

static int begin(void **state)
{
	const struct timeval ten = { 0, 10000 };

	base = virtual_base(0);
	queue = event_base_init_common_timeout(base, &ten);
	return journal_start(state);
}

static int end(void **state)
{
	(void)state;
	end_base(base);
	return 0;
}

static struct event first, periodic, late;

/*
 * Takes 5 ms, then adds `late` to the queue, which is empty at that time. `late` expires 10 ms
 * later.
 */
static void take_time_and_add(evutil_socket_t fd, short what, void *arg)
{
	note_when(fd, what, arg);
	event_base_virtual_advance(base, 5 * MILLISECOND);
	event_add(&late, queue);
}

/*
 * A periodic event keeps its phase. So its next deadline may be earlier than that of an event that
 * is already in the queue. The periodic event then becomes the head of the queue, and the
 * representative must be armed for it.
 */
static void test_an_earlier_head(void **state)
{
	(void)state;
	event_assign(&first, base, -1, 0, take_time_and_add, "f");
	event_assign(&periodic, base, -1, EV_PERSIST, note_when, "p");
	event_assign(&late, base, -1, 0, note_when, "l");
	event_add(&first, queue);
	event_add(&periodic, queue);
	event_base_loop(base, EVLOOP_ONCE);
	assert_journal("f@10 p@15 ");
	loop_test_check(base);
	event_base_loop(base, EVLOOP_ONCE);
	assert_journal("p@20 ");
	event_base_loop(base, EVLOOP_ONCE);
	assert_journal("l@25 ");
	event_base_loop(base, EVLOOP_ONCE);
	assert_journal("p@30 ");
	event_del(&periodic);
}

/* The first event in an empty queue must arm the representative, at any time. */
static void test_the_first_one(void **state)
{
	(void)state;
	event_assign(&first, base, -1, 0, note_when, "f");
	for (int round = 0; round < 3; round++) {
		event_add(&first, queue);
		loop_test_check(base);
		assert_int_equal(event_base_loop(base, 0), 1);
	}
	assert_journal("f@10 f@20 f@30 ");
	event_add(&first, queue);
	event_del(&first); /* the representative stays armed: a spurious wake-up */
	event_base_virtual_advance(base, 3 * MILLISECOND);
	event_add(&first, queue);
	loop_test_check(base);
	assert_int_equal(event_base_loop(base, 0), 1);
	assert_journal("f@43 ");
}

/* Events that are added one after the other must expire in that order. */
static void test_one_after_the_other(void **state)
{
	static char letters[][2] = { "a", "b", "c", "d" };
	struct event events[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		event_assign(&events[i], base, -1, 0, note_when, letters[i]);
		event_add(&events[i], queue);
		event_base_virtual_advance(base, 2 * MILLISECOND);
	}
	event_del(&events[0]);
	event_add(&events[1], queue); /* the last event of the queue, with the deadline 18 ms */
	loop_test_check(base);
	assert_int_equal(event_base_loop(base, 0), 1);
	assert_journal("c@14 d@16 b@18 ");
}

/*
 * A re-add of the head does not change the representative's deadline, so there is one spurious
 * wake-up. libevent re-arms the representative.
 */
static void test_a_later_head(void **state)
{
	static const int flags[] = { 0, EVENT_BASE_FLAG_LIBEVENT_2_1 };

	for (int i = 0; i < 2; i++) {
		struct event_base_statistics statistics;

		end_base(base);
		base = virtual_base(flags[i]);
		queue = event_base_init_common_timeout(base, &(struct timeval){ 0, 10000 });
		event_assign(&first, base, -1, 0, note_when, "f");
		event_add(&first, queue);
		event_base_virtual_advance(base, 5 * MILLISECOND);
		event_add(&first, queue);
		assert_int_equal(event_base_loop(base, 0), 1);
		assert_journal("f@15 ");
		event_base_get_statistics(base, &statistics);
		assert_int_equal(statistics.waits, flags[i] ? 1 : 2);
	}
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(test_an_earlier_head),
	TEST(test_the_first_one),
	TEST(test_one_after_the_other),
	TEST(test_a_later_head),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
