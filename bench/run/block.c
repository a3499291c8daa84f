/*
 * block.c - runs one block: opens its trace, and measures and records its cells in shuffled order
 */
#include "bench/run/block.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/clock.h"
#include "bench/message.h"
#include "bench/outcome.h"
#include "bench/run/cache.h"
#include "bench/run/describe.h"
#include "bench/run/environment.h"
#include "bench/run/folder.h"
#include "bench/run/limits.h"
#include "bench/run/plan.h"
#include "bench/run/worker.h"

/* The environment of a worker grows by up to a page, so that the address of its stack varies. */
#define PADDING 4096

/* A block while it runs. */
struct block_run {
	const struct run *run;
	const struct block *block;
	struct schedule *schedule;
	struct progress *progress;
	double trace_ns; /* the time to open the trace, or to generate it */
	char key[PLAN_KEY];
	char trace_path[PATH_MAX];
	struct trace trace;
};

/*
 * Writes the path of the file that the pass's wrapper leaves for a cell, in a subfolder of the
 * run's folder. Makes the subfolder.
 */
static void kept_path(const struct block_run *of, const char *subject, const char *folder,
		      char *path, size_t size)
{
	size_t length;

	snprintf(path, size, "%s/%s", of->run->records->folder, folder);
	folder_make(path);
	length = strlen(path);
	snprintf(path + length, size - length, "/%s-%s.json", of->key, subject);
	for (char *letter = path + length + 1; *letter; letter++)
		if (strchr("/:=, ", *letter))
			*letter = '_';
}

static int measure(const struct block_run *of, const struct subject *subject, json_t *record)
{
	const struct block *block = of->block;
	const char *folder = block->group->cell.pass->folder;
	char scratch[PATH_MAX];
	uint64_t varied = of->trace.header->hash ^ (uint64_t)strlen(subject->name) << 7;
	struct worker_task task = {
		.group = block->group,
		.subject = subject->name,
		.dispatch = block->dispatch,
		.trace = of->trace_path,
		.scratch = folder ? scratch : NULL,
		.padding =
			(unsigned)(varied % PADDING), /* differs from cell to cell, and repeats */
	};
	uint64_t steal = environment_steal(), begun = clock_ns(CLOCK_MONOTONIC);
	int result;

	if (folder)
		kept_path(of, subject->name, folder, scratch, sizeof(scratch));
	json_object_set_new(record, "load", json_real(environment_load()));
	json_object_set_new(record, "padding", json_integer(task.padding));
	result = worker_run(&task, of->run->stop, record);
	json_object_set_new(record, "cell_seconds",
			    json_real((double)(clock_ns(CLOCK_MONOTONIC) - begun) / 1e9));
	json_object_set_new(record, "steal",
			    json_integer((json_int_t)(environment_steal() - steal)));
	return result;
}

static void leave_out(json_t *record, uint64_t most_timers)
{
	json_object_set_new(record, "status",
			    json_sprintf("beyond the limit of %" PRIu64 " timers", most_timers));
	json_object_set_new(record, "outcome", json_string(outcome_words[OUTCOME_LEFT_OUT]));
}

/*
 * Returns whether there is memory for what every subject needs: the trace, the timers, and the
 * generator of a simulated time. If there is too little, the kernel would kill the worker, and
 * perhaps the run as well.
 */
static bool has_room(const struct block_run *of, json_t *record)
{
	const struct group *group = of->block->group;
	uint64_t needed = of->trace.header->file_size + of->block->n * group->cell.stride +
			  (group->simulated ? trace_memory(of->block->n, 0) : 0);
	uint64_t available = limits_memory_available("");

	if (needed <= available)
		return true;
	json_object_set_new(record, "status",
			    json_sprintf("it needs at least %.3f GiB of memory; %.3f GiB are free",
					 (double)needed / 0x1p30, (double)available / 0x1p30));
	json_object_set_new(record, "outcome", json_string(outcome_words[OUTCOME_FAILED]));
	return false;
}

