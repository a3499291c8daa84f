/*
 * trace_request.c - a trace that is wanted: the memory that it takes, and making it
 */
#include "bench/run/trace_request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

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
