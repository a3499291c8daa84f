/*
 * backend-loop-test - descriptors and timeouts on the loop, over every backend, in real time
 */
#include <fcntl.h>

#include "loop/tests/real_time.h"

static void test_read_and_write(void **state)
{
	struct event_base *base = new_base();
	struct seen readable = { 0 }, writable = { 0 };
	struct event *reader, *writer;
	int pair[2];

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ | EV_PERSIST, see_and_read, &readable);
	writer = event_new(base, pair[0], EV_WRITE, see, &writable);
	assert_int_equal(event_add(reader, NULL), 0);
	turn(base);
	assert_int_equal(readable.calls, 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	turn(base);
	assert_int_equal(readable.calls, 1);
	assert_int_equal(readable.what, EV_READ);
	turn(base);
	assert_int_equal(readable.calls, 1);
	/*
	 * Two events wait for one descriptor. Adding the writer changes what the backend waits for,
	 * and so does calling the writer.
	 */
	assert_int_equal(event_add(writer, NULL), 0);
	turn(base);
	assert_int_equal(writable.calls, 1);
	assert_int_equal(writable.what, EV_WRITE);
	turn(base);
	assert_int_equal(writable.calls, 1);
	assert_int_equal(event_del(reader), 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	turn(base);
	assert_int_equal(readable.calls, 1);
	event_free(reader);
	event_free(writer);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static void test_hang_up(void **state)
{
	struct event_base *base = new_base();
	struct seen seen = { 0 };
	struct event *reader;
	int pair[2];

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ, see, &seen);
	event_add(reader, NULL);
	close(pair[1]);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.calls, 1);
	assert_true(seen.what & EV_READ);
	event_free(reader);
	event_base_free(base);
	close(pair[0]);
}

static void test_early_close(void **state)
{
	struct event_base *base = new_base();
	struct seen seen = { 0 };
	struct event *closed;
	int pair[2];

	(void)state;
	socket_pair(pair);
	closed = event_new(base, pair[0], EV_CLOSED, see, &seen);
	event_add(closed, NULL);
	assert_int_equal(write(pair[1], "unread", 6), 6);
	turn(base);
	assert_int_equal(seen.calls, 0);
	shutdown(pair[1], SHUT_WR);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.calls, 1);
	assert_true(seen.what & EV_CLOSED);
	event_free(closed);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static void test_edge_trigger(void **state)
{
	struct event_base *base = new_base();
	struct seen seen = { 0 };
	struct event *reader;
	int pair[2];

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ | EV_PERSIST | EV_ET, see, &seen);
	event_add(reader, NULL);
	assert_int_equal(write(pair[1], "x", 1), 1);
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(seen.calls, 1); /* only once, although nothing was read */
	assert_int_equal(seen.what, EV_READ | EV_ET);
	assert_int_equal(write(pair[1], "y", 1), 1);
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(seen.calls, 2);
	event_free(reader);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

/*
 * If one of a descriptor's events is level-triggered, the descriptor is level-triggered, so that
 * this event misses nothing.
 */
