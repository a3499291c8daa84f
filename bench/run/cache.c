/*
 * cache.c - where traces are kept
 */
#include "bench/run/cache.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/trace/trace_make.h"

void cache_path(const char *folder, const struct trace_request *request, char *path, size_t size)
{
	char name[WORKLOAD_TEXT];
	size_t i;

	/* Characters that shells and file systems are glad to do without. */
	for (i = 0; request->workload->text[i]; i++)
		name[i] = strchr(":=,/ ", request->workload->text[i]) ? '_'
								      : request->workload->text[i];
	name[i] = '\0';
	snprintf(path, size, "%s/%s-n%" PRIu64 "-o%" PRIu64 "-s%" PRIu64 "-%.8s.trace", folder,
		 name, request->n, request->operations, request->seed,
		 request->workload->generator_hash);
}

int cache_make_folder(const char *path)
{
	char partial[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(partial))
		return -ENAMETOOLONG;
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(partial, path, i);
		partial[i] = '\0';
		if (mkdir(partial, 0777) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

uint64_t cache_memory_available(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	uint64_t kib = UINT64_MAX / 1024;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib * 1024;
}

static int generate(const char *path, const struct trace_request *request,
		    volatile sig_atomic_t *stop, char *error)
{
	const struct workload_choice *choice = request->workload;
	const struct trace_watch watch = { .stop = stop };
	uint64_t needed = trace_memory(request->n, request->operations);
	uint64_t available = cache_memory_available();

	if (needed > available) {
		snprintf(error, TRACE_ERROR_SIZE,
			 "n = %" PRIu64 " of %s needs about %.1f GiB of memory; %.1f GiB are free",
			 request->n, choice->text, (double)needed / 0x1p30,
			 (double)available / 0x1p30);
		return -ENOMEM;
	}
	return trace_make(path, choice->workload, choice->options, choice->text, request->n,
			  request->seed, request->operations, choice->generator_hash, &watch,
			  error);
}

int cache_open(const char *folder, const struct trace_request *request, volatile sig_atomic_t *stop,
	       struct trace *trace, char *error)
{
	char path[PATH_MAX];
	int result = cache_make_folder(folder);

	if (result) {
		snprintf(error, TRACE_ERROR_SIZE, "%s: cannot make the folder: %s", folder,
			 strerror(-result));
		return result;
	}
	cache_path(folder, request, path, sizeof(path));
	if (!access(path, R_OK)) {
		result = trace_open(trace, path, error);
		if (result != -EBADMSG)
			return result;
		unlink(path); /* a damaged copy of something that can be made again */
	}
	result = generate(path, request, stop, error);
	return result ? result : trace_open(trace, path, error);
}
