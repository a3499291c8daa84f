/*
 * find-test.c - find.c: how a text becomes a structure and its set, and which texts are refused
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "structures/common/find.h"
#include "structures/common/options.h"
#include "structures/timer.h"
#include "structures/tests/run_group.h"

static void assert_one_line(const char *error)
{
	assert_true(*error);
	assert_true(strlen(error) < OPTIONS_ERROR_SIZE);
	assert_null(strchr(error, '\n'));
}

/* Makes a set by this name, gets its accuracy, and destroys the set. */
static void make_by_name(const char *name, void *data)
{
	const struct timer_structure *wanted = data, *found = NULL;
	struct timer_set *set = NULL;
	struct timer_accuracy accuracy;
	char error[OPTIONS_ERROR_SIZE] = "";

	assert_ptr_equal(timer_structure_find(name), wanted);
	assert_int_equal(timer_set_create(name, 5, &found, &set, error, sizeof(error)), 0);
	assert_ptr_equal(found, wanted);
	assert_int_equal(wanted->size(set), 0);
	assert_null(wanted->check(set));
	wanted->destroy(set);
	assert_int_equal(timer_set_accuracy(name, &accuracy, error, sizeof(error)), 0);
	assert_true(timer_structure_within(name)->accuracy || accuracy.when == TIMER_EXACT);
}

/*
 * Finds every structure of the registry, and each wrapper under the name of each structure that it
 * wraps.
 */
static void test_registry(void **state)
{
	size_t count = 0;

	(void)state;
	for (; timer_structures[count]; count++) {
		const struct timer_structure *wanted = timer_structures[count];

		assert_ptr_equal(timer_structure_find(wanted->name), wanted);
		if (count)
			assert_true(strcmp(timer_structures[count - 1]->name, wanted->name) < 0);
		assert_true(wanted->summary && wanted->source && wanted->departures);
		timer_structure_names(wanted, make_by_name, (void *)(uintptr_t)wanted);
	}
	assert_true(count > 0);
}

/* The structures' settings_to_test must be possible, with and without a wrapper. */
static void make_settings_to_test(const char *name, void *data)
{
	const char *const *options = timer_structure_within(name)->settings_to_test;

	(void)data;
	for (; options && *options; options++) {
		const struct timer_structure *structure = timer_structure_find(name), *found;
		struct timer_set *set = NULL;
		char text[256], error[OPTIONS_ERROR_SIZE] = "";

		snprintf(text, sizeof(text), "%s:%s", name, *options);
		assert_ptr_equal(timer_structure_find(text), structure);
		if (timer_set_create(text, 0, &found, &set, error, sizeof(error)))
			fail_msg("%s: %s", text, error);
		assert_ptr_equal(found, structure);
		structure->destroy(set);
	}
}

static void test_settings_to_test(void **state)
{
	(void)state;
	for (size_t i = 0; timer_structures[i]; i++)
		timer_structure_names(timer_structures[i], make_settings_to_test, NULL);
}

static void assert_not_created(const char *text, int result, const char *says)
{
	const struct timer_structure *structure = NULL;
	struct timer_set *set = NULL;
	struct timer_accuracy accuracy = { .tick = 77 };
	char error[OPTIONS_ERROR_SIZE] = "";

	assert_int_equal(timer_set_create(text, 0, &structure, &set, error, sizeof(error)), result);
	assert_one_line(error);
	if (!strstr(error, says))
		fail_msg("'%s': '%s' does not say '%s'", text, error, says);
	assert_null(structure);
	assert_null(set);
	*error = '\0';
	assert_int_equal(timer_set_accuracy(text, &accuracy, error, sizeof(error)), result);
	assert_one_line(error);
	assert_int_equal(accuracy.tick, 77);
}

static void test_find(void **state)
{
	char longest[600];

	(void)state;
	assert_null(timer_structure_find(""));
	assert_null(timer_structure_find(":"));
	assert_null(timer_structure_find("quad"));
	assert_null(timer_structure_find("quad-heapx"));
	assert_null(timer_structure_find("QUAD-HEAP"));
	assert_null(timer_structure_find("quad-heap "));
	assert_non_null(timer_structure_find("quad-heap:"));
	assert_not_created("quad-hep", -ENOENT, "did you mean 'quad-heap'?");
	assert_not_created("quad-hep:tick=1us", -ENOENT, "no structure 'quad-hep': did you mean");
	assert_not_created("#", -ENOENT, "no structure '#'");
	assert_not_created("", -ENOENT, "no structure ''");
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_not_created(longest, -ENOENT, "no structure");
}

