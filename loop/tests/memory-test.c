/*
 * memory-test - the program's own functions for memory, which fail
 *
 * Each function that allocates is called with the first allocation failing, then with the second,
 * and so on, until it succeeds. Each failure must be returned, change nothing and leak nothing.
 * Each test does this twice: once only one allocation fails, and once all later allocations fail,
 * too.
 */
#include "loop/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include <event2/thread.h>
#include <event2/watch.h>

#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

static int live, before_failure;
static bool just_one_fails;

static bool there_is_memory(void)
{
	int left = before_failure--;

	return left > 0 || (just_one_fails && left < 0);
}

static void *count_malloc(size_t size)
{
	void *memory = there_is_memory() ? malloc(size) : NULL;

	live += !!memory;
	return memory;
}

static void *count_realloc(void *memory, size_t size)
{
	void *moved = there_is_memory() ? realloc(memory, size) : NULL;

	live += moved && !memory;
	return moved;
}

static void count_free(void *memory)
{
	live -= !!memory;
	free(memory);
}

static struct event_base *base;
static struct event *made;

static int begin(void **state)
{
	live = 0;
	base = NULL;
	just_one_fails = false;
	before_failure = INT32_MAX;
	event_set_mem_functions(count_malloc, count_realloc, count_free);
	return journal_start(state);
}

static int end(void **state)
{
	(void)state;
	libevent_global_shutdown();
	event_set_mem_functions(NULL, NULL, NULL);
	event_set_log_callback(NULL);
	event_set_fatal_callback(NULL);
	event_enable_debug_logging(EVENT_DBG_NONE);
	return live ? -1 : 0;
}

/* The operations to try. Each returns 0, or -1 if memory runs out. */
static const char *method = "virtual";
static int flags;

static int make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *another = NULL;

	if (config && !event_config_require_method(config, method) &&
	    !event_config_avoid_method(config, "no such") &&
	    !event_config_set_timer_structure(config, "quad-heap") &&
	    !event_config_set_flag(config, flags | EVENT_BASE_FLAG_IGNORE_ENV))
		another = event_base_new_with_config(config);
	event_config_free(config);
	if (!another)
		return -1;
	event_base_free(another);
	return 0;
}

static int make_event(void)
{
	made = event_new(base, -1, 0, note, "a");
	if (!made)
		return -1;
	event_free(made);
	return 0;
}

static int add_once(void)
{
	return event_base_once(base, -1, EV_TIMEOUT, note, "o", &second);
}

static int add_descriptor(void)
{
	return event_add(made, NULL);
}

static int add_signal(void)
{
	return event_add(made, &second);
}

static int add_common(void)
{
	static int seconds = 100;
	const struct timeval duration = { seconds, 0 };

	/*
	 * Takes a new duration each time, because a known duration allocates nothing. The array of
	 * queues grows by several entries at a time.
	 */
	if (!event_base_init_common_timeout(base, &duration))
		return -1;
	seconds++;
	return 0;
}

static int set_priorities(void)
{
	int before = event_base_get_npriorities(base);

	if (!event_base_priority_init(base, 200))
		return 0;
	assert_int_equal(event_base_get_npriorities(base), before);
	return -1;
}

static void nothing(struct evwatch *watch, const struct evwatch_prepare_cb_info *info, void *arg)
{
	(void)watch, (void)info, (void)arg;
}

static void nothing_checked(struct evwatch *watch, const struct evwatch_check_cb_info *info,
			    void *arg)
{
	(void)watch, (void)info, (void)arg;
}

static int add_watcher(void)
{
	return evwatch_prepare_new(base, nothing, NULL) ? 0 : -1;
}

static int add_check_watcher(void)
{
	return evwatch_check_new(base, nothing_checked, NULL) ? 0 : -1;
}

static int events_added(void)
{
	return event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
}

/*
 * Calls the function with memory for `budget` allocations. If there is a base, it may keep the room
 * that it made. Otherwise the function must leave nothing allocated.
 */
