/*
 * cache.c - finds traces in a folder, or makes them there
 */
#include "bench/run/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/run/folder.h"

/* The interval, in us, at which a process checks whether another process has made the trace. */
#define LOOK_EVERY 20000

void cache_path(const char *folder, const struct trace_request *request, char *path, size_t size)
{
	char name[WORKLOAD_TEXT];
	size_t i;

	/* These characters are special to shells or file systems. */
	for (i = 0; request->workload->text[i]; i++)
		name[i] = strchr(":=,/ ", request->workload->text[i]) ? '_'
								      : request->workload->text[i];
	name[i] = '\0';
	snprintf(path, size, "%s/%s-n%" PRIu64 "-o%" PRIu64 "-s%" PRIu64 "-%.8s.trace", folder,
		 name, request->n, request->operations, request->seed,
		 request->workload->generator_hash);
}

/*
 * Opens a trace that the cache has. Returns -EAGAIN if the trace must be made; `note` may then say
 * why.
 */
static int open_cached(const char *path, const struct trace_request *request, struct trace *trace,
		       char *note, char *error)
{
	const char *wrong;
	int result = access(path, R_OK) ? -EAGAIN : trace_open(trace, path, error);

	if (result == -EBADMSG || result == -ENOENT)
		return -EAGAIN; /* a damaged trace can be made again */
	if (result)
		return result;
	wrong = trace_request_difference(request, trace);
	if (!wrong)
		return 0;
	snprintf(note, TRACE_ERROR_SIZE, "%.400s: the trace of another %s; it is made again", path,
		 wrong);
	trace_close(trace);
	return -EAGAIN;
}

int cache_open(const char *folder, const struct trace_request *request, volatile sig_atomic_t *stop,
	       struct trace *trace, char *note, char *error)
{
	const struct trace_watch watch = { .stop = stop };
	char path[PATH_MAX];
	int result = folder_make(folder);

	*note = '\0';
	if (result) {
		snprintf(error, TRACE_ERROR_SIZE, "%s: cannot make the folder: %s", folder,
			 strerror(-result));
		return result;
	}
	cache_path(folder, request, path, sizeof(path));
	result = trace_request_check_memory(request, error);
	while (!result) {
		result = open_cached(path, request, trace, note, error);
		if (result != -EAGAIN)
			return result;
		result = trace_request_make(request, path, &watch, error);
		if (!result)
			return trace_open(trace, path, error);
		if (result != -EBUSY)
			return result;
		/*
		 * Another process is making this trace. Its lock vanishes when the process finishes
		 * or dies.
		 */
		*note = '\0';
		result = 0;
		usleep(LOOK_EVERY);
		if (stop && *stop)
			return -EINTR;
	}
	return result;
}

bool cache_trace_hash(const char *folder, const struct trace_request *request, char *hash)
{
	char path[PATH_MAX];
	struct trace_header header;
	ssize_t length = 0;
	int file;

	cache_path(folder, request, path, sizeof(path));
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file >= 0) {
		length = read(file, &header, sizeof(header));
		close(file);
	}
	if (length != sizeof(header) || memcmp(header.magic, TRACE_MAGIC, sizeof(header.magic)) ||
	    strncmp(header.workload, request->workload->text, sizeof(header.workload)) ||
	    header.n != request->n || header.seed != request->seed)
		return false;
	snprintf(hash, TRACE_HASH_TEXT, "%016" PRIx64, header.hash);
	return true;
}