static void test_options_of_structures(void **state)
{
	(void)state;
	assert_not_created("quad-heap:tick=1us", -EINVAL, "quad-heap: ");
	assert_not_created("hierarchical-wheel:tik=1us", -EINVAL, "did you mean 'tick'?");
	assert_not_created("hierarchical-wheel:tick=0", -EINVAL, "out of range");
	assert_not_created("hierarchical-wheel:slots=63", -EINVAL, "power of two");
	assert_not_created("hierarchical-wheel:tick=1us,", -EINVAL, "last ','");
	assert_not_created("hierarchical-wheel:tick=1us:levels=8", -EINVAL, "tick");
	assert_not_created("hierarchical-wheel:,", -EINVAL, "hierarchical-wheel: ");
}

static void test_wrappers(void **state)
{
	const struct timer_structure *lazy = timer_structure_find("lazy:quad-heap"), *structure;
	struct timer_accuracy accuracy;
	char error[OPTIONS_ERROR_SIZE] = "";
	struct timer_set *set = NULL;

	(void)state;
	assert_non_null(lazy);
	assert_ptr_equal(timer_structure_within("lazy:quad-heap"),
			 timer_structure_find("quad-heap"));
	assert_ptr_equal(timer_structure_within("lazy:hierarchical-wheel:tick=1ms"),
			 timer_structure_find("hierarchical-wheel"));
	assert_ptr_equal(timer_structure_within("quad-heap"), timer_structure_find("quad-heap"));
	assert_null(timer_structure_within("lazy"));
	assert_null(timer_structure_within("lazy:"));
	assert_null(timer_structure_within("lazy:lazy"));
	assert_null(timer_structure_within("lazy:quad"));
	assert_int_equal(timer_set_create("lazy:hierarchical-wheel:tick=1ms", 0, &structure, &set,
					  error, sizeof(error)),
			 0);
	assert_ptr_equal(structure, lazy);
	structure->destroy(set);
	assert_int_equal(timer_set_accuracy("lazy:hierarchical-wheel:tick=1ms", &accuracy, error,
					    sizeof(error)),
			 0);
	assert_int_equal(accuracy.when, TIMER_TO_A_TICK);
	assert_int_equal(accuracy.tick, 1000000);
	assert_not_created("lazy", -EINVAL, "lazy wraps another structure: name it");
	assert_not_created("lazy:", -EINVAL, "lazy wraps another structure: name it");
	assert_not_created("lazy:nosuch", -ENOENT, "lazy: no structure 'nosuch'");
	assert_not_created("lazy:quad-hep", -ENOENT, "lazy: no structure 'quad-hep': did you mean");
	assert_not_created("lazy:laz", -ENOENT, "lazy: no structure 'laz'");
	assert_not_created("lazy:lazy:quad-heap", -EINVAL, "lazy can't wrap lazy");
	assert_not_created("lazy:bucket-levels", -EINVAL, "which postpones timers by itself");
	assert_not_created("lazy:interval-levels", -EINVAL, "which postpones timers by itself");
	assert_null(timer_structure_within("lazy:bucket-levels"));
	assert_not_created("lazy:quad-heap:tick=1us", -EINVAL, "lazy:quad-heap: no option 'tick'");
	assert_not_created("lazy:hierarchical-wheel:slots=63", -EINVAL,
			   "lazy:hierarchical-wheel: slots: must be a power of two");
	assert_not_created("lazy:quad-heap:lazy", -EINVAL, "lazy:quad-heap: ");
}

/*
 * Parses wrappers around wrappers: the names of all layers, and the options of the innermost
 * structure.
 */
