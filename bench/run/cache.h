/*
 * cache.h - traces are generated once for each (workload, n, seed) and kept
 */
#ifndef CACHE_H
#define CACHE_H

#include <signal.h>
#include <stdbool.h>

#include "bench/run/trace_request.h"
#include "bench/trace/trace.h"

/*
 * Writes the path under which `folder` keeps that trace. The hash of the code that generates it is
 * part of the name, so that changed code never meets an old trace.
 */
void cache_path(const char *folder, const struct trace_request *request, char *path, size_t size);

/*
 * Opens the trace. Generates it first if it is missing, damaged, or another trace than its name
 * says; in the last case `note` (TRACE_ERROR_SIZE) says in one line how the two differ, and
 * otherwise it is empty. While another process generates the same trace, this one waits. `stop` may
 * be NULL; when it becomes non-zero, generating and waiting end with -EINTR. 0, or a negative errno
 * with one line in `error` (TRACE_ERROR_SIZE): -ENOMEM if generating takes more memory than there
 * is.
 */
int cache_open(const char *folder, const struct trace_request *request, volatile sig_atomic_t *stop,
	       struct trace *trace, char *note, char *error);

/* A trace's hash as text: 16 digits and the '\0'. */
#define TRACE_HASH_TEXT 17

/* Writes the hash of a trace that the folder has, by its header alone. False if it has none. */
bool cache_trace_hash(const char *folder, const struct trace_request *request, char *hash);

#endif
