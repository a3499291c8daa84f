/* trace_write.c - writes a trace entry by entry; the file appears only when it is complete */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace_error.h"
#include "trace_layout.h"
#include "trace_write.h"

#define FIRST_ROOM 4096

/* Records the first failure and ignores later ones. */
#define FAIL(writer, result, ...)                                                                  \
	do {                                                                                       \
		if (!(writer)->failed)                                                             \
			(writer)->failed =                                                         \
				trace_error((writer)->error, result, (writer)->path, __VA_ARGS__); \
	} while (0)

void trace_write_fail(struct trace_writer *writer, int result, const char *why)
{
	FAIL(writer, result, "%s", why);
}

static void fail_memory(struct trace_writer *writer)
{
	FAIL(writer, -ENOMEM, "not enough memory to make the trace");
}

static void fail_system(struct trace_writer *writer, int error, const char *what)
{
	bool full = error == ENOSPC || error == EDQUOT;

	FAIL(writer, -error, "cannot %s at byte %" PRIu64 ": %s", what, writer->offset,
	     full ? "the disk is full" : strerror(error));
}

bool trace_write_stopped(struct trace_writer *writer)
{
	if (writer->watch && writer->watch->stop && *writer->watch->stop)
		FAIL(writer, -EINTR, "interrupted before the trace was complete");
	return writer->failed != 0;
}

static void report(const struct trace_writer *writer, double fraction)
{
	if (writer->watch && writer->watch->progress)
		writer->watch->progress(writer->watch->data, fraction);
}

static void write_at(struct trace_writer *writer, const void *data, uint64_t size, uint64_t offset)
{
	const char *from = data;

	while (size && !writer->failed) {
		ssize_t done = pwrite(writer->fd, from, size, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			writer->offset = offset;
			fail_system(writer, done ? errno : EIO, "write");
			return;
		}
		from += done;
		offset += (uint64_t)done;
		size -= (uint64_t)done;
	}
}

static void append(struct trace_writer *writer, const void *data, uint64_t size)
{
	write_at(writer, data, size, writer->offset);
	if (!writer->failed)
		writer->offset += size;
}

/* Appends zeros up to the beginning of the next section. */
static void append_padding(struct trace_writer *writer, uint64_t until)
{
	static const char zeros[64];

	if (until > writer->offset)
		append(writer, zeros, until - writer->offset);
}

/*
 * Opens and locks path.partial. A file that a killed process left behind is not locked, and is
 * reused. Between open and flock, another process that made this trace may have renamed or removed
 * the file. Then the opened file is not path.partial any more and must not be changed, so the loop
 * tries again. Returns a descriptor or a negative errno.
 */
static int open_partial(const char *partial)
{
	for (;;) {
		int fd = open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		struct stat opened, named;
		int error;

		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &opened) < 0) {
			error = errno == EWOULDBLOCK ? EBUSY : errno;
			close(fd);
			return -error;
		}
		if (stat(partial, &named) == 0 && named.st_dev == opened.st_dev &&
		    named.st_ino == opened.st_ino) {
			if (ftruncate(fd, 0) == 0)
				return fd;
			error = errno;
			unlink(partial);
			close(fd);
			return -error;
		}
		close(fd);
	}
}

int trace_write_begin(struct trace_writer *writer, const char *path, uint64_t expected,
		      const struct trace_watch *watch, char *error)
{
	struct trace_header nothing = { .hash = 0 };
	struct trace_layout layout;

	trace_layout_of(&nothing, &layout);
	*writer = (struct trace_writer){ .path = path,
					 .fd = -1,
					 .error = error,
					 .watch = watch,
					 .expected = expected,
					 .offset = layout.operations };
	writer->buffer = malloc((TRACE_WRITE_BUFFER + 1) * sizeof(*writer->buffer));
	if (!writer->buffer || asprintf(&writer->partial, "%s.partial", path) < 0) {
		writer->partial = NULL;
		fail_memory(writer);
		return writer->failed;
	}
	writer->fd = open_partial(writer->partial);
	if (writer->fd == -EBUSY)
		FAIL(writer, -EBUSY, "another process is making this trace");
	else if (writer->fd < 0)
		FAIL(writer, writer->fd, "cannot create its .partial file: %s",
		     strerror(-writer->fd));
	return writer->failed;
}

