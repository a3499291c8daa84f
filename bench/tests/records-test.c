/* records-test - reads records back, and checks which keys distinguish two records */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#include "bench/run/identity.h"
#include "bench/run/lines.h"
#include "bench/run/records.h"
#include "bench/tests/trace-test.h"

static const char *write_cells(const char *name, const char *text)
{
	static char path[256];

	write_file(file_in_folder(path, name), text, strlen(text));
	return path;
}

static void lines_are_read(void **state)
{
	const char *text = "{\"block\": \"b/1\", \"subject\": \"x\", \"cells\": 3, "
			   "\"cell_budget_ns\": 77, \"outcome\": \"too slow\"}\n"
			   "\n"
			   "{\"block\": \"b/2\", \"subject\": \"y\", \"status\": \"ok\"}\n"
			   "{\"block\": \"b/2\", \"subject\": \"z\", \"status\": \"too bad\"}\n"
			   "{\"block\": \"b/3\"";
	struct lines lines;
	const char *path = write_cells("cells.jsonl", text);

	(void)state;
	assert_int_equal(lines_read(&lines, folder), 0);
	assert_int_equal(lines.count, 4);
	assert_false(lines.compressed);
	assert_true(lines.unended);
	assert_string_equal(lines.line[0].block, "b/1");
	assert_string_equal(lines.line[0].subject, "x");
	assert_int_equal(lines.line[0].cells, 3);
	assert_int_equal(lines.line[0].cell_budget, 77);
	assert_int_equal(lines.line[0].outcome, OUTCOME_TOO_SLOW);
	assert_int_equal(lines.line[1].outcome, OUTCOME_OK);
	assert_int_equal(lines.line[1].cell_budget, 0);
	assert_int_equal(lines.line[2].outcome, OUTCOME_FAILED);
	assert_string_equal(lines.line[3].block, ""); /* cut short */
	lines_free(&lines);
	unlink(path);
}

/* A last line without a newline counts if it is a complete object. */
static void an_unended_line_counts(void **state)
{
	struct lines lines;
	const char *path = write_cells("cells.jsonl", "{\"block\": \"b\"}");

	(void)state;
	assert_int_equal(lines_read(&lines, folder), 0);
	assert_int_equal(lines.count, 1);
	assert_true(lines.unended);
	assert_string_equal(lines.line[0].block, "b");
	lines_free(&lines);
	unlink(path);
}

static void without_a_file_there_are_no_lines(void **state)
{
	struct lines lines;

	(void)state;
	assert_int_equal(lines_read(&lines, folder), 0);
	assert_int_equal(lines.count, 0);
	lines_free(&lines);
}

static void a_damaged_file_is_refused(void **state)
{
	struct lines lines;
	const char *path = write_cells("cells.jsonl.zst", "{\"block\": \"b\"}\n");

	(void)state;
	assert_int_equal(lines_read(&lines, folder), -EBADMSG);
	lines_free(&lines);
	unlink(path);
}

/* Reads lines that fill the pieces of the unpacker exactly, or have a byte more or less. */
static void packed_lines_of_any_length(void **state)
{
	const size_t piece = ZSTD_DStreamOutSize(), room = ZSTD_compressBound(4 * piece);
	char path[256], *text = malloc(4 * piece), *packed = malloc(room);

	(void)state;
	assert_true(text && packed);
	file_in_folder(path, "cells.jsonl.zst");
	for (size_t size = piece / 2; size < 4 * piece; size *= 2) {
		for (size_t length = size - 1; length <= size + 1; length++) {
			struct lines lines;
			int begin = snprintf(text, length, "{\"block\": \"b\"");

			memset(text + begin, ' ', length - (size_t)begin);
			memcpy(text + length - 2, "}\n", 2);
			write_file(path, packed, ZSTD_compress(packed, room, text, length, 1));
			assert_int_equal(lines_read(&lines, folder), 0);
			assert_int_equal(lines.count, 1);
			assert_int_equal(lines.line[0].length, length - 1);
			assert_string_equal(lines.line[0].block, "b");
			lines_free(&lines);
		}
	}
	unlink(path);
	free(text);
	free(packed);
}

/*
 * Reads more lines than the first allocation holds. Lines that are set aside are written to another
 * file.
 */
