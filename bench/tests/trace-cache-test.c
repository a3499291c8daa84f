/* trace-cache-test - traces that are made once and kept in the cache */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "bench/run/cache.h"
#include "bench/run/folder.h"
#include "bench/tests/trace-test.h"

static struct workload_choice choice;

static struct trace_request request_of(const char *text, uint64_t n, uint64_t seed)
{
	char error[NAMES_ERROR_SIZE];

	workload_release(&choice);
	if (workload_choose(text, &choice, error))
		fail_msg("%s", error);
	return (struct trace_request){
		.workload = &choice, .n = n, .seed = seed, .operations = 100
	};
}

/* The note of the latest open_cached. */
static char note[TRACE_ERROR_SIZE];

static void open_cached(const struct trace_request *request, struct trace *trace)
{
	char error[TRACE_ERROR_SIZE] = "";

	strcpy(note, "of another call");
	if (cache_open(folder, request, NULL, trace, note, error))
		fail_msg("%s", error);
	assert_string_equal(trace->header->workload, request->workload->text);
	assert_int_equal(trace->header->n, request->n);
	assert_int_equal(trace->header->seed, request->seed);
}

static void a_trace_is_made_once(void **state)
{
	struct trace_request request = request_of("hold:dist=pareto", 20, 7);
	char path[PATH_MAX], hash[TRACE_HASH_TEXT], wanted[TRACE_HASH_TEXT];
	struct trace trace;
	struct stat first, second;

	(void)state;
	assert_false(cache_trace_hash(folder, &request, hash));
	open_cached(&request, &trace);
	assert_string_equal(note, "");
	snprintf(wanted, sizeof(wanted), "%016" PRIx64, trace.header->hash);
	trace_close(&trace);
	cache_path(folder, &request, path, sizeof(path));
	assert_null(strpbrk(path + strlen(folder) + 1, ":=,/ "));
	assert_int_equal(stat(path, &first), 0);
	open_cached(&request, &trace);
	assert_string_equal(note, "");
	trace_close(&trace);
	assert_int_equal(stat(path, &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);
	assert_true(cache_trace_hash(folder, &request, hash));
	assert_string_equal(hash, wanted);
	request.seed++;
	assert_false(cache_trace_hash(folder, &request, hash));
}

/* A trace that does not match its file name must give no hash, and must be made again. */
static void another_trace_is_made_anew(void **state)
{
	static const struct {
		const char *workload, *what;
		uint64_t n, seed;
	} rows[] = { { "idle", "workload", 20, 3 },
		     { "hold", "n", 21, 3 },
		     { "hold", "seed", 20, 4 } };
	char path[PATH_MAX], other[PATH_MAX], hash[TRACE_HASH_TEXT], words[PATH_MAX + 64];
	struct trace_request request;
	struct trace trace;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		request = request_of(rows[i].workload, rows[i].n, rows[i].seed);
		cache_path(folder, &request, other, sizeof(other));
		open_cached(&request, &trace);
		trace_close(&trace);
		request = request_of("hold", 20, 3);
		cache_path(folder, &request, path, sizeof(path));
		assert_int_equal(rename(other, path), 0);
		assert_false(cache_trace_hash(folder, &request, hash));
		open_cached(&request, &trace);
		trace_close(&trace);
		snprintf(words, sizeof(words), "%s: the trace of another %s; it is made again",
			 path, rows[i].what);
		assert_string_equal(note, words);
		assert_true(cache_trace_hash(folder, &request, hash));
	}
}

static void a_damaged_trace_is_made_anew(void **state)
{
	struct trace_request request = request_of("hold", 20, 5);
	char path[PATH_MAX], hash[TRACE_HASH_TEXT];
	struct trace trace;

	(void)state;
	open_cached(&request, &trace);
	trace_close(&trace);
	cache_path(folder, &request, path, sizeof(path));
	flip(path, 700, 2);
	open_cached(&request, &trace);
	assert_string_equal(note, "");
	trace_close(&trace);
	assert_true(cache_trace_hash(folder, &request, hash));
	assert_int_equal(truncate(path, sizeof(struct trace_header) - 1), 0);
	assert_false(cache_trace_hash(folder, &request, hash));
}

/* While another process makes the trace, this process waits until `stop` is set. */
static void waiting_ends_when_told(void **state)
{
	struct trace_request request = request_of("hold", 20, 8);
	char path[PATH_MAX], other[PATH_MAX], partial[PATH_MAX + 16], error[TRACE_ERROR_SIZE];
	volatile sig_atomic_t stop = 1;
	struct trace trace;
	int lock;

	(void)state;
	cache_path(folder, &request, other, sizeof(other));
	open_cached(&request, &trace);
	trace_close(&trace);
	request.seed = 6;
	cache_path(folder, &request, path, sizeof(path));
	assert_int_equal(rename(other, path), 0); /* the file in the cache is another trace */
	snprintf(partial, sizeof(partial), "%s.partial", path);
	lock = open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_int_equal(cache_open(folder, &request, &stop, &trace, note, error), -EINTR);
	assert_string_equal(note, "");
	close(lock);
	open_cached(&request, &trace);
	trace_close(&trace);
}

static void folders_that_cannot_be_made(void **state)
{
	struct trace_request request = request_of("hold", 20, 1);
	char path[PATH_MAX + 8], error[TRACE_ERROR_SIZE], wanted[PATH_MAX + 64];
	struct trace trace;

	(void)state;
	write_file(file_in_folder(path, "file"), "", 0);
	strcat(path, "/x");
	strcpy(note, "?");
	assert_int_equal(cache_open(path, &request, NULL, &trace, note, error), -ENOTDIR);
	snprintf(wanted, sizeof(wanted), "%s: cannot make the folder: Not a directory", path);
	assert_string_equal(error, wanted);
	assert_string_equal(note, "");
	memset(path, 'x', sizeof(path) - 1);
	path[PATH_MAX] = '\0';
	assert_int_equal(folder_make(path), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trace_is_made_once),
		cmocka_unit_test(another_trace_is_made_anew),
		cmocka_unit_test(a_damaged_trace_is_made_anew),
		cmocka_unit_test(waiting_ends_when_told),
		cmocka_unit_test(folders_that_cannot_be_made),
	};
	int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);

	workload_release(&choice);
	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
