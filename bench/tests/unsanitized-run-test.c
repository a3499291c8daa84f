/*
 * unsanitized-run-test - whole runs of small experiments, with imitated workers
 *
 * A cell is one subject, one workload and one n. A block is all subjects of a group, once each, on
 * one trace. The worker that measures a cell is the running program, started again as `PROGRAM cell
 * ...`. In this test the worker is the test itself, which then behaves as the name of its subject
 * demands. Started as `hyperfine`, the test imitates hyperfine.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/run/environment.h"
#include "bench/run/plan.h"
#include "bench/run/runner.h"
#include "bench/tests/run-test.h"

/* ---------------------------------------------------------------------------- imitated workers */

#define WORKS	"quad-heap"
#define WRONG	"binary-heap"
#define CRASHES "rbtree"
#define EXITS	"pairing-heap"
#define HANGS	"sorted-list"
#define SILENT	"skiplist"

static const char *option(int argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], name))
			return argv[i + 1];
	return "";
}

/*
 * Writes `text` to `path` if that is absolute. So a broken run leaves no file in the current
 * folder.
 */
static void leave(const char *path, const char *text)
{
	FILE *file = *path == '/' ? fopen(path, "w") : NULL;

	if (!file || fputs(text, file) < 0 || fclose(file))
		_exit(99);
}

