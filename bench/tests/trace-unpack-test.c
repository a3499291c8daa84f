/* trace-unpack-test.c - a compressed trace reads as the trace, and damage is detected */
#include "trace-test.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <zstd.h>

#include "bench/trace/random.h"
#include "bench/trace/trace_unpack.h"

static const uint64_t test_seed = 20240611;

/* Compresses in two frames, as parallel compressors do. */
static struct bytes compress(struct bytes plain, size_t first_frame)
{
	size_t room = ZSTD_compressBound(plain.size) + 1024, first, second;
	struct bytes packed = { .data = malloc(room) };

	assert_non_null(packed.data);
	first = ZSTD_compress(packed.data, room, plain.data, first_frame, 3);
	assert_false(ZSTD_isError(first));
	second = ZSTD_compress(packed.data + first, room - first, plain.data + first_frame,
			       plain.size - first_frame, 3);
	assert_false(ZSTD_isError(second));
	packed.size = first + second;
	return packed;
}

/* A file of fewer than four bytes does not look compressed, so its error is a wrong header. */
static void check_packed_cut(const char *path, struct bytes packed, size_t at)
{
	char error[TRACE_ERROR_SIZE];

	write_file(path, packed.data, at);
	assert_int_equal(open_damaged(path, error), -EBADMSG);
	if (!strstr(error, at == 0 || at > 3 ? "truncated at byte " : "wrong at byte 0"))
		fail_msg("cut at %zu: %s", at, error);
}

/*
 * Some bits of a frame have no meaning. If the file opens nevertheless, it must hold the same
 * trace.
 */
static void check_packed_flip(const char *path, struct bytes plain, size_t at, int bit)
{
	char error[TRACE_ERROR_SIZE];
	struct trace trace;
	int result;

	flip(path, at, bit);
	result = trace_open(&trace, path, error);
	if (result == 0) {
		assert_memory_equal(trace.mapping, plain.data, plain.size);
		trace_close(&trace);
	} else {
		assert_int_equal(result, -EBADMSG);
		assert_non_null(strstr(error, " at byte "));
	}
	flip(path, at, bit);
}

/* The trace is several times as large as the first allocation. */
static void test_compressed(void **state)
{
	struct bytes plain, packed;
	struct trace trace;
	char path[256];

	(void)state;
	make_mixed(file_in_folder(path, "packed"), LARGE_TIMERS, LARGE_OPERATIONS, test_seed);
	plain = read_file(path);
	packed = compress(plain, plain.size / 2);
	assert_true(packed.size < plain.size);
	write_file(path, packed.data, packed.size);
	open_whole(&trace, path);
	assert_int_equal(trace.header->file_size, plain.size);
	assert_memory_equal(trace.mapping, plain.data, plain.size);
	trace_close(&trace);
	free(plain.data);
	free(packed.data);
	unlink(path);
}

/*
 * The trace has only a little more than one block of hashes, because it is unpacked hundreds of
 * times.
 */
static void test_damaged(void **state)
{
	struct bytes plain, packed;
	struct random random;
	char path[256];

	(void)state;
	print_message("seed %" PRIu64 "\n", test_seed);
	random_seed(&random, test_seed, 3);
	make_mixed(file_in_folder(path, "damaged"), LARGE_TIMERS / 2, LARGE_OPERATIONS / 2,
		   test_seed);
	plain = read_file(path);
	assert_true(plain.size > TRACE_HASH_BLOCK);
	packed = compress(plain, plain.size / 2);
	for (size_t i = 0; i < 200; i++)
		check_packed_cut(path, packed, i < 50 ? i : random_below(&random, packed.size));
	write_file(path, packed.data, packed.size);
	for (size_t i = 0; i < 400; i++)
		check_packed_flip(path, plain, i < 200 ? i / 8 : random_below(&random, packed.size),
				  (int)(i % 8));
	free(plain.data);
	free(packed.data);
	unlink(path);
}

/* A small file that unpacks to more than its header states must not be unpacked to the end. */
static void test_bomb(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE];
	struct bytes plain, packed, bomb = { .size = 200u << 20 };
	size_t mapped, size;
	void *mapping;

	(void)state;
	make_mixed(file_in_folder(path, "bomb"), 10, 100, test_seed);
	plain = read_file(path);
	bomb.data = calloc(1, bomb.size);
	assert_non_null(bomb.data);
	memcpy(bomb.data, plain.data, plain.size);
	packed = compress(bomb, bomb.size / 2);
	write_file(path, packed.data, packed.size);
	assert_int_equal(open_damaged(path, error), -EBADMSG);
	assert_non_null(strstr(error, "too long at byte "));
	assert_int_equal(
		trace_unpack(packed.data, packed.size, path, &mapping, &mapped, &size, error), 0);
	assert_true(mapped < bomb.size / 50);
	munmap(mapping, mapped);
	free(plain.data);
	free(packed.data);
	free(bomb.data);
	unlink(path);
}

/*
 * The output buffer starts at 1 MiB. Output of about that size must be complete, wherever the
 * compressor's blocks (128 KiB from a frame's start) end.
 */
static void test_sizes(void **state)
{
	static const size_t frames[] = { 1, 1000, 70000, 131072, 600000 };
	struct trace_header header = { .version = 1 };
	char error[TRACE_ERROR_SIZE];
	struct bytes plain = { .data = calloc(1, 2u << 20) };
	size_t mapped, size;
	void *mapping;

	(void)state;
	assert_non_null(plain.data);
	for (size_t at = 0; at < 2u << 20; at++)
		plain.data[at] = (unsigned char)(at * at >> 7);
	for (size_t i = 0; i < 5 * 9; i++) {
		struct bytes packed;

		plain.size = (1u << 20) + i % 9 * 250 - 1000;
		header.file_size = plain.size;
		memcpy(plain.data, &header, sizeof(header));
		packed = compress(plain, frames[i / 9]);
		if (trace_unpack(packed.data, packed.size, "sizes", &mapping, &mapped, &size,
				 error) < 0)
			fail_msg("%s", error);
		assert_int_equal(size, plain.size);
		assert_memory_equal(mapping, plain.data, size);
		munmap(mapping, mapped);
		free(packed.data);
	}
	free(plain.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_sizes),
	};

	RUN_TESTS(tests);
}