static void many_lines_are_read_and_sorted(void **state)
{
	char path[256], name[64], *text;
	size_t size, written[2] = { 0 };
	struct lines lines;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	for (int i = 0; i < 5000; i++)
		fprintf(file, "{\"block\": \"%d\"}\n", i);
	fclose(file);
	write_file(file_in_folder(path, "cells.jsonl"), text, size);
	free(text);
	assert_int_equal(lines_read(&lines, folder), 0);
	unlink(path);
	assert_int_equal(lines.count, 5000);
	assert_false(lines.unended);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_string_equal(lines.line[i].block, name);
		lines.line[i].aside = i % 3 == 0;
		written[i % 3 == 0] += lines.line[i].length + 1;
	}
	for (int aside = 0; aside < 2; aside++) {
		int out = open(file_in_folder(path, "out"), O_CREAT | O_TRUNC | O_WRONLY, 0600);
		struct bytes bytes;

		assert_int_equal(lines_write(&lines, aside, out), 0);
		close(out);
		bytes = read_file(path);
		assert_int_equal(bytes.size, written[aside]);
		assert_memory_equal(bytes.data,
				    aside ? "{\"block\": \"0\"}\n{\"block\": \"3\"}\n"
					  : "{\"block\": \"1\"}\n{\"block\": \"2\"}\n",
				    30);
		free(bytes.data);
	}
	assert_int_equal(lines_write(&lines, false, -1), -EBADF);
	lines_free(&lines);
}

/* cells.jsonl is a symbolic link to a path that does not exist. */
static void records_that_cannot_be_written(void **state)
{
	char path[256], error[RECORDS_ERROR_SIZE] = "";
	struct records records;

	(void)state;
	assert_int_equal(symlink("missing/cells.jsonl", file_in_folder(path, "cells.jsonl")), 0);
	assert_int_equal(records_open(&records, folder, RECORDS_NEW, error), -ENOENT);
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, strerror(ENOENT)));
	records_close(&records);
	unlink(path);
	assert_int_equal(records_open(&records, folder, RECORDS_NEW, error), 0);
	records_close(&records);
	unlink(path);
}

/*
 * The errors of the next two calls that sync a file. Later calls succeed. The linker redirects the
 * calls to this file.
 */
static int sync_errors[2];

static int sync_fails(void)
{
	int error = sync_errors[0];

	sync_errors[0] = sync_errors[1];
	sync_errors[1] = 0;
	if (error)
		errno = error;
	return error ? -1 : 0;
}

int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
	(void)file;
	return sync_fails();
}

int __wrap_fdatasync(int file);
int __wrap_fdatasync(int file)
{
	(void)file;
	return sync_fails();
}

static void fail_syncs(int first, int second)
{
	sync_errors[0] = first;
	sync_errors[1] = second;
}

/*
 * A failing disk must be reported. EINVAL means that the file system cannot sync, which is not a
 * failure.
 */
static void disks_that_fail(void **state)
{
	char path[256], error[RECORDS_ERROR_SIZE];
	struct records records;
	json_t *record = json_pack("{s:s}", "outcome", "ok");

	(void)state;
	file_in_folder(path, "cells.jsonl");
	fail_syncs(EIO, 0);
	assert_int_equal(records_open(&records, folder, RECORDS_NEW, error), -EIO);
	assert_non_null(strstr(error, strerror(EIO)));
	records_close(&records);
	unlink(path);
	fail_syncs(EINVAL, 0);
	assert_int_equal(records_open(&records, folder, RECORDS_NEW, error), 0);
	fail_syncs(EINVAL, 0);
	assert_int_equal(records_append(&records, record, error), 0);
	fail_syncs(EIO, 0);
	assert_int_equal(records_append(&records, record, error), -EIO);
	assert_non_null(strstr(error, strerror(EIO)));
	assert_int_equal(records.tally.cells[OUTCOME_OK], 1);
	records_close(&records);
	unlink(path);
	json_decref(record);
}

/*
 * If the last line has no newline, the records are written to a new file. The old file must stay
 * until the new one is complete.
 */
