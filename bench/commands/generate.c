/*
 * generate - `timerbed generate WORKLOAD`: makes a trace file
 */
#include <stdio.h>
#include <string.h>

#include "bench/commands/arguments.h"
#include "bench/commands/commands.h"
#include "bench/commands/interrupt.h"
#include "bench/commands/trace_output.h"
#include "bench/message.h"
#include "bench/names.h"

static const struct argument table[] = {
	{ 'n', "n", "N", "timers (default 1e4)" },
	{ 'm', "operations", "N", "measured operations (default 2 n, at least 1e5)" },
	{ 's', "seed", "S", "seed of the random numbers (default 1)" },
	{ 'o', "out", "FILE",
	  "file to write, - for standard output (default WORKLOAD.trace); zstd may compress it" },
	{ 0 },
};

struct arguments {
	uint64_t n, operations, seed;
	const char *out;
};

static int take(int letter, const char *value, void *data)
{
	struct arguments *arguments = data;
	char error[OPTIONS_ERROR_SIZE];
	uint64_t *field = letter == 'n'	  ? &arguments->n
			  : letter == 'm' ? &arguments->operations
					  : &arguments->seed;
	const char *what = letter == 'n' ? "n" : letter == 'm' ? "operations" : "seed";

	if (letter == 'o') {
		arguments->out = value;
		return 0;
	}
	if (options_parse_value(OPTION_COUNT, what, value, letter == 's' ? 0 : 1,
				letter == 'n' ? 4e9 : 1e15, field, error, sizeof(error)))
		return message_usage("%s", error);
	return 0;
}

static int generate(const struct workload_choice *choice, const struct arguments *arguments)
{
	char error[TRACE_ERROR_SIZE], path[WORKLOAD_TEXT];
	const char *out = arguments->out ? arguments->out : path;
	struct trace_request request = { choice, arguments->n, arguments->seed,
					 arguments->operations };
	struct trace_watch watch = { 0 };
	int status;

	if (!request.operations)
		request.operations = 2 * request.n > 100000 ? 2 * request.n : 100000;
	if (trace_request_check_memory(&request, error))
		return message_failed("%s", error);
	snprintf(path, sizeof(path), "%s.trace", choice->workload->name);
	watch.stop = interrupt_catch();
	status = trace_output(out, &request, &watch);
	if (!status && strcmp(out, "-"))
		puts(out);
	return status;
}

int command_generate(int argc, char **argv)
{
	struct arguments arguments = { .n = 10000, .seed = 1 };
	struct workload_choice choice;
	char error[NAMES_ERROR_SIZE];
	int first, status;

	if (arguments_parse(argc, argv, table, take, &arguments, &first, &status))
		return status;
	if (argc - first != 1)
		return message_usage("one workload is needed; see timerbed list workloads");
	if (workload_choose(argv[first], &choice, error))
		return message_usage("%s", error);
	status = generate(&choice, &arguments);
	workload_release(&choice);
	return status;
}
