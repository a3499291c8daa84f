/*
 * choosing-test - how a program and its environment choose a backend and a timer structure
 *
 * config-test tries all combinations of ways to choose a backend.
 */
#include <event2/event_struct.h>

#include "loop/backend.h"
#include "loop/tests/journal.h"

static const struct timeval second = { 1, 0 };

/* ---------------------------------------------------------------------------- configuration */

/* Returns the most preferred backend that has all these features and is not avoided. */
static const char *preferred(int features, const char *avoided)
{
	const struct backend *best = NULL;

	for (size_t i = 0; backends[i]; i++) {
		const struct backend *backend = backends[i];

		if (!backend->preference || (backend->features & features) != features ||
		    (avoided && !strcmp(backend->name, avoided)))
			continue;
		if (!best || backend->preference < best->preference)
			best = backend;
	}
	return best ? best->name : NULL;
}

/* Makes a base, which must have this backend. If `method` is NULL, no base may be made. */
static void assert_makes(struct event_config *config, const char *method)
{
	struct event_base *base = event_base_new_with_config(config);

	if (!method) {
		assert_null(base);
		assert_warned("no backend");
		return;
	}
	assert_non_null(base);
	assert_string_equal(event_base_get_method(base), method);
	end_base(base);
}

static void test_avoiding_and_requiring(void **state)
{
	const char *best = preferred(0, NULL);
	struct event_config *config = event_config_new();

	(void)state;
	assert_makes(config, best);
	assert_makes(NULL, best);
	assert_int_equal(event_config_avoid_method(config, "no such thing"), 0);
	assert_makes(config, best);
	assert_int_equal(event_config_avoid_method(config, best), 0);
	assert_makes(config, preferred(0, best));
	for (size_t i = 0; backends[i]; i++)
		event_config_avoid_method(config, backends[i]->name);
	assert_makes(config, NULL);
	assert_int_equal(event_config_require_method(config, best), 0);
	assert_makes(config, NULL);
	assert_int_equal(event_config_require_method(config, "no such thing"), 0);
	assert_makes(config, NULL);
	event_config_free(config);
	config = event_config_new();
	assert_int_equal(event_config_require_method(config, "virtual"), 0);
	assert_makes(config, "virtual");
	event_config_free(config);
}

static void test_features(void **state)
{
	static const int wanted[] = { 0,
				      EV_FEATURE_ET,
				      EV_FEATURE_O1,
				      EV_FEATURE_FDS,
				      EV_FEATURE_ET | EV_FEATURE_O1,
				      EV_FEATURE_EARLY_CLOSE,
				      EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE };
	struct event_config *config = event_config_new();

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		/* Only the last call counts: the calls' features do not add up. */
		assert_int_equal(event_config_require_features(config, wanted[i]), 0);
		assert_makes(config, preferred(wanted[i], NULL));
	}
	event_config_require_features(config, 0x4000);
	assert_makes(config, NULL);
	event_config_free(config);
}

static void test_null_configurations(void **state)
{
	(void)state;
	event_config_free(NULL);
	assert_int_equal(event_config_avoid_method(NULL, "epoll"), -1);
	assert_int_equal(event_config_require_features(NULL, 0), -1);
	assert_int_equal(event_config_set_flag(NULL, 0), -1);
	assert_int_equal(event_config_set_num_cpus_hint(NULL, 2), -1);
	assert_int_equal(event_config_set_max_dispatch_interval(NULL, NULL, 1, 0), -1);
	assert_int_equal(event_config_set_timer_structure(NULL, "quad-heap"), -1);
	assert_int_equal(event_config_require_method(NULL, "epoll"), -1);
	assert_int_equal(event_config_set_expiry_budget(NULL, 1), -1);
}

static void test_supported_methods(void **state)
{
	const char **names = event_get_supported_methods();
	size_t count = 0;

	(void)state;
	for (; names[count]; count++) {
		struct event_config *config = event_config_new();

		assert_string_not_equal(names[count], "virtual"); /* chosen only on request */
		assert_int_equal(event_config_require_method(config, names[count]), 0);
		event_base_free(event_base_new_with_config(config)); /* the machine may lack it */
		event_config_free(config);
	}
	assert_true(count >= 3);
	/* The names must be in the order in which the loop tries the backends. */
	assert_string_equal(names[0], "epoll");
	assert_string_equal(names[1], "poll");
	assert_string_equal(names[2], "select");
	assert_ptr_equal(event_get_supported_methods(), names);
}

