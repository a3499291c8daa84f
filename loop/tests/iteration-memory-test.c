/*
 * iteration-memory-test - an iteration allocates nothing; an event_add that fails changes nothing
 *
 * The loop must report everything that is ready although every allocation fails. The callbacks of
 * these tests allocate only where a comment says so.
 */
#include <signal.h>

#include <event2/watch.h>

#include "loop/tests/without_memory.h"
#include "structures/timer.h"

static const struct timeval an_hour = { 3600, 0 };

static void add_all(const struct timeval *timeout)
{
	for (int i = 0; i < MOST; i++)
		assert_int_equal(event_add(&watched[i].event, timeout), 0);
}

static void delete_all(void)
{
	for (int i = 0; i < MOST; i++)
		event_del(&watched[i].event);
}

static int calls_of(int count)
{
	int calls = 0;

	for (int i = 0; i < count; i++)
		calls += watched[i].calls;
	return calls;
}

/* ----------------------------------------------------------------------------------- iterations */

static void test_descriptors_added_right_before(void **state)
{
	(void)state;
	new_base(0);
	assign_all(EV_READ | EV_PERSIST);
	for (int i = 0; i < MOST; i++) {
		int before = calls_of(MOST);

		assert_int_equal(event_add(&watched[i].event, NULL), 0);
		turn();
		assert_int_equal(calls_of(MOST), before + i + 1);
	}
	delete_all();
	end_base();
}

static void test_many_at_once(void **state)
{
	(void)state;
	new_base(0);
	assign_all(EV_READ | EV_PERSIST);
	add_all(NULL);
	turn();
	assert_called(MOST, 1);
	delete_all();
	end_base();
}

/* The loop removes the events when it calls them, and the test adds them again. */
static void test_events_that_do_not_persist(void **state)
{
	(void)state;
	new_base(0);
	assign_all(EV_READ);
	for (int round = 1; round < 4; round++) {
		add_all(&an_hour);
		turn();
		assert_called(MOST, round);
		assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	}
	end_base();
}

static void add_again(int fd, short what, void *arg)
{
	struct watched *one = arg;

	see(fd, what, arg);
	allocation_is_forbidden = false; /* this callback may allocate */
	assert_int_equal(event_add(&one->event, NULL), 0);
	allocation_is_forbidden = true;
}

static void test_adding_in_callbacks(void **state)
{
	(void)state;
	new_base(0);
	assign_all(EV_READ);
	for (int i = 0; i < MOST; i++)
		event_assign(&watched[i].event, base, watched[i].fd, EV_READ, add_again,
			     &watched[i]);
	add_all(NULL);
	for (int round = 1; round < 4; round++) {
		turn();
		assert_called(MOST, round);
	}
	delete_all();
	end_base();
}

/* Adds and deletes another event, which makes the loop free memory if it can. */
static void see_and_change(int fd, short what, void *arg)
{
	static struct event other;

	see(fd, what, arg);
	allocation_is_forbidden = false; /* this callback may allocate */
	event_assign(&other, base, watched[MOST - 1].fd, EV_READ, see, &watched[MOST - 1]);
	assert_int_equal(event_add(&other, NULL), 0);
	event_del(&other);
	allocation_is_forbidden = true;
}

/*
 * With the flag LIBEVENT_2_1, expiry removes events from the map of descriptors and inserts them
 * again before the callback, like libevent's. There must be room for them, whatever earlier
 * callbacks do. No descriptor is closed.
 */
static void run_timeouts(int flags)
{
	enum { COUNT = MOST - 1 };
	const struct timeval soon = { 0, 1 };

	new_base(flags);
	assign_all(EV_READ);
	for (int i = 0; i < COUNT; i++) {
		event_assign(&watched[i].event, base, watched[i].fd, EV_CLOSED | EV_PERSIST,
			     i ? see : see_and_change, &watched[i]);
		event_add(&watched[i].event, &soon);
	}
	while (calls_of(COUNT) < 3 * COUNT)
		turn();
	for (int i = 0; i < COUNT; i++) {
		assert_in_range(watched[i].calls, 1, 1000);
		assert_int_equal(watched[i].what, EV_TIMEOUT);
		assert_int_equal(event_pending(&watched[i].event, EV_CLOSED | EV_TIMEOUT, NULL),
				 EV_CLOSED | EV_TIMEOUT);
	}
	delete_all();
	end_base();
}

static void test_timeouts_of_descriptors(void **state)
{
	(void)state;
	run_timeouts(0);
}

static void test_timeouts_of_descriptors_as_in_libevent(void **state)
{
	(void)state;
	run_timeouts(EVENT_BASE_FLAG_LIBEVENT_2_1);
}

static void watch(struct evwatch *watcher, const struct evwatch_check_cb_info *info, void *arg)
{
	(void)watcher, (void)info;
	++*(int *)arg;
}

