/*
 * trace_write.h - writes a trace, entry by entry, so that it is complete or not there
 *
 * The stream goes to path.partial as it comes; what the oracle knows is held in memory until the
 * stream ends, for it follows it in the file. Errors are sticky: after the first, nothing is
 * written any more, `failed` holds the negative errno and the caller's `error` the line that tells.
 */
#ifndef TRACE_WRITE_H
#define TRACE_WRITE_H

#include "trace.h"
#include "trace_make.h"

/* Entries that are written together: 1 MiB. */
#define TRACE_WRITE_BUFFER 65536

struct trace_writer {
	const char *path; /* the caller's */
	char *partial;
	int fd;
	int failed;
	char *error; /* the caller's, TRACE_ERROR_SIZE */
	const struct trace_watch *watch;
	uint64_t expected; /* operations, for progress */

	struct trace_operation *buffer;
	size_t buffered;
	uint64_t written; /* entries of the stream that are in the file */
	uint64_t offset;  /* where in the file the next byte goes */

	struct trace_phase phases[TRACE_PHASES];
	uint64_t phase_count;

	struct trace_advance *advances;
	uint64_t advance_count, advance_room;
	uint32_t *fired;
	uint64_t fired_count, fired_room;
};

/* Begins. path, watch and error stay the caller's and must live until the writer ends. */
int trace_write_begin(struct trace_writer *writer, const char *path, uint64_t expected,
		      const struct trace_watch *watch, char *error);

void trace_write_operation(struct trace_writer *writer, uint64_t time, uint64_t id,
			   enum trace_kind kind);

/* Begins a phase and writes its mark. Its counts are the caller's to fill in, in `phases`. */
void trace_write_mark(struct trace_writer *writer, uint64_t now, const char *name, bool measured);

/* The next of fired[]; they belong to the advance that follows. */
void trace_write_fired(struct trace_writer *writer, uint32_t id);

/* Writes an advance to `now`. Room for its fired must have been taken already. */
void trace_write_advance(struct trace_writer *writer, uint64_t now, uint64_t earliest);

/* Fails with -EINTR if the watch says stop. Returns whether the writer has failed. */
bool trace_write_stopped(struct trace_writer *writer);

/* Makes the writer fail for a reason of the caller's, unless it has failed already. */
void trace_write_fail(struct trace_writer *writer, int result, const char *why);

/*
 * Ends. The header comes with n, seed, grain, ids, workload and generator; the rest is filled in
 * here. On success the trace is at path; on failure, sooner or now, nothing is left. 0, or the
 * negative errno of the first failure. The writer is gone either way.
 */
int trace_write_end(struct trace_writer *writer, struct trace_header *header);

#endif