static void assert_structure(const struct event_config *config, const char *structure)
{
	struct event_base *base = event_base_new_with_config(config);

	assert_non_null(base);
	assert_string_equal(event_base_get_timer_structure(base), structure);
	end_base(base);
}

static void test_timer_structures(void **state)
{
	static const char *const wrong[] = {
		"",	"no-such-thing",      "quad-heap:no=1",	    "hierarchical-wheel:tick=never",
		"lazy", "lazy:no-such-thing", "lazy:lazy:quad-heap"
	};
	struct event_config *config = event_config_new();

	(void)state;
	assert_structure(config, "quad-heap");
	assert_int_equal(event_config_set_timer_structure(config, "binary-heap"), 0);
	assert_structure(config, "binary-heap");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (!event_config_set_timer_structure(config, wrong[i]))
			fail_msg("'%s' is not refused", wrong[i]);
		assert_warned("timer structure");
		assert_structure(config, "binary-heap"); /* nothing has changed */
	}
	assert_int_equal(event_config_set_timer_structure(config, "hierarchical-wheel:tick=2ms"),
			 0);
	assert_structure(config, "hierarchical-wheel:tick=2ms");
	assert_int_equal(
		event_config_set_timer_structure(config, "lazy:hierarchical-wheel:tick=2ms"), 0);
	assert_structure(config, "lazy:hierarchical-wheel:tick=2ms");
	assert_int_equal(event_config_set_timer_structure(config, NULL), 0);
	assert_structure(config, "quad-heap");
	event_config_free(config);
}

/* ----------------------------------------------------------------------------- environment */

static const char *const variables[] = {
	"EVENT_TIMERS",	    "EVENT_TIMER_REINSERT", "EVENT_METHOD",	  "EVENT_SHOW_METHOD",
	"EVENT_NOEPOLL",    "EVENT_NOPOLL",	    "EVENT_NOSELECT",	  "EVENT_NOIO_URING",
	"EVENT_NOVIRTUAL",  "EVENT_PRECISE_TIMER",  "EVENT_COARSE_TIMER", "EVENT_LIBEVENT_2_1",
	"EVENT_NOBACKENDX",
};

/* Clears the variables before and after each test, so that a test sees only those that it sets. */
static int clear_environment(void **state)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		unsetenv(variables[i]);
	return journal_start(state);
}

static void test_environment_structure(void **state)
{
	struct event_config *config = event_config_new();

	(void)state;
	setenv("EVENT_TIMERS", "binary-heap", 1);
	assert_structure(NULL, "binary-heap");
	assert_structure(config, "binary-heap");
	event_config_set_timer_structure(config, "sorted-list"); /* the program's choice wins */
	assert_structure(config, "sorted-list");
	event_config_set_timer_structure(config, NULL);
	setenv("EVENT_TIMERS", "", 1); /* an empty variable counts as unset */
	assert_structure(NULL, "quad-heap");
	setenv("EVENT_TIMERS", "no-such-thing", 1);
	assert_null(event_base_new());
	assert_warned("no-such-thing");
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	assert_structure(config, "quad-heap");
	event_config_free(config);
}

static void test_environment_disables_methods(void **state)
{
	const char *best = preferred(0, NULL);
	struct event_config *config = event_config_new();

	(void)state;
	setenv("EVENT_NOBACKENDX", "1", 1);
	assert_makes(NULL, best);
	setenv("EVENT_NOEPOLL", "1", 1);
	assert_makes(NULL, preferred(0, "epoll"));
	setenv("EVENT_NOPOLL", "1", 1);
	setenv("EVENT_NOSELECT", "1", 1);
	setenv("EVENT_NOIO_URING", "1", 1);
	assert_makes(NULL, NULL);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	assert_makes(config, best);
	event_config_free(config);
}

static void test_environment_method(void **state)
{
	struct event_config *config = event_config_new();

	(void)state;
	setenv("EVENT_METHOD", "poll", 1);
	assert_makes(NULL, "poll");
	setenv("EVENT_METHOD", "virtual", 1);
	assert_makes(NULL, "virtual");
	setenv("EVENT_METHOD", "", 1);
	assert_makes(NULL, preferred(0, NULL));
	setenv("EVENT_METHOD", "no such thing", 1);
	assert_makes(NULL, NULL);
	event_config_require_method(config, "select"); /* the program's choice wins */
	assert_makes(config, "select");
	event_config_require_method(config, NULL);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	assert_makes(config, preferred(0, NULL));
	event_config_free(config);
}