static int try_with(int budget, int (*function)(void))
{
	int had = live, added = events_added(), result;

	before_failure = budget;
	result = function();
	before_failure = INT32_MAX;
	if (base)
		loop_test_check(base);
	if (!base || function == make_event)
		assert_int_equal(live, had);
	if (result) {
		assert_int_equal(result, -1);
		assert_int_equal(events_added(), added);
	}
	return result;
}

/* Returns the number of allocations that the function needs. */
static int fails_until_there_is_memory(int (*function)(void))
{
	for (int budget = 0; budget < 100; budget++) {
		if (!try_with(budget, function))
			return budget;
	}
	fail_msg("it never succeeds");
	return 0;
}

/* If memory runs out, the loop must not choose another backend. */
static void test_backend_without_memory(void **state)
{
	struct event_base *wanted = event_base_new(), *got = NULL;

	(void)state;
	for (int budget = 0; budget < 100 && !got; budget++) {
		before_failure = budget;
		got = event_base_new();
		before_failure = INT32_MAX;
	}
	assert_non_null(got);
	assert_string_equal(event_base_get_method(got), event_base_get_method(wanted));
	event_base_free(got);
	event_base_free(wanted);
}

static void test_making_bases_without_memory(void **state)
{
	static const char *const methods[] = { "virtual", "epoll", "poll", "select", "io_uring" };

	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		method = methods[i];
		if (make_base()) { /* a machine may lack only io_uring */
			assert_string_equal(method, "io_uring");
			continue;
		}
		for (int one = 0; one < 2; one++) {
			just_one_fails = one;
			assert_true(fails_until_there_is_memory(make_base) >= 7);
		}
	}
	method = "virtual";
	assert_int_equal(make_base(), 0);
}

/*
 * A base with locks also allocates its lock, its condition, and the event that wakes up the loop.
 */
static void test_making_bases_with_locks_without_memory(void **state)
{
	int without, with;

	(void)state;
	without = fails_until_there_is_memory(make_base);
	assert_int_equal(evthread_use_pthreads(), 0);
	for (int one = 0; one < 2; one++) {
		just_one_fails = one;
		with = fails_until_there_is_memory(make_base);
		assert_true(with >= without + 3);
		flags = EVENT_BASE_FLAG_NOLOCK;
		assert_int_equal(fails_until_there_is_memory(make_base), without);
		flags = 0;
	}
	evthread_set_lock_callbacks(NULL);
	evthread_set_condition_callbacks(NULL);
	evthread_set_id_callback(NULL);
}

/* A failed call must not change the configuration. */
static void test_configuring_without_memory(void **state)
{
	struct event_config *config = event_config_new();

	(void)state;
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	assert_int_equal(event_config_require_method(config, "virtual"), 0);
	assert_int_equal(event_config_set_timer_structure(config, "quad-heap"), 0);
	before_failure = 0;
	assert_null(event_config_new());
	assert_int_equal(event_config_require_method(config, "poll"), -1);
	assert_int_equal(event_config_set_timer_structure(config, "hierarchical-wheel"), -1);
	assert_int_equal(event_config_avoid_method(config, "virtual"), -1);
	before_failure = INT32_MAX;
	base = event_base_new_with_config(config);
	assert_string_equal(event_base_get_method(base), "virtual");
	assert_string_equal(event_base_get_timer_structure(base), "quad-heap");
	end_base(base);
	event_config_free(config);
	event_config_free(NULL);
}

static void test_everything_without_memory(void **state)
{
	static const struct {
		int (*function)(void);
		int at_least;
	} tries[] = { { make_event, 1 },     { add_once, 1 },	 { add_common, 2 },
		      { add_common, 1 },     { add_common, 1 },	 { set_priorities, 1 },
		      { set_priorities, 1 }, { add_watcher, 1 }, { add_check_watcher, 1 } };

	(void)state;
	for (int one = 0; one < 2; one++) {
		just_one_fails = one;
		base = virtual_base(0);
		for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++)
			assert_true(fails_until_there_is_memory(tries[i].function) >=
				    tries[i].at_least);
		assert_int_equal(event_base_dispatch(base), 1);
		assert_journal("o");
		end_base(base);
	}
}

