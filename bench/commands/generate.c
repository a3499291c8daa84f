/*
 * generate - `timerbed generate WORKLOAD`: makes a trace, to keep or to replay elsewhere
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/arguments.h"
#include "bench/run/limits.h"
#include "bench/commands/commands.h"
#include "bench/commands/trace_output.h"
#include "bench/message.h"
#include "bench/names.h"

static const struct argument table[] = {
	{ 'n', "n", "N", "timers (default 1e4)" },
	{ 'm', "operations", "N", "measured operations (default 2 n, at least 1e5)" },
	{ 's', "seed", "S", "of the random numbers (default 1)" },
	{ 'o', "out", "FILE",
	  "where to, - for standard output (default WORKLOAD.trace); zstd may compress it" },
	{ 0 },
};

struct request {
	uint64_t n, operations, seed;
	const char *out;
};

static int take(int letter, const char *value, void *data)
{
	struct request *request = data;
	char error[OPTIONS_ERROR_SIZE];
	uint64_t *field = letter == 'n'	  ? &request->n
			  : letter == 'm' ? &request->operations
					  : &request->seed;
	const char *what = letter == 'n' ? "n" : letter == 'm' ? "operations" : "seed";

	if (letter == 'o') {
		request->out = value;
		return 0;
	}
	if (options_parse_value(OPTION_COUNT, what, value, letter == 's' ? 0 : 1,
				letter == 'n' ? 4e9 : 1e15, field, error, sizeof(error)))
		return message_usage("generate: %s", error);
	return 0;
}

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static int generate(const struct workload_choice *choice, const struct request *request)
{
	const struct trace_watch watch = { .stop = &stop };
	struct sigaction action = { .sa_handler = on_signal };
	char path[WORKLOAD_TEXT];
	const char *out = request->out ? request->out : path;
	uint64_t operations = request->operations;
	uint64_t needed, available = limits_memory_available("");
	int status;

	if (!operations)
		operations = 2 * request->n > 100000 ? 2 * request->n : 100000;
	needed = trace_memory(request->n, operations);
	if (needed > available)
		return message_failed(
			"n = %llu of %s needs about %.1f GiB of memory; %.1f are free",
			(unsigned long long)request->n, choice->text, (double)needed / 0x1p30,
			(double)available / 0x1p30);
	snprintf(path, sizeof(path), "%s.trace", choice->workload->name);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	status = trace_output(out, choice, request->n, request->seed, operations, &watch);
	if (!status && strcmp(out, "-"))
		puts(out);
	return status;
}

int command_generate(int argc, char **argv)
{
	struct request request = { .n = 10000, .seed = 1 };
	struct workload_choice choice;
	char error[NAMES_ERROR_SIZE];
	int first, status;

	if (arguments_parse(argc, argv, table, take, &request, &first, &status))
		return status;
	if (argc - first != 1)
		return message_usage(
			"generate: one workload is needed; see timerbed list workloads");
	if (workload_choose(argv[first], &choice, error))
		return message_usage("%s", error);
	status = generate(&choice, &request);
	workload_release(&choice);
	return status;
}
