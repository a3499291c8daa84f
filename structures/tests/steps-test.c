/*
 * steps-test.c - what `steps` counts, on lists with known contents
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "structures/timer.h"
#include "structures/tests/run_group.h"

#define TIMERS 10

struct known {
	const struct timer_structure *structure;
	struct timer_set *set;
	struct timer timers[TIMERS + 1];
};

/* Arms ten timers with the deadlines 10, 20, ... 100 times `unit` ns, in that order. */
static void open_known(struct known *known, const char *text, uint64_t unit)
{
	char error[256];

	*known = (struct known){ 0 };
	assert_int_equal(
		timer_set_create(text, 0, &known->structure, &known->set, error, sizeof(error)), 0);
	assert_int_equal(known->structure->reserve(known->set, TIMERS + 1), 0);
	for (uint64_t i = 0; i < TIMERS; i++)
		known->structure->insert(known->set, &known->timers[i], (i + 1) * 10 * unit, 0);
}

static uint64_t steps(const struct known *known)
{
	return known->structure->steps(known->set);
}

/* Inserts and removes an eleventh timer. Returns how many timers it passes. */
static uint64_t passed(struct known *known, uint64_t deadline)
{
	uint64_t before = steps(known);

	known->structure->insert(known->set, &known->timers[TIMERS], deadline, 0);
	known->structure->remove(known->set, &known->timers[TIMERS]);
	return steps(known) - before;
}

static void close_known(struct known *known)
{
	known->structure->destroy(known->set);
}

static void from_the_tail(void **state)
{
	struct known known;

	(void)state;
	open_known(&known, "sorted-list:search=tail", 1);
	assert_int_equal(steps(&known), 0); /* each was inserted as the last */
	assert_int_equal(passed(&known, 5), 10);
	assert_int_equal(passed(&known, 45), 6);
	assert_int_equal(passed(&known, 50), 5); /* behind the timer with the same deadline */
	assert_int_equal(passed(&known, 1000), 0);
	close_known(&known);
}

static void from_the_head(void **state)
{
	struct known known;

	(void)state;
	open_known(&known, "sorted-list:search=head", 1);
	assert_int_equal(steps(&known), 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9);
	assert_int_equal(passed(&known, 5), 0);
	assert_int_equal(passed(&known, 45), 4);
	assert_int_equal(passed(&known, 50), 5);
	assert_int_equal(passed(&known, 1000), 10);
	close_known(&known);
}

/*
 * A re-arm that does not change the timer's place passes no timer. Any other re-arm first removes
 * the timer.
 */
static void re_arming(void **state)
{
	struct known known;
	uint64_t before;

	(void)state;
	open_known(&known, "sorted-list:search=tail", 1);
	known.structure->reinsert(known.set, &known.timers[4], 55, 0);
	assert_int_equal(steps(&known), 0);
	before = steps(&known);
	known.structure->reinsert(known.set, &known.timers[0], 75, 0); /* passes 80, 90, 100 */
	assert_int_equal(steps(&known) - before, 3);
	close_known(&known);
}

/*
 * Ticks 10, 20, ... 100 are all in slot 0 of two slots, which is searched from its head, as in
 * Scheme 5.
 */
static void in_a_slot(void **state)
{
	struct known known;

	(void)state;
	open_known(&known, "hashed-wheel:slots=2,order=sorted,tick=1us", 1000);
	assert_int_equal(steps(&known), 45);
	assert_int_equal(passed(&known, 44000), 4);
	assert_int_equal(passed(&known, 45000), 0); /* slot 1 is empty */
	close_known(&known);
	open_known(&known, "hashed-wheel:slots=2,tick=1us", 1000);
	assert_int_equal(passed(&known, 44000), 0); /* without order there is no walk */
	close_known(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_the_tail),
		cmocka_unit_test(from_the_head),
		cmocka_unit_test(re_arming),
		cmocka_unit_test(in_a_slot),
	};

	return RUN_GROUP(tests);
}