static void test_signals_timers_and_watchers(void **state)
{
	const int signals[] = { SIGUSR1, SIGUSR2, SIGWINCH, SIGURG };
	struct watched seen[4] = { { 0 } }, common = { 0 }, active = { 0 }, timer = { 0 };
	struct event *events[3];
	const struct timeval *queue;
	int watches = 0;

	(void)state;
	new_base(0);
	queue = event_base_init_common_timeout(base, &(struct timeval){ 0, 1 });
	assert_non_null(evwatch_check_new(base, watch, &watches));
	for (int i = 0; i < 4; i++) {
		event_assign(&seen[i].event, base, signals[i], EV_SIGNAL | (i % 2 ? EV_PERSIST : 0),
			     see, &seen[i]);
		assert_int_equal(event_add(&seen[i].event, &an_hour), 0);
		raise(signals[i]);
	}
	events[0] = event_new(base, -1, EV_PERSIST, see, &common);
	events[1] = event_new(base, -1, 0, see, &active);
	events[2] = event_new(base, -1, EV_PERSIST, see, &timer);
	event_add(events[0], queue);
	event_add(events[2], &(struct timeval){ 0, 1 });
	event_active(events[1], EV_READ, 1);
	while (common.calls < 3 || timer.calls < 3 || seen[3].calls < 1)
		turn();
	for (int i = 0; i < 4; i++)
		assert_int_equal(seen[i].calls, 1);
	assert_int_equal(active.calls, 1);
	assert_in_range(watches, 1, 1000000);
	for (int i = 0; i < 3; i++)
		event_free(events[i]);
	for (int i = 0; i < 4; i++)
		event_del(&seen[i].event);
	end_base();
}

/* --------------------------------------------------------------------- adds from another thread */

/* All of the loop's tables must grow and shrink while the loop sleeps or runs. */
static void test_adds_from_another_thread(void **state)
{
	pthread_t thread;

	(void)state;
	new_base(0);
	atomic_store(&refused_allocations, 0);
	assert_int_equal(pthread_create(&thread, NULL, run_loop, NULL), 0);
	for (int round = 0; round < 3; round++) {
		others.seen = 0;
		for (int i = 0; i < MOST; i++) {
			watched[i].calls = 0;
			event_assign(&watched[i].event, base, watched[i].fd, EV_READ, tell,
				     &watched[i]);
			assert_int_equal(event_add(&watched[i].event, NULL), 0);
			if (i % 32 == round)
				wait_until_seen(i + 1);
		}
		wait_until_seen(MOST);
		delete_all();
	}
	event_base_loopbreak(base);
	pthread_join(thread, NULL);
	assert_int_equal(others.result, 0);
	assert_int_equal(atomic_load(&refused_allocations), 0);
	end_base();
}

/* ---------------------------------------------------------------------------- failing event_add */

/*
 * Adds the event with the first allocation failing, then with the second, until none fails. A
 * failed add must change nothing. In every other call of this function, all allocations after the
 * first failure fail, too. Returns how many adds failed.
 */
static int add_until_there_is_memory(struct event *event, const struct timeval *timeout)
{
	const int all = EV_READ | EV_WRITE | EV_SIGNAL | EV_TIMEOUT;
	static bool just_one;
	int added = event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);

	for (int budget = 0; budget < 100; budget++) {
		int result;

		only_one_fails = just_one;
		allocations_before_failure = budget;
		result = event_add(event, timeout);
		allocations_before_failure = -1;
		loop_test_check(base);
		if (!result) {
			just_one = !just_one;
			return budget;
		}
		assert_int_equal(result, -1);
		assert_int_equal(event_pending(event, all, NULL), 0);
		assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), added);
	}
	fail_msg("the call never succeeds");
	return 0;
}

static void test_failing_adds_of_descriptors(void **state)
{
	int failures = 0;

	(void)state;
	new_base(0);
	assign_all(EV_READ | EV_PERSIST);
	for (int i = 0; i < MOST; i++) {
		failures += add_until_there_is_memory(&watched[i].event, NULL);
		if (i % 16)
			continue;
		for (int j = 0; j < MOST; j++)
			watched[j].calls = 0;
		/*
		 * If a buffer could not grow, some backends report the rest in the next iteration.
		 */
		for (int j = 0; j < 16 && calls_of(MOST) < i + 1; j++)
			turn();
		assert_in_range(calls_of(MOST), i + 1, 2 * i + 2);
		for (int j = 0; j <= i; j++)
			assert_true(watched[j].calls);
	}
	assert_true(failures > 5);
	delete_all();
	end_base();
}

static void test_failing_adds_of_signals(void **state)
{
	struct watched seen = { 0 };

	(void)state;
	new_base(0);
	for (int signal = SIGRTMIN; signal < SIGRTMIN + 4; signal++) {
		event_assign(&seen.event, base, signal, EV_SIGNAL, see, &seen);
		seen.calls = 0;
		assert_true(add_until_there_is_memory(&seen.event, &an_hour) >= 1);
		raise(signal);
		while (!seen.calls)
			turn();
	}
	end_base();
}

