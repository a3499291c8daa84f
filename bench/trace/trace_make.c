/*
 * trace_make.c - makes the trace of a workload
 */
#include <errno.h>
#include <stdio.h>

#include "generator_internal.h"
#include "trace_error.h"
#include "trace_make.h"

/*
 * The assumed minimum number of operations per advance. Traces for which memory matters have more.
 */
#define OPERATIONS_AN_ADVANCE 8

uint64_t trace_memory(uint64_t n, uint64_t operations)
{
	/* The oracle's results are held in memory until the end, in arrays that grow by half. */
	uint64_t known = sizeof(uint32_t) + sizeof(struct trace_advance) / OPERATIONS_AN_ADVANCE;
	uint64_t stream = sizeof(struct trace_operation) * (OPERATIONS_AN_ADVANCE + 1) /
			  OPERATIONS_AN_ADVANCE;
	uint64_t file, made;

	if (n > ORACLE_MOST_IDS || operations > UINT64_MAX / 4 / (stream + known))
		return UINT64_MAX;
	file = n * sizeof(struct trace_operation) + operations * (stream + known);
	made = generator_memory(n) + operations * (known + known / 2);
	return made > file ? made : file;
}

static bool fits(char *field, size_t size, const char *text)
{
	int length = snprintf(field, size, "%s", text);

	return length >= 0 && (size_t)length < size;
}

int trace_make(const char *path, const struct workload *workload, const void *options,
	       const char *workload_text, uint64_t n, uint64_t seed, uint64_t operations,
	       const char *generator_hash, const struct trace_watch *watch, char *error)
{
	struct trace_header header = { .n = n, .seed = seed };
	struct trace_writer writer;
	struct generator generator;

	if (!fits(header.workload, sizeof(header.workload), workload_text) ||
	    !fits(header.generator, sizeof(header.generator), generator_hash))
		return trace_error(error, -ENAMETOOLONG, path,
				   "'%.40s...' is too long for a trace's header", workload_text);
	if (trace_write_begin(&writer, path, n + operations, watch, error) == 0) {
		generator_open(&generator, &writer, seed);
		workload->generate(&generator, options, n, operations);
		header.grain = generator.grain;
		header.ids = generator.ids;
		generator_close(&generator);
	}
	return trace_write_end(&writer, &header);
}
