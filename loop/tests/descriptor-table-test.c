/*
 * descriptor-table-test - the table of entries by descriptor, and wait buffers that change in use
 *
 * A wait buffer is the memory to which the kernel writes the reports of a wait.
 */
#include "loop/descriptor_table.h"
#include "loop/wait_buffer.h"

#include <errno.h>

#include "loop/tests/allocations.h"
#include "loop/tests/loop_test.h"

/* An entry of 12 bytes, which is not a power of two. It is in use while `value` is not 0. */
struct entry {
	uint32_t value, copy, unused;
};

static struct descriptor_table table;

static struct entry *find(int fd)
{
	return descriptor_table_find(&table, fd);
}

static bool is_used(const void *entry)
{
	return ((const struct entry *)entry)->value;
}

static void check(void)
{
	const char *broken = descriptor_table_check(&table, is_used);

	if (broken)
		fail_msg("%s", broken);
}

static void enter(int fd)
{
	assert_int_equal(descriptor_table_reserve(&table, fd), 0);
	if (!find(fd)->value)
		descriptor_table_use(&table, fd);
	find(fd)->value = find(fd)->copy = (uint32_t)fd + 1;
	check();
}

static void leave(int fd)
{
	descriptor_table_disuse(&table, fd);
	check();
}

static long long bytes(void)
{
	return atomic_load(&allocated_bytes);
}

static int begin(void **state)
{
	(void)state;
	table = (struct descriptor_table){ .entry_size = sizeof(struct entry) };
	return 0;
}

static int end(void **state)
{
	(void)state;
	descriptor_table_free(&table);
	assert_int_equal(table.entry_size, sizeof(struct entry));
	assert_null(find(0));
	return 0;
}

static void test_there_is_none_before(void **state)
{
	(void)state;
	assert_null(find(0));
	assert_null(find(-1));
	assert_null(find(INT32_MAX));
	assert_int_equal(descriptor_table_next(&table, 0), -1);
	enter(70);
	assert_null(find(-1));
	assert_null(find(63));
	assert_non_null(find(64));
	assert_non_null(find(127));
	assert_null(find(128));
	assert_null(find(8 * TABLE_CHUNK));
	assert_null(find(INT32_MAX));
}

/*
 * Enters descriptors on both sides of each boundary of the chunks and of the directory. Entries
 * must not move.
 */
static void test_boundaries(void **state)
{
	static const int descriptors[] = { 0,	63,   64,   65,	  127,	128,  511,   512,
					   513, 1023, 1024, 1025, 2047, 2048, 16383, 16384 };
	const int count = (int)(sizeof(descriptors) / sizeof(*descriptors));
	const struct entry *first;

	(void)state;
	enter(0);
	first = find(0);
	for (int i = 0; i < count; i++) {
		enter(descriptors[i]);
		for (int j = 0; j <= i; j++) {
			assert_int_equal(find(descriptors[j])->value, descriptors[j] + 1);
			assert_int_equal(find(descriptors[j])->copy, descriptors[j] + 1);
		}
	}
	assert_ptr_equal(find(0), first);
	end(NULL);
	for (int i = count - 1; i >= 0; i--) /* each needs a new directory */
		enter(descriptors[i]), end(NULL);
}

static void test_visiting(void **state)
{
	static const int descriptors[] = { 3, 100, 700 };
	int visited = 0, used = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		enter(descriptors[i]);
	for (int fd = descriptor_table_next(&table, 0); fd >= 0;
	     fd = descriptor_table_next(&table, fd + 1)) {
		if (find(fd)->value)
			assert_int_equal(fd, descriptors[used++]);
		visited++;
	}
	assert_int_equal(used, 3);
	assert_int_equal(visited, 3 * TABLE_CHUNK);
	assert_int_equal(descriptor_table_next(&table, 127), 127);
	assert_int_equal(descriptor_table_next(&table, 128), 640);
	assert_int_equal(descriptor_table_next(&table, 704), -1);
	assert_int_equal(descriptor_table_next(&table, 100000), -1);
}

static void test_removed_entries_are_zeros(void **state)
{
	const struct entry zeros = { 0 };

	(void)state;
	enter(5);
	enter(6);
	find(5)->unused = 9;
	leave(5);
	assert_memory_equal(find(5), &zeros, sizeof(zeros));
	assert_int_equal(find(6)->value, 7);
}

static void test_trimming(void **state)
{
	(void)state;
	for (int fd = 0; fd < 10 * TABLE_CHUNK; fd++)
		enter(fd);
	descriptor_table_trim(&table);
	check();
	for (int fd = 0; fd < 10 * TABLE_CHUNK; fd++)
		assert_int_equal(find(fd)->value, fd + 1);
	for (int fd = 0; fd < 9 * TABLE_CHUNK; fd++) {
		leave(fd);
		assert_non_null(find(fd)); /* only a trim frees chunks */
	}
	descriptor_table_trim(&table);
	check();
	/* A trim keeps the chunks in use, and one chunk without an entry in use. */
	for (int i = 0, kept = 0; i < 9; i++) {
		kept += !!find(i * TABLE_CHUNK);
		assert_in_range(kept, 0, 1);
	}
	for (int fd = 9 * TABLE_CHUNK; fd < 10 * TABLE_CHUNK; fd++)
		assert_int_equal(find(fd)->value, fd + 1);
	for (int fd = 9 * TABLE_CHUNK; fd < 10 * TABLE_CHUNK; fd++)
		leave(fd);
	descriptor_table_trim(&table);
	descriptor_table_trim(&table);
	check();
	assert_int_equal(find(0) ? 0 : descriptor_table_next(&table, 0) % TABLE_CHUNK, 0);
}

