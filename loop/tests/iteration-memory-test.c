/*
 * iteration-memory-test - an iteration allocates nothing; an event_add that fails changes nothing
 *
 * Over every backend, with locks and without. While the loop runs every allocation fails and is
 * counted: there must be none, and everything that is ready must be reported. The callbacks of
 * these tests allocate nothing, either.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event_struct.h>
#include <event2/thread.h>
#include <event2/watch.h>

#include "loop/backend.h"
#include "loop/tests/allocations.h"
#include "loop/tests/loop_test.h"
#include "structures/timer.h"

/* What the tests are run over at present. */
static const struct backend *backend;
static bool with_locks;

static const struct timeval an_hour = { 3600, 0 };

static struct event_base *base;

#define MOST 200 /* several times the room that there is at first, wherever that is */

/* A descriptor of each, with something to read, and how often its event was called. */
static struct watched {
	int fd;
	struct event event;
	int calls;
	short what;
} watched[MOST];

static void see(int fd, short what, void *arg)
{
	struct watched *one = arg;

	(void)fd;
	one->calls++;
	one->what |= what;
}

static void nothing(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

static struct event_base *new_base(int flags)
{
	base = loop_test_base(backend->name, NULL, flags);
	if (!base)
		LOOP_TEST_SKIP("%s: this machine does not have it\n", backend->name);
	return base;
}

static void end_base(void)
{
	loop_test_check(base);
	event_base_free(base);
	base = NULL;
}

/* An iteration, in which nothing is allocated. */
static void run(int flags)
{
	int result;

	atomic_store(&refused_allocations, 0);
	allocation_is_forbidden = true;
	result = event_base_loop(base, flags);
	allocation_is_forbidden = false;
	assert_int_not_equal(result, -1);
	assert_int_equal(atomic_load(&refused_allocations), 0);
	loop_test_check(base);
}

static void turn(void)
{
	run(EVLOOP_ONCE);
}

static void assign_all(short events)
{
	for (int i = 0; i < MOST; i++) {
		event_assign(&watched[i].event, base, watched[i].fd, events, see, &watched[i]);
		watched[i].calls = 0;
		watched[i].what = 0;
	}
}

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

static void assert_called(int count, int calls)
{
	for (int i = 0; i < count; i++) {
		if (watched[i].calls != calls)
			fail_msg("descriptor %d of %d: called %d times, not %d", i, count,
				 watched[i].calls, calls);
	}
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

/* The loop takes them out by itself, and they are added again. */
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
	allocation_is_forbidden = false; /* what the program does is not the loop's */
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

/*
 * libevent's expiry takes them out of the map of descriptors and puts them in again before the
 * callback: their room must be there. Nothing is ready to be written to by reading ends.
 */
static void run_timeouts(int flags)
{
	const struct timeval soon = { 0, 1 };

	new_base(flags);
	assign_all(EV_WRITE | EV_PERSIST);
	for (int i = 0; i < MOST; i++)
		event_assign(&watched[i].event, base, watched[0].fd, EV_CLOSED | EV_PERSIST, see,
			     &watched[i]);
	if (!(event_base_get_features(base) & EV_FEATURE_EARLY_CLOSE)) {
		end_base();
		LOOP_TEST_SKIP("%s: has no EV_CLOSED\n", backend->name);
	}
	add_all(&soon);
	while (calls_of(MOST) < 3 * MOST)
		turn();
	for (int i = 0; i < MOST; i++) {
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
	struct event *others[3];
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
	others[0] = event_new(base, -1, EV_PERSIST, see, &common);
	others[1] = event_new(base, -1, 0, see, &active);
	others[2] = event_new(base, -1, EV_PERSIST, see, &timer);
	event_add(others[0], queue);
	event_add(others[2], &(struct timeval){ 0, 1 });
	event_active(others[1], EV_READ, 1);
	while (common.calls < 3 || timer.calls < 3 || seen[3].calls < 1)
		turn();
	for (int i = 0; i < 4; i++)
		assert_int_equal(seen[i].calls, 1);
	assert_int_equal(active.calls, 1);
	assert_in_range(watches, 1, 1000000);
	for (int i = 0; i < 3; i++)
		event_free(others[i]);
	for (int i = 0; i < 4; i++)
		event_del(&seen[i].event);
	end_base();
}

/* --------------------------------------------------------------------- adds from another thread */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int seen;
	int result;
} others = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

/* The first call of each tells; then it is as if nobody asked any more. */
static void tell(int fd, short what, void *arg)
{
	struct watched *one = arg;

	(void)fd, (void)what;
	pthread_mutex_lock(&others.lock);
	others.seen += !one->calls++;
	pthread_cond_signal(&others.changed);
	pthread_mutex_unlock(&others.lock);
}

static void *run_loop(void *unused)
{
	(void)unused;
	allocation_is_forbidden = true;
	others.result = event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	allocation_is_forbidden = false;
	return NULL;
}

static void wait_until_seen(int count)
{
	pthread_mutex_lock(&others.lock);
	while (others.seen < count)
		pthread_cond_wait(&others.changed, &others.lock);
	pthread_mutex_unlock(&others.lock);
}

/* While the loop sleeps, or runs, all that it works on has to grow, and to shrink. */
static void test_adds_from_another_thread(void **state)
{
	pthread_t thread;

	(void)state;
	if (!with_locks)
		LOOP_TEST_SKIP("%s: needs locks\n", backend->name);
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
 * Adds with the first allocation failing, then with the second, until none fails. Each time all is
 * as it was. Either all that follow fail as well, or none does.
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
	fail_msg("it never succeeds");
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
		/* Some backends report the rest in the next iteration if a buffer has not grown. */
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

/* ------------------------------------------------------------------------------------ at random */

static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(random_state >> 33) % below;
}

/* Adds, which may fail, and deletes some; what is then pending must be called, and nothing else. */
static void random_round(bool pending[MOST])
{
	uint32_t share = draw(5), changes = draw(MOST);

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
	run(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	for (int i = 0; i < MOST; i++) {
		if (watched[i].calls != pending[i])
			fail_msg("descriptor %d: called %d times, not %d", watched[i].fd,
				 watched[i].calls, pending[i]);
		pending[i] &= !!(event_get_events(&watched[i].event) & EV_PERSIST);
	}
}

static void test_random_programs(void **state)
{
	const char *given = getenv("SEED");
	bool pending[MOST] = { false };

	(void)state;
	random_state = given ? strtoull(given, NULL, 0) : 1;
	print_message("seed %llu\n", (unsigned long long)random_state);
	new_base(0);
	for (int i = 0; i < MOST; i++)
		event_assign(&watched[i].event, base, watched[i].fd,
			     (short)(EV_READ | (i % 3 ? EV_PERSIST : 0)), see, &watched[i]);
	for (int round = 0; round < 60; round++)
		random_round(pending);
	delete_all();
	end_base();
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

/* All but this share goes: what stays is a directory, and room for a few. */
static void assert_given_back(long long before, long long at_peak)
{
	if (at_peak - before < 8 * peak)
		fail_msg("the peak is none: %lld bytes more", at_peak - before);
	if (bytes() - before > (at_peak - before) / 8)
		fail_msg("%lld of %lld bytes are not given back", bytes() - before,
			 at_peak - before);
}

/* A few stay, and the loop still reports them. */
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
		for (int i = 0; i < peak; i++) /* if 7 divides it */
			event_del(&events_of_peak[i]);
		few_are_left();
		if (!round)
			assert_given_back(before, at_peak);
		close_peak(NULL);
	}
	end_base();
}

/* The loop takes them out and allocates nothing; the program's next call gives the memory back. */
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

/* While the loop sleeps, or runs, in another thread. */
static void test_memory_after_a_peak_from_another_thread(void **state)
{
	long long before, at_peak;
	struct watched *const told = &watched[1];
	pthread_t thread;

	(void)state;
	if (!with_locks)
		LOOP_TEST_SKIP("%s: needs locks\n", backend->name);
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
	/* It may have run before all were added. */
	if (at_peak - before >= 8 * peak)
		assert_given_back(before, at_peak);
	end_base();
}

/* ----------------------------------------------------------------------------------- structures */

/* Timers of every structure: plain, persistent and common ones. */
static void test_timers_of_all_structures(void **state)
{
	enum { TIMERS = 200 };
	static struct watched timers[TIMERS];

	(void)state;
	for (size_t i = 0; timer_structures[i]; i++) {
		const struct timeval *queue;

		struct event_config *config = event_config_new();

		event_config_require_method(config, "virtual");
		/* One that only wraps another is none by itself. */
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

/* ---------------------------------------------------------------------------------- all of them */

static int open_descriptors(void **state)
{
	(void)state;
	for (int i = 0; i < MOST; i++) {
		int ends[2];

		/* The other end is kept by none: both ends of a pair in one would be gone. */
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends))
			return -1;
		watched[i].fd = ends[0];
		if (write(ends[1], "x", 1) != 1)
			return -1;
	}
	return 0;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_descriptors_added_right_before),
	cmocka_unit_test(test_many_at_once),
	cmocka_unit_test(test_events_that_do_not_persist),
	cmocka_unit_test(test_adding_in_callbacks),
	cmocka_unit_test(test_timeouts_of_descriptors),
	cmocka_unit_test(test_timeouts_of_descriptors_as_in_libevent),
	cmocka_unit_test(test_signals_timers_and_watchers),
	cmocka_unit_test(test_adds_from_another_thread),
	cmocka_unit_test(test_failing_adds_of_descriptors),
	cmocka_unit_test(test_failing_adds_of_signals),
	cmocka_unit_test(test_random_programs),
	cmocka_unit_test_teardown(test_memory_after_a_peak, close_peak),
	cmocka_unit_test_teardown(test_memory_after_a_peak_of_single_shots, close_peak),
	cmocka_unit_test_teardown(test_memory_after_a_peak_from_another_thread, close_peak),
};

static const struct CMUnitTest structure_tests[] = {
	cmocka_unit_test(test_timers_of_all_structures),
};

static void say_nothing(int severity, const char *message)
{
	(void)severity, (void)message;
}

/* As many as a peak is to have, if that is allowed. */
static void raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
	peak = limit.rlim_cur > 4000 ? 2000 : (int)limit.rlim_cur - 2 * MOST - 100;
}

