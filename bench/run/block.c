/*
 * block.c - one block: its trace, its cells in shuffled order, a record of each
 */
#include "bench/run/block.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/message.h"
#include "bench/provenance.h"
#include "bench/replay/clock.h"
#include "bench/run/cache.h"
#include "bench/run/environment.h"
#include "bench/run/plan.h"
#include "bench/run/worker.h"

#define SCHEMA 1

/* The environment of a worker grows by up to a page, to vary where its stack begins. */
#define PADDING 4096

static const char *const when_words[] = {
	[TIMER_EXACT] = "exact",
	[TIMER_TO_A_TICK] = "to a tick",
	[TIMER_LATE_FRACTION] = "late fraction",
};

static const char *const order_words[] = {
	[TIMER_BY_DEADLINE] = "by deadline",
	[TIMER_BY_TICK] = "by tick",
	[TIMER_UNORDERED] = "unordered",
};

/* What a block needs while it runs. */
struct block_run {
	const struct run *run;
	const struct block *block;
	struct schedule *schedule;
	struct progress *progress;
	double trace_ns; /* to open the trace, or to generate it */
	char key[512];
	char trace_path[PATH_MAX];
	struct trace trace;
};

/* Where a cell of a map stands on each of its axes. */
static json_t *describe_place(const struct block *block)
{
	static const char *const names[] = { "x", "y" };
	const struct axis *axes = block->group->axes;
	json_t *map = json_object();

	for (size_t i = 0; i < 2; i++) {
		size_t place = axes_place(axes, i, block->choice, block->n);

		json_object_set_new(map, names[i],
				    json_pack("{s:s, s:s, s:s, s:i}", "name", axes[i].name, "title",
					      axes[i].title, "value", axes[i].values.name[place],
					      "place", (int)place));
	}
	return map;
}

static json_t *describe_cell(const struct block_run *of, const struct subject *subject,
			     size_t order)
{
	const struct block *block = of->block;
	const struct group *group = block->group;
	char hash[17], source[PROVENANCE_HASH_SIZE];
	json_t *record;

	snprintf(hash, sizeof(hash), "%016" PRIx64, of->trace.header->hash);
	provenance_hash(subject, group->pass, source);
	record = json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:I, s:s, s:i, s:I, s:I}", "schema",
		SCHEMA, "experiment", group->label, "subject", subject->name, "kind", subject->kind,
		"when", when_words[subject->accuracy.when], "ordering",
		order_words[subject->accuracy.order], "tick_ns", (json_int_t)subject->accuracy.tick,
		"dispatch", dispatch_words[block->dispatch], "workload", block->workload, "n",
		(json_int_t)block->n, "pass", group->pass->name, "replicate", (int)block->replicate,
		"seed", (json_int_t)block->seed, "order", (json_int_t)order);
	if (group_is_map(group))
		json_object_set_new(record, "map", describe_place(block));
	json_object_set_new(record, "block", json_string(of->key));
	json_object_set_new(record, "cells", json_integer((json_int_t)group->subjects.count));
	json_object_set_new(record, "repeats", json_integer(group->repeats));
	json_object_set_new(record, "stride", json_integer(group->stride));
	json_object_set_new(record, "cold", json_integer(group->cold));
	json_object_set_new(record, "pages", json_string(pages_words[group->pages]));
	json_object_set_new(record, "trace_hash", json_string(hash));
	json_object_set_new(record, "trace_seconds", json_real(of->trace_ns / 1e9));
	json_object_set_new(record, "source_hash", json_string(source));
	return record;
}

/* A path that is this cell's alone, below the run's folder or a folder of that. */
static void cell_path(const struct block_run *of, const char *subject, const char *folder,
		      const char *ending, char *path, size_t size)
{
	size_t length;

	snprintf(path, size, "%s%s%s", of->run->records->folder, folder ? "/" : "",
		 folder ? folder : "");
	cache_make_folder(path);
	length = strlen(path);
	snprintf(path + length, size - length, "/%s-%s%s", of->key, subject, ending);
	for (char *letter = path + length + 1; *letter; letter++)
		if (strchr("/:=, ", *letter))
			*letter = '_';
}

static int measure(const struct block_run *of, const struct subject *subject, json_t *record)
{
	const struct block *block = of->block;
	char scratch[PATH_MAX], output[PATH_MAX];
	uint64_t varied = of->trace.header->hash ^ (uint64_t)strlen(subject->name) << 7;
	struct worker_task task = {
		.group = block->group,
		.subject = subject->name,
		.dispatch = block->dispatch,
		.trace = of->trace_path,
		.scratch = scratch,
		.output = output,
		.padding =
			(unsigned)(varied % PADDING), /* differs from cell to cell, and repeats */
	};
	uint64_t steal = environment_steal(), begun = clock_ns(CLOCK_MONOTONIC);
	int result;

	cell_path(of, subject->name, block->group->pass->folder, ".json", scratch, sizeof(scratch));
	cell_path(of, subject->name, NULL, ".record", output, sizeof(output));
	json_object_set_new(record, "load", json_real(environment_load()));
	json_object_set_new(record, "padding", json_integer(task.padding));
	result = worker_run(&task, of->run->stop, record);
	json_object_set_new(record, "cell_seconds",
			    json_real((double)(clock_ns(CLOCK_MONOTONIC) - begun) / 1e9));
	json_object_set_new(record, "steal",
			    json_integer((json_int_t)(environment_steal() - steal)));
	return result;
}

/* Measures one cell, or says why not, and records it. */
static int run_cell(const struct block_run *of, const char *name, size_t order)
{
	const struct block *block = of->block;
	struct subject subject;
	char error[RECORDS_ERROR_SIZE];
	json_t *record, *repeated;
	int result = subject_find(name, &subject, error);

	if (result)
		return message_failed("%s", error), result;
	record = describe_cell(of, &subject, order);
	if (subject.bears && block->n > subject.bears)
		json_object_set_new(
			record, "status",
			json_sprintf("beyond the %" PRIu64 " timers it bears", subject.bears));
	else
		result = measure(of, &subject, record);
	if (!result) {
		repeated = environment_for_records(of->run->environment);
		json_object_update_missing(record, repeated);
		json_decref(repeated);
		result = records_append(of->run->records, record, error);
		if (result)
			message_failed("%s", error);
	} else if (result != -EINTR) {
		message_failed("cannot start a worker: %s", strerror(-result));
	}
	json_decref(record);
	return result;
}

/* Opens the block's trace, generating it if need be, and checks that a worker has room. */
static int open_trace(struct block_run *of)
{
	const struct block *block = of->block;
	struct workload_choice workload;
	char error[TRACE_ERROR_SIZE];
	struct trace_request request = {
		.workload = &workload,
		.n = block->n,
		.seed = block->seed,
		.operations = group_operations(block->group, block->n),
	};
	int result = workload_choose(block->workload, &workload, error);

	if (!result) {
		cache_path(of->run->cache, &request, of->trace_path, sizeof(of->trace_path));
		result = cache_open(of->run->cache, &request, of->run->stop, &of->trace, error);
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
