/*
 * export-wrapped-test.c - the `create` of a wrapper in an export
 */
#define timer_EXPORTED_WITHIN timer_quad_heap
#include "structures/export/create_over.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "structures/tests/run_group.h"

extern const struct timer_structure timer_lazy;

int EXPORTED_CREATE_OVER(struct timer_set **set, const struct timer_inner *inner, uint64_t now)
{
	return timer_lazy.create_over(set, inner, now);
}

static void the_set_is_over_the_structure_within(void **state)
{
	struct timer timers[2] = { 0 }, *out[2];
	struct timer_set *set;

	(void)state;
	assert_int_equal(EXPORTED_STRUCTURE_create(&set, NULL, 0), 0);
	assert_int_equal(timer_lazy.reserve(set, 2), 0);
	timer_lazy.insert(set, &timers[0], 10, 10);
	timer_lazy.insert(set, &timers[1], 20, 20);
	timer_lazy.reinsert(set, &timers[0], 30, 30);
	/* The re-arm leaves the timer at its old key in the wrapped structure, so next is early. */
	assert_int_equal(timer_lazy.next(set), 10);
	assert_int_equal(timer_lazy.expire(set, 30, out, 2), 2);
	assert_ptr_equal(out[0], &timers[1]);
	assert_ptr_equal(out[1], &timers[0]);
	timer_lazy.destroy(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_set_is_over_the_structure_within),
	};

	return RUN_GROUP(tests);
}