static void disks_that_fail_while_records_are_written_anew(void **state)
{
	static const struct {
		int first, second, result;
		const char *left;
	} rows[] = {
		{ EIO, 0, -EIO, "{\"block\": \"b\"}" },
		{ 0, EIO, -EIO, "{\"block\": \"b\"}\n" },
		{ EINVAL, EINVAL, 0, "{\"block\": \"b\"}\n" },
		{ 0, 0, 0, "{\"block\": \"b\"}\n" },
	};
	char path[256], new[256], error[RECORDS_ERROR_SIZE];

	(void)state;
	file_in_folder(path, "cells.jsonl");
	file_in_folder(new, "cells.jsonl.new");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct records records;
		struct bytes bytes;

		write_cells("cells.jsonl", "{\"block\": \"b\"}");
		assert_int_equal(records_open(&records, folder, RECORDS_RESUME, error), 0);
		fail_syncs(rows[i].first, rows[i].second);
		assert_int_equal(records_begin(&records, error), rows[i].result);
		if (rows[i].result)
			assert_non_null(strstr(error, strerror(EIO)));
		records_close(&records);
		assert_int_equal(access(new, F_OK), -1);
		bytes = read_file(path);
		assert_int_equal(bytes.size, strlen(rows[i].left));
		assert_memory_equal(bytes.data, rows[i].left, bytes.size);
		free(bytes.data);
		unlink(path);
	}
}

/* ------------------------------------------------------------------------------- identity */

/* Returns a record with a value for each key of an identity. */
static json_t *whole_record(void)
{
	json_t *record = json_object();

	for (size_t i = 0; identity_key(i); i++)
		json_object_set_new(record, identity_key(i), json_integer((json_int_t)i));
	return record;
}

static const char *difference(const json_t *wanted, const json_t *found, bool *lacking)
{
	char *one = identity_of(wanted), *other = identity_of(found);
	const char *key = identity_difference(one, other, lacking);

	free(one);
	free(other);
	return key;
}

/*
 * Each key must distinguish records. If the trace's hash is known, the generator's hash does not
 * count.
 */
static void each_key_counts(void **state)
{
	json_t *wanted = whole_record();
	bool lacking;

	(void)state;
	for (size_t i = 0; identity_key(i); i++) {
		json_t *found = whole_record();
		const char *key;

		json_object_set_new(found, identity_key(i), json_string("other"));
		key = difference(wanted, found, &lacking);
		if (!strcmp(identity_key(i), "generator_hash"))
			assert_null(key);
		else
			assert_string_equal(key, identity_key(i));
		assert_false(lacking);
		json_object_del(found, identity_key(i));
		key = difference(wanted, found, &lacking);
		assert_int_equal(lacking, key != NULL);
		json_decref(found);
	}
	json_decref(wanted);
}

/* If the trace's hash is unknown, the generator's hash must count instead. */
static void the_generator_stands_for_the_trace(void **state)
{
	json_t *wanted = whole_record(), *found = whole_record();
	bool lacking;

	(void)state;
	json_object_del(wanted, "trace_hash");
	assert_null(difference(wanted, found, &lacking));
	json_object_set_new(found, "generator_hash", json_string("other"));
	assert_string_equal(difference(wanted, found, &lacking), "generator_hash");
	json_decref(wanted);
	json_decref(found);
}

static void values_are_compared_as_text(void **state)
{
	json_t *wanted = whole_record(), *found = whole_record();
	bool lacking;

	(void)state;
	json_object_set_new(wanted, "operations", json_integer(2));
	json_object_set_new(found, "operations", json_real(2));
	assert_null(difference(wanted, found, &lacking));
	json_object_set_new(found, "operations", json_real(0.5));
	assert_string_equal(difference(wanted, found, &lacking), "operations");
	json_decref(wanted);
	json_decref(found);
}

static void traces_are_the_same_by_their_hash(void **state)
{
	json_t *record = whole_record();
	char *one = identity_of(record), *other, *third;

	(void)state;
	json_object_set_new(record, "n", json_integer(12345));
	other = identity_of(record);
	json_object_set_new(record, "trace_hash", json_string("17x"));
	third = identity_of(record);
	assert_true(identity_same_trace(one, other));
	assert_false(identity_same_trace(other, third));
	free(one);
	free(other);
	free(third);
	json_decref(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(an_unended_line_counts),
		cmocka_unit_test(without_a_file_there_are_no_lines),
		cmocka_unit_test(a_damaged_file_is_refused),
		cmocka_unit_test(packed_lines_of_any_length),
		cmocka_unit_test(many_lines_are_read_and_sorted),
		cmocka_unit_test(records_that_cannot_be_written),
		cmocka_unit_test(disks_that_fail),
		cmocka_unit_test(disks_that_fail_while_records_are_written_anew),
		cmocka_unit_test(each_key_counts),
		cmocka_unit_test(the_generator_stands_for_the_trace),
		cmocka_unit_test(values_are_compared_as_text),
		cmocka_unit_test(traces_are_the_same_by_their_hash),
	};
	int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
