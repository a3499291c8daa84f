/*
 * memory-log-test - the program's own functions for memory and for messages
 *
 * Each function that needs memory is called with the first allocation failing, the second, and so
 * on, until it succeeds: it must say so each time, change nothing, and lose nothing.
 */
#include "loop/log.h"
#include "loop/memory.h"

#include <errno.h>
#include <stdint.h>

#include <event2/event_struct.h>
#include <event2/watch.h>

#include "loop/tests/child.h"
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

static int live, before_failure;

static void *count_malloc(size_t size)
{
	void *memory = before_failure-- > 0 ? malloc(size) : NULL;

	live += !!memory;
	return memory;
}

static void *count_realloc(void *memory, size_t size)
{
	void *moved = before_failure-- > 0 ? realloc(memory, size) : NULL;

	live += moved && !memory;
	return moved;
}

static void count_free(void *memory)
{
	live -= !!memory;
	free(memory);
}

static int begin(void **state)
{
	live = 0;
	before_failure = INT32_MAX;
	event_set_mem_functions(count_malloc, count_realloc, count_free);
	return journal_start(state);
}

static int end(void **state)
{
	(void)state;
	libevent_global_shutdown();
	event_set_mem_functions(NULL, NULL, NULL);
	return live ? -1 : 0;
}

/* ------------------------------------------------------------------------------------- memory */

/* Things to do with a base; 0 when it was done. */
static struct event_base *base;
static struct event *made;

static int make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *another = NULL;

	if (config && !event_config_require_method(config, "virtual") &&
	    !event_config_avoid_method(config, "epoll") &&
	    !event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV))
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

	/* Room is made for several at once; a new duration each time. */
	if (!event_base_init_common_timeout(base, &duration))
		return -1;
	seconds++;
	return 0;
}

static int set_priorities(void)
{
	return event_base_priority_init(base, 200);
}

static void nothing(struct evwatch *watch, const struct evwatch_prepare_cb_info *info, void *arg)
{
	(void)watch, (void)info, (void)arg;
}

static int add_watcher(void)
{
	return evwatch_prepare_new(base, nothing, NULL) ? 0 : -1;
}

/* How many allocations it takes. */
static int fails_until_there_is_memory(int (*function)(void))
{
	for (int budget = 0; budget < 100; budget++) {
		int result;

		before_failure = budget;
		result = function();
		before_failure = INT32_MAX;
		if (base)
			loop_test_check(base);
		if (!result)
			return budget;
		assert_int_equal(result, -1); /* room that was made may stay: `end` counts */
	}
	fail_msg("it never succeeds");
	return 0;
}

static void test_making_bases_without_memory(void **state)
{
	(void)state;
	base = NULL;
	assert_true(fails_until_there_is_memory(make_base) >= 5);
}

static void test_everything_without_memory(void **state)
{
	static const struct {
		int (*function)(void);
		int at_least;
	} tries[] = { { make_event, 1 }, { add_once, 1 },	{ add_common, 2 },
		      { add_common, 1 }, { set_priorities, 1 }, { add_watcher, 1 } };

	(void)state;
	base = virtual_base(0);
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++)
		assert_true(fails_until_there_is_memory(tries[i].function) >= tries[i].at_least);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_journal("o");
	end_base(base);
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

/* Everything that a base makes goes with it: `end` looks at what is left. */
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
}

/* ----------------------------------------------------------------------------------- messages */

static void test_severities(void **state)
{
	(void)state;
	log_message("number %d", 7);
	assert_int_equal(journal.severity, EVENT_LOG_MSG);
	assert_string_equal(journal.message, "number 7");
	log_warning("careful");
	assert_int_equal(journal.severity, EVENT_LOG_WARN);
	log_warning_errno(ENOENT, "file %s", "x");
	assert_string_equal(journal.message, "file x: No such file or directory");
}

static void test_debug_messages_when_wanted(void **state)
{
	(void)state;
	log_debug("not wanted");
	assert_string_equal(journal.message, "");
	event_enable_debug_logging(EVENT_DBG_ALL);
	log_debug("wanted");
	event_enable_debug_logging(EVENT_DBG_NONE);
	assert_string_equal(journal.message, "wanted");
	assert_int_equal(journal.severity, EVENT_LOG_DEBUG);
}

static void test_long_messages_are_cut(void **state)
{
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_warning_errno(ENOENT, "%s", text);
	assert_true(strlen(journal.message) > 400);
}

/* Without a callback they go to stderr, where a child has a pipe. */
static void test_messages_without_a_callback(void **state)
{
	char text[64] = { 0 };
	int ends[2], kept = dup(2);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	event_set_log_callback(NULL);
	dup2(ends[1], 2);
	log_warning("one two");
	dup2(kept, 2);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "[warn] one two\n");
	close(kept);
	close(ends[0]);
	close(ends[1]);
}

static void leave_with(int error)
{
	_exit(error == ENOENT ? 42 : 43);
}

static void die_for_a_reason(void)
{
	event_set_fatal_callback(leave_with);
	log_fatal(ENOENT, "gone");
}

static void die_of_misuse(void)
{
	event_set_fatal_callback(leave_with);
	log_fatal(0, "wrong");
}

static void die_without_a_callback(void)
{
	log_fatal(ENOENT, "gone");
}

static void test_fatal_errors(void **state)
{
	(void)state;
	assert_int_equal(end_of_child(die_for_a_reason), 42);
	assert_int_equal(end_of_child(die_of_misuse), 43);
	assert_int_equal(end_of_child(die_without_a_callback), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(test_making_bases_without_memory),
	TEST(test_everything_without_memory),
	TEST(test_descriptors_and_signals_without_memory),
	TEST(test_nothing_is_left),
	TEST(test_helpers),
	TEST(test_severities),
	TEST(test_debug_messages_when_wanted),
	TEST(test_long_messages_are_cut),
	TEST(test_messages_without_a_callback),
	TEST(test_fatal_errors),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
