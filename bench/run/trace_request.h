/*
 * trace_request.h - a trace that is wanted: its memory, making it, and recognizing it
 */
#ifndef TRACE_REQUEST_H
#define TRACE_REQUEST_H

#include "bench/names.h"
#include "bench/trace/trace_make.h"

/* What identifies a trace. `operations` is the least number of measured operations. */
struct trace_request {
	const struct workload_choice *workload;
	uint64_t n, seed, operations;
};

/*
 * 0; or -ENOMEM with one line in `error` (TRACE_ERROR_SIZE) if making the trace takes more memory
 * than the machine, or this process's share of it, has free.
 */
int trace_request_check_memory(const struct trace_request *request, char *error);

/* Makes the trace as the file `path`. `watch` and errors are those of trace_make. */
int trace_request_make(const struct trace_request *request, const char *path,
		       const struct trace_watch *watch, char *error);

/* The first property in which the trace differs from the request, in words; NULL if none does. */
const char *trace_request_difference(const struct trace_request *request,
				     const struct trace *trace);

#endif