static void test_edge_and_level_together(void **state)
{
	struct event_base *base = new_base();
	struct seen by_level = { 0 }, by_edge = { 0 };
	struct event *level, *edge;
	int pair[2];

	(void)state;
	socket_pair(pair);
	level = event_new(base, pair[0], EV_READ | EV_PERSIST, see, &by_level);
	edge = event_new(base, pair[0], EV_READ | EV_PERSIST | EV_ET, see, &by_edge);
	assert_int_equal(event_add(level, NULL), 0);
	assert_int_equal(event_add(edge, NULL), 0);
	loop_test_check(base);
	assert_int_equal(write(pair[1], "x", 1), 1);
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(by_level.calls, 5);
	assert_int_equal(by_level.what, EV_READ);
	assert_int_equal(by_edge.what, EV_READ); /* reported without an edge */
	event_del(level);
	loop_test_check(base);
	turn(base); /* now edge-triggered; the change may count as an edge */
	by_edge.calls = 0;
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(by_edge.calls, 0);
	assert_int_equal(event_add(level, NULL), 0);
	for (int i = 0; i < 5; i++)
		turn(base);
	assert_int_equal(by_level.calls, 10);
	event_free(level);
	event_free(edge);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static void test_many_events_on_one_descriptor(void **state)
{
	struct event_base *base = new_base();
	struct event *events[300];
	struct seen seen = { 0 };
	int pair[2];

	(void)state;
	socket_pair(pair);
	assert_int_equal(write(pair[1], "x", 1), 1);
	for (int i = 0; i < 300; i++) {
		events[i] = event_new(base, pair[0], i % 3 ? EV_READ : EV_WRITE, see, &seen);
		assert_int_equal(event_add(events[i], NULL), 0);
	}
	loop_test_check(base);
	for (int i = 0; i < 300; i += 10)
		event_del(events[i]);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(seen.calls, 270);
	for (int i = 0; i < 300; i++)
		event_free(events[i]);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

/*
 * A program closes a descriptor, opens another that gets the same number, and then deletes the
 * event of the closed descriptor.
 */
static void test_descriptor_reused_after_close(void **state)
{
	struct event_base *base = new_base();
	struct seen before = { 0 }, after = { 0 };
	struct event *first, *second;
	int pair[2], again[2];

	(void)state;
	socket_pair(pair);
	first = event_new(base, pair[0], EV_READ | EV_PERSIST, see_and_read, &before);
	event_add(first, NULL);
	turn(base);
	close(pair[0]);
	close(pair[1]);
	socket_pair(again);
	assert_int_equal(again[0], pair[0]);
	event_del(first);
	second = event_new(base, again[0], EV_READ | EV_PERSIST, see_and_read, &after);
	assert_int_equal(event_add(second, NULL), 0);
	assert_int_equal(write(again[1], "x", 1), 1);
	turn(base);
	turn(base);
	assert_int_equal(before.calls, 0);
	assert_int_equal(after.calls, 1);
	event_free(first);
	event_free(second);
	event_base_free(base);
	close(again[0]);
	close(again[1]);
}

/*
 * A program closes a descriptor and does not delete its event. The loop may or may not call the
 * event, and must continue.
 */
static void test_closed_descriptor(void **state)
{
	struct event_base *base = new_base();
	struct seen closed = { 0 }, open = { 0 }, late = { 0 };
	struct timeval soon = loop_test_timeval(5 * MILLISECOND);
	struct event *reader, *other, *timer;
	int pair[2], second[2];

	(void)state;
	socket_pair(pair);
	socket_pair(second);
	reader = event_new(base, pair[0], EV_READ, see, &closed);
	other = event_new(base, second[0], EV_READ, see, &open);
	timer = event_new(base, -1, 0, see, &late);
	event_add(reader, NULL);
	event_add(other, NULL);
	event_add(timer, &soon);
	turn(base);
	close(pair[0]);
	assert_int_equal(write(second[1], "x", 1), 1);
	event_base_loopexit(base, &(struct timeval){ 0, 20000 });
	assert_int_equal(event_base_dispatch(base) < 0, 0);
	assert_int_equal(open.calls, 1);
	assert_int_equal(late.calls, 1);
	event_free(reader);
	event_free(other);
	event_free(timer);
	event_base_free(base);
	close(pair[1]);
	close(second[0]);
	close(second[1]);
}

static void test_bad_descriptor_is_refused_or_reported(void **state)
{
	struct event_base *base = new_base();
	struct timeval soon = loop_test_timeval(5 * MILLISECOND);
	struct seen seen = { 0 }, timed = { 0 };
	struct event *reader = event_new(base, 987, EV_READ, see, &seen);
	struct event *timer = event_new(base, -1, 0, see, &timed);

	(void)state;
	assert_int_equal(fcntl(987, F_GETFD), -1);
	/*
	 * epoll refuses the descriptor at once, and then event_add must change nothing. poll
	 * reports the descriptor in the next wait.
	 */
	if (event_add(reader, &soon)) {
		assert_int_equal(event_pending(reader, EV_READ | EV_TIMEOUT, NULL), 0);
		assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	}
	loop_test_check(base);
	event_add(timer, &soon);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(timed.calls, 1);
	event_free(reader);
	event_free(timer);
	event_base_free(base);
}

/* Larger descriptors make the tables of the loop and of the backend grow. */
static void test_larger_descriptors(void **state)
{
	struct event_base *base = new_base();
	struct seen seen[3] = { 0 };
	struct event *events[3];
	int pair[2];

	(void)state;
	socket_pair(pair);
	for (int i = 0; i < 3; i++) {
		int fd = i ? fcntl(pair[0], F_DUPFD_CLOEXEC, 200 << i) : pair[0];

		assert_true(fd >= 0);
		events[i] = event_new(base, fd, EV_READ | EV_PERSIST, see, &seen[i]);
		assert_int_equal(event_add(events[i], NULL), 0);
		loop_test_check(base);
	}
	assert_int_equal(write(pair[1], "x", 1), 1);
	turn(base);
	for (int i = 0; i < 3; i++) {
		int fd = event_get_fd(events[i]);

		assert_int_equal(seen[i].calls, 1);
		event_free(events[i]);
		loop_test_check(base);
		close(fd);
	}
	close(pair[1]);
	event_base_free(base);
}

/*
 * A timer never fires before its timeout has passed, including timeouts that are hard to round.
 * With the coarse clock this holds unless the kernel updates that clock more than a tick late. The
 * kernel promises no bound, so the test does not check the coarse clock.
 */
static void test_never_early(void **state)
{
	static const uint64_t waits[] = { 0,	   1000,    900000,  1000000, 1001000, 1500000,
					  1999000, 2000000, 3333000, 7000000, 12345000 };
	static const int flags[] = { 0, EVENT_BASE_FLAG_COARSE_TIMER,
				     EVENT_BASE_FLAG_NO_CACHE_TIME };

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct event_base *base = loop_test_base(backend->name, NULL, flags[k]);

		if (!base)
			LOOP_TEST_SKIP("%s: this machine does not have it\n", backend->name);
		for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
			struct timeval timeout = loop_test_timeval(waits[i]);
			struct seen seen = { 0 };
			struct event *timer = event_new(base, -1, 0, see, &seen);
			uint64_t begun = now();

			event_add(timer, &timeout);
			assert_int_equal(event_base_dispatch(base), 1);
			assert_true(now() - begun >= waits[i] ||
				    flags[k] == EVENT_BASE_FLAG_COARSE_TIMER);
			assert_int_equal(seen.calls, 1);
			assert_int_equal(seen.what, EV_TIMEOUT);
			event_free(timer);
		}
		event_base_free(base);
	}
}

