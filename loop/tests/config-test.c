/*
 * config-test - required features, methods and the environment decide which backend a base gets
 *
 * Each way to choose a backend is tried with every backend, with each way to exclude the backend,
 * and with each set of required features. The rule is that of libevent 2.1: the loop does not take
 * a backend that lacks a required feature, is avoided, or is disabled by the environment. If no
 * backend is left, no base is made.
 */
#include <ctype.h>

#include <event2/event_compat.h>

#include "loop/backend.h"
#include "loop/tests/child.h"
#include "loop/tests/journal.h"

#define ALL_FEATURES (EV_FEATURE_ET | EV_FEATURE_O1 | EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE)

/* A configuration and an environment. */
struct request {
	const char *required;	  /* by event_config_require_method */
	const char *in_method;	  /* EVENT_METHOD */
	const char *avoided[8];	  /* by event_config_avoid_method */
	const char *disabled[32]; /* by EVENT_NO */
	bool ignores_environment; /* EVENT_BASE_FLAG_IGNORE_ENV */
	int features;
};

static bool contains(const char *const *names, const char *name)
{
	for (; *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return false;
}

static void append(const char **names, const char *name)
{
	while (*names)
		names++;
	*names = name;
}

/* ------------------------------------------------------------------------- the expected backend */

/* The names of the backends that work on this machine. */
static const char *machine_has[16];

static void look_at_the_machine(void)
{
	for (size_t i = 0; backends[i]; i++) {
		struct event_base *base = loop_test_base(backends[i]->name, NULL, 0);

		if (base)
			append(machine_has, backends[i]->name);
		if (base)
			event_base_free(base);
	}
}

static bool is_possible(const struct request *request, const struct backend *backend)
{
	const char *in_method = request->ignores_environment ? NULL : request->in_method;
	const char *only = request->required ? request->required : in_method;

	if (only ? strcmp(only, backend->name) != 0 : !backend->preference)
		return false;
	if (!request->ignores_environment && contains(request->disabled, backend->name))
		return false;
	return !contains(request->avoided, backend->name) &&
	       !(request->features & ~backend->features) && contains(machine_has, backend->name);
}

/* Returns the name of the backend that the base must have, or NULL if no base may be made. */
static const char *expected(const struct request *request)
{
	const struct backend *best = NULL;

	for (size_t i = 0; backends[i]; i++) {
		if (is_possible(request, backends[i]) &&
		    (!best || backends[i]->preference < best->preference))
			best = backends[i];
	}
	return best ? best->name : NULL;
}

/* ---------------------------------------------------------------- the backend that the base has */

static const char *variable_of(const char *method)
{
	static char name[64];

	snprintf(name, sizeof(name), "EVENT_NO%s", method);
	for (char *letter = name; *letter; letter++)
		*letter = (char)toupper((unsigned char)*letter);
	return name;
}

static void set_environment(const struct request *request)
{
	if (request->in_method)
		setenv("EVENT_METHOD", request->in_method, 1);
	for (size_t i = 0; request->disabled[i]; i++)
		setenv(variable_of(request->disabled[i]), "1", 1);
}

static int clear_environment(void **state)
{
	unsetenv("EVENT_METHOD");
	for (size_t i = 0; backends[i]; i++)
		unsetenv(variable_of(backends[i]->name));
	return journal_start(state);
}

static struct event_config *config_of(const struct request *request)
{
	struct event_config *config = event_config_new();

	assert_non_null(config);
	if (request->ignores_environment)
		event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	for (size_t i = 0; request->avoided[i]; i++)
		assert_int_equal(event_config_avoid_method(config, request->avoided[i]), 0);
	assert_int_equal(event_config_require_method(config, request->required), 0);
	assert_int_equal(event_config_require_features(config, request->features), 0);
	return config;
}

static const char *or_none(const char *name)
{
	return name ? name : "none";
}

/*
 * Checks that the base has the expected backend and that there was no warning. If no base is
 * expected, checks that there is none, and that there was one warning. Frees the base.
 */
static void assert_is(struct event_base *base, const struct request *request)
{
	const char *wanted = expected(request), *got = event_base_get_method(base);

	if (strcmp(or_none(wanted), or_none(got)) != 0)
		fail_msg("%s instead of %s: required %s, EVENT_METHOD %s, avoided %s, "
			 "disabled %s, features %#x%s",
			 or_none(got), or_none(wanted), or_none(request->required),
			 or_none(request->in_method), or_none(request->avoided[0]),
			 or_none(request->disabled[0]), (unsigned)request->features,
			 request->ignores_environment ? ", environment ignored" : "");
	if (base)
		assert_int_equal(event_base_get_features(base) & request->features,
				 request->features);
	if (journal.warnings != !base)
		fail_msg("%d warnings, the last one: '%s'", journal.warnings, journal.message);
	if (!base)
		assert_warned("no backend");
	if (base)
		event_base_free(base);
}

static void try(const struct request *request)
{
	struct event_config *config = config_of(request);

	clear_environment(NULL);
	set_environment(request);
	assert_is(event_base_new_with_config(config), request);
	event_config_free(config);
	clear_environment(NULL);
}

/* --------------------------------------------------------------------------- all ways to choose */

static void no_way(struct request *request, const char *method)
{
	(void)request, (void)method;
}

static void require(struct request *request, const char *method)
{
	request->required = method;
}

static void in_environment(struct request *request, const char *method)
{
	request->in_method = method;
}

static void require_against_environment(struct request *request, const char *method)
{
	request->required = method;
	request->in_method = strcmp(method, "poll") ? "poll" : "select";
}

static void avoid(struct request *request, const char *method)
{
	append(request->avoided, method);
}

static void disable(struct request *request, const char *method)
{
	append(request->disabled, method);
}

static void avoid_others(struct request *request, const char *method)
{
	for (size_t i = 0; backends[i]; i++) {
		if (strcmp(backends[i]->name, method) != 0)
			avoid(request, backends[i]->name);
	}
}

static void disable_others(struct request *request, const char *method)
{
	for (size_t i = 0; backends[i]; i++) {
		if (strcmp(backends[i]->name, method) != 0)
			disable(request, backends[i]->name);
	}
}

typedef void choose(struct request *request, const char *method);

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_all_ways(void **state)
{
	static choose *const ways[] = { no_way,	      require,	      in_environment,
					avoid_others, disable_others, require_against_environment };
	static choose *const exclusions[] = { no_way, avoid, disable };

	(void)state;
	for (size_t i = 0; backends[i]; i++) {
		for (size_t way = 0; way < COUNT(ways); way++) {
			for (size_t j = 0; j < COUNT(exclusions); j++) {
				for (int ignores = 0; ignores < 2; ignores++) {
					struct request request = { .ignores_environment = ignores };

					ways[way](&request, backends[i]->name);
					exclusions[j](&request, backends[i]->name);
					try(&request);
				}
			}
		}
	}
}

static void test_all_ways_with_features(void **state)
{
	static choose *const ways[] = { no_way, require, in_environment, avoid_others,
					disable_others };

	(void)state;
	for (size_t i = 0; backends[i]; i++) {
		for (size_t way = 0; way < COUNT(ways); way++) {
			for (int features = 0; features <= ALL_FEATURES; features++) {
				struct request request = { .features = features };

				ways[way](&request, backends[i]->name);
				try(&request);
			}
		}
	}
}

static void test_features_that_nobody_has(void **state)
{
	(void)state;
	for (size_t i = 0; backends[i]; i++) {
		struct request request = { .features = 0x4000 };

		try(&request);
		require(&request, backends[i]->name);
		try(&request);
	}
}

/* Without a configuration only the environment chooses. */
static void test_without_configuration(void **state)
{
	static choose *const choices[] = { no_way, in_environment, disable, disable_others };

	(void)state;
	for (size_t i = 0; backends[i]; i++) {
		for (size_t j = 0; j < COUNT(choices); j++) {
			struct request request = { 0 };

			clear_environment(NULL);
			choices[j](&request, backends[i]->name);
			set_environment(&request);
			assert_is(event_base_new(), &request);
			assert_is(event_base_new_with_config(NULL), &request);
			disable(&request, backends[i]->name);
			set_environment(&request);
			assert_is(event_base_new(), &request);
			clear_environment(NULL);
		}
	}
}

/*
 * event_init is libevent 1's way to make a base. If it cannot make a base, it ends the process with
 * status 1.
 */
static struct request of_child;

static void make_base_in_child(void)
{
	struct event_base *base;

	set_environment(&of_child);
	base = event_init();
	_exit(strcmp(event_base_get_method(base), or_none(expected(&of_child))) ? 3 : 2);
}

static void test_event_init(void **state)
{
	(void)state;
	for (size_t i = 0; backends[i]; i++) {
		of_child = (struct request){ .in_method = backends[i]->name };
		assert_int_equal(end_of_child(make_base_in_child), expected(&of_child) ? 2 : 1);
		disable(&of_child, backends[i]->name);
		assert_int_equal(end_of_child(make_base_in_child), 1);
		of_child.in_method = NULL;
		assert_int_equal(end_of_child(make_base_in_child), 2);
	}
}

/*
 * If the configuration excludes every backend, the warning must name the method, if there is one,
 * and the reason.
 */
static void test_warnings(void **state)
{
	static const struct {
		struct request request;
		const char *says[2];
	} wrong[] = {
		{ { .required = "poll", .avoided = { "poll" } }, { "'poll'", "avoids" } },
		{ { .in_method = "poll", .avoided = { "poll" } }, { "'poll'", "avoids" } },
		{ { .required = "poll", .disabled = { "poll" } }, { "'poll'", "environment" } },
		{ { .in_method = "poll", .disabled = { "poll" } }, { "'poll'", "environment" } },
		{ { .required = "poll", .features = EV_FEATURE_ET }, { "'poll'", "feature" } },
		{ { .in_method = "poll", .features = EV_FEATURE_ET }, { "'poll'", "feature" } },
		{ { .required = "pol" }, { "'pol'", "no backend of that name" } },
		{ { .in_method = "polls" }, { "'polls'", "no backend of that name" } },
		{ { .features = 0x4000 }, { "configuration", "allow" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct event_config *config = config_of(&wrong[i].request);

		clear_environment(NULL);
		set_environment(&wrong[i].request);
		assert_null(event_base_new_with_config(config));
		assert_int_equal(journal.warnings, 1);
		for (size_t j = 0; j < 2; j++) {
			journal.warnings = 1;
			assert_warned(wrong[i].says[j]);
		}
		event_config_free(config);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear_environment, clear_environment)

static const struct CMUnitTest tests[] = {
	TEST(test_all_ways),
	TEST(test_all_ways_with_features),
	TEST(test_features_that_nobody_has),
	TEST(test_without_configuration),
	TEST(test_event_init),
	TEST(test_warnings),
};

int main(void)
{
	look_at_the_machine();
	LOOP_TEST_RUN(tests);
}
