/* trace-test.c - trace files: a written trace reads back, and damage is detected */
#include "trace-test.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bench/trace/random.h"

static const uint64_t test_seed = 20240611;

static void expect_operation(const struct trace *trace, size_t place, uint64_t time, uint32_t kind)
{
	assert_int_equal(trace->operations[place].time, time);
	assert_int_equal(trace->operations[place].kind, kind);
}

static void generate_known(struct generator *generator, const void *options, uint64_t n,
			   uint64_t operations)
{
	const uint64_t *fired;

	(void)options;
	(void)operations;
	generator_begin(generator, n, GRAIN);
	generator_mark(generator, "fill", false);
	generator_arm(generator, 0, 2500);
	generator_arm(generator, 1, 7000);
	generator_arm_absolute(generator, 2, 1);
	generator_mark(generator, "work", true);
	assert_int_equal(generator_advance(generator, 3000, &fired), 2);
	assert_int_equal(fired[0], 2);
	assert_int_equal(fired[1], 0);
	generator_disarm(generator, 1);
	generator_arm(generator, 0, 1000);
	generator_remove(generator, 0);
	assert_int_equal(generator_operations(generator), 5);
}

static void check_known_stream(const struct trace *trace)
{
	const struct trace_operation *operations = trace->operations;

	expect_operation(trace, 0, 0, TRACE_MARK);
	expect_operation(trace, 1, 3000, TRACE_ARM);
	expect_operation(trace, 2, 7000, TRACE_ARM);
	expect_operation(trace, 3, 1000, TRACE_ARM_ABSOLUTE);
	expect_operation(trace, 4, 0, TRACE_MARK);
	expect_operation(trace, 5, 3000, TRACE_ADVANCE);
	expect_operation(trace, 6, 0, TRACE_DISARM);
	expect_operation(trace, 7, 4000, TRACE_ARM);
	expect_operation(trace, 8, 0, TRACE_REMOVE);
	assert_int_equal(operations[5].id, 0);
	assert_int_equal(operations[6].id, operations[2].id);
	assert_int_equal(operations[7].id, operations[1].id);
	assert_int_equal(operations[8].id, operations[1].id);
	assert_int_equal(trace->advances[0].earliest, 1000);
	assert_int_equal(trace->advances[0].fired_end, 2);
	assert_int_equal(trace->fired[0], operations[3].id);
	assert_int_equal(trace->fired[1], operations[1].id);
}

static void test_round_trip(void **state)
{
	const struct workload known = { .name = "known", .generate = generate_known };
	char path[256], error[TRACE_ERROR_SIZE] = "";
	const struct trace_phase *work;
	struct trace trace;

	(void)state;
	file_in_folder(path, "known");
	assert_int_equal(trace_make(path, &known, NULL, "known:a=1", 3, 42, 5, "c0de", NULL, error),
			 0);
	open_whole(&trace, path);
	assert_string_equal(trace.header->workload, "known:a=1");
	assert_string_equal(trace.header->generator, "c0de");
	assert_int_equal(trace.header->n, 3);
	assert_int_equal(trace.header->seed, 42);
	assert_int_equal(trace.header->grain, GRAIN);
	assert_int_equal(trace.header->ids, 3);
	assert_int_equal(trace.header->operations, 9);
	assert_int_equal(trace.header->advances, 1);
	assert_int_equal(trace.header->fired, 2);
	check_known_stream(&trace);
	assert_int_equal(trace.header->phases, 2);
	assert_string_equal(trace.phases[0].name, "fill");
	assert_int_equal(trace.phases[0].measured, 0);
	assert_int_equal(trace.phases[0].arms, 3);
	assert_int_equal(trace.phases[0].armed_peak, 3);
	work = &trace.phases[1];
	assert_string_equal(work->name, "work");
	assert_int_equal(work->measured, 1);
	assert_int_equal(work->first, 4);
	assert_int_equal(work->arms, 1);
	assert_int_equal(work->stops, 2);
	assert_int_equal(work->advances, 1);
	assert_int_equal(work->fired, 2);
	assert_int_equal(work->armed_peak, 3);
	assert_int_equal(work->checksum, trace_firing(trace.fired[0], 1000, 3000) +
						 trace_firing(trace.fired[1], 3000, 3000));
	trace_close(&trace);
	unlink(path);
}

