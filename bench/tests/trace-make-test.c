/*
 * trace-make-test.c - making a trace completes it or leaves nothing behind
 *
 * This program replaces pread, pwrite, fsync and other calls, so that any call can find the disk
 * full. RLIMIT_FSIZE makes the kernel fail calls, too, which checks the replacements.
 */
#include "trace-test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Enough entries for three buffers and three hash blocks. */
#define TIMERS	   1000
#define OPERATIONS 200000

/* For each function, which call fails: 1 is the next call, 0 means that none fails. */
static struct {
	int pread, pwrite, fsync, rename, ftruncate;
	size_t malloc;	      /* the size whose allocation fails */
	const char *replaced; /* file that is replaced while it is being locked */
	int error;	      /* errno of the failure; 0: pread reports the end of the file */
	bool shorten;	      /* write fewer bytes instead of failing */
	long calls;	      /* calls of pwrite so far */
} fault;

void *__real_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
	if (fault.malloc && size == fault.malloc) {
		fault.malloc = 0;
		errno = ENOMEM;
		return NULL;
	}
	return __real_malloc(size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	fault.calls++;
	if (fault.pwrite && --fault.pwrite == 0) {
		errno = fault.error;
		return -1;
	}
	if (fault.shorten && size > 1)
		size = size / 2;
	return syscall(SYS_pwrite64, fd, data, size, offset);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
	if (fault.pread && --fault.pread == 0) {
		errno = fault.error;
		return fault.error ? -1 : 0;
	}
	return syscall(SYS_pread64, fd, data, size, offset);
}

int ftruncate(int fd, off_t size)
{
	if (fault.ftruncate && --fault.ftruncate == 0) {
		errno = fault.error;
		return -1;
	}
	return (int)syscall(SYS_ftruncate, fd, size);
}

/*
 * Replaces the file just before the lock is granted, as if its owner had completed and renamed it.
 */
int flock(int fd, int operation)
{
	if (fault.replaced)
		unlink(fault.replaced);
	fault.replaced = NULL;
	return (int)syscall(SYS_flock, fd, operation);
}

int fsync(int fd)
{
	if (fault.fsync && --fault.fsync == 0) {
		errno = fault.error;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
	if (fault.rename && --fault.rename == 0) {
		errno = fault.error;
		return -1;
	}
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static bool exists(const char *path, const char *suffix)
{
	char name[512];
	struct stat status;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	return lstat(name, &status) == 0;
}

static int make(const char *path, const struct trace_watch *watch, char *error)
{
	memset(error, 0, TRACE_ERROR_SIZE);
	return trace_make(path, &mixed, NULL, "mixed", TIMERS, 1, OPERATIONS, "test", watch, error);
}

/* Makes a trace. That must fail with one line that names the file, and leave no file. */
static void expect_failure(const char *path, const struct trace_watch *watch, int result,
			   const char *text)
{
	char error[TRACE_ERROR_SIZE];

	assert_int_equal(make(path, watch, error), result);
	if (!strstr(error, path) || !strstr(error, text) || strchr(error, '\n'))
		fail_msg("%s", error);
	assert_false(exists(path, ".partial"));
	assert_false(exists(path, ""));
}

static void test_disk_full_at_any_write(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE];
	int calls;

	(void)state;
	file_in_folder(path, "full");
	fault.error = ENOSPC;
	fault.calls = 0;
	assert_int_equal(make(path, NULL, error), 0);
	calls = (int)fault.calls;
	assert_true(calls > 5);
	unlink(path);
	for (int call = 1; call <= calls; call++) {
		fault.pwrite = call;
		expect_failure(path, NULL, -ENOSPC, "the disk is full");
		assert_int_equal(fault.pwrite, 0);
	}
	fault.fsync = 1;
	expect_failure(path, NULL, -ENOSPC, "the disk is full");
	fault.rename = 1;
	expect_failure(path, NULL, -ENOSPC, "the disk is full");
	fault.pwrite = 2;
	fault.error = EIO;
	expect_failure(path, NULL, -EIO, "cannot write at byte ");
}

static void test_interrupted_and_short_writes(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE];
	struct bytes plain, odd;

	(void)state;
	assert_int_equal(make(file_in_folder(path, "short"), NULL, error), 0);
	plain = read_file(path);
	fault.pwrite = 1;
	fault.error = EINTR;
	fault.shorten = true;
	assert_int_equal(make(path, NULL, error), 0);
	fault.shorten = false;
	odd = read_file(path);
	assert_int_equal(plain.size, odd.size);
	assert_memory_equal(plain.data, odd.data, plain.size);
	free(plain.data);
	free(odd.data);
	unlink(path);
}

