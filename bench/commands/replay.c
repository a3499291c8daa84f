/*
 * replay - `timerbed replay TRACE [SUBJECT...]`: replays one trace against some subjects
 *
 * The command is for traces from other sources, and for profilers. It replays in its own process,
 * without workers and blocks, and prints a JSON line with the results of each subject.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cell.h"
#include "bench/clock.h"
#include "bench/commands/commands.h"
#include "bench/commands/setting_arguments.h"
#include "bench/message.h"
#include "bench/names.h"
#include "structures/common/options.h"

static const struct argument table[] = {
	{ 'c', "check", NULL, "check order, lateness and invariants as it goes (slower)" },
	{ 'T', "trusted", NULL, "do not check the trace's operations first, only its hashes" },
	{ 'o', "output", "FILE", "where the JSON lines go (default: standard output)" },
	{ 0 },
};

/* The settings that have an effect on a single replay. */
static const char *const keys[] = { "dispatch", "stride" };

struct request {
	struct setting_arguments arguments;
	struct group group; /* holds the settings */
	struct cell cell;
	enum replay_mode mode;
	bool trusted;
	FILE *output;
};

static int take_setting(struct request *request, const struct setting *setting, const char *value)
{
	char error[NAMES_ERROR_SIZE];
	size_t ways = 0;

	if (setting_argument_read(setting, &request->group, value, error))
		return message_usage("%s", error);
	for (int i = 0; i < DISPATCHES; i++) {
		if (!request->group.dispatch[i])
			continue;
		request->cell.dispatch = (enum dispatch)i;
		ways++;
	}
	if (ways > 1)
		return message_usage("--dispatch: one way, and not '%s'", value);
	request->cell.settings = request->group.cell;
	return 0;
}

static int take(int letter, const char *value, void *data)
{
	struct request *request = data;
	const struct setting *setting = setting_arguments_find(&request->arguments, letter);

	if (setting)
		return take_setting(request, setting, value);
	switch (letter) {
	case 'c':
		request->mode = REPLAY_CHECKED;
		return 0;
	case 'T':
		request->trusted = true;
		return 0;
	default:
		if (!strcmp(value, "-"))
			return 0;
		request->output = fopen(value, "w");
		return request->output ? 0 : message_failed("%s: %s", value, strerror(errno));
	}
}

static int replay_one(struct request *request, const char *name)
{
	char error[CELL_ERROR_SIZE];
	struct cell *cell = &request->cell;
	struct replay replay;
	struct replay_tally measured;
	uint64_t cpu_ns;
	json_t *record;
	const char *status;
	int result;

	if (subject_find(name, &cell->subject, error))
		return message_usage("%s", error);
	if (cell_open(cell, &replay, error))
		return message_failed("%s", error);
	cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	measured = cell_replay(cell, &replay, request->mode, request->mode, NULL);
	cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
	record = json_pack("{s:s, s:s, s:s, s:I}", "subject", name, "dispatch",
			   dispatch_words[cell->dispatch], "workload", cell->trace.header->workload,
			   "n", (json_int_t)cell->trace.header->n);
	cell_record_replay(cell, &replay, &measured, record);
	json_object_set_new(record, "seconds", json_real((double)cpu_ns / 1e9));
	status = json_string_value(json_object_get(record, "status"));
	result = strcmp(status, "ok") ? message_failed("%s: %s", name, status) : 0;
	json_dumpf(record, request->output, JSON_COMPACT | JSON_PRESERVE_ORDER);
	fputc('\n', request->output);
	json_decref(record);
	replay_close(&replay);
	return result;
}

/*
 * Closes the file. Returns non-zero if any write has failed, which may show only in the error
 * indicator.
 */
static int close_output(FILE *file)
{
	int failed = ferror(file);

	return fclose(file) || failed;
}

int command_replay(int argc, char **argv)
{
	struct request request = { .output = stdout };
	struct names subjects = { 0 };
	char error[TRACE_ERROR_SIZE];
	int first, status;

	setting_arguments_add(&request.arguments, table);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		setting_arguments_add_setting(&request.arguments, setting_find(keys[i]));
	group_init(&request.group, "");
	request.cell.settings = request.group.cell;
	if (arguments_parse(argc, argv, request.arguments.row, take, &request, &first, &status))
		return status;
	if (argc == first)
		return message_usage("a trace is needed");
	for (int i = first + 1; i < argc; i++)
		if (names_expand_subjects(argv[i], &subjects, error)) {
			names_free(&subjects);
			return message_usage("%s", error);
		}
	if (argc - first == 1)
		names_add(&subjects, "binary-heap");
	if (trace_open(&request.cell.trace, argv[first], error)) {
		names_free(&subjects);
		return message_failed("%s", error);
	}
	if (!request.trusted && trace_validate(&request.cell.trace, argv[first], error))
		status = message_failed("%s", error);
	for (size_t i = 0; i < subjects.count && !status; i++)
		status = replay_one(&request, subjects.name[i]);
	trace_close(&request.cell.trace);
	names_free(&subjects);
	if (request.output != stdout && close_output(request.output) && !status)
		status = message_failed("cannot write: %s", strerror(errno));
	return status;
}
