/*
 * trace_request.h - checks the memory for a requested trace, makes it, and recognizes it
 */
#ifndef TRACE_REQUEST_H
#define TRACE_REQUEST_H

#include "bench/names.h"
#include "bench/trace/trace_make.h"

/* What identifies a trace. `operations` is the minimum number of measured operations. */
struct trace_request {
	const struct workload_choice *workload;
	uint64_t n, seed, operations;
};

/*
 * Returns 0, or -ENOMEM with one line in `error` (TRACE_ERROR_SIZE) if the trace needs more memory
 * than is available to this process.
 */
int trace_request_check_memory(const struct trace_request *request, char *error);

/* Makes the trace in the file `path`. `watch` and the errors are those of trace_make. */
int trace_request_make(const struct trace_request *request, const char *path,
		       const struct trace_watch *watch, char *error);

/* Returns the name of the first property in which the trace differs from the request, or NULL. */
const char *trace_request_difference(const struct trace_request *request,
				     const struct trace *trace);

#endif
