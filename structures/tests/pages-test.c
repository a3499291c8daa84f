/*
 * pages-test.c - blocks and the growing arrays of pools, in the heap and in pages
 *
 * A grown array is either kept, or it is dropped and the old array stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "structures/common/pages.h"
#include "structures/tests/run_group.h"

/* Growth from a size to a larger one: below the threshold for pages, across it, and above it. */
static const struct step {
	size_t old_bytes, bytes;
} steps[] = {
	{ 640, 1280 },
	{ POOL_PAGES / 2, POOL_PAGES - 8 },
	{ 640, POOL_PAGES },
	{ POOL_PAGES - 8, 2 * POOL_PAGES },
	{ POOL_PAGES, 4 * POOL_PAGES },
	{ POOL_PAGES + 8, POOL_PAGES + 16 },
	{ 4 * POOL_PAGES, 64 * POOL_PAGES },
	{ 64 * POOL_PAGES, 64 * POOL_PAGES + 8 },
};

#define STEPS (sizeof(steps) / sizeof(*steps))

/* Checks that each element is its own index. assert_zero checks the new elements. */
static void assert_numbered(const uint64_t *array, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(array[i], i);
}

static void assert_zero(const uint64_t *array, size_t from, size_t count)
{
	for (size_t i = from; i < count; i++)
		assert_int_equal(array[i], 0);
}

static uint64_t *numbered(size_t bytes)
{
	struct pool_block block;
	uint64_t *array;

	assert_true(pool_block_make(&block, NULL, 0, bytes, true));
	array = pool_block_keep(&block);
	assert_zero(array, 0, bytes / sizeof(*array));
	for (size_t i = 0; i < bytes / sizeof(*array); i++)
		array[i] = i;
	return array;
}

static void kept(void **state)
{
	(void)state;
	for (const struct step *step = steps; step < steps + STEPS; step++) {
		size_t count = step->old_bytes / sizeof(uint64_t);
		uint64_t *array = numbered(step->old_bytes);
		struct pool_block block;

		assert_true(pool_block_make(&block, array, step->old_bytes, step->bytes, true));
		array = pool_block_keep(&block);
		assert_numbered(array, count);
		assert_zero(array, count, step->bytes / sizeof(*array));
		pool_free(array, step->bytes);
	}
}

static void dropped(void **state)
{
	(void)state;
	for (const struct step *step = steps; step < steps + STEPS; step++) {
		uint64_t *array = numbered(step->old_bytes);
		struct pool_block block;

		assert_true(pool_block_make(&block, array, step->old_bytes, step->bytes, false));
		array = pool_block_drop(&block);
		assert_numbered(array, step->old_bytes / sizeof(*array));
		pool_free(array, step->old_bytes);
	}
}

/* Allocates blocks in the heap and in pages, and a block that is larger than the address space. */
static void blocks(void **state)
{
	static const size_t sizes[] = { 8, BLOCK_PAGES - 8, BLOCK_PAGES, 3 * BLOCK_PAGES + 8 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint64_t *block = block_alloc(sizes[i]);

		assert_non_null(block);
		assert_int_equal(block_is_mapped(sizes[i]), sizes[i] >= BLOCK_PAGES);
		block[0] = 1;
		block[sizes[i] / sizeof(*block) - 1] = 2;
		pages_make_ready(block, block + sizes[i] / sizeof(*block));
		assert_int_equal(block[0], sizes[i] == sizeof(*block) ? 2 : 1);
		assert_int_equal(block[sizes[i] / sizeof(*block) - 1], 2);
		block_free(block, sizes[i]);
	}
	assert_null(block_alloc(SIZE_MAX / 2));
}

/* Grows an array to more than the address space. */
static void out_of_memory(void **state)
{
	uint64_t *array = numbered(2 * POOL_PAGES);
	struct pool_block block;

	(void)state;
	assert_false(pool_block_make(&block, array, 2 * POOL_PAGES, SIZE_MAX / 2, true));
	assert_numbered(array, 2 * POOL_PAGES / sizeof(*array));
	pool_free(array, 2 * POOL_PAGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept),
		cmocka_unit_test(dropped),
		cmocka_unit_test(blocks),
		cmocka_unit_test(out_of_memory),
	};

	return RUN_GROUP(tests);
}
