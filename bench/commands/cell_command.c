/*
 * cell_command.c - `timerbed cell`: measures one cell; workers run this command, not users
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "bench/cell.h"
#include "bench/commands/commands.h"
#include "bench/commands/setting_arguments.h"
#include "bench/message.h"
#include "bench/names.h"
#include "bench/outcome.h"
#include "bench/passes/memory.h"

struct task {
	struct setting_arguments arguments;
	struct group group; /* holds the settings for the worker */
	struct cell cell;
	struct workload_choice workload; /* of the trace, for a simulated time */
	const char *output;
};

static const struct argument table[] = {
	{ 'o', "output", "FILE", "where the record goes" },
	{ 'd', "dispatch", "WAY", "vtable or inline" },
	{ 0 },
};

static int take(int letter, const char *value, void *data)
{
	struct task *task = data;
	const struct setting *setting = setting_arguments_find(&task->arguments, letter);
	char error[NAMES_ERROR_SIZE];

	if (setting)
		return setting_read(setting, &task->group, value, error)
			       ? message_usage("%s", error)
			       : 0;
	if (letter == 'o')
		task->output = value;
	else
		task->cell.dispatch = strcmp(value, dispatch_words[DISPATCH_INLINE])
					      ? DISPATCH_VTABLE
					      : DISPATCH_INLINE;
	return 0;
}

static void record_resources(json_t *record)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	json_object_set_new(record, "max_rss_kib", json_integer(usage.ru_maxrss));
	json_object_set_new(record, "voluntary_switches", json_integer(usage.ru_nvcsw));
}

/*
 * Names the process after the subject, so that profilers show the subject. Linux keeps 15
 * characters.
 */
static void name_process(const struct cell *cell)
{
	prctl(PR_SET_NAME, cell->subject.name);
}

/* Returns whether the subject cannot do this work, so that another attempt would fail as well. */
static bool is_refused(const struct cell *cell, int result)
{
	char error[CELL_ERROR_SIZE];
	struct replay replay;

	if (result == -ENOTSUP || result == -ERANGE)
		return true;
	/*
	 * A pass may return another error than cell_open did, so this function calls cell_open
	 * again.
	 */
	result = cell_open(cell, &replay, error);
	if (!result)
		replay_close(&replay);
	return result == -ENOTSUP || result == -ERANGE;
}

/*
 * Returns the outcome of a cell whose pass has not recorded one with cell_record_replay. In real
 * time a firing may be late, and in libraries also early, which is a result and not an error. But
 * if the trace has firings, some must occur.
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

static int measure_cell(struct task *task)
{
	char error[CELL_ERROR_SIZE] = "";
	json_t *record = json_object();
	uint64_t simulated = task->group.simulated;
	int result =
		simulated ? memory_simulate(&task->cell, &task->workload, simulated, record, error)
			  : task->cell.settings.pass->measure(&task->cell, record, error);

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

/*
 * Finds the workload that can continue the stream of the trace. Returns 0 or an exit status.
 */
static int choose_workload(struct task *task, const char *path)
{
	const struct trace_header *header = task->cell.trace.header;
	char error[NAMES_ERROR_SIZE];

	if (workload_choose(header->workload, &task->workload, error))
		return message_usage("%s is a recorded trace, which cannot be continued: %s", path,
				     error);
	if (!strcmp(header->generator, task->workload.generator_hash))
		return 0;
	workload_release(&task->workload);
	return message_usage("%s was made by other code, so it cannot be continued", path);
}

static void make_table(struct task *task)
{
	setting_arguments_add(&task->arguments, table);
	for (const struct setting *setting = group_settings; setting->key; setting++)
		if (setting->to_worker)
			setting_arguments_add_setting(&task->arguments, setting);
}

int command_cell(int argc, char **argv)
{
	struct task task = { 0 };
	char error[TRACE_ERROR_SIZE];
	int first, status;

	/* The run that started the worker puts the message into a record, as the reason. */
	message_name_command(NULL);
	make_table(&task);
	group_init(&task.group, "");
	if (arguments_parse(argc, argv, task.arguments.row, take, &task, &first, &status))
		return status;
	task.cell.settings = task.group.cell;
	if (argc - first != 2 || !task.output || !task.cell.settings.pass->measure)
		return message_usage("a trace, a subject and --output are needed");
	if (group_wrong(&task.group))
		return message_usage("%s", group_wrong(&task.group));
	if (subject_find(argv[first + 1], &task.cell.subject, error))
		return message_usage("%s", error);
	if (!task.cell.subject.code[task.cell.dispatch])
		return message_usage("%s: no such dispatch", argv[first + 1]);
	if (trace_open(&task.cell.trace, argv[first], error))
		return message_failed("%s", error);
	name_process(&task.cell);
	status = task.group.simulated ? choose_workload(&task, argv[first]) : 0;
	if (!status)
		status = measure_cell(&task);
	workload_release(&task.workload);
	trace_close(&task.cell.trace);
	return status;
}