static void test_timeout_and_io(void **state)
{
	struct event_base *base = new_base();
	struct timeval timeout = loop_test_timeval(3 * MILLISECOND);
	struct seen seen = { 0 };
	struct event *reader;
	uint64_t begun;
	int pair[2];

	(void)state;
	socket_pair(pair);
	reader = event_new(base, pair[0], EV_READ | EV_PERSIST, see_and_read, &seen);
	event_add(reader, &timeout);
	begun = now();
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(seen.what, EV_TIMEOUT);
	assert_true(now() - begun >= 3 * MILLISECOND);
	/* The event is persistent, so it still waits for reading. */
	assert_int_equal(event_pending(reader, EV_READ | EV_TIMEOUT, NULL), EV_READ | EV_TIMEOUT);
	assert_int_equal(write(pair[1], "x", 1), 1);
	while (!(seen.all & EV_READ))
		event_base_loop(base, EVLOOP_ONCE);
	loop_test_check(base);
	event_free(reader);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

static const struct test_need early_close = { .features = EV_FEATURE_EARLY_CLOSE };
static const struct test_need edges = { .features = EV_FEATURE_ET };

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_read_and_write),
	cmocka_unit_test(test_hang_up),
	TEST_WITH_NEED(test_early_close, &early_close),
	TEST_WITH_NEED(test_edge_trigger, &edges),
	TEST_WITH_NEED(test_edge_and_level_together, &edges),
	cmocka_unit_test(test_many_events_on_one_descriptor),
	cmocka_unit_test(test_descriptor_reused_after_close),
	cmocka_unit_test(test_closed_descriptor),
	cmocka_unit_test(test_bad_descriptor_is_refused_or_reported),
	cmocka_unit_test(test_larger_descriptors),
	cmocka_unit_test(test_never_early),
	cmocka_unit_test(test_timeout_and_io),
};

int main(void)
{
	return run_in_real_time(tests, sizeof(tests) / sizeof(*tests));
}