static void test_nested_wrappers(void **state)
{
	const struct timer_structure *structure;
	char error[OPTIONS_ERROR_SIZE] = "", names[64];
	struct timer_set *set = NULL;
	struct timer_choice choice;

	(void)state;
	assert_int_equal(timer_choice_open(&choice, timer_structure_find("lazy"),
					   "grouped:hierarchical-wheel:tick=1ms", error,
					   sizeof(error)),
			 0);
	assert_int_equal(choice.wrappers, 2);
	assert_ptr_equal(choice.wrapper[1], timer_structure_find("grouped"));
	assert_ptr_equal(choice.within, timer_structure_find("hierarchical-wheel"));
	assert_int_equal(choice.accuracy.tick, 1000000);
	assert_false(choice.defaults);
	timer_choice_names(&choice, names, sizeof(names));
	assert_string_equal(names, "lazy:grouped:hierarchical-wheel");
	timer_choice_free(&choice);
	assert_int_equal(timer_set_create("grouped:lazy:quad-heap", 0, &structure, &set, error,
					  sizeof(error)),
			 0);
	assert_ptr_equal(structure, timer_structure_find("grouped"));
	structure->destroy(set);
	assert_ptr_equal(timer_structure_within("lazy:grouped:quad-heap"),
			 timer_structure_find("quad-heap"));
	assert_null(timer_structure_within("lazy:grouped"));
	assert_not_created(
		"lazy:grouped:", -EINVAL,
		"grouped wraps another structure: name it, as in lazy:grouped:quad-heap");
	assert_not_created("lazy:grouped:quad-hep", -ENOENT,
			   "lazy:grouped: no structure 'quad-hep': did you mean");
	assert_not_created("lazy:grouped:quad-heap:tick=1us", -EINVAL,
			   "lazy:grouped:quad-heap: no option 'tick'");
	assert_not_created("lazy:grouped:lazy:quad-heap", -EINVAL,
			   "lazy can't wrap lazy, which postpones timers by itself");
	assert_not_created("grouped:lazy:grouped:quad-heap", -EINVAL,
			   "grouped can't wrap grouped, which groups timers by itself");
	assert_not_created("grouped:common-timeout", -EINVAL,
			   "grouped can't wrap common-timeout, which groups timers by itself");
	assert_not_created("grouped:bucket-levels", -EINVAL, "which postpones timers by itself");
	assert_not_created("grouped:interval-levels", -EINVAL, "which postpones timers by itself");
	assert_not_created("lazy:grouped:bucket-levels", -EINVAL,
			   "which postpones timers by itself");
}

/*
 * The nested rows of structures/wrappers/combinations must be visited together with their wrapper.
 */
static void visit_nested(const char *name, void *data)
{
	*(size_t *)data += strchr(strchr(name, ':') + 1, ':') != NULL;
}

static void test_nested_names(void **state)
{
	size_t visited = 0, listed = 0;

	(void)state;
	while (timer_nested_names[listed])
		listed++;
	assert_true(listed > 0);
	for (size_t i = 0; timer_structures[i]; i++)
		if (timer_structures[i]->create_over)
			timer_structure_names(timer_structures[i], visit_nested, &visited);
	assert_int_equal(visited, listed);
}

/* Checks the lap of a choice, which depends on its options and on the wrapped structure. */
static void assert_lap(const char *name, const char *settings, uint64_t lap)
{
	struct timer_choice choice;
	char error[OPTIONS_ERROR_SIZE] = "";

	if (timer_choice_open(&choice, timer_structure_find(name), settings, error, sizeof(error)))
		fail_msg("%s:%s: %s", name, settings, error);
	assert_int_equal(choice.spurious_period, lap);
	timer_choice_free(&choice);
}

static void test_lap(void **state)
{
	(void)state;
	assert_lap("quad-heap", "", 0);
	assert_lap("cascading-wheel", "tick=1us,levels=1,slots=2", 2000);
	assert_lap("cascading-wheel", "tick=1ms,levels=3,slots=8", 512000000);
	assert_lap("cascading-wheel", "tick=1ms,levels=3,slots=8,bitmap=first", 8000000);
	assert_lap("cascading-wheel", "tick=1ns,levels=11", 0);
	assert_lap("lazy", "quad-heap", 0);
	assert_lap("lazy", "cascading-wheel:tick=1ms,levels=3,slots=8", 512000000);
}

static void test_accuracy(void **state)
{
	struct timer_accuracy accuracy;
	char error[OPTIONS_ERROR_SIZE] = "";

	(void)state;
	assert_int_equal(
		timer_set_accuracy("hierarchical-wheel:tick=1ms", &accuracy, error, sizeof(error)),
		0);
	assert_int_equal(accuracy.when, TIMER_TO_A_TICK);
	assert_int_equal(accuracy.tick, 1000000);
	assert_int_equal(timer_set_accuracy("binary-heap:", &accuracy, error, sizeof(error)), 0);
	assert_int_equal(accuracy.when, TIMER_EXACT);
	assert_int_equal(accuracy.order, TIMER_BY_DEADLINE);
	assert_int_equal(accuracy.tick, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registry),     cmocka_unit_test(test_settings_to_test),
		cmocka_unit_test(test_find),	     cmocka_unit_test(test_options_of_structures),
		cmocka_unit_test(test_wrappers),     cmocka_unit_test(test_nested_wrappers),
		cmocka_unit_test(test_nested_names), cmocka_unit_test(test_lap),
		cmocka_unit_test(test_accuracy),
	};

	return RUN_GROUP(tests);
}