static void test_file_size_limit(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE];
	struct rlimit limit, before;
	struct stat whole;

	(void)state;
	file_in_folder(path, "limit");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(make(path, NULL, error), 0);
	assert_int_equal(stat(path, &whole), 0);
	unlink(path);
	for (long eighths = 0; eighths < 8; eighths++) {
		limit = (struct rlimit){ .rlim_cur = (rlim_t)(whole.st_size * eighths / 8),
					 .rlim_max = before.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		expect_failure(path, NULL, -EFBIG, "cannot write at byte ");
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
}

/* If making a trace again fails, the old trace must not change. */
static void test_failure_spares_the_old(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE];
	struct bytes before, after;

	(void)state;
	assert_int_equal(make(file_in_folder(path, "old"), NULL, error), 0);
	before = read_file(path);
	fault.pwrite = 3;
	fault.error = ENOSPC;
	assert_int_equal(make(path, NULL, error), -ENOSPC);
	assert_false(exists(path, ".partial"));
	after = read_file(path);
	assert_int_equal(before.size, after.size);
	assert_memory_equal(before.data, after.data, before.size);
	free(before.data);
	free(after.data);
	unlink(path);
}

struct witness {
	volatile sig_atomic_t stop;
	double stop_at;
	double last;
	int calls;
};

static void see(void *data, double fraction)
{
	struct witness *witness = data;

	assert_true(fraction >= witness->last && fraction <= 1);
	witness->last = fraction;
	witness->calls++;
	if (fraction >= witness->stop_at)
		witness->stop = 1;
}

static void test_progress(void **state)
{
	struct witness witness = { .stop_at = 2 };
	struct trace_watch watch = { .stop = &witness.stop, .progress = see, .data = &witness };
	char path[256], error[TRACE_ERROR_SIZE];

	(void)state;
	assert_int_equal(make(file_in_folder(path, "watched"), &watch, error), 0);
	assert_true(witness.calls > 2);
	assert_true(witness.last >= 1);
	unlink(path);
}

static void test_stop(void **state)
{
	static const double stops[] = { 0, 0.2, 0.5, 0.9 };
	struct witness witness = { .stop = 1, .stop_at = 2 };
	struct trace_watch watch = { .stop = &witness.stop, .progress = see, .data = &witness };
	char path[256];

	(void)state;
	file_in_folder(path, "stopped");
	expect_failure(path, &watch, -EINTR, "interrupted");
	for (size_t i = 0; i < sizeof(stops) / sizeof(*stops); i++) {
		witness = (struct witness){ .stop_at = stops[i] };
		expect_failure(path, &watch, -EINTR, "interrupted");
		assert_true(witness.last < 1);
	}
}

/* A trace that cannot be read back cannot be hashed. */
static void test_reading_back(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE];

	(void)state;
	file_in_folder(path, "back");
	for (int call = 1; call <= 3; call++) {
		fault.pread = call;
		fault.error = EIO;
		expect_failure(path, NULL, -EIO, "cannot read back");
		fault.pread = call;
		fault.error = 0; /* as if the file had been truncated */
		expect_failure(path, NULL, -EIO, "cannot read back");
		fault.pread = call;
		fault.error = EINTR;
		assert_int_equal(make(path, NULL, error), 0);
		assert_int_equal(fault.pread, 0);
		unlink(path);
	}
}

/* However the opening of the partial file ends, no descriptor may stay open. */
static void test_opening_the_partial_file(void **state)
{
	char path[256], partial[300], error[TRACE_ERROR_SIZE];
	int before = dup(0), after;

	(void)state;
	close(before);
	file_in_folder(path, "opened");
	snprintf(partial, sizeof(partial), "%s.partial", path);
	fault.ftruncate = 1;
	fault.error = EROFS;
	expect_failure(path, NULL, -EROFS, "cannot create");
	fault.replaced = partial;
	assert_int_equal(make(path, NULL, error), 0);
	assert_null(fault.replaced);
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
	unlink(path);
}