static void test_same_seed_same_bytes(void **state)
{
	struct bytes trace[3];
	char path[256];

	(void)state;
	file_in_folder(path, "seeded");
	for (int i = 0; i < 3; i++) {
		make_mixed(path, 100, 5000, i < 2 ? 1 : 2);
		trace[i] = read_file(path);
	}
	assert_int_equal(trace[0].size, trace[1].size);
	assert_memory_equal(trace[0].data, trace[1].data, trace[0].size);
	assert_false(trace[0].size == trace[2].size &&
		     memcmp(trace[0].data + 4096, trace[2].data + 4096, trace[0].size - 4096) == 0);
	for (int i = 0; i < 3; i++)
		free(trace[i].data);
	unlink(path);
}

/*
 * Returns the byte to damage: first all bytes at the front, then those around the ends of blocks,
 * then random ones.
 */
static size_t damage_at(struct random *random, size_t round, size_t size)
{
	size_t front = 1300;
	size_t blocks = size / TRACE_HASH_BLOCK;

	if (round < front)
		return round;
	round -= front;
	if (round < 4 * blocks)
		return (round / 4 + 1) * TRACE_HASH_BLOCK + round % 4 - 2;
	round -= 4 * blocks;
	if (round < 100)
		return size - 1 - round;
	return random_below(random, size);
}

#define DAMAGES 2000

static int descending(const void *a, const void *b)
{
	const size_t *left = a, *right = b;

	return (*left < *right) - (*left > *right);
}

/* Cuts the file from the longest to the shortest length, so that one file serves all cuts. */
static void test_truncation(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE], expected[64];
	size_t cuts[DAMAGES];
	struct random random;
	struct bytes bytes;

	(void)state;
	print_message("seed %" PRIu64 "\n", test_seed);
	random_seed(&random, test_seed, 1);
	make_mixed(file_in_folder(path, "whole"), LARGE_TIMERS, LARGE_OPERATIONS, test_seed);
	assert_int_equal(open_damaged(path, error), 0);
	bytes = read_file(path);
	assert_true(bytes.size > 2 * TRACE_HASH_BLOCK);
	for (size_t i = 0; i < DAMAGES; i++)
		cuts[i] = damage_at(&random, i, bytes.size);
	qsort(cuts, DAMAGES, sizeof(*cuts), descending);
	for (size_t i = 0; i < DAMAGES; i++) {
		assert_int_equal(truncate(path, (off_t)cuts[i]), 0);
		assert_int_equal(open_damaged(path, error), -EBADMSG);
		snprintf(expected, sizeof(expected), "truncated at byte %zu:", cuts[i]);
		if (!strstr(error, expected))
			fail_msg("cut at %zu: %s", cuts[i], error);
	}
	free(bytes.data);
	unlink(path);
}

static void test_too_long(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE], expected[64];
	struct bytes bytes;

	(void)state;
	make_mixed(file_in_folder(path, "long"), 10, 100, test_seed);
	bytes = read_file(path);
	assert_int_equal(truncate(path, (off_t)bytes.size + 1), 0);
	assert_int_equal(open_damaged(path, error), -EBADMSG);
	snprintf(expected, sizeof(expected), "too long at byte %zu:", bytes.size);
	assert_non_null(strstr(error, expected));
	free(bytes.data);
	unlink(path);
}

static void test_bit_flips(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE], expected[64];
	size_t size, hashes;
	struct random random;
	struct trace trace;

	(void)state;
	print_message("seed %" PRIu64 "\n", test_seed);
	random_seed(&random, test_seed, 2);
	make_mixed(file_in_folder(path, "flipped"), LARGE_TIMERS, LARGE_OPERATIONS, test_seed);
	open_whole(&trace, path);
	size = trace.header->file_size;
	hashes = size - trace.header->hashes * sizeof(uint64_t);
	trace_close(&trace);
	for (size_t round = 0; round < DAMAGES; round++) {
		size_t at = damage_at(&random, round, size);
		int bit = (int)random_below(&random, 8);

		flip(path, at, bit);
		assert_int_equal(open_damaged(path, error), -EBADMSG);
		if (at >= hashes)
			snprintf(expected, sizeof(expected), "hashes at byte %zu ", hashes);
		else if (at >= sizeof(struct trace_header))
			snprintf(expected, sizeof(expected), "block at byte %zu ",
				 at / TRACE_HASH_BLOCK * TRACE_HASH_BLOCK);
		else
			snprintf(expected, sizeof(expected), " at byte ");
		if (!strstr(error, expected))
			fail_msg("flipped bit %d of byte %zu: %s", bit, at, error);
		flip(path, at, bit);
	}
	open_whole(&trace, path);
	trace_close(&trace);
	unlink(path);
}

