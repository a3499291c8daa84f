/*
 * cell - `timerbed cell`: what a worker process runs; not for people
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "bench/commands/arguments.h"
#include "bench/cell.h"
#include "bench/commands/commands.h"
#include "bench/message.h"
#include "bench/outcome.h"

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

/* Whether the subject cannot do this work, however often it is asked to. */
static bool is_refused(const struct cell *cell, int result)
{
	char error[CELL_ERROR_SIZE];
	struct replay replay;

	if (result == -ENOTSUP || result == -ERANGE)
		return true;
	/* Not every pass passes on why a replay could not be opened. */
	result = cell_open(cell, &replay, error);
	if (!result)
		replay_close(&replay);
	return result == -ENOTSUP || result == -ERANGE;
}

/*
 * What became of the cell, where the pass has not said so by cell_record_replay. In real time a
 * firing may be late, and libraries may have it early, which is a finding; but some have to come.
 */
static enum outcome outcome_of(const struct cell *cell, const json_t *record, int result)
{
	const char *status = json_string_value(json_object_get(record, "status"));
	json_int_t expected = json_integer_value(json_object_get(record, "expected"));

	if (result)
		return is_refused(cell, result) ? OUTCOME_LEFT_OUT : OUTCOME_FAILED;
	if (!strcmp(status, "ok"))
		return OUTCOME_OK;
	return expected ? OUTCOME_WRONG : OUTCOME_LEFT_OUT;
}

static int measure(struct task *task)
{
	char error[CELL_ERROR_SIZE] = "";
	json_t *record = json_object();
	int result = task->pass->measure(&task->cell, record, error);

	if (result)
		json_object_set_new(record, "status", json_string(error));
	if (result || !json_object_get(record, "outcome"))
		json_object_set_new(
			record, "outcome",
			json_string(outcome_words[outcome_of(&task->cell, record, result)]));
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
