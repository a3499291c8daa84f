/*
 * export-options-test.c - the code that an export of a structure with options contains
 */
#define timer_EXPORTED_STRUCTURE timer_hierarchical_wheel
#define main			 exported_main
#include "structures/export/create_with.c"
#include "structures/export/export_test.c"
#include "structures/export/make_set_with.c"
#undef main

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "structures/tests/run_group.h"

static void the_program_passes(void **state)
{
	(void)state;
	assert_int_equal(exported_main(), 0);
}

static void options_count(void **state)
{
	struct timer_accuracy accuracy;
	char error[OPTIONS_ERROR_SIZE];

	(void)state;
	assert_int_equal(EXPORTED_STRUCTURE_accuracy_with(NULL, &accuracy, error, sizeof(error)),
			 0);
	assert_int_equal(accuracy.when, TIMER_TO_A_TICK);
	assert_int_equal(accuracy.tick, 1000);
	assert_int_equal(
		EXPORTED_STRUCTURE_accuracy_with("tick=1ms", &accuracy, error, sizeof(error)), 0);
	assert_int_equal(accuracy.tick, 1000000);
}

/* Checks that a set with these options expires a timer for 1 ns at `tick`, and not earlier. */
static void expires_at(const char *options, uint64_t tick)
{
	struct timer timer = { 0 }, *out[1];
	char error[OPTIONS_ERROR_SIZE];
	struct timer_set *set;

	assert_int_equal(EXPORTED_STRUCTURE_create_with(options, 0, &set, error, sizeof(error)), 0);
	assert_int_equal(STRUCTURE.reserve(set, 1), 0);
	STRUCTURE.insert(set, &timer, 1, 1);
	assert_int_equal(STRUCTURE.expire(set, tick - 1, out, 1), 0);
	assert_int_equal(STRUCTURE.expire(set, tick, out, 1), 1);
	assert_ptr_equal(out[0], &timer);
	STRUCTURE.destroy(set);
}

static void a_set_has_its_options(void **state)
{
	(void)state;
	expires_at("", 1000);
	expires_at("tick=1ms,levels=2", 1000000);
}

/* Checks that both functions return -EINVAL with the message `expected`, and store nothing. */
static void refuses(const char *options, const char *expected)
{
	struct timer_accuracy accuracy = { .tick = 7 };
	char error[OPTIONS_ERROR_SIZE] = "";
	struct timer_set *set = NULL;

	assert_int_equal(EXPORTED_STRUCTURE_create_with(options, 0, &set, error, sizeof(error)),
			 -EINVAL);
	assert_string_equal(error, expected);
	assert_null(set);
	*error = '\0';
	assert_int_equal(EXPORTED_STRUCTURE_accuracy_with(options, &accuracy, error, sizeof(error)),
			 -EINVAL);
	assert_string_equal(error, expected);
	assert_int_equal(accuracy.tick, 7);
}

static void wrong_options_are_refused(void **state)
{
	(void)state;
	refuses("tock=1ms", "no option 'tock': did you mean 'tick'?");
	refuses("tick=0", "tick: 0 ns is out of range (1ns to 1h)");
	refuses("slots=3", "slots: must be a power of two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_program_passes),
		cmocka_unit_test(options_count),
		cmocka_unit_test(a_set_has_its_options),
		cmocka_unit_test(wrong_options_are_refused),
	};

	return RUN_GROUP(tests);
}
