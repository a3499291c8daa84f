/* trace-test.h - shared by the tests of traces: a folder for files, small traces, the last line */
#ifndef TRACE_TEST_H
#define TRACE_TEST_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/trace/trace_layout.h"
#include "bench/trace/trace_make.h"

#define GRAIN 1000

/* A trace of this size has three hash blocks, the last one partly filled. */
#define LARGE_TIMERS	 5000
#define LARGE_OPERATIONS 200000

/*
 * Each trace is synced to disk, and some tests make thousands of traces. That is faster in memory.
 */
#define IN_MEMORY "/dev/shm"

/* The folder for the files of all tests. It is deleted at the end. */
static char folder[128];

static inline int make_folder(void **state)
{
	const char *parent = getenv("TMPDIR");

	(void)state;
	if (!parent)
		parent = access(IN_MEMORY, W_OK | X_OK) ? P_tmpdir : IN_MEMORY;
	snprintf(folder, sizeof(folder), "%s/trace-test-XXXXXX", parent);
	return mkdtemp(folder) ? 0 : -1;
}

/* Also deletes files that a failed test has left in the folder. */
static inline int remove_folder(void **state)
{
	struct dirent *entry;
	DIR *open = opendir(folder);

	(void)state;
	if (!open)
		return -1;
	while ((entry = readdir(open)))
		(void)unlinkat(dirfd(open), entry->d_name, 0);
	closedir(open);
	return rmdir(folder);
}

static inline const char *file_in_folder(char *path, const char *name)
{
	snprintf(path, 256, "%s/%s", folder, name);
	return path;
}

struct bytes {
	unsigned char *data;
	size_t size;
};

static inline struct bytes read_file(const char *path)
{
	struct bytes bytes = { .size = 0 };
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	bytes.size = (size_t)ftell(file);
	rewind(file);
	bytes.data = malloc(bytes.size + 1);
	assert_non_null(bytes.data);
	assert_int_equal(fread(bytes.data, 1, bytes.size, file), bytes.size);
	fclose(file);
	return bytes;
}

static inline void write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/*
 * A workload that does everything: it arms all timers, then fires and re-arms, stops and re-arms at
 * random, with `batch` operations between two advances.
 */
static inline void generate_mixed(struct generator *generator, const void *options, uint64_t n,
				  uint64_t operations)
{
	uint64_t time = 0;

	(void)options;
	generator_begin(generator, n, GRAIN);
	generator_mark(generator, "fill", false);
	for (uint64_t id = 0; id < n; id++)
		generator_arm(generator, id, generator_below(generator, 1000 * GRAIN));
	generator_mark(generator, "mixed", true);
	while (!generator_done(generator, operations)) {
		const uint64_t *fired;
		size_t count = generator_advance(generator, time += 10 * GRAIN, &fired);

		for (size_t i = 0; i < count; i++)
			generator_arm(generator, fired[i],
				      generator_below(generator, 1000 * GRAIN));
		for (int i = 0; i < 8; i++) {
			uint64_t id = generator_below(generator, n);

			if (!generator_armed(generator, id))
				generator_arm_absolute(generator, id, time + 500 * GRAIN);
			else if (generator_below(generator, 2))
				generator_disarm(generator, id);
			else
				generator_remove(generator, id);
		}
	}
}

static const struct workload mixed = { .name = "mixed", .generate = generate_mixed };

static inline void make_mixed(const char *path, uint64_t n, uint64_t operations, uint64_t seed)
{
	char error[TRACE_ERROR_SIZE] = "";

	if (trace_make(path, &mixed, NULL, "mixed", n, seed, operations, "test", NULL, error) < 0)
		fail_msg("%s", error);
}

/*
 * Opens and closes a trace. Returns 0 or the error of trace_open, whose message must be one line
 * that names the file.
 */
static inline int open_damaged(const char *path, char *error)
{
	struct trace trace;
	int result;

	memset(error, 0, TRACE_ERROR_SIZE);
	result = trace_open(&trace, path, error);
	if (result == 0) {
		trace_close(&trace);
		return 0;
	}
	assert_null(trace.mapping);
	assert_non_null(strstr(error, path));
	assert_null(strchr(error, '\n'));
	return result;
}

static inline void open_whole(struct trace *trace, const char *path)
{
	char error[TRACE_ERROR_SIZE] = "";

	if (trace_open(trace, path, error) < 0 || trace_validate(trace, path, error) < 0)
		fail_msg("%s", error);
}

/* Inverts one bit of a file. A second call restores it. */
static inline void flip(const char *path, size_t byte, int bit)
{
	FILE *file = fopen(path, "r+b");
	int value;

	assert_non_null(file);
	assert_int_equal(fseek(file, (long)byte, SEEK_SET), 0);
	value = fgetc(file);
	assert_int_equal(fseek(file, (long)byte, SEEK_SET), 0);
	assert_int_not_equal(fputc(value ^ 1 << bit, file), EOF);
	assert_int_equal(fclose(file), 0);
}

/* Runs the group and prints the line that scripts read. cmocka counts the failures. */
#define RUN_TESTS(tests)                                                                           \
	do {                                                                                       \
		int total = (int)(sizeof(tests) / sizeof(*(tests)));                               \
		int bad = cmocka_run_group_tests(tests, make_folder, remove_folder);               \
		int broken = bad < 0 || bad > total ? total : bad;                                 \
                                                                                                   \
		fflush(stderr);                                                                    \
		printf("%d passed, %d failed\n", total - broken, broken);                          \
		return bad ? 1 : 0;                                                                \
	} while (0)

#endif