/* Reports a subject with a wrong replay immediately. The run goes on. */
static void say_if_wrong(const struct block_run *of, const char *name, const json_t *record)
{
	const char *outcome = json_string_value(json_object_get(record, "outcome"));

	if (outcome_find(outcome) != OUTCOME_WRONG)
		return;
	progress_end(of->progress); /* clears its line */
	message_failed("%s %s: %s", of->key, name,
		       json_string_value(json_object_get(record, "status")));
}

/*
 * Measures one cell, if there is memory and the subject supports n timers, and records the result.
 */
static int run_cell(const struct block_run *of, const char *name, size_t order)
{
	const struct block *block = of->block;
	struct subject subject;
	char error[RECORDS_ERROR_SIZE], hash[TRACE_HASH_TEXT];
	json_t *record;
	int result = subject_find(name, &subject, error);

	if (result)
		return message_failed("%s", error), result;
	snprintf(hash, sizeof(hash), "%016" PRIx64, of->trace.header->hash);
	record = describe_cell(of->run, block, &subject, order, hash);
	json_object_set_new(record, "trace_seconds", json_real(of->trace_ns / 1e9));
	if (subject.most_timers && block->n > subject.most_timers)
		leave_out(record, subject.most_timers);
	else if (has_room(of, record))
		result = measure(of, &subject, record);
	if (!result) {
		say_if_wrong(of, name, record);
		result = records_append(of->run->records, record, error);
		if (result)
			message_failed("%s", error);
	} else if (result != -EINTR) {
		message_failed("cannot start a worker: %s", strerror(-result));
	}
	json_decref(record);
	return result;
}

/* Opens the block's trace. Generates the trace if necessary. */
static int open_trace(struct block_run *of)
{
	const struct block *block = of->block;
	struct workload_choice workload;
	char error[TRACE_ERROR_SIZE], note[TRACE_ERROR_SIZE];
	struct trace_request request = {
		.workload = &workload,
		.n = block->n,
		.seed = block->seed,
		.operations = group_operations(block->group, block->n),
	};
	int result = workload_choose(block->workload, &workload, error);

	if (!result) {
		cache_path(of->run->cache, &request, of->trace_path, sizeof(of->trace_path));
		result = cache_open(of->run->cache, &request, of->run->stop, &of->trace, note,
				    error);
		if (*note)
			message_note("%s", note);
		workload_release(&workload);
	}
	if (result && result != -EINTR)
		message_failed("%s", error);
	return result;
}

static int run_cells(struct block_run *of)
{
	const struct names *subjects = &of->block->group->subjects;
	size_t *order = calloc(subjects->count, sizeof(*order));
	int result = order ? 0 : -ENOMEM;

	if (order)
		plan_shuffle(of->block, order, subjects->count);
	for (size_t i = 0; i < subjects->count && !result; i++) {
		const char *name = subjects->name[order[i]];
		char what[SUBJECT_NAME_SIZE + sizeof(of->key) + 1];
		uint64_t begun = clock_ns(CLOCK_MONOTONIC);

		snprintf(what, sizeof(what), "%s %s", of->key, name);
		progress_show(of->progress, of->block, what);
		result = run_cell(of, name, i);
		schedule_learn(of->schedule, of->block, order[i],
			       (double)(clock_ns(CLOCK_MONOTONIC) - begun));
	}
	free(order);
	return result;
}

int block_run(const struct run *run, const struct block *block, struct schedule *schedule,
	      struct progress *progress)
{
	struct block_run of = {
		.run = run, .block = block, .schedule = schedule, .progress = progress
	};
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);
	int result;

	plan_key(block, of.key, sizeof(of.key));
	if (records_finished(run->records, of.key))
		return 0;
	progress_show(progress, block, of.key);
	result = open_trace(&of);
	if (result)
		return result;
	of.trace_ns = (double)(clock_ns(CLOCK_MONOTONIC) - begun);
	schedule_learn(schedule, block, block->group->subjects.count, of.trace_ns);
	result = run_cells(&of);
	trace_close(&of.trace);
	return result;
}
