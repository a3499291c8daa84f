/*
 * pages-test.c - blocks in the heap and in pages, their growth, and the pages that they have
 *
 * A grown block is either kept, or it is dropped and the old block stays.
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
	{ BLOCK_MAPPED / 2, BLOCK_MAPPED - 8 },
	{ 640, BLOCK_MAPPED },
	{ BLOCK_MAPPED - 8, 2 * BLOCK_MAPPED },
	{ BLOCK_MAPPED, 4 * BLOCK_MAPPED },
	{ BLOCK_MAPPED + 8, BLOCK_MAPPED + 16 },
	{ 4 * BLOCK_MAPPED, 64 * BLOCK_MAPPED },
	{ 64 * BLOCK_MAPPED, 64 * BLOCK_MAPPED + 8 },
};

#define STEPS (sizeof(steps) / sizeof(*steps))

/* Checks that each element is its own index. */
static void assert_numbered(const uint64_t *array, size_t bytes)
{
	for (size_t i = 0; i < bytes / sizeof(*array); i++)
		assert_int_equal(array[i], i);
}

static uint64_t *numbered(size_t bytes)
{
	uint64_t *array = block_make(bytes);

	assert_non_null(array);
	for (size_t i = 0; i < bytes / sizeof(*array); i++)
		array[i] = i;
	return array;
}

static void test_a_larger_block_is_kept(void **state)
{
	(void)state;
	for (const struct step *step = steps; step < steps + STEPS; step++) {
		uint64_t *array = numbered(step->old_bytes);
		struct block_growth growth;

		assert_true(block_grow(&growth, array, step->old_bytes, step->bytes));
		array = block_keep(&growth);
		assert_numbered(array, step->old_bytes);
		array[step->bytes / sizeof(*array) - 1] = 1;
		block_free(array, step->bytes);
	}
}

static void test_a_larger_block_is_dropped(void **state)
{
	(void)state;
	for (const struct step *step = steps; step < steps + STEPS; step++) {
		uint64_t *array = numbered(step->old_bytes);
		struct block_growth growth;

		assert_true(block_grow(&growth, array, step->old_bytes, step->bytes));
		array = block_drop(&growth);
		assert_numbered(array, step->old_bytes);
		block_free(array, step->old_bytes);
	}
}

/* Makes blocks in the heap and in pages, and a block that is larger than the address space. */
static void test_blocks(void **state)
{
	static const size_t sizes[] = { 8, BLOCK_MAPPED - 8, BLOCK_MAPPED, 3 * BLOCK_MAPPED + 8 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint64_t *block = block_make(sizes[i]);
		size_t last = sizes[i] / sizeof(*block) - 1;

		assert_non_null(block);
		block[0] = 1;
		block[last] = 2;
		pages_make_ready(block, block + last);
		assert_int_equal(block[0], last ? 1 : 2);
		assert_int_equal(block[last], 2);
		block_free(block, sizes[i]);
	}
	assert_null(block_make(SIZE_MAX / 2));
}

/* A block that was never written to has no page. A page comes with the first write to it. */
static void test_resident_pages(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = 1000 * page;
	char *block = block_make(bytes), *small = block_make(64);

	(void)state;
	assert_non_null(block);
	assert_non_null(small);
	assert_int_equal(block_resident(small, 64), 64);
	assert_int_equal(block_resident(block, bytes), 0);
	block[0] = block[300 * page] = block[bytes - 1] = 1;
	assert_int_equal(block_resident(block, bytes), 3 * page);
	assert_int_equal(block_resident(block, bytes - page + 1), 3 * page);
	assert_int_equal(block_resident(block, bytes - page), 2 * page);
	block_free(block, bytes);
	block_free(small, 64);
}

static void test_out_of_memory(void **state)
{
	uint64_t *array = numbered(2 * BLOCK_MAPPED);
	struct block_growth growth;

	(void)state;
	assert_false(block_grow(&growth, array, 2 * BLOCK_MAPPED, SIZE_MAX / 2));
	assert_numbered(array, 2 * BLOCK_MAPPED);
	block_free(array, 2 * BLOCK_MAPPED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_larger_block_is_kept),
		cmocka_unit_test(test_a_larger_block_is_dropped),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_resident_pages),
		cmocka_unit_test(test_out_of_memory),
	};

	return RUN_GROUP(tests);
}
