/*
 * trace_write.h - writes a trace entry by entry; the file appears only when it is complete
 *
 * The stream is written to path.partial while it is generated. In the file, the oracle's results
 * follow the stream, so they are held in memory until the stream ends. Errors are sticky: after the
 * first error nothing is written, `failed` holds the negative errno, and the caller's `error` holds
 * the message.
 *
 * A writer can also hand the stream over in parts, and keep nothing of it (trace_stream.h).
 */
#ifndef TRACE_WRITE_H
#define TRACE_WRITE_H

#include "trace.h"
#include "trace_watch.h"

/* The number of entries that are written together: 1 MiB. */
#define TRACE_WRITE_BUFFER 65536

struct trace_writer;

/*
 * Takes the entries of a part, their advances and their firings, from the writer. `turn_ended` is
 * false if the part had to end within a turn. Returns 0, or -ECANCELED to end the stream, or
 * another negative errno after a failure.
 */
typedef int trace_take(void *data, const struct trace_writer *writer, bool turn_ended);

struct trace_writer {
	const char *path; /* the caller's */
	char *partial;
	int fd;
	int failed;
	char *error; /* the caller's, TRACE_ERROR_SIZE */
	const struct trace_watch *watch;
	uint64_t expected; /* expected number of operations, for the progress report */

	struct trace_operation *buffer;
	size_t buffered;
	uint64_t written; /* entries of the stream that are in the file */
	uint64_t offset;  /* offset in the file of the next byte */

	struct trace_phase phases[TRACE_PHASES];
	uint64_t phase_count;

	struct trace_advance *advances;
	uint64_t advance_count, advance_room;
	uint32_t *fired;
	uint64_t fired_count, fired_room;

	trace_take *take; /* takes the stream in parts, which go into no file; or NULL */
	void *taker;	  /* its argument */
	uint64_t now;	  /* time of the last advance */
	uint64_t until;	  /* the part ends with the first turn at or after this time */
};

/*
 * Begins a trace. The caller owns path, watch and error and keeps them until trace_write_end.
 * Returns 0 or a negative errno; trace_write_end must be called in both cases.
 */
int trace_write_begin(struct trace_writer *writer, const char *path, uint64_t expected,
		      const struct trace_watch *watch, char *error);

/*
 * Begins a stream that `take` takes in parts of at most TRACE_WRITE_BUFFER + 1 entries. A part ends
 * after a mark, with the first turn at or after writer->until (which `take` may change), or when
 * the buffer is full. The indexes of advances and firings begin at 0 in each part. Returns 0 or
 * -ENOMEM; trace_write_free must be called in both cases. `name` is named in errors.
 */
int trace_write_begin_parts(struct trace_writer *writer, const char *name, trace_take *take,
			    void *taker, char *error);

/* Hands over the rest of the stream. Does nothing after a failure. */
void trace_write_rest(struct trace_writer *writer);
void trace_write_free(struct trace_writer *writer);

/* Must be called before each advance, when a turn has ended. May hand a part over. */
void trace_write_turn(struct trace_writer *writer);

void trace_write_operation(struct trace_writer *writer, uint64_t time, uint64_t id,
			   enum trace_kind kind);

/* Begins a phase and writes its mark. The caller fills in the counts in `phases` later. */
void trace_write_mark(struct trace_writer *writer, uint64_t now, const char *name, bool measured);

/* Appends an id to fired[]. It belongs to the next advance that is written. */
void trace_write_fired(struct trace_writer *writer, uint32_t id);

/* Writes an advance to `now`. The ids that it fires must have been written before it. */
void trace_write_advance(struct trace_writer *writer, uint64_t now, uint64_t earliest);

/* Fails with -EINTR if watch->stop is set. Returns whether the writer has failed. */
bool trace_write_stopped(struct trace_writer *writer);

/* Makes the writer fail with `result` and a reason, unless it has failed already. */
void trace_write_fail(struct trace_writer *writer, int result, const char *why);

/*
 * Ends the trace. The caller sets n, seed, grain, ids, workload and generator in the header, and
 * this function sets the rest. On success the trace is at `path`. If this or an earlier call
 * failed, no file is left. Frees the writer's memory. Returns 0, or the negative errno of the first
 * failure.
 */
int trace_write_end(struct trace_writer *writer, struct trace_header *header);

#endif