static void test_no_trace(void **state)
{
	static const char text[] = "timerbed\nis not how a trace begins";
	char path[256], long_path[3000], error[TRACE_ERROR_SIZE];

	(void)state;
	file_in_folder(path, "none");
	assert_int_equal(open_damaged(path, error), -ENOENT);
	assert_int_equal(open_damaged(folder, error), -EISDIR);
	assert_int_equal(open_damaged("/dev/null", error), -ENODEV);
	write_file(path, text, sizeof(text));
	assert_int_equal(open_damaged(path, error), -EBADMSG);
	assert_non_null(strstr(error, "not a timerbed trace: wrong at byte 8"));
	write_file(path, text, 0);
	assert_int_equal(open_damaged(path, error), -EBADMSG);
	assert_non_null(strstr(error, "truncated at byte 0:"));
	memset(long_path, 'x', sizeof(long_path));
	for (size_t i = 0; i < sizeof(long_path); i += 100)
		long_path[i] = '/';
	snprintf(long_path + sizeof(long_path) - 10, 10, "/the.end");
	assert_int_equal(trace_open(&(struct trace){ .mapped = 0 }, long_path, error), -ENOENT);
	assert_non_null(strstr(error, "/the.end: cannot open: "));
	unlink(path);
}

/* Each section must begin at the next multiple of 64 after the previous one. */
static void test_layout(void **state)
{
	struct trace_header header = { .hashes = 3 };
	struct trace_layout layout;

	(void)state;
	for (uint64_t entries = 0; entries < 70; entries++) {
		uint64_t end = sizeof(header) + TRACE_PHASES * sizeof(struct trace_phase);

		header.operations = header.advances = header.fired = entries;
		assert_true(trace_layout_of(&header, &layout));
		assert_int_equal(layout.phases, sizeof(header));
		assert_int_equal(layout.operations, (end + 63) / 64 * 64);
		end = layout.operations + entries * sizeof(struct trace_operation);
		assert_int_equal(layout.advances, (end + 63) / 64 * 64);
		end = layout.advances + entries * sizeof(struct trace_advance);
		assert_int_equal(layout.fired, (end + 63) / 64 * 64);
		end = layout.fired + entries * sizeof(uint32_t);
		assert_int_equal(layout.hashes, (end + 63) / 64 * 64);
		assert_int_equal(layout.end, layout.hashes + 3 * sizeof(uint64_t));
	}
}

#define EACH 24

static int by_value(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* Another timer, another deadline or another time must give another value. */
static void test_firings_differ(void **state)
{
	static uint64_t firings[EACH * EACH * EACH];
	size_t count = 0;

	(void)state;
	for (uint32_t id = 0; id < EACH; id++)
		for (uint64_t deadline = 0; deadline < EACH; deadline++)
			for (uint64_t now = 0; now < EACH; now++)
				firings[count++] = trace_firing(id, deadline, now);
	qsort(firings, count, sizeof(*firings), by_value);
	for (size_t i = 1; i < count; i++)
		assert_int_not_equal(firings[i], firings[i - 1]);
}

/*
 * Whether a trace's file was open without FD_CLOEXEC. Another thread may start a program at any
 * time, which must not inherit the file.
 */
static bool inherited;

int fstat(int fd, struct stat *status)
{
	inherited = inherited || !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	return (int)syscall(SYS_newfstatat, fd, "", status, AT_EMPTY_PATH);
}

static void test_no_program_inherits_the_file(void **state)
{
	char path[256];
	struct trace trace;

	(void)state;
	make_mixed(file_in_folder(path, "inherited"), 100, 1000, 1);
	inherited = false;
	open_whole(&trace, path);
	assert_false(inherited);
	trace_close(&trace);
	unlink(path);
}

/* A refused file must not stay mapped. */
static void test_refused_is_unmapped(void **state)
{
	char path[256], line[512], error[TRACE_ERROR_SIZE];
	FILE *maps;

	(void)state;
	make_mixed(file_in_folder(path, "refused"), 100, 1000, 1);
	flip(path, 600, 3);
	assert_int_equal(open_damaged(path, error), -EBADMSG);
	maps = fopen("/proc/self/maps", "r");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		assert_null(strstr(line, path));
	fclose(maps);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_seed_same_bytes),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_bit_flips),
		cmocka_unit_test(test_no_trace),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_firings_differ),
		cmocka_unit_test(test_no_program_inherits_the_file),
		cmocka_unit_test(test_refused_is_unmapped),
	};

	RUN_TESTS(tests);
}
