/*
 * peak-memory-test - the loop frees memory after a peak of descriptors, and works without it
 *
 * The tests run over every backend, with and without locks, also while the loop sleeps in another
 * thread.
 */
#include "loop/tests/without_memory.h"

static void nothing(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* -------------------------------------------------------------------------- memory after a peak */

static int peak, open_of_peak;
static struct event *events_of_peak;
static int *descriptors_of_peak;

static void add_peak(short events)
{
	for (int i = 0; i < peak; i++) {
		int fd = dup(watched[0].fd);

		assert_true(fd >= 0);
		descriptors_of_peak[open_of_peak++] = fd;
		event_assign(&events_of_peak[i], base, fd, events, nothing, NULL);
		assert_int_equal(event_add(&events_of_peak[i], NULL), 0);
	}
}

static int close_peak(void **state)
{
	(void)state;
	while (open_of_peak)
		close(descriptors_of_peak[--open_of_peak]);
	return 0;
}

static long long bytes(void)
{
	return atomic_load(&allocated_bytes);
}

/*
 * Checks that at least 7/8 of the peak's memory is freed. A directory and room for a few entries
 * may remain.
 */
static void assert_given_back(long long before, long long at_peak)
{
	if (at_peak - before < 8 * peak)
		fail_msg("the peak has only %lld bytes more", at_peak - before);
	if (bytes() - before > (at_peak - before) / 8)
		fail_msg("%lld of %lld bytes are not given back", bytes() - before,
			 at_peak - before);
}

/* Checks that the loop still reports a few descriptors. */
static void few_are_left(void)
{
	assign_all(EV_READ | EV_PERSIST);
	for (int i = 0; i < 10; i++)
		event_add(&watched[i].event, NULL);
	turn();
	assert_called(10, 1);
	for (int i = 0; i < 10; i++)
		event_del(&watched[i].event);
}

static void test_memory_after_a_peak(void **state)
{
	long long before = 0, at_peak;

	(void)state;
	new_base(0);
	for (int round = 0; round < 3; round++) {
		few_are_left();
		before = bytes();
		add_peak(EV_READ | EV_PERSIST);
		turn();
		at_peak = bytes();
		for (int i = 0; i < peak; i++)
			event_del(&events_of_peak[(i * 7) % peak]);
		for (int i = 0; i < peak; i++) /* in case 7 divides `peak` */
			event_del(&events_of_peak[i]);
		few_are_left();
		if (!round)
			assert_given_back(before, at_peak);
		close_peak(NULL);
	}
	end_base();
}

/*
 * The loop removes single-shot events and allocates nothing. The program's next call frees the
 * memory.
 */
static void test_memory_after_a_peak_of_single_shots(void **state)
{
	long long before, at_peak;

	(void)state;
	new_base(0);
	few_are_left();
	before = bytes();
	add_peak(EV_READ);
	at_peak = bytes();
	while (event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED))
		turn();
	few_are_left();
	assert_given_back(before, at_peak);
	end_base();
}

/* Makes the peak while the loop sleeps or runs in another thread. */
static void test_memory_after_a_peak_from_another_thread(void **state)
{
	long long before, at_peak;
	struct watched *const told = &watched[1];
	pthread_t thread;

	(void)state;
	new_base(0);
	few_are_left();
	before = bytes();
	atomic_store(&refused_allocations, 0);
	assert_int_equal(pthread_create(&thread, NULL, run_loop, NULL), 0);
	add_peak(EV_READ);
	at_peak = bytes();
	for (int i = 0; i < peak; i++)
		event_del(&events_of_peak[i]);
	others.seen = told->calls = 0;
	event_assign(&told->event, base, told->fd, EV_READ, tell, told);
	event_add(&told->event, NULL);
	wait_until_seen(1);
	event_base_loopbreak(base);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&refused_allocations), 0);
	few_are_left();
	/* If the loop called events before all were added, there was no peak. */
	if (at_peak - before >= 8 * peak)
		assert_given_back(before, at_peak);
	end_base();
}

/*
 * A single large descriptor needs long bit sets and long directories. After it is deleted, only the
 * directories may remain.
 */
static void test_memory_after_a_large_number(void **state)
{
	enum { LARGE = 8000 };
	const long long directory = 8 * 8192 / 64, chunk = 64 * 16 + 64;
	struct event event;
	long long before;

	(void)state;
	if (dup2(watched[0].fd, LARGE) != LARGE)
		LOOP_TEST_SKIP("%s: the limit of descriptors is too low\n", backend->name);
	new_base(0);
	few_are_left();
	before = bytes();
	event_assign(&event, base, LARGE, EV_READ | EV_PERSIST, nothing, NULL);
	assert_int_equal(event_add(&event, NULL), 0);
	turn();
	event_del(&event);
	turn();
	few_are_left();
	assert_in_range(bytes() - before, 0, 2 * (directory + chunk));
	end_base();
	close(LARGE);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_memory_after_a_large_number),
	cmocka_unit_test_teardown(test_memory_after_a_peak, close_peak),
	cmocka_unit_test_teardown(test_memory_after_a_peak_of_single_shots, close_peak),
	TEST_WITH_NEED_AND(test_memory_after_a_peak_from_another_thread, NULL, close_peak,
			   &locks_needed),
};

int main(void)
{
	struct backends_run sum = { 0 };
	int limit = raise_limit();

	alarm(600); /* ends a test that hangs */
	event_set_log_callback(say_nothing);
	peak = limit > 4000 ? 2000 : limit - 2 * MOST - 100;
	events_of_peak = calloc((size_t)peak, sizeof(*events_of_peak));
	descriptors_of_peak = calloc((size_t)peak, sizeof(*descriptors_of_peak));
	run_over_all_backends(&sum, "peak-memory-test", tests, sizeof(tests) / sizeof(*tests));
	free(events_of_peak);
	free(descriptors_of_peak);
	return end_backends_run(&sum);
}