/* Hands a part over. The next part's advances and firings begin at index 0. */
static void hand_over(struct trace_writer *writer, bool turn_ended)
{
	int result;

	if (writer->failed || !writer->buffered)
		return;
	result = writer->take(writer->taker, writer, turn_ended);
	if (result)
		writer->failed = result;
	writer->written += writer->buffered;
	writer->buffered = 0;
	writer->advance_count = 0;
	writer->fired_count = 0;
}

static void flush(struct trace_writer *writer)
{
	double fraction;

	if (writer->take) {
		hand_over(writer, false);
		return;
	}
	if (trace_write_stopped(writer))
		return;
	append(writer, writer->buffer, writer->buffered * sizeof(*writer->buffer));
	writer->written += writer->buffered;
	writer->buffered = 0;
	/* Firings are operations too, although the stream has no entries for them. */
	fraction = (double)(writer->written + writer->fired_count) / (double)(writer->expected + 1);
	report(writer, fraction < 0.95 ? fraction : 0.95);
}

void trace_write_operation(struct trace_writer *writer, uint64_t time, uint64_t id,
			   enum trace_kind kind)
{
	if (writer->failed)
		return;
	writer->buffer[writer->buffered++] =
		(struct trace_operation){ .time = time, .id = (uint32_t)id, .kind = kind };
	/* An arm and its interval are two entries, and must be in the same part. */
	if (writer->buffered >= TRACE_WRITE_BUFFER && kind != TRACE_ARM_INTERVAL)
		flush(writer);
}

void trace_write_turn(struct trace_writer *writer)
{
	if (writer->take && writer->now >= writer->until)
		hand_over(writer, true);
}

void trace_write_mark(struct trace_writer *writer, uint64_t now, const char *name, bool measured)
{
	struct trace_phase *phase = &writer->phases[writer->phase_count];

	if (writer->failed)
		return;
	memset(phase, 0, sizeof(*phase));
	snprintf(phase->name, sizeof(phase->name), "%s", name);
	phase->measured = measured;
	phase->first = writer->written + writer->buffered;
	trace_write_operation(writer, now, writer->phase_count++, TRACE_MARK);
	if (writer->take)
		hand_over(writer, false);
}

/*
 * Makes room for one more entry in an array. The array grows by half instead of doubling, because
 * the old and the new array are in memory together while realloc copies.
 */
static bool grow(struct trace_writer *writer, void **array, uint64_t count, uint64_t *room,
		 size_t entry)
{
	uint64_t more = *room ? *room + *room / 2 : FIRST_ROOM;
	void *grown;

	if (writer->failed)
		return false;
	if (count < *room)
		return true;
	grown = realloc(*array, more * entry);
	if (!grown) {
		fail_memory(writer);
		return false;
	}
	*array = grown;
	*room = more;
	return true;
}

void trace_write_fired(struct trace_writer *writer, uint32_t id)
{
	void *array = writer->fired;

	if (!grow(writer, &array, writer->fired_count, &writer->fired_room, sizeof(id)))
		return;
	writer->fired = array;
	writer->fired[writer->fired_count++] = id;
}

void trace_write_advance(struct trace_writer *writer, uint64_t now, uint64_t earliest)
{
	void *array = writer->advances;

	if (writer->advance_count > UINT32_MAX)
		FAIL(writer, -EOVERFLOW, "more than 2^32 advances");
	if (!grow(writer, &array, writer->advance_count, &writer->advance_room,
		  sizeof(*writer->advances)))
		return;
	writer->advances = array;
	writer->advances[writer->advance_count] =
		(struct trace_advance){ .earliest = earliest, .fired_end = writer->fired_count };
	writer->now = now;
	trace_write_operation(writer, now, writer->advance_count++, TRACE_ADVANCE);
}

static bool read_at(struct trace_writer *writer, char *into, uint64_t size, uint64_t offset)
{
	while (size) {
		ssize_t done = pread(writer->fd, into, size, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			fail_system(writer, done ? errno : EIO, "read back");
			return false;
		}
		into += done;
		offset += (uint64_t)done;
		size -= (uint64_t)done;
	}
	return true;
}

