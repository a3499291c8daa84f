/*
 * cell - `timerbed cell`: what a worker process runs; not for people
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "bench/commands/arguments.h"
#include "bench/cell.h"
#include "bench/commands/commands.h"
#include "bench/message.h"

struct task {
	struct cell cell;
	const struct pass *pass;
	const char *output;
};

static const struct argument table[] = {
	{ 'd', "dispatch", "WAY", "vtable or inline" },
	{ 'p', "pass", "PASS", "what to measure" },
	{ 'r', "repeats", "COUNT", "replays of the trace" },
	{ 't', "stride", "BYTES", "from object to object: 64 or 128" },
	{ 'c', "cold", "LINES", "other cache lines touched before each operation" },
	{ 'g', "pages", "SIZE", "the pages it was started with: small or huge" },
	{ 'o', "output", "FILE", "where the record goes" },
	{ 0 },
};

static int take(int letter, const char *value, void *data)
{
	struct task *task = data;
	unsigned number = (unsigned)strtoul(value, NULL, 10);

	switch (letter) {
	case 'd':
		task->cell.dispatch = strcmp(value, dispatch_words[DISPATCH_INLINE])
					      ? DISPATCH_VTABLE
					      : DISPATCH_INLINE;
		break;
	case 'p':
		task->pass = pass_find(value);
		break;
	case 'r':
		task->cell.repeats = number;
		break;
	case 't':
		task->cell.stride = number;
		break;
	case 'c':
		task->cell.cold = number;
		break;
	case 'g':
		task->cell.pages = pages_find(value);
		break;
	default:
		task->output = value;
	}
	return 0;
}

static void record_resources(json_t *record)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	json_object_set_new(record, "max_rss_kib", json_integer(usage.ru_maxrss));
	json_object_set_new(record, "voluntary_switches", json_integer(usage.ru_nvcsw));
}

/* Profilers then show what was measured, not that it was timerbed. Linux keeps 15 letters. */
static void name_process(const struct cell *cell)
{
	prctl(PR_SET_NAME, cell->subject.name);
}

static int measure(struct task *task)
{
	char error[CELL_ERROR_SIZE] = "";
	json_t *record = json_object();
	int result = task->pass->measure(&task->cell, record, error);

	if (result)
		json_object_set_new(record, "status", json_string(error));
	record_resources(record);
	result = json_dump_file(record, task->output, JSON_COMPACT);
	json_decref(record);
	return result ? message_failed("%s: cannot write", task->output) : 0;
}

int command_cell(int argc, char **argv)
{
	struct task task = { .cell = { .repeats = 1, .stride = 64 }, .pass = passes[0] };
	char error[TRACE_ERROR_SIZE];
	int first, status;

	if (arguments_parse(argc, argv, table, take, &task, &first, &status))
		return status;
	if (argc - first != 2 || !task.output || !task.pass || !task.pass->measure)
		return message_usage("cell: a trace, a subject and --output are needed");
	if (subject_find(argv[first + 1], &task.cell.subject, error))
		return message_usage("%s", error);
	if (!task.cell.subject.code[task.cell.dispatch])
		return message_usage("%s: no such dispatch", argv[first + 1]);
	if (trace_open(&task.cell.trace, argv[first], error))
		return message_failed("%s", error);
	name_process(&task.cell);
	status = measure(&task);
	trace_close(&task.cell.trace);
	return status;
}
