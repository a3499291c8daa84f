/*
 * common-timeout-queues-test - which timers common-timeout puts into queues
 *
 * A timer in a queue has TIMER_MARK in its link. Without queues, the structure would still fire in
 * time and in order, so the conformance suite would not miss them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "structures/common/intervals.h"
#include "structures/tests/run_group.h"
#include "structures/timer.h"

#define INTERVAL 1000

static const struct timer_structure *structure;
static struct timer_set *set;
static struct timer timers[40], *out[40];

static int make(void **state)
{
	char error[256];

	(void)state;
	for (size_t i = 0; i < 40; i++)
		timers[i] = (struct timer){ 0 };
	return timer_set_create("common-timeout:walk=4", 0, &structure, &set, error,
				sizeof(error)) ||
	       structure->reserve(set, 40);
}

static int end(void **state)
{
	(void)state;
	structure->destroy(set);
	return 0;
}

static bool is_queued(size_t id)
{
	return timers[id].link.word[3] & TIMER_MARK;
}

static void insert(size_t id, uint64_t deadline)
{
	structure->insert(set, &timers[id], deadline, INTERVAL);
	assert_null(structure->check(set));
}

/* The interval gets a queue when it is used for the INTERVAL_USES-th time. */
static void test_the_fourth_timer_is_queued(void **state)
{
	(void)state;
	for (size_t id = 0; id < 6; id++) {
		insert(id, 100 + id);
		assert_int_equal(is_queued(id), id + 1 >= INTERVAL_USES);
	}
	structure->insert(set, &timers[6], 103, INTERVAL + 1);
	assert_false(is_queued(6));
}

/* A walk of up to four timers finds the place. Beyond that, the timer goes to the heap. */
static void test_the_walk(void **state)
{
	(void)state;
	insert(0, 100);
	for (size_t id = 1; id < 10; id++)
		insert(id, 100 + 10 * id);
	insert(10, 175);
	assert_true(is_queued(10));
	insert(11, 125);
	assert_false(is_queued(11));
}

/* A timer that becomes the first of its queue moves the queue in the heap. */
static void test_a_timer_at_the_front(void **state)
{
	(void)state;
	insert(0, 100);
	insert(1, 110);
	insert(2, 120);
	insert(3, 50);
	assert_true(is_queued(3));
	assert_int_equal(structure->next(set), 50);
	assert_int_equal(structure->expire(set, 60, out, 40), 1);
	assert_ptr_equal(out[0], &timers[3]);
	assert_null(structure->check(set));
	assert_int_equal(structure->next(set), 100);
	assert_int_equal(structure->expire(set, 200, out, 40), 3);
	assert_ptr_equal(out[0], &timers[0]);
	assert_ptr_equal(out[1], &timers[1]);
	assert_ptr_equal(out[2], &timers[2]);
	assert_null(structure->check(set));
	assert_int_equal(structure->size(set), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_fourth_timer_is_queued),
		TEST(test_the_walk),
		TEST(test_a_timer_at_the_front),
	};

	return RUN_GROUP(tests);
}
