/*
 * cache.h - traces are generated once for each (workload, n, seed) and kept
 */
#ifndef CACHE_H
#define CACHE_H

#include <signal.h>

#include "bench/names.h"
#include "bench/trace/trace.h"

/* What identifies a trace. */
struct trace_request {
	const struct workload_choice *workload;
	uint64_t n, seed, operations;
};

/*
 * Writes the path under which `folder` keeps that trace. The hash of the code that generates it is
 * part of the name, so that changed code never meets an old trace.
 */
void cache_path(const char *folder, const struct trace_request *request, char *path, size_t size);

/*
 * Opens the trace, generating it first if it isn't there or has been damaged. `stop` may be NULL;
 * when it becomes non-zero generating ends with -EINTR. 0, or a negative errno with one line in
 * `error` (TRACE_ERROR_SIZE): -ENOMEM if the machine has not the memory it would take.
 */
int cache_open(const char *folder, const struct trace_request *request, volatile sig_atomic_t *stop,
	       struct trace *trace, char *error);

/* Makes a folder and those above it. 0 or a negative errno. */
int cache_make_folder(const char *path);

/* Bytes of memory that could be used now, by the kernel's estimate; UINT64_MAX if it won't say. */
uint64_t cache_memory_available(void);

#endif