/* Makes as many queues as are allowed. Their array grows several times. */
static void test_common_timeouts_without_memory(void **state)
{
	int allocations = 0;

	(void)state;
	base = virtual_base(0);
	for (int i = 0; i < 256; i++)
		allocations += fails_until_there_is_memory(add_common);
	assert_in_range(allocations, 256 + 2, 512);
	assert_int_equal(add_common(), -1); /* the 257th is refused */
	end_base(base);
}

static int once_for_a_descriptor(void)
{
	return event_base_once(base, event_get_fd(made), EV_READ | EV_TIMEOUT, note, "o", &second);
}

static int add_with_timeout(void)
{
	return event_add(made, &second);
}

static int run(void)
{
	return event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* A failed add must leave the event unchanged. Then both events are called once. */
static void use_descriptors_of(const char *backend, int readable)
{
	base = loop_test_base(backend, NULL, 0);
	if (!base)
		return;
	made = event_new(base, readable, EV_READ | EV_PERSIST, note, "r");
	assert_true(fails_until_there_is_memory(once_for_a_descriptor) >= 2);
	assert_int_equal(event_pending(made, EV_READ | EV_TIMEOUT, NULL), 0);
	fails_until_there_is_memory(add_with_timeout);
	assert_int_equal(event_pending(made, EV_READ | EV_TIMEOUT, NULL), EV_READ | EV_TIMEOUT);
	assert_int_equal(fails_until_there_is_memory(run), 0); /* an iteration allocates nothing */
	assert_int_equal(journal.length, 2);
	event_del(made);
	assert_int_equal(events_added(), 0);
	event_free(made);
	end_base(base);
	journal_start(NULL);
}

static void test_descriptors_of_all_backends_without_memory(void **state)
{
	static const char *const methods[] = { "virtual", "epoll", "poll", "select", "io_uring" };
	int ends[2], high;

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	high = fcntl(ends[0], F_DUPFD, 500); /* beyond the initial room of the tables */
	assert_true(high >= 500);
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		for (int one = 0; one < 2; one++) {
			just_one_fails = one;
			use_descriptors_of(methods[i], ends[0]);
			use_descriptors_of(methods[i], high);
		}
	}
	close(high);
	close(ends[0]);
	close(ends[1]);
}

static void test_descriptors_and_signals_without_memory(void **state)
{
	int ends[2];

	(void)state;
	base = virtual_base(0);
	assert_int_equal(pipe(ends), 0);
	made = event_new(base, ends[0], EV_READ, note, "a");
	assert_true(fails_until_there_is_memory(add_descriptor) >= 1);
	assert_int_equal(event_pending(made, EV_READ, NULL), EV_READ);
	event_free(made);
	made = evsignal_new(base, SIGUSR1, note, "s");
	assert_true(fails_until_there_is_memory(add_signal) >= 1);
	assert_int_equal(event_pending(made, EV_SIGNAL | EV_TIMEOUT, NULL), EV_SIGNAL | EV_TIMEOUT);
	raise(SIGUSR1);
	event_base_loop(base, EVLOOP_ONCE);
	assert_journal("s");
	event_free(made);
	end_base(base);
	close(ends[0]);
	close(ends[1]);
}

/*
 * The first signal event of a base also allocates for the signals' pipe, and for the loop's event
 * that reads the pipe.
 */
static void test_first_signals_without_memory(void **state)
{
	(void)state;
	for (int one = 0; one < 2; one++) {
		just_one_fails = one;
		base = virtual_base(0);
		made = evsignal_new(base, SIGUSR1, note, "s");
		assert_true(fails_until_there_is_memory(add_with_timeout) >= 3);
		raise(SIGUSR1);
		event_base_loop(base, EVLOOP_ONCE);
		assert_journal("s");
		event_free(made);
		end_base(base);
	}
}

