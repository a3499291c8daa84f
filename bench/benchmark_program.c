/*
 * benchmark_program.c - build/timerbed-benchmark: the same replays under the command line of Google
 * Benchmark
 *
 * The program is for users of Google Benchmark. It takes the library's options, such as
 * --benchmark_list_tests and --benchmark_filter=hold/.*quad, and writes the JSON that the library's
 * compare.py reads. All replays run in one process, and only the library's own options interleave
 * them. For verdicts use `timerbed run`, which measures in blocks: each block measures all subjects
 * of a group once, on one trace. One argument of the program's own, the folder for traces (default
 * out/traces), may precede or follow the library's options.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/cache.h"
#include "bench/cell.h"
#include "bench/gbench.h"
#include "bench/message.h"
#include "bench/names.h"

/*
 * The values of n that are registered. The numbers of operations per n are those of `timerbed run`.
 */
static const uint64_t sizes[] = { 100, 1000, 10000, 100000, 1000000 };
#define OPERATIONS_PER_TIMER 2
#define LEAST_OPERATIONS     100000

static const char *cache_folder = "out/traces";

/* A registered benchmark. Its trace stays open from its first use to the end of the process. */
struct entry {
	const char *workload;
	uint64_t n;
	struct cell cell;
	bool opened;
	uint64_t operations;
	struct gbench_state *state;
};

static void resume_timing(void *data, uint64_t phase)
{
	const struct entry *entry = data;

	(void)phase;
	gbench_resume(entry->state);
}

static void pause_timing(void *data, uint64_t phase, const struct replay_tally *part)
{
	const struct entry *entry = data;

	(void)phase, (void)part;
	gbench_pause(entry->state);
}

static bool open_entry(struct entry *entry, char *error)
{
	struct workload_choice choice;
	struct trace_request request = { .workload = &choice, .n = entry->n, .seed = 1 };
	char note[TRACE_ERROR_SIZE];

	request.operations = OPERATIONS_PER_TIMER * entry->n;
	if (request.operations < LEAST_OPERATIONS)
		request.operations = LEAST_OPERATIONS;
	if (entry->opened)
		return true;
	if (workload_choose(entry->workload, &choice, error))
		return false;
	entry->opened = !cache_open(cache_folder, &request, NULL, &entry->cell.trace, note, error);
	if (*note)
		message_note("%s", note);
	workload_release(&choice);
	return entry->opened;
}

static void run_entry(struct gbench_state *state, void *data)
{
	struct entry *entry = data;
	const struct cell_hooks hooks = { resume_timing, pause_timing, entry };
	struct replay_tally measured = { 0 };
	struct replay replay;
	char error[CELL_ERROR_SIZE], text[CELL_VERDICT_SIZE];
	const char *wrong;

	entry->state = state;
	if (!open_entry(entry, error)) {
		gbench_fail(state, error);
		return;
	}
	while (gbench_next(state)) {
		gbench_pause(state);
		if (cell_open(&entry->cell, &replay, error)) {
			gbench_fail(state, error);
			return;
		}
		measured = cell_replay(&entry->cell, &replay, REPLAY_PLAIN, REPLAY_PLAIN, &hooks);
		wrong = cell_verdict(&entry->cell, &replay, text, sizeof(text));
		if (wrong)
			gbench_fail(state, wrong);
		replay_close(&replay);
		gbench_resume(state);
	}
	gbench_counter(state, "timerbed_ops", (double)cell_operations(&measured));
	gbench_time_each(state, "timerbed_time_per_op", (double)cell_operations(&measured));
}

static void register_entry(const char *workload, uint64_t n, const struct subject *subject,
			   enum dispatch dispatch)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	char name[512];

	if (!entry)
		exit(message_failed("out of memory"));
	*entry = (struct entry){
		.workload = workload,
		.n = n,
		.cell = { .subject = *subject,
			  .dispatch = dispatch,
			  .settings = { .repeats = 1, .stride = 64 } },
	};
	entry->cell.subject.target = entry->cell.subject.name;
	snprintf(name, sizeof(name), "%s/n:%" PRIu64 "/%s/%s", workload, n, subject->name,
		 dispatch_words[dispatch]);
	gbench_register(name, run_entry, entry, 1, 0, true);
}

static void register_subject(const char *name, const char *summary, void *data)
{
	const char *workload = data;
	struct subject subject;
	char error[SUBJECT_ERROR_SIZE];

	(void)summary;
	if (subject_find(name, &subject, error))
		exit(message_failed("%s", error));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (subject.most_timers && sizes[i] > subject.most_timers)
			continue;
		for (int d = 0; d < DISPATCHES; d++)
			if (subject.code[d])
				register_entry(workload, sizes[i], &subject, (enum dispatch)d);
	}
}

int main(int argc, char **argv)
{
	if (!gbench_arguments(&argc, argv, 1))
		return EXIT_USAGE;
	if (argc > 1)
		cache_folder = argv[1];
	for (size_t i = 0; workloads[i]; i++)
		subject_list(register_subject, (void *)(uintptr_t)workloads[i]->name);
#ifdef NDEBUG
	gbench_context("timerbed_assertions", "off");
#else
	gbench_context("timerbed_assertions", "on");
#endif
	return gbench_run_all(NULL, NULL) ? 0 : message_failed("no benchmark matches");
}