static void test_partial_of_another(void **state)
{
	char path[256], partial[300], error[TRACE_ERROR_SIZE];
	struct bytes left = { .size = 10000000 }; /* larger than the trace */
	struct trace trace;
	int fd;

	(void)state;
	file_in_folder(path, "shared");
	snprintf(partial, sizeof(partial), "%s.partial", path);
	left.data = calloc(1, left.size);
	assert_non_null(left.data);
	write_file(partial, left.data, left.size);
	free(left.data);
	fd = open(partial, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_SH), 0); /* the weakest lock that must be respected */
	assert_int_equal(make(path, NULL, error), -EBUSY);
	assert_non_null(strstr(error, "another process"));
	assert_true(exists(path, ".partial"));
	close(fd);
	assert_int_equal(make(path, NULL, error), 0);
	assert_false(exists(path, ".partial"));
	assert_int_equal(trace_open(&trace, path, error), 0);
	trace_close(&trace);
	unlink(path);
}

static void generate_nothing(struct generator *generator, const void *options, uint64_t n,
			     uint64_t operations)
{
	(void)options;
	(void)operations;
	generator_begin(generator, n, GRAIN);
	generator_mark(generator, "nothing", true);
}

static void test_nowhere_to_write(void **state)
{
	const struct workload nothing = { .name = "nothing", .generate = generate_nothing };
	char path[256], error[TRACE_ERROR_SIZE], text[200];

	(void)state;
	expect_failure(file_in_folder(path, "no/such/folder"), NULL, -ENOENT, "cannot create");
	file_in_folder(path, "wordy");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_equal(trace_make(path, &mixed, NULL, text, 10, 1, 10, "test", NULL, error),
			 -ENAMETOOLONG);
	assert_false(exists(path, ""));
	assert_int_equal(trace_make(path, &nothing, NULL, "nothing", UINT64_C(1) << 32, 1, 10,
				    "test", NULL, error),
			 -EOVERFLOW);
	assert_non_null(strstr(error, "more timers than"));
	assert_false(exists(path, ".partial"));
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

#ifdef SANITIZED
/*
 * A sanitizer maps terabytes of address space, so its allocator's limit is used: 30 MiB per
 * allocation.
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=30";
}

static int limit_memory(void)
{
	return 0;
}
#else
/* Sets a limit that suffices for the process without the trace, but not for ten million timers. */
static int limit_memory(void)
{
	const struct rlimit limit = { .rlim_cur = 60 << 20, .rlim_max = RLIM_INFINITY };

	return setrlimit(RLIMIT_AS, &limit);
}
#endif

static void test_out_of_memory(void **state)
{
	char path[256], error[TRACE_ERROR_SIZE];
	int status;
	pid_t child;

	(void)state;
	file_in_folder(path, "memory");
	child = fork();
	if (child == 0) {
		int result = -1;

		if (limit_memory() == 0)
			result = trace_make(path, &mixed, NULL, "mixed", 10000000, 1, OPERATIONS,
					    "test", NULL, error);
		_exit(result == -ENOMEM && strstr(error, "not enough memory") ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_false(exists(path, ".partial"));
	assert_false(exists(path, ""));
}

/* Earlier allocations must be freed. The sanitizer checks that. */
static void test_no_memory_for_names(void **state)
{
	char path[256];

	(void)state;
	fault.malloc = (TIMERS + 1) * sizeof(uint32_t);
	expect_failure(file_in_folder(path, "names"), NULL, -ENOMEM,
		       "not enough memory for this number of timers");
	assert_int_equal(fault.malloc, 0);
}

static void test_memory_estimate(void **state)
{
	struct bytes trace;
	char path[256];

	(void)state;
	make_mixed(file_in_folder(path, "estimate"), TIMERS, OPERATIONS, 1);
	trace = read_file(path);
	assert_true(trace_memory(TIMERS, OPERATIONS) >= trace.size);
	assert_true(trace_memory(TIMERS, OPERATIONS) < 3 * trace.size);
	free(trace.data);
	unlink(path);
	/* an advance for every eight operations, which are all firings */
	assert_true(trace_memory(0, 8000000) >= 9000000 * sizeof(struct trace_operation) +
							1000000 * sizeof(struct trace_advance) +
							8000000 * sizeof(uint32_t));
	assert_true(trace_memory(2000, 10) > trace_memory(1000, 10));
	assert_int_equal(trace_memory(UINT64_MAX, 1), UINT64_MAX);
	assert_int_equal(trace_memory(1, UINT64_MAX), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disk_full_at_any_write),
		cmocka_unit_test(test_interrupted_and_short_writes),
		cmocka_unit_test(test_file_size_limit),
		cmocka_unit_test(test_failure_spares_the_old),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_reading_back),
		cmocka_unit_test(test_opening_the_partial_file),
		cmocka_unit_test(test_partial_of_another),
		cmocka_unit_test(test_nowhere_to_write),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_no_memory_for_names),
		cmocka_unit_test(test_memory_estimate),
	};

	RUN_TESTS(tests);
}