/* If descriptors run out, no base may be made and no memory may leak. */
static void test_making_bases_without_descriptors(void **state)
{
	static const char *const methods[] = { "epoll", "io_uring" };
	struct rlimit enough, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &enough), 0);
	none = enough;
	none.rlim_cur = 0;
	for (size_t i = 0; i < 2; i++) {
		int had = live, result;

		method = methods[i];
		setrlimit(RLIMIT_NOFILE, &none);
		result = make_base();
		setrlimit(RLIMIT_NOFILE, &enough);
		assert_int_equal(result, -1);
		assert_int_equal(live, had);
	}
	method = "virtual";
}

/* Freeing a base must free everything that the base has made. `end` checks that nothing is left. */
static void test_nothing_is_left(void **state)
{
	struct event *event;

	(void)state;
	base = virtual_base(0);
	event = evsignal_new(base, SIGUSR2, note, "s");
	event_add(event, &second);
	event_base_once(base, -1, EV_TIMEOUT, note, "o", &second);
	event_base_init_common_timeout(base, &second);
	event_base_priority_init(base, 10);
	evwatch_prepare_new(base, nothing, NULL);
	assert_true(live > 5);
	event_free(event);
	event_base_free(base);
}

static void test_helpers(void **state)
{
	char *text;

	(void)state;
	errno = 0;
	assert_null(memory_allocate_zeroed(SIZE_MAX / 2, 3));
	assert_int_equal(errno, ENOMEM);
	text = memory_copy_text("abc");
	assert_string_equal(text, "abc");
	memory_free(text);
	memory_free(NULL);
	text = memory_allocate(0);
	assert_non_null(text);
	memory_free(text);
	before_failure = 0;
	errno = 0;
	assert_null(memory_allocate(1)); /* the program's functions need not set errno */
	assert_int_equal(errno, ENOMEM);
	assert_null(memory_copy_text("abc"));
	assert_null(memory_allocate_zeroed(1, 1));
}

/* If one of the functions is NULL, the loop uses the C library's function in its place. */
static void test_some_functions_only(void **state)
{
	void *memory;

	(void)state;
	event_set_mem_functions(count_malloc, NULL, NULL);
	memory = memory_allocate(1);
	assert_int_equal(live, 1);
	memory = memory_reallocate(memory, 2);
	memory_free(memory);
	assert_int_equal(live, 1);
	event_set_mem_functions(NULL, NULL, count_free);
	memory_free(memory_allocate(1));
	assert_int_equal(live, 0);
	event_set_mem_functions(NULL, count_realloc, NULL);
	memory_free(memory_reallocate(NULL, 1));
	assert_int_equal(live, 1);
	event_set_mem_functions(NULL, NULL, NULL);
	memory_free(memory_allocate(1));
	assert_int_equal(live, 1);
	live = 0;
}

/*
 * libevent_global_shutdown frees the process's data. A program may call it twice, and can use all
 * functions afterwards.
 */
static void test_global_shutdown(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		base = virtual_base(0);
		event_base_once(base, -1, EV_TIMEOUT, note, "o", &second);
		assert_int_equal(event_base_dispatch(base), 1);
		assert_journal("o");
		end_base(base);
		libevent_global_shutdown();
		libevent_global_shutdown();
		assert_int_equal(live, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(test_backend_without_memory),
	TEST(test_making_bases_without_memory),
	TEST(test_making_bases_with_locks_without_memory),
	TEST(test_configuring_without_memory),
	TEST(test_everything_without_memory),
	TEST(test_common_timeouts_without_memory),
	TEST(test_descriptors_of_all_backends_without_memory),
	TEST(test_descriptors_and_signals_without_memory),
	TEST(test_first_signals_without_memory),
	TEST(test_making_bases_without_descriptors),
	TEST(test_nothing_is_left),
	TEST(test_helpers),
	TEST(test_some_functions_only),
	TEST(test_global_shutdown),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