/* Reads all blocks before the hashes section back from the file, and hashes them. */
static void hash_blocks(struct trace_writer *writer, uint64_t *hashes, uint64_t bytes)
{
	char *block = malloc(TRACE_HASH_BLOCK);

	if (!block)
		fail_memory(writer);
	for (uint64_t at = 0; at < bytes && !trace_write_stopped(writer); at += TRACE_HASH_BLOCK) {
		uint64_t size = bytes - at < TRACE_HASH_BLOCK ? bytes - at : TRACE_HASH_BLOCK;

		if (read_at(writer, block, size, at))
			hashes[at / TRACE_HASH_BLOCK] = trace_block_hash(block, size, at);
	}
	free(block);
}

static void append_hashes(struct trace_writer *writer, struct trace_header *header)
{
	uint64_t bytes = header->hashes * sizeof(uint64_t);
	uint64_t *hashes = malloc(bytes);

	if (hashes) {
		hash_blocks(writer, hashes, writer->offset);
		append(writer, hashes, bytes);
	} else {
		fail_memory(writer);
	}
	if (!writer->failed)
		header->hash = trace_hashes_hash(hashes, header->hashes);
	free(hashes);
	write_at(writer, header, sizeof(*header), 0);
}

/* Fills in the header's counts and sizes, and returns the offsets of the sections. */
static struct trace_layout lay_out(const struct trace_writer *writer, struct trace_header *header)
{
	struct trace_layout layout = { .end = 0 };

	memcpy(header->magic, TRACE_MAGIC, sizeof(header->magic));
	header->version = TRACE_VERSION;
	header->header_size = sizeof(*header);
	header->phases = writer->phase_count;
	header->operations = writer->written;
	header->advances = writer->advance_count;
	header->fired = writer->fired_count;
	header->hashes = 0;
	header->hash = 0;
	trace_layout_of(header, &layout);
	header->hashes = trace_blocks(layout.hashes);
	trace_layout_of(header, &layout);
	header->file_size = layout.end;
	return layout;
}

static void complete(struct trace_writer *writer, struct trace_header *header)
{
	struct trace_layout layout;

	flush(writer);
	layout = lay_out(writer, header);
	append_padding(writer, layout.advances);
	append(writer, writer->advances, writer->advance_count * sizeof(*writer->advances));
	append_padding(writer, layout.fired);
	append(writer, writer->fired, writer->fired_count * sizeof(*writer->fired));
	append_padding(writer, layout.hashes);
	write_at(writer, header, sizeof(*header), 0);
	write_at(writer, writer->phases, sizeof(writer->phases), layout.phases);
	append_hashes(writer, header);
	if (!writer->failed && fsync(writer->fd) < 0)
		fail_system(writer, errno, "write");
}

/*
 * Renames the file before closing it, since closing gives up the lock on the partial file. fsync
 * has already reported a full disk that a file system might otherwise report only at close.
 */
int trace_write_end(struct trace_writer *writer, struct trace_header *header)
{
	if (!writer->failed)
		complete(writer, header);
	if (!writer->failed && rename(writer->partial, writer->path) < 0)
		fail_system(writer, errno, "rename into place");
	if (writer->fd >= 0) {
		if (writer->failed)
			unlink(writer->partial);
		if (close(writer->fd) < 0 && !writer->failed) {
			fail_system(writer, errno, "close");
			unlink(writer->path);
		}
	}
	if (!writer->failed)
		report(writer, 1);
	trace_write_free(writer);
	return writer->failed;
}

int trace_write_begin_parts(struct trace_writer *writer, const char *name, trace_take *take,
			    void *taker, char *error)
{
	*writer = (struct trace_writer){
		.path = name,
		.fd = -1,
		.error = error,
		.take = take,
		.taker = taker,
		.until = UINT64_MAX,
	};
	writer->buffer = malloc((TRACE_WRITE_BUFFER + 1) * sizeof(*writer->buffer));
	if (!writer->buffer)
		fail_memory(writer);
	return writer->failed;
}

void trace_write_rest(struct trace_writer *writer)
{
	hand_over(writer, true);
}

void trace_write_free(struct trace_writer *writer)
{
	free(writer->partial);
	free(writer->buffer);
	free(writer->advances);
	free(writer->fired);
}