/* ------------------------------------------------------------------------------ random programs */

static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(random_state >> 33) % below;
}

static bool all_are_called(const bool pending[MOST])
{
	for (int i = 0; i < MOST; i++) {
		if (pending[i] && !watched[i].calls)
			return false;
	}
	return true;
}

/*
 * Adds events, which may fail, and deletes some. Then the loop must call exactly the pending
 * events.
 */
static void random_round(bool pending[MOST])
{
	uint32_t share = draw(5), changes = draw(MOST);
	int turns;

	for (uint32_t i = 0; i < changes; i++) {
		uint32_t at = draw(MOST);

		if (draw(4) < share) {
			allocations_before_failure = draw(3) ? -1 : (int)draw(3);
			if (!event_add(&watched[at].event, NULL))
				pending[at] = true;
			allocations_before_failure = -1;
		} else {
			event_del(&watched[at].event);
			pending[at] = false;
		}
	}
	for (int i = 0; i < MOST; i++)
		watched[i].calls = 0;
	/* If a buffer could not grow, some backends report the rest in the next iteration. */
	for (turns = 0; turns < 16 && !(turns && all_are_called(pending)); turns++)
		run(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	for (int i = 0; i < MOST; i++) {
		bool persists = event_get_events(&watched[i].event) & EV_PERSIST;
		int most = !pending[i] ? 0 : persists ? turns : 1;

		if (watched[i].calls < pending[i] || watched[i].calls > most)
			fail_msg("descriptor %d: called %d times in %d turns, not %d to %d",
				 watched[i].fd, watched[i].calls, turns, pending[i], most);
		pending[i] &= persists;
	}
}

static void test_random_programs(void **state)
{
	bool pending[MOST] = { false };

	(void)state;
	random_state = test_seed();
	new_base(0);
	for (int i = 0; i < MOST; i++)
		event_assign(&watched[i].event, base, watched[i].fd,
			     (short)(EV_READ | (i % 3 ? EV_PERSIST : 0)), see, &watched[i]);
	for (int round = 0; round < 60; round++)
		random_round(pending);
	delete_all();
	end_base();
}

/* ----------------------------------------------------------------------------------- structures */

/* Runs timers of every structure: plain, persistent, and with a common timeout. */
static void test_timers_of_all_structures(void **state)
{
	enum { TIMERS = 200 };
	static struct watched timers[TIMERS];

	(void)state;
	for (size_t i = 0; timer_structures[i]; i++) {
		const struct timeval *queue;

		struct event_config *config = event_config_new();

		event_config_require_method(config, "virtual");
		/* A wrapper without a wrapped structure is refused. */
		base = event_config_set_timer_structure(config, timer_structures[i]->name)
			       ? NULL
			       : event_base_new_with_config(config);
		event_config_free(config);
		if (!base)
			continue;
		queue = event_base_init_common_timeout(base, &(struct timeval){ 0, 20000 });
		for (int j = 0; j < TIMERS; j++) {
			const struct timeval timeout = { 0, 1000 * (j + 1) };

			timers[j] = (struct watched){ 0 };
			event_assign(&timers[j].event, base, -1, j % 2 ? EV_PERSIST : 0, see,
				     &timers[j]);
			event_add(&timers[j].event, j % 5 ? &timeout : queue);
		}
		while (timers[5].calls < 3 || timers[TIMERS - 1].calls < 1)
			turn();
		for (int j = 0; j < TIMERS; j++) {
			assert_in_range(timers[j].calls, 1, j % 2 ? 100000 : 1);
			event_del(&timers[j].event);
		}
		end_base();
	}
}

static const struct test_need early_close = { .features = EV_FEATURE_EARLY_CLOSE };

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_descriptors_added_right_before),
	cmocka_unit_test(test_many_at_once),
	cmocka_unit_test(test_events_that_do_not_persist),
	cmocka_unit_test(test_adding_in_callbacks),
	TEST_WITH_NEED(test_timeouts_of_descriptors, &early_close),
	TEST_WITH_NEED(test_timeouts_of_descriptors_as_in_libevent, &early_close),
	cmocka_unit_test(test_signals_timers_and_watchers),
	TEST_WITH_NEED(test_adds_from_another_thread, &locks_needed),
	cmocka_unit_test(test_failing_adds_of_descriptors),
	cmocka_unit_test(test_failing_adds_of_signals),
	cmocka_unit_test(test_random_programs),
};

static const struct CMUnitTest structure_tests[] = {
	cmocka_unit_test(test_timers_of_all_structures),
};

int main(void)
{
	struct backends_run sum = { 0 };

	alarm(600); /* ends a test that hangs */
	raise_limit();
	event_set_log_callback(say_nothing);
	backend = backends[0];
	run_where_they_apply(&sum, backend, false, structure_tests, 1);
	run_over_all_backends(&sum, "iteration-memory-test", tests, sizeof(tests) / sizeof(*tests));
	return end_backends_run(&sum);
}
