/*
 * intervals-test.c - which intervals get a queue
 *
 * TIMERBED_SEED is the seed of the random tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "structures/common/intervals.h"
#include "structures/tests/draw.h"
#include "structures/tests/run_group.h"

#define QUEUES 16

static uint64_t seed;

/* The owner's part: marks a queue as one with timers, or as empty, and puts a timer in or out. */
static void fill(struct intervals *intervals, struct interval_queue *queue, struct timer *timer)
{
	intervals_unlist_empty(intervals, queue);
	*timer = (struct timer){ .key = 1 };
	hinted_list_append(&queue->list, timer);
}

static void empty(struct intervals *intervals, struct interval_queue *queue)
{
	hinted_list_take_out(&queue->list, hinted_list_first(&queue->list));
	intervals_list_empty(intervals, queue);
}

/* Uses an interval until it has a queue. */
static struct interval_queue *use(struct intervals *intervals, uint64_t interval)
{
	struct interval_queue *queue = NULL;

	for (unsigned i = 0; i < INTERVAL_USES && !queue; i++)
		queue = intervals_find(intervals, interval);
	assert_null(intervals_check(intervals));
	return queue;
}

static void test_uses(void **state)
{
	struct intervals intervals;

	(void)state;
	assert_int_equal(intervals_open(&intervals, QUEUES), 0);
	for (unsigned i = 1; i < INTERVAL_USES; i++)
		assert_null(intervals_find(&intervals, 7));
	assert_non_null(intervals_find(&intervals, 7));
	assert_ptr_equal(intervals_find(&intervals, 7), intervals_lookup(&intervals, 7));
	intervals_close(&intervals);
}

/* Another interval with the same hash, used in between, makes an interval begin again. */
static void test_a_collision_starts_again(void **state)
{
	struct intervals intervals;
	uint64_t other = 8;

	(void)state;
	assert_int_equal(intervals_open(&intervals, QUEUES), 0);
	while (intervals_hash(&intervals, other) != intervals_hash(&intervals, 7))
		other++;
	for (unsigned i = 1; i < INTERVAL_USES; i++)
		assert_null(intervals_find(&intervals, 7));
	assert_null(intervals_find(&intervals, other));
	assert_null(intervals_find(&intervals, 7));
	intervals_close(&intervals);
}

/* Intervals that are drawn from a million come twice by chance, but get no queue. */
static void test_random_intervals_get_no_queue(void **state)
{
	struct intervals intervals;
	uint64_t random = seed;

	(void)state;
	assert_int_equal(intervals_open(&intervals, QUEUES), 0);
	for (unsigned i = 0; i < 1000000; i++)
		assert_null(intervals_find(&intervals, 1 + draw_from(&random, 1000000)));
	intervals_close(&intervals);
}

/* A new interval gets the queue that has been empty longest, and none if no queue is empty. */
static void test_the_longest_empty(void **state)
{
	struct interval_queue *queue[QUEUES];
	struct intervals intervals;
	struct timer timer[QUEUES];

	(void)state;
	assert_int_equal(intervals_open(&intervals, QUEUES), 0);
	for (unsigned i = 0; i < QUEUES; i++) {
		queue[i] = use(&intervals, 100 + i);
		assert_non_null(queue[i]);
		fill(&intervals, queue[i], &timer[i]);
	}
	assert_null(use(&intervals, 1000));
	empty(&intervals, queue[5]);
	empty(&intervals, queue[3]);
	assert_ptr_equal(use(&intervals, 1000), queue[5]);
	assert_null(intervals_lookup(&intervals, 105));
	assert_ptr_equal(intervals_lookup(&intervals, 103), queue[3]);
	intervals_close(&intervals);
}

/* One interval of 64 is used for each second timer, another one for each fourth, and so on. */
static void test_frequent_intervals_get_the_queues(void **state)
{
	struct intervals intervals;
	struct timer timer[QUEUES];
	uint64_t random = seed;
	size_t filled = 0;

	(void)state;
	assert_int_equal(intervals_open(&intervals, QUEUES), 0);
	for (unsigned i = 0; i < 10000; i++) {
		uint64_t rank = (uint64_t)__builtin_ctzll(draw_from(&random, 1u << 30) | 1u << 29);
		struct interval_queue *queue =
			intervals_find(&intervals, TIMER_SECOND * (rank + 1));

		if (queue && hinted_list_is_empty(&queue->list))
			fill(&intervals, queue, &timer[filled++]);
	}
	for (uint64_t rank = 0; rank < 8; rank++)
		assert_non_null(intervals_lookup(&intervals, TIMER_SECOND * (rank + 1)));
	intervals_close(&intervals);
}

/* Queues fill and become empty at random, and belong to more intervals than there are queues. */
static void test_at_random(void **state)
{
	struct intervals intervals;
	struct timer timer[QUEUES];
	uint64_t random = seed;

	(void)state;
	assert_int_equal(intervals_open(&intervals, QUEUES), 0);
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t interval = 1 + draw_from(&random, 4 * QUEUES);
		struct interval_queue *queue = use(&intervals, interval);

		if (!queue)
			queue = &intervals.queue[draw_from(&random, QUEUES)];
		if (!hinted_list_is_empty(&queue->list))
			empty(&intervals, queue);
		else if (queue->interval)
			fill(&intervals, queue, &timer[queue - intervals.queue]);
		assert_null(intervals_check(&intervals));
	}
	intervals_close(&intervals);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_a_collision_starts_again),
		cmocka_unit_test(test_random_intervals_get_no_queue),
		cmocka_unit_test(test_the_longest_empty),
		cmocka_unit_test(test_frequent_intervals_get_the_queues),
		cmocka_unit_test(test_at_random),
	};
	const char *given = getenv("TIMERBED_SEED");

	seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	return RUN_GROUP(tests);
}
