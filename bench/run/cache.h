/*
 * cache.h - generates a trace once for each (workload, n, operations, seed), and keeps it
 */
#ifndef CACHE_H
#define CACHE_H

#include <signal.h>
#include <stdbool.h>

#include "bench/run/trace_request.h"
#include "bench/trace/trace.h"

/*
 * Writes the path of the requested trace in `folder`. The file name contains the hash of the code
 * that generates the trace, so that changed code does not use an old trace.
 */
void cache_path(const char *folder, const struct trace_request *request, char *path, size_t size);

/*
 * Opens the requested trace. Generates the trace first if the file is missing or damaged, or if its
 * contents differ from the request. In the last case `note` (TRACE_ERROR_SIZE) names the difference
 * in one line; otherwise `note` is empty. Waits while another process generates the same trace.
 * `stop` may be NULL. If *stop becomes non-zero, generating and waiting end with -EINTR. The caller
 * must close the trace with trace_close. Returns 0, or a negative errno: -ENOMEM if there is too
 * little memory for generating the trace. All errors except -EINTR have one line in `error`
 * (TRACE_ERROR_SIZE).
 */
int cache_open(const char *folder, const struct trace_request *request, volatile sig_atomic_t *stop,
	       struct trace *trace, char *note, char *error);

/* The size of a trace's hash as text: 16 digits and the '\0'. */
#define TRACE_HASH_TEXT 17

/*
 * Writes the hash of the requested trace, and reads only the trace's header. Returns false if the
 * folder does not have the trace.
 */
bool cache_trace_hash(const char *folder, const struct trace_request *request, char *hash);

#endif
