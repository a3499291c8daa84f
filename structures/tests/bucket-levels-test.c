/*
 * bucket-levels-test.c - bucket-levels from inside: what bounds an operation, and memory
 *
 * An operation moves the entries of the first bucket of a few levels. So it is bounded if no bucket
 * is large, but those of level 0, which are opened in parts. Time is not measured.
 *
 * TIMERBED_SEED is the seed of the random tests.
 */
#define timer_bucket_levels timer_bucket_levels_tested
#include "structures/bucket-levels.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "structures/tests/draw.h"
#include "structures/tests/run_group.h"

#define TIMERS 100000

/* The largest bucket: full, and what its parent moves to it before it is its turn. */
#define LARGEST (3 * BURST_AT)

static uint64_t seed;

struct fixture {
	struct timer_set *set;
	struct timer *timer;
	uint64_t now;
};

static struct fixture begin(void)
{
	struct fixture fixture = { .timer = calloc(TIMERS, sizeof(struct timer)), .now = 12345 };

	assert_non_null(fixture.timer);
	assert_int_equal(levels_create(&fixture.set, NULL, fixture.now), 0);
	assert_int_equal(levels_reserve(fixture.set, TIMERS), 0);
	return fixture;
}

static void end(struct fixture *fixture)
{
	assert_null(levels_check(fixture->set));
	levels_destroy(fixture->set);
	free(fixture->timer);
}

static void assert_bounded(const struct fixture *fixture)
{
	const struct levels *levels = levels_of(fixture->set);

	for (const struct bucket *bucket = levels->buckets.next; bucket != &levels->buckets;
	     bucket = bucket->next)
		assert_true(bucket->count <= LARGEST || bucket->level == 0);
}

/* Fires all timers that are due at `now`, in order of deadline. Returns their number. */
static size_t fire(struct fixture *fixture, uint64_t now)
{
	struct timer *batch[64];
	size_t count, sum = 0;
	uint64_t last = 0;

	fixture->now = now;
	do {
		count = levels_expire(fixture->set, now, batch, 64);
		for (size_t i = 0; i < count; i++) {
			assert_true(batch[i]->deadline >= last);
			last = batch[i]->deadline;
		}
		sum += count;
		assert_bounded(fixture);
	} while (count == 64);
	return sum;
}

/* Arms all timers by a function of their number, and checks now and then. */
static void arm_all(struct fixture *fixture, uint64_t (*deadline)(size_t i, uint64_t *random))
{
	uint64_t random = seed;

	for (size_t i = 0; i < TIMERS; i++) {
		levels_insert(fixture->set, &fixture->timer[i], deadline(i, &random), 0);
		if (i % 997 == 0)
			assert_bounded(fixture);
	}
	assert_null(levels_check(fixture->set));
}

static uint64_t one_deadline(size_t i, uint64_t *random)
{
	(void)i;
	(void)random;
	return UINT64_C(0x123456789abcdef);
}

/* Each second timer differs in the last digit only, each fourth in the last two, and so on. */
static uint64_t nested_deadlines(size_t i, uint64_t *random)
{
	unsigned level = i ? (unsigned)__builtin_ctzll(i) : 0;

	if (level > 8)
		return one_deadline(i, random);
	return one_deadline(i, random) ^ (draw_from(random, 63) + 1) << level * DIGIT_BITS;
}

static uint64_t spread_deadlines(size_t i, uint64_t *random)
{
	(void)i;
	return TIMER_SECOND + draw_from(random, TIMER_SECOND);
}

static void test_a_jump_of_time(void **state)
{
	uint64_t (*const deadlines[])(
		size_t i, uint64_t * random) = { one_deadline, nested_deadlines, spread_deadlines };

	(void)state;
	for (size_t i = 0; i < sizeof(deadlines) / sizeof(*deadlines); i++) {
		struct fixture fixture = begin();

		arm_all(&fixture, deadlines[i]);
		assert_int_equal(fire(&fixture, UINT64_MAX), TIMERS);
		end(&fixture);
	}
}

