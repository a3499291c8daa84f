/*
 * trace_request.c - checks the memory for a requested trace, makes it, and recognizes it
 */
#include "bench/run/trace_request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/run/limits.h"

int trace_request_check_memory(const struct trace_request *request, char *error)
{
	uint64_t needed = trace_memory(request->n, request->operations);
	uint64_t available = limits_memory_available("");

	if (needed <= available)
		return 0;
	snprintf(error, TRACE_ERROR_SIZE,
		 "n = %" PRIu64 " of %s needs about %.1f GiB of memory; %.1f GiB are free",
		 request->n, request->workload->text, (double)needed / 0x1p30,
		 (double)available / 0x1p30);
	return -ENOMEM;
}

int trace_request_make(const struct trace_request *request, const char *path,
		       const struct trace_watch *watch, char *error)
{
	const struct workload_choice *choice = request->workload;

	return trace_make(path, choice->workload, choice->options, choice->text, request->n,
			  request->seed, request->operations, choice->generator_hash, watch, error);
}

/*
 * Returns whether the trace has as many operations as the request asks for. The header does not
 * store how many operations were requested. A workload makes at least the requested number, unless
 * its length depends only on n; then it makes a small fixed number for each timer.
 */
static bool is_long_enough(const struct trace *trace, const struct trace_request *request)
{
	uint64_t operations = 0;

	for (uint64_t i = 0; i < trace->header->phases; i++)
		if (trace->phases[i].measured)
			operations += trace->phases[i].arms + trace->phases[i].stops +
				      trace->phases[i].fired;
	return operations >= request->operations ||
	       (operations <= 4 * request->n && operations % request->n == 0);
}

const char *trace_request_difference(const struct trace_request *request, const struct trace *trace)
{
	const struct trace_header *header = trace->header;

	if (strcmp(header->workload, request->workload->text))
		return "workload";
	if (strcmp(header->generator, request->workload->generator_hash))
		return "generator";
	if (header->n != request->n)
		return "n";
	if (header->seed != request->seed)
		return "seed";
	return is_long_enough(trace, request) ? NULL : "number of operations";
}
