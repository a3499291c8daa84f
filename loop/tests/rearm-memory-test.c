/*
 * rearm-memory-test - re-arming a persistent event allocates nothing
 *
 * The event's room is reserved when the event is added, and is kept until the event is deleted.
 */
#include <unistd.h>

#include <event2/event_struct.h>

#include "loop/tests/allocations.h"
#include "loop/tests/journal.h"

enum { MOST = 5000 };

static const struct timeval millisecond = { 0, 1000 }, an_hour = { 3600, 0 };

static struct event_base *base;
static struct event persistent[MOST], others[MOST];
static int calls[MOST], count, others_count;

/*
 * Adds timers until the room is used up. Only the first add may allocate. Returns the number of
 * timers.
 */
static int fill_up(struct event *events, short kind, event_callback_fn callback,
		   const struct timeval *timeout)
{
	int added = 0;

	for (; added < MOST; added++) {
		event_assign(&events[added], base, -1, kind, callback, &calls[added]);
		if (added)
			allocations_before_failure = 0;
		if (event_add(&events[added], timeout))
			break;
	}
	allocations_before_failure = -1;
	return added;
}

static void nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* In the first call, takes all room that is left. */
static void call_and_fill_up(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	++*(int *)arg;
	if (!others_count) {
		others_count = 1;
		event_assign(&others[0], base, -1, 0, nothing, NULL);
		while (others_count < MOST && !event_add(&others[others_count - 1], &an_hour)) {
			event_assign(&others[others_count], base, -1, 0, nothing, NULL);
			others_count++;
		}
	}
}

static int begin(void **state)
{
	base = virtual_base(0);
	memset(calls, 0, sizeof(calls));
	others_count = 0;
	return journal_start(state);
}

static int end(void **state)
{
	(void)state;
	allocation_is_forbidden = false;
	for (int i = 0; i < count; i++)
		event_del(&persistent[i]);
	for (int i = 0; i < others_count; i++)
		event_del(&others[i]);
	end_base(base);
	return 0;
}

static void run_without_memory(void)
{
	atomic_store(&refused_allocations, 0);
	allocation_is_forbidden = true;
	event_base_loop(base, EVLOOP_ONCE);
	allocation_is_forbidden = false;
	loop_test_check(base);
}

/* Timers that callbacks add must not take the room of events that the loop has yet to re-arm. */
static void test_room_is_not_taken(void **state)
{
	(void)state;
	count = fill_up(persistent, EV_PERSIST, call_and_fill_up, &millisecond);
	assert_in_range(count, 2, MOST - 1);
	for (int round = 1; round <= 3; round++) {
		run_without_memory();
		for (int i = 0; i < count; i++) {
			assert_int_equal(calls[i], round);
			assert_int_equal(event_pending(&persistent[i], EV_TIMEOUT, NULL),
					 EV_TIMEOUT);
		}
	}
	assert_not_warned();
}

/*
 * An event that is called for its descriptor is still armed. Re-arming it moves its timer, which
 * needs no room.
 */
static void test_called_for_a_descriptor(void **state)
{
	static struct event reader;
	static int called;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	event_assign(&reader, base, ends[0], EV_READ | EV_PERSIST, call_and_fill_up, &called);
	others_count = 1; /* so that the callback adds nothing */
	event_assign(&others[0], base, -1, 0, nothing, NULL);
	event_add(&reader, &an_hour);
	count = fill_up(persistent, 0, nothing, &an_hour);
	assert_in_range(count, 2, MOST - 1);
	for (int round = 1; round <= 3; round++) {
		run_without_memory();
		assert_int_equal(called, round);
		assert_int_equal(event_pending(&reader, EV_READ | EV_TIMEOUT, NULL),
				 EV_READ | EV_TIMEOUT);
	}
	assert_int_equal(atomic_load(&refused_allocations), 0);
	assert_not_warned();
	event_del(&reader);
	close(ends[0]);
	close(ends[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(test_room_is_not_taken),
	TEST(test_called_for_a_descriptor),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
