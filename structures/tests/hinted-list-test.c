/*
 * hinted-list-test.c - order, links and hints of the lists that are prefetched
 *
 * TIMERBED_SEED is the seed of the random tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "structures/common/hinted_list.h"
#include "structures/tests/draw.h"
#include "structures/tests/run_group.h"

#define TIMERS 100

static uint64_t seed;

/* The list holds the timers whose `in` is true. */
struct fixture {
	struct hinted_list list;
	struct timer timer[TIMERS];
	bool in[TIMERS];
	size_t count;
};

static void expect_right(const struct fixture *fixture)
{
	size_t count = 0;
	const char *broken = hinted_list_check(&fixture->list, &count);

	if (broken)
		fail_msg("%s", broken);
	assert_int_equal(count, fixture->count);
}

static bool put(struct fixture *fixture, size_t id, uint64_t key, uint64_t steps)
{
	struct timer *before = hinted_list_place(&fixture->list, key, steps);

	if (!before)
		return false;
	fixture->timer[id].key = key;
	hinted_list_put(&fixture->list, before, &fixture->timer[id]);
	fixture->in[id] = true;
	fixture->count++;
	return true;
}

static void take_out(struct fixture *fixture, size_t id)
{
	hinted_list_take_out(&fixture->list, &fixture->timer[id]);
	fixture->timer[id].link = (union timer_link){ .word = { 0 } };
	fixture->in[id] = false;
	fixture->count--;
}

/*
 * Each timer's hint must be the timer that was appended HINTED_AHEAD places later. The last timers
 * have no hint yet.
 */
static void test_hints(void **state)
{
	struct fixture fixture = { .count = 0 };

	(void)state;
	hinted_list_open(&fixture.list);
	for (size_t id = 0; id < TIMERS; id++) {
		assert_true(put(&fixture, id, id / 3, 0));
		expect_right(&fixture);
	}
	for (size_t id = 0; id < TIMERS; id++) {
		size_t hint = id + HINTED_AHEAD < TIMERS ? id + HINTED_AHEAD : id;

		assert_ptr_equal(fixture.timer[id].link.pointer[2], &fixture.timer[hint]);
	}
}

/*
 * If a timer is removed before its hint is known, it must not be written to. The next timer gets
 * the hint.
 */
static void test_none_is_written_that_has_left(void **state)
{
	struct fixture fixture = { .count = 0 };

	(void)state;
	hinted_list_open(&fixture.list);
	for (size_t id = 0; id < HINTED_AHEAD; id++)
		put(&fixture, id, id, 0);
	take_out(&fixture, 0);
	take_out(&fixture, 5);
	for (size_t id = HINTED_AHEAD; id < TIMERS; id++) {
		put(&fixture, id, id, 0);
		expect_right(&fixture);
	}
	assert_null(fixture.timer[0].link.pointer[2]);
	assert_null(fixture.timer[5].link.pointer[2]);
	assert_ptr_equal(fixture.timer[1].link.pointer[2], &fixture.timer[HINTED_AHEAD + 2]);
}

/* A walk must not exceed its bound. Equal keys must stay in the order of insertion. */
static void test_walks(void **state)
{
	struct fixture fixture = { .count = 0 };

	(void)state;
	hinted_list_open(&fixture.list);
	for (size_t id = 0; id < 40; id++)
		put(&fixture, id, 10 * (id + 1), 0);
	assert_false(put(&fixture, 50, 395, 0));
	assert_true(put(&fixture, 50, 395, 1));
	assert_ptr_equal(fixture.timer[50].link.next, &fixture.timer[39]);
	assert_true(put(&fixture, 51, 395, 1));
	assert_ptr_equal(fixture.timer[50].link.next, &fixture.timer[51]);
	assert_false(put(&fixture, 52, 5, 41));
	assert_true(put(&fixture, 52, 5, 42));
	assert_ptr_equal(hinted_list_first(&fixture.list), &fixture.timer[52]);
	assert_true(put(&fixture, 53, 400, 0));
	assert_ptr_equal(hinted_list_last(&fixture.list), &fixture.timer[53]);
	expect_right(&fixture);
}

static void hand_over(struct fixture *fixture, uint64_t until, size_t max)
{
	struct timer *out[TIMERS];
	size_t count = hinted_list_hand_over(&fixture->list, until, false, out, max);

	assert_true(count <= max);
	for (size_t i = 0; i < count; i++) {
		size_t id = (size_t)(out[i] - fixture->timer);

		assert_true(fixture->in[id] && out[i]->key <= until);
		assert_true(!i || out[i - 1]->key <= out[i]->key);
		for (size_t word = 0; word < 4; word++)
			assert_int_equal(out[i]->link.word[word], 0);
		fixture->in[id] = false;
	}
	fixture->count -= count;
	if (count < max && fixture->count)
		assert_true(hinted_list_first(&fixture->list)->key > until);
}

/* Adds and removes timers at random, mostly at the end and at the front. */
static void test_at_random(void **state)
{
	struct fixture fixture = { .count = 0 };
	uint64_t random = seed, now = 0;

	(void)state;
	hinted_list_open(&fixture.list);
	for (unsigned step = 0; step < 200000; step++) {
		size_t id = draw_from(&random, TIMERS);
		uint64_t back = draw_from(&random, 4) ? 0 : draw_from(&random, 60);

		now++;
		if (fixture.in[id])
			take_out(&fixture, id);
		else
			put(&fixture, id, now + 60 - back, draw_from(&random, 8));
		if (draw_from(&random, 8) == 0)
			hand_over(&fixture, now - draw_from(&random, 3), draw_from(&random, 9));
		expect_right(&fixture);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_none_is_written_that_has_left),
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_at_random),
	};
	const char *given = getenv("TIMERBED_SEED");

	seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	return RUN_GROUP(tests);
}