static int work(int argc, char **argv)
{
	const char *subject = argv[3], *output = option(argc, argv, "--output");
	const char *padding = getenv("TIMERBED_PADDING");
	char text[PATH_MAX + 512];

	snprintf(text, sizeof(text),
		 "{\"status\": \"%s\", \"outcome\": \"%s\", \"ops\": 8, \"told\": \"%s %s %s %s %s "
		 "%s\", \"trace\": \"%s\", \"stack\": %zu, \"small_pages_only\": %d}",
		 strcmp(subject, WRONG) ? "ok" : "fired 1 of 2",
		 strcmp(subject, WRONG) ? "ok" : "wrong", option(argc, argv, "--dispatch"),
		 option(argc, argv, "--pass"), option(argc, argv, "--repeats"),
		 option(argc, argv, "--stride"), option(argc, argv, "--cold"),
		 option(argc, argv, "--pages"), argv[2], padding ? strlen(padding) : 0,
		 prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
	if (!strcmp(subject, CRASHES))
		raise(SIGKILL);
	if (!strcmp(subject, EXITS)) {
		fprintf(stderr, "timerbed: enough\nand a word of another's\n");
		leave(output, text);
		return 3;
	}
	while (!strcmp(subject, HANGS))
		pause();
	if (strcmp(subject, SILENT))
		leave(output, text);
	return 0;
}

static int time_as_hyperfine(int argc, char **argv)
{
	char output[64] = "", *at = strstr(argv[argc - 1], "'--output' '");

	leave(option(argc, argv, "--export-json"),
	      "{\"results\": [{\"median\": 0.5, \"user\": 0.25, \"system\": 0.125}]}");
	if (at)
		sscanf(at, "'--output' '%63[^']", output);
	leave(output, "{\"status\": \"ok\", \"outcome\": \"ok\"}");
	return 0;
}

/* ------------------------------------------------------------------------------------ a run */

static char folder[128], said[8192];
static struct experiment experiment;
static volatile sig_atomic_t stop;
static json_t *records; /* of the run's folder, in order */
static long living;	/* number of live JSON allocations */

static void *count_in(size_t size)
{
	void *memory = malloc(size);

	living += !!memory;
	return memory;
}

static void count_out(void *memory)
{
	living -= !!memory;
	free(memory);
}

static char *in_folder(const char *name)
{
	static char path[PATH_MAX + 128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void begin(const char *const *settings)
{
	char error[NAMES_ERROR_SIZE];

	experiment_free(&experiment);
	run_begin_experiment(&experiment);
	run_add_group(&experiment, "cost", settings);
	if (experiment_complete(&experiment, error))
		fail_msg("%s", error);
}

static void read_records(void)
{
	FILE *file = fopen(in_folder("run/cells.jsonl"), "r");
	json_t *record;

	json_decref(records);
	records = json_array();
	while (file && (record = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)))
		json_array_append_new(records, record);
	if (file)
		fclose(file);
}

/*
 * Runs the experiment, stores its stderr in `said`, and reads the records. Returns the run's
 * status.
 */
static int run_in(enum records_mode mode)
{
	int kept = dup(STDERR_FILENO), file, status;
	long lived = living;
	json_t *environment = environment_describe();
	struct records opened;
	char path[PATH_MAX], cache[PATH_MAX], error[RECORDS_ERROR_SIZE];
	struct run run = { .experiment = &experiment,
			   .records = &opened,
			   .environment = environment,
			   .cache = cache,
			   .stop = &stop };
	ssize_t length;

	snprintf(path, sizeof(path), "%s/run", folder);
	snprintf(cache, sizeof(cache), "%s/traces", folder);
	if (records_open(&opened, path, mode, error))
		fail_msg("%s", error);
	file = open(in_folder("said"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	dup2(file, STDERR_FILENO);
	status = runner_run(&run);
	dup2(kept, STDERR_FILENO);
	close(kept);
	length = pread(file, said, sizeof(said) - 1, 0);
	said[length > 0 ? length : 0] = '\0';
	close(file);
	records_close(&opened);
	json_decref(environment);
	lived = living - lived;
	read_records();
	/*
	 * The text of each new record is freed with the C library's free, which `living` does not
	 * count.
	 */
	if (mode == RECORDS_FORCE)
		assert_int_equal(lived, json_array_size(records));
	return status;
}

static const char *text_of(size_t record, const char *key)
{
	const char *text = json_string_value(json_object_get(json_array_get(records, record), key));

	return text ? text : "";
}

static json_int_t number_of(size_t record, const char *key)
{
	return json_integer_value(json_object_get(json_array_get(records, record), key));
}

/* Returns the index of a subject's record, which must exist. */
static size_t record_of(const char *subject)
{
	size_t i = 0;

	while (i < json_array_size(records) && strcmp(text_of(i, "subject"), subject))
		i++;
	assert_true(i < json_array_size(records));
	return i;
}

static void assert_ended(const char *subject, const char *outcome, const char *status)
{
	assert_string_equal(text_of(record_of(subject), "outcome"), outcome);
	assert_string_equal(text_of(record_of(subject), "status"), status);
}

static int lines_in(const char *name)
{
	FILE *file = fopen(in_folder(name), "r");
	int lines = 0, letter;

	while (file && (letter = fgetc(file)) != EOF)
		lines += letter == '\n';
	if (file)
		fclose(file);
	return lines;
}

static void tear_the_last_line(void)
{
	struct stat status;

	assert_int_equal(stat(in_folder("run/cells.jsonl"), &status), 0);
	assert_int_equal(truncate(in_folder("run/cells.jsonl"), status.st_size - 20), 0);
}

static int open_descriptors(void)
{
	int count = 0;

	for (int i = 0; i < 256; i++)
		count += fcntl(i, F_GETFD) >= 0;
	return count;
}

/* Returns whether this process has mapped a file whose path contains `part`. */
static bool is_mapped(const char *part)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[PATH_MAX + 128];
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		found = found || strstr(line, part);
	fclose(maps);
	return found;
}

/* -------------------------------------------------------------------------------------- tests */

static const char *const small[] = { "subjects",
				     WORKS " dary-heap",
				     "workloads",
				     "hold idle",
				     "n",
				     "10",
				     "replicates",
				     "2",
				     "repeats",
				     "3",
				     "stride",
				     "128",
				     "cold",
				     "5",
				     "operations",
				     "1",
				     "least-operations",
				     "50",
				     NULL };

static void every_cell_is_recorded(void **state)
{
	int before = open_descriptors();

	(void)state;
	begin(small);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	assert_string_equal(said, "");
	assert_int_equal(json_array_size(records), 2 * 2 * 2);
	for (size_t i = 0; i < json_array_size(records); i++) {
		struct stat trace;

		assert_string_equal(text_of(i, "outcome"), "ok");
		assert_string_equal(text_of(i, "told"), "vtable time 3 128 5 small");
		assert_int_equal(number_of(i, "repeats"), 3);
		assert_int_equal(number_of(i, "stride"), 128);
		assert_int_equal(number_of(i, "cold"), 5);
		assert_int_equal(number_of(i, "cells"), 2);
		assert_int_equal(number_of(i, "least_operations"), 50);
		assert_string_equal(text_of(i, "pages"), "small");
		assert_int_equal(number_of(i, "small_pages_only"), 1);
		assert_int_equal(number_of(i, "order"), i % 2);
		assert_int_equal(number_of(i, "stack"), number_of(i, "padding"));
		assert_true(number_of(i, "padding") < 4096);
		assert_int_equal(strlen(text_of(i, "trace_hash")), 16);
		assert_true(*text_of(i, "generator_hash"));
		assert_true(*text_of(i, "compiler"));
		assert_int_equal(stat(text_of(i, "trace"), &trace), 0);
		/* The two subjects of a block are adjacent. */
		assert_string_equal(text_of(i, "block"), text_of(i ^ 1, "block"));
		assert_string_equal(text_of(i, "trace"), text_of(i ^ 1, "trace"));
		assert_string_not_equal(text_of(i, "subject"), text_of(i ^ 1, "subject"));
		if (i > 1)
			assert_string_not_equal(text_of(i, "block"), text_of(i - 2, "block"));
	}
	assert_int_equal(open_descriptors(), before);
	assert_false(is_mapped("/traces/"));
}

/* A resumed run repeats no complete block, and runs incomplete blocks again. */
static void a_run_is_resumed(void **state)
{
	json_t *first;
	FILE *file;

	(void)state;
	begin(small);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	first = json_deep_copy(records);
	assert_int_equal(run_in(RECORDS_RESUME), 0);
	assert_true(json_equal(first, records));
	assert_string_equal(said, "");

	/* The last line is cut short, so its whole block is run again. */
	tear_the_last_line();
	assert_int_equal(run_in(RECORDS_RESUME), 0);
	assert_int_equal(json_array_size(records), 8);
	assert_int_equal(lines_in("run/partial.jsonl"), 2);
	assert_string_equal(said, "");

	/* A block with a repeated line is run again, and the run reports it. */
	file = fopen(in_folder("run/cells.jsonl"), "a");
	json_dumpf(json_array_get(records, 7), file, JSON_COMPACT);
	fputc('\n', file);
	fclose(file);
	assert_int_equal(run_in(RECORDS_RESUME), 0);
	assert_int_equal(json_array_size(records), 8);
	assert_int_equal(lines_in("run/partial.jsonl"), 2 + 3);
	assert_non_null(strstr(said, "blocks to run again: 1; their records are now in "
				     "partial.jsonl (repeated lines: 1)"));
	json_decref(first);
}

static const char *const one_block[] = {
	"subjects", WORKS " dary-heap", "workloads", "hold", "n", "10", "operations",
	"1",	    "least-operations", "50",	     NULL
};

/*
 * All records of a block must have the same trace. The test deletes the trace, so that only the
 * records can show a difference.
 */
static void records_of_several_traces(void **state)
{
	(void)state;
	begin(one_block);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	for (size_t other = 0; other < 2; other++) {
		FILE *file = fopen(in_folder("run/cells.jsonl"), "w");

		assert_int_equal(unlink(text_of(0, "trace")), 0);
		json_object_set_new(json_array_get(records, other), "trace_hash",
				    json_string("0123456789abcdef"));
		for (size_t i = 0; i < 2; i++) {
			json_dumpf(json_array_get(records, i), file, JSON_COMPACT);
			fputc('\n', file);
		}
		fclose(file);
		assert_int_equal(run_in(RECORDS_RESUME), 0);
		assert_non_null(strstr(said, "blocks to run again: 1; "));
		assert_non_null(strstr(said, "(several traces: 1)"));
		assert_int_equal(json_array_size(records), 2);
	}
}

/* If the cache has another trace under a trace's name, the run reports and replaces it. */
static void the_trace_of_another_cell(void **state)
{
	char path[PATH_MAX];

	(void)state;
	begin(small);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	snprintf(path, sizeof(path), "%s", text_of(0, "trace"));
	for (size_t i = 2; i < json_array_size(records); i++) {
		if (strcmp(text_of(i, "workload"), text_of(0, "workload"))) {
			assert_int_equal(rename(text_of(i, "trace"), path), 0);
			break;
		}
	}
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	assert_non_null(strstr(said, path));
	assert_non_null(strstr(said, ": the trace of another workload; it is made again\n"));
	assert_int_equal(json_array_size(records), 8);
}

/* Other settings make other cells, so the old records are set aside. */
static void a_run_with_other_settings_is_resumed(void **state)
{
	(void)state;
	begin(small);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	experiment.groups[0].cell.repeats = 4;
	assert_int_equal(run_in(RECORDS_RESUME), 0);
	assert_int_equal(json_array_size(records), 8);
	assert_int_equal(lines_in("run/partial.jsonl"), 8);
	assert_non_null(strstr(said, "blocks to run again: 4;"));
	assert_non_null(strstr(said, "(other repeats: 4)"));
}

/* The records of complete blocks must stay even if the blocks are not planned any more. */
static void records_that_are_no_longer_planned_stay(void **state)
{
	static const char *const fewer[] = { "subjects",
					     WORKS " dary-heap",
					     "workloads",
					     "hold",
					     "n",
					     "10",
					     "replicates",
					     "1",
					     "repeats",
					     "3",
					     "stride",
					     "128",
					     "cold",
					     "5",
					     "operations",
					     "1",
					     "least-operations",
					     "50",
					     NULL };

	(void)state;
	begin(small);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	tear_the_last_line();
	begin(fewer);
	assert_int_equal(run_in(RECORDS_RESUME), 0);
	/* One record of the last block is whole and one is cut short. Both are set aside. */
	assert_int_equal(json_array_size(records), 6);
	assert_int_equal(lines_in("run/partial.jsonl"), 2);
}

static const char *const odd[] = { "subjects",
				   WORKS " " WRONG " " CRASHES " " EXITS " " HANGS " " SILENT,
				   "workloads",
				   "hold",
				   "n",
				   "10",
				   "operations",
				   "1",
				   "least-operations",
				   "50",
				   "cell-budget",
				   "0.3s",
				   NULL };

static void workers_that_fail_are_recorded(void **state)
{
	(void)state;
	begin(odd);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	assert_int_equal(json_array_size(records), 6);
	assert_ended(WORKS, "ok", "ok");
	assert_ended(WRONG, "wrong", "fired 1 of 2");
	assert_ended(CRASHES, "failed", "killed by signal 9 (SIGKILL)");
	assert_ended(EXITS, "failed", "worker failed with status 3: timerbed: enough");
	assert_ended(HANGS, "too slow", "too slow");
	assert_ended(SILENT, "failed", "worker failed with status 0: it gave no reason");
	assert_non_null(strstr(said, WRONG ": fired 1 of 2\n"));
}

/*
 * Failed cells are tried again. Cells that were too slow are tried again only with a larger budget.
 */
static void failed_cells_are_run_again(void **state)
{
	static const char *const subjects[] = { WORKS " " WRONG, WORKS " " CRASHES,
						WORKS " " HANGS };

	(void)state;
	for (int i = 0; i < 3; i++) {
		const char *settings[] = { "subjects",	 subjects[i],	"workloads",
					   "hold",	 "n",		"10",
					   "operations", "1",		"least-operations",
					   "50",	 "cell-budget", "0.2s",
					   NULL };

		begin(settings);
		assert_int_equal(run_in(RECORDS_FORCE), 0);
		assert_int_equal(run_in(RECORDS_RESUME), 0);
		assert_int_equal(json_array_size(records), 2);
		assert_int_equal(lines_in("run/partial.jsonl"), i == 1 ? 2 : 0);
		assert_int_equal(strstr(said, "(failed cells: 1)") != NULL, i == 1);
	}
	experiment.groups[0].cell_budget *= 2;
	assert_int_equal(run_in(RECORDS_RESUME), 0);
	assert_int_equal(lines_in("run/partial.jsonl"), 2);
	assert_non_null(strstr(said, "(too slow under a smaller cell budget: 1)"));
}

static void an_interrupted_run_says_how_to_go_on(void **state)
{
	(void)state;
	begin(small);
	stop = 1;
	assert_int_equal(run_in(RECORDS_FORCE), 1);
	stop = 0;
	assert_int_equal(json_array_size(records), 0);
	assert_non_null(
		strstr(said, "interrupted: 0 of 4 blocks are recorded; --resume continues"));
	assert_int_equal(run_in(RECORDS_RESUME), 0);
	assert_int_equal(json_array_size(records), 8);
}

/* The files of a wrapping program get names that a shell can handle. */
static void wrapped_workers(void **state)
{
	static const char *const settings[] = { "subjects",
						"quad-heap dary-heap:arity=8",
						"workloads",
						"hold:dist=pareto",
						"n",
						"10",
						"pass",
						"process",
						"operations",
						"1",
						"least-operations",
						"50",
						NULL };

	(void)state;
	begin(settings);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	assert_int_equal(json_array_size(records), 2);
	for (size_t i = 0; i < 2; i++) {
		const char *kept = text_of(i, "hyperfine");
		char path[PATH_MAX];

		assert_string_equal(text_of(i, "status"), "ok");
		assert_int_equal(strncmp(kept, "hyperfine/", 10), 0);
		assert_null(strpbrk(kept + 10, "/:=, "));
		assert_non_null(strstr(kept, i == record_of("quad-heap")
						     ? "-quad-heap.json"
						     : "-dary-heap_arity_8.json"));
		snprintf(path, sizeof(path), "run/%s", kept);
		assert_int_equal(access(in_folder(path), R_OK), 0);
	}
}

/*
 * A look is a point of a run at which the results are judged, and may end comparisons early. The
 * scripts for it are not in this program's folder. So the run must report that, and no comparison
 * ends early.
 */
static void a_look_that_cannot_be_taken(void **state)
{
	static const char *const settings[] = { "subjects",
						"quad-heap dary-heap",
						"workloads",
						"hold",
						"n",
						"10",
						"looks",
						"2 3",
						"operations",
						"1",
						"least-operations",
						"50",
						NULL };
	json_t *summary;

	(void)state;
	begin(settings);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	assert_int_equal(json_array_size(records), 6);
	assert_non_null(
		strstr(said, "cannot tell which cells are resolved, so none stops early: "));
	summary = json_load_file(in_folder("run/run.json"), 0, NULL);
	assert_int_equal(json_array_size(json_object_get(summary, "looks")), 1);
	json_decref(summary);

	/* A resumed run must not repeat a look. */
	assert_int_equal(run_in(RECORDS_RESUME), 0);
	summary = json_load_file(in_folder("run/run.json"), 0, NULL);
	assert_int_equal(json_array_size(json_object_get(summary, "looks")), 1);
	json_decref(summary);
}

/*
 * A run learns the expected time of the rest from each cell. In this test it is far below the
 * budget.
 */
static void a_run_well_within_its_budget(void **state)
{
	(void)state;
	begin(small);
	experiment.budget = UINT64_C(600000000000);
	assert_int_equal(run_in(RECORDS_FORCE), 0);
	assert_string_equal(said, "");
	assert_int_equal(json_array_size(records), 8);
}

/* The description leaves out values that the machine does not report. */
static void the_environment_is_what_the_machine_says(void **state)
{
	json_t *environment = environment_describe();
	FILE *file = fopen("/sys/class/dmi/id/product_name", "r");
	const char *machine = json_string_value(json_object_get(environment, "machine"));
	char name[256] = "";

	(void)state;
	if (file && fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
	assert_string_equal(machine ? machine : "", name);
	json_decref(environment);
}

static void make_folder_of_run(void)
{
	char self[PATH_MAX] = "", path[PATH_MAX + 64];
	const char *parent = getenv("TMPDIR");

	/* Each record is synced to disk, which is faster in memory. */
	if (!parent)
		parent = access("/dev/shm", W_OK | X_OK) ? P_tmpdir : "/dev/shm";
	snprintf(folder, sizeof(folder), "%s/run-test-XXXXXX", parent);
	if (!mkdtemp(folder) || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 ||
	    symlink(self, in_folder("hyperfine")))
		abort();
	snprintf(path, sizeof(path), "%s:%s", folder, getenv("PATH"));
	setenv("PATH", path, 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_recorded),
		cmocka_unit_test(a_run_is_resumed),
		cmocka_unit_test(records_of_several_traces),
		cmocka_unit_test(the_trace_of_another_cell),
		cmocka_unit_test(a_run_with_other_settings_is_resumed),
		cmocka_unit_test(records_that_are_no_longer_planned_stay),
		cmocka_unit_test(workers_that_fail_are_recorded),
		cmocka_unit_test(failed_cells_are_run_again),
		cmocka_unit_test(an_interrupted_run_says_how_to_go_on),
		cmocka_unit_test(wrapped_workers),
		cmocka_unit_test(a_look_that_cannot_be_taken),
		cmocka_unit_test(a_run_well_within_its_budget),
		cmocka_unit_test(the_environment_is_what_the_machine_says),
	};
	const char *name = strrchr(argv[0], '/');
	int failed;

	if (!strcmp(name ? name + 1 : argv[0], "hyperfine"))
		return time_as_hyperfine(argc, argv);
	if (argc > 1 && !strcmp(argv[1], "cell"))
		return work(argc, argv);
	make_folder_of_run();
	json_set_alloc_funcs(count_in, count_out);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	experiment_free(&experiment);
	json_decref(records);
	if (system((snprintf(said, sizeof(said), "rm -rf '%s'", folder), said)))
		failed++;
	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