/*
 * If a chunk became idle and is used again, a trim must not free it. A trim frees it after it
 * becomes idle again.
 */
static void test_used_again(void **state)
{
	long long before = bytes(), with_one;

	(void)state;
	enter(0);
	with_one = bytes();
	for (int round = 0; round < 3; round++) {
		for (int i = 1; i < 5; i++)
			enter(i * TABLE_CHUNK);
		for (int i = 1; i < 5; i++)
			leave(i * TABLE_CHUNK);
		enter(2 * TABLE_CHUNK);
		descriptor_table_trim(&table);
		check();
		assert_int_equal(find(2 * TABLE_CHUNK)->value, 2 * TABLE_CHUNK + 1);
		leave(2 * TABLE_CHUNK);
		descriptor_table_trim(&table);
		check();
		/* The chunk of descriptor 0, and one idle chunk. */
		assert_in_range(bytes(), with_one + 1, with_one + 2 * TABLE_CHUNK * 16);
	}
	end(NULL);
	assert_int_equal(bytes(), before);
}

/* Adding and deleting one descriptor repeatedly must allocate only once. */
static void test_one_that_comes_and_goes(void **state)
{
	(void)state;
	enter(0);
	enter(64);
	leave(64);
	atomic_store(&refused_allocations, 0);
	allocation_is_forbidden = true;
	for (int i = 0; i < 5; i++) {
		descriptor_table_trim(&table);
		enter(64 + i);
		leave(64 + i);
	}
	allocation_is_forbidden = false;
	assert_int_equal(atomic_load(&refused_allocations), 0);
}

static void test_no_memory(void **state)
{
	(void)state;
	enter(3);
	for (int fd = 63; fd < 100000; fd = 2 * fd + 1) {
		int result, budget = 0;

		do {
			allocations_before_failure = budget++;
			result = descriptor_table_reserve(&table, fd);
			allocations_before_failure = -1;
			check();
			assert_int_equal(find(3)->value, 4);
			if (result)
				assert_int_equal(result, -ENOMEM);
		} while (result);
		assert_int_equal(find(fd)->value, 0);
	}
}

/* --------------------------------------------------------------------------------- wait buffers */

static void test_buffer_grows_and_shrinks(void **state)
{
	struct wait_buffer buffer = { 0 };
	long long before = bytes();

	(void)state;
	assert_int_equal(wait_buffer_size(&buffer), 0);
	assert_null(wait_buffer_borrow(&buffer));
	wait_buffer_return(&buffer);
	assert_int_equal(wait_buffer_reserve(&buffer, 100), 0);
	assert_int_equal(wait_buffer_size(&buffer), 100);
	memset(wait_buffer_borrow(&buffer), 1, 100);
	wait_buffer_return(&buffer);
	wait_buffer_trim(&buffer, 200);
	assert_int_equal(wait_buffer_size(&buffer), 100);
	assert_int_equal(wait_buffer_reserve(&buffer, 100), 0);
	assert_int_equal(wait_buffer_reserve(&buffer, 50), 0);
	assert_int_equal(wait_buffer_size(&buffer), 100);
	wait_buffer_trim(&buffer, 40);
	assert_int_equal(wait_buffer_size(&buffer), 40);
	assert_in_range(bytes(), before + 40, before + 80);
	memset(wait_buffer_borrow(&buffer), 1, 40);
	wait_buffer_return(&buffer);
	wait_buffer_free(&buffer);
	assert_int_equal(bytes(), before);
	assert_int_equal(wait_buffer_size(&buffer), 0);
}

/* The buffer that the kernel uses must not move until it is returned. */
static void test_buffer_in_use(void **state)
{
	static const size_t sizes[] = { 100, 1000, 10, 2000, 2000, 20 };
	struct wait_buffer buffer = { 0 };
	unsigned char *memory;

	(void)state;
	assert_int_equal(wait_buffer_reserve(&buffer, 50), 0);
	memory = wait_buffer_borrow(&buffer);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (sizes[i] > wait_buffer_size(&buffer))
			assert_int_equal(wait_buffer_reserve(&buffer, sizes[i]), 0);
		else
			wait_buffer_trim(&buffer, sizes[i]);
		assert_int_equal(wait_buffer_size(&buffer), sizes[i]);
		assert_ptr_equal(buffer.memory, memory);
		memset(memory, (int)i, 50);
	}
	allocation_is_forbidden = true;
	assert_int_equal(wait_buffer_reserve(&buffer, 21), -ENOMEM);
	wait_buffer_trim(&buffer, 10);
	assert_int_equal(wait_buffer_size(&buffer), 20);
	atomic_store(&refused_allocations, 0);
	wait_buffer_return(&buffer);
	memset(wait_buffer_borrow(&buffer), 1, 20);
	assert_int_equal(atomic_load(&refused_allocations), 0);
	allocation_is_forbidden = false;
	assert_int_equal(wait_buffer_reserve(&buffer, 30), 0);
	wait_buffer_free(&buffer); /* one buffer is in use, and one waits to replace it */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(test_there_is_none_before),
	TEST(test_boundaries),
	TEST(test_visiting),
	TEST(test_removed_entries_are_zeros),
	TEST(test_trimming),
	TEST(test_used_again),
	TEST(test_one_that_comes_and_goes),
	TEST(test_no_memory),
	TEST(test_buffer_grows_and_shrinks),
	TEST(test_buffer_in_use),
};

int main(void)
{
	LOOP_TEST_RUN(tests);
}