static void test_environment_shows_the_method(void **state)
{
	struct event_config *config = event_config_new();

	(void)state;
	event_config_require_method(config, "virtual");
	assert_makes(config, "virtual");
	assert_string_equal(journal.message, "");
	setenv("EVENT_SHOW_METHOD", "1", 1);
	assert_makes(config, "virtual");
	assert_int_equal(journal.severity, EVENT_LOG_MSG);
	assert_non_null(strstr(journal.message, "libevent using: virtual"));
	assert_non_null(strstr(journal.message, "quad-heap"));
	journal.message[0] = '\0';
	event_config_set_flag(config,
			      EVENT_BASE_FLAG_IGNORE_ENV); /* this variable is read nevertheless */
	assert_makes(config, "virtual");
	assert_non_null(strstr(journal.message, "virtual"));
	event_config_free(config);
}

/* Re-adds in place and re-adds by removal must have the same result. */
static void run_readds(int flags)
{
	struct event_config *config = event_config_new();
	struct event events[3];
	struct event_base *base;
	static char letters[][2] = { "a", "b", "c" };

	event_config_set_flag(config, flags);
	event_config_require_method(config, "virtual");
	base = event_base_new_with_config(config);
	event_config_free(config);
	for (int i = 0; i < 3; i++) {
		evtimer_assign(&events[i], base, note, letters[i]);
		event_add(&events[i], &(struct timeval){ i + 1, 0 });
	}
	event_add(&events[0], &(struct timeval){ 5, 0 });
	event_add(&events[2], &(struct timeval){ 1, 0 });
	event_add(&events[2], event_base_init_common_timeout(base, &(struct timeval){ 4, 0 }));
	event_add(&events[1], event_base_init_common_timeout(base, &(struct timeval){ 4, 0 }));
	event_add(&events[1], &second);
	assert_int_equal(checked_loop(base, 0), 1);
	assert_journal("bca");
	assert_int_equal(virtual_now(base), 5000 * MILLISECOND);
	end_base(base);
}

static void test_environment_reinsert(void **state)
{
	(void)state;
	run_readds(0);
	run_readds(EVENT_BASE_FLAG_TIMER_REINSERT);
	setenv("EVENT_TIMER_REINSERT", "1", 1);
	run_readds(0);
	run_readds(EVENT_BASE_FLAG_IGNORE_ENV);
	setenv("EVENT_TIMER_REINSERT", "0", 1);
	run_readds(0);
}

/*
 * Shows the flag LIBEVENT_2_1 by its effect. libevent starts timeouts and waits at the cached time.
 * So the first timer fires at the right time, and the second fires together with it, which is 50 ms
 * too early.
 */
static void add_late(evutil_socket_t fd, short what, void *arg)
{
	struct event *event = arg;

	(void)fd, (void)what;
	event_base_virtual_advance(event_get_base(event), 60 * MILLISECOND);
	event_base_once(event_get_base(event), -1, EV_TIMEOUT, note, "o",
			&(struct timeval){ 0, 50000 });
	event_add(event, &(struct timeval){ 0, 100000 });
}

static uint64_t end_of_a_late_add(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;
	struct event event;
	uint64_t end;

	event_config_require_method(config, "virtual");
	base = event_base_new_with_config(config);
	event_config_free(config);
	evtimer_assign(&event, base, note, "e");
	event_base_once(base, -1, EV_TIMEOUT, add_late, &event, &second);
	assert_int_equal(checked_loop(base, 0), 1);
	end = virtual_now(base);
	end_base(base);
	return end;
}

static void test_environment_flags(void **state)
{
	(void)state;
	assert_int_equal(end_of_a_late_add(), 1160 * MILLISECOND);
	setenv("EVENT_LIBEVENT_2_1", "0", 1);
	assert_int_equal(end_of_a_late_add(), 1160 * MILLISECOND);
	setenv("EVENT_LIBEVENT_2_1", "1", 1);
	assert_int_equal(end_of_a_late_add(), 1110 * MILLISECOND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear_environment, clear_environment)

static const struct CMUnitTest tests[] = {
	TEST(test_avoiding_and_requiring),
	TEST(test_features),
	TEST(test_null_configurations),
	TEST(test_supported_methods),
	TEST(test_timer_structures),
	TEST(test_environment_structure),
	TEST(test_environment_disables_methods),
	TEST(test_environment_method),
	TEST(test_environment_shows_the_method),
	TEST(test_environment_reinsert),
	TEST(test_environment_flags),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