/* Returns the oldest chunk of the largest bucket. */
static const struct chunk *oldest_chunk(const struct fixture *fixture)
{
	const struct levels *levels = levels_of(fixture->set);
	const struct bucket *largest = levels->buckets.next;
	const struct chunk *chunk;

	for (const struct bucket *bucket = largest; bucket != &levels->buckets;
	     bucket = bucket->next)
		if (bucket->count > largest->count)
			largest = bucket;
	for (chunk = bucket_newest(largest); chunk->next;)
		chunk = chunk->next;
	return chunk;
}

/* The entries of a herd are not moved when it is due, but handed over from where they are. */
static void test_a_herd_stays(void **state)
{
	struct fixture fixture = begin();
	const struct chunk *oldest;
	struct timer *batch[64];

	(void)state;
	arm_all(&fixture, one_deadline);
	oldest = oldest_chunk(&fixture);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(levels_expire(fixture.set, UINT64_MAX, batch, 64), 64);
		assert_ptr_equal(oldest_chunk(&fixture), oldest);
	}
	end(&fixture);
}

/*
 * Each firing makes at most one bucket of each level move, so time that passes slowly is safe, too.
 */
static void test_time_passes_slowly(void **state)
{
	struct fixture fixture = begin();
	size_t fired = 0;

	(void)state;
	arm_all(&fixture, nested_deadlines);
	for (uint64_t next; (next = levels_next(fixture.set)) != TIMER_NEVER;)
		fired += fire(&fixture, next > fixture.now ? next : fixture.now);
	assert_int_equal(fired, TIMERS);
	end(&fixture);
}

static double bytes_a_timer(const struct fixture *fixture)
{
	return (double)levels_footprint(fixture->set) / TIMERS;
}

/* Stops and arms timers again for far deadlines. */
static void churn(struct fixture *fixture, size_t operations, bool remove)
{
	uint64_t random = seed;

	for (size_t i = 0; i < operations; i++) {
		struct timer *timer = &fixture->timer[draw_from(&random, TIMERS)];
		uint64_t deadline = fixture->now + 1000 * TIMER_SECOND - i * 1000 +
				    draw_from(&random, TIMER_SECOND);

		if (remove) {
			levels_remove(fixture->set, timer);
			levels_insert(fixture->set, timer, deadline, 0);
		} else {
			levels_reinsert(fixture->set, timer, deadline, 0);
		}
	}
	assert_bounded(fixture);
}

static void test_memory_under_churn(void **state)
{
	(void)state;
	for (int remove = 0; remove < 2; remove++) {
		struct fixture fixture = begin();

		arm_all(&fixture, spread_deadlines);
		churn(&fixture, 20 * (size_t)TIMERS, remove);
		assert_true(bytes_a_timer(&fixture) < 28);
		end(&fixture);
	}
}

/* All timers but one of each bucket are removed, again and again: nodes must not be lost. */
static void test_sparse_nodes(void **state)
{
	struct fixture fixture = begin();
	uint64_t random = seed;

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		uint64_t from = (round + 1) * 100 * TIMER_SECOND;

		for (size_t i = round; i < TIMERS; i += round % 7 + 1)
			if (!fixture.timer[i].link.word[3])
				levels_insert(fixture.set, &fixture.timer[i],
					      from + draw_from(&random, TIMER_SECOND), 0);
		for (size_t i = round; i < TIMERS; i += round % 7 + 1)
			if (i % 64)
				levels_remove(fixture.set, &fixture.timer[i]);
		assert_null(levels_check(fixture.set));
	}
	assert_true(bytes_a_timer(&fixture) < 28);
	end(&fixture);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_jump_of_time),
		cmocka_unit_test(test_a_herd_stays),
		cmocka_unit_test(test_time_passes_slowly),
		cmocka_unit_test(test_memory_under_churn),
		cmocka_unit_test(test_sparse_nodes),
	};
	const char *given = getenv("TIMERBED_SEED");

	seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	return RUN_GROUP(tests);
}
