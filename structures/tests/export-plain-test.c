/*
 * export-plain-test.c - the test program of an export, for a structure without options
 */
#define timer_EXPORTED_STRUCTURE timer_quad_heap
#define main			 exported_main
#include "structures/export/export_test.c"
#include "structures/export/make_set_plain.c"
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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_program_passes) };

	return RUN_GROUP(tests);
}
