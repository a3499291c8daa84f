/*
 * cascading-wheel-test.c - what bitmap=first saves, which the conformance suite cannot see
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "structures/common/options.h"
#include "structures/tests/run_group.h"
#include "structures/timer.h"

static size_t footprint_of(const char *text)
{
	const struct timer_structure *structure;
	char error[OPTIONS_ERROR_SIZE];
	struct timer_set *set;
	size_t bytes;

	assert_int_equal(timer_set_create(text, 0, &structure, &set, error, sizeof(error)), 0);
	bytes = structure->footprint(set);
	structure->destroy(set);
	return bytes;
}

/* Each slot needs one bit: in all four levels of 256 slots, or only in the first level. */
static void bits_of_the_first_level(void **state)
{
	(void)state;
	assert_int_equal(footprint_of("cascading-wheel:levels=4,slots=256") -
				 footprint_of("cascading-wheel:levels=4,slots=256,bitmap=first"),
			 3 * 256 / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_of_the_first_level),
	};

	return RUN_GROUP(tests);
}