static void use_locks(bool wanted)
{
	with_locks = wanted;
	if (wanted) {
		evthread_use_pthreads();
		return;
	}
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
}

int main(void)
{
	const int count = (int)(sizeof(tests) / sizeof(*tests));
	int failed, run_tests = 1;

	alarm(600); /* what hangs has failed */
	raise_limit();
	event_set_log_callback(say_nothing);
	if (open_descriptors(NULL))
		return 1;
	events_of_peak = calloc((size_t)peak, sizeof(*events_of_peak));
	descriptors_of_peak = calloc((size_t)peak, sizeof(*descriptors_of_peak));
	failed = cmocka_run_group_tests(structure_tests, NULL, NULL);
	for (size_t i = 0; backends[i]; i++) {
		backend = backends[i];
		for (int locks = 0; locks < 2; locks++) {
			use_locks(locks);
			print_message("%s, %s\n", backend->name, locks ? "locks" : "no locks");
			failed += cmocka_run_group_tests_name(backend->name, tests, NULL, NULL);
			run_tests += count;
		}
	}
	free(events_of_peak);
	free(descriptors_of_peak);
	printf("%d passed, %d failed, %u skipped\n", run_tests - failed - (int)loop_test_skipped,
	       failed, loop_test_skipped);
	return failed ? 1 : 0;
}
