/* trace.c - opens traces and reports what is wrong with their files */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace.h"
#include "trace_error.h"
#include "trace_layout.h"
#include "trace_unpack.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "traces are mapped as they are");

/* A trace that is being opened: its bytes, and the buffer for an error message. */
struct opening {
	const char *path;
	char *error;
	void *mapping;
	size_t mapped; /* bytes of the mapping */
	size_t size;   /* bytes of the trace in the mapping */
	struct trace_layout layout;
};

static int failed(const struct opening *opening, int error, const char *what)
{
	return trace_error(opening->error, -error, opening->path, "cannot %s: %s", what,
			   strerror(error));
}

/*
 * Maps an open file. An empty file cannot be mapped, so its size stays 0 and its mapping stays
 * NULL.
 */
static int map_file(struct opening *opening, int fd)
{
	struct stat status;
	void *mapping;

	if (fstat(fd, &status) < 0)
		return failed(opening, errno, "read");
	if (S_ISDIR(status.st_mode))
		return failed(opening, EISDIR, "read");
	if (!S_ISREG(status.st_mode))
		return failed(opening, ENODEV, "map");
	if (status.st_size == 0)
		return 0;
	mapping = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapping == MAP_FAILED)
		return failed(opening, errno, "map");
	opening->mapping = mapping;
	opening->mapped = opening->size = (size_t)status.st_size;
	return 0;
}

/* Replaces the mapping of a compressed file by a mapping of its unpacked contents. */
static int unpack_file(struct opening *opening)
{
	void *packed = opening->mapping;
	size_t packed_size = opening->mapped;
	int result;

	opening->mapping = NULL;
	result = trace_unpack(packed, packed_size, opening->path, &opening->mapping,
			      &opening->mapped, &opening->size, opening->error);
	munmap(packed, packed_size);
	return result;
}

/* Checks that the file begins with a valid header and has the size that the header states. */
static int check_header(const struct opening *opening)
{
	const struct trace_header *header = opening->mapping;
	size_t size = opening->size;

	for (size_t i = 0; i < size && i < sizeof(header->magic); i++)
		if (header->magic[i] != TRACE_MAGIC[i])
			return trace_error(opening->error, -EBADMSG, opening->path,
					   "not a timerbed trace: wrong at byte %zu", i);
	if (size < sizeof(*header))
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "truncated at byte %zu: a trace's header has %zu", size,
				   sizeof(*header));
	if (header->version != TRACE_VERSION)
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "version %" PRIu32 " at byte %zu: this program reads version %d",
				   header->version, offsetof(struct trace_header, version),
				   TRACE_VERSION);
	if (header->header_size != sizeof(*header))
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: at byte %zu a header of %" PRIu32 " bytes",
				   offsetof(struct trace_header, header_size), header->header_size);
	if (size < header->file_size)
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "truncated at byte %zu: the header says %" PRIu64, size,
				   header->file_size);
	if (size > header->file_size)
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "too long at byte %" PRIu64 ": the header says it ends",
				   header->file_size);
	return 0;
}

/* Checks that the sections fit into the file. Without this check the hashes cannot be located. */
static int check_layout(struct opening *opening)
{
	const struct trace_header *header = opening->mapping;
	const struct trace_layout *layout = &opening->layout;
	size_t counts = offsetof(struct trace_header, phases);

	if (header->phases > TRACE_PHASES)
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: at byte %zu %" PRIu64 " phases, more than %d", counts,
				   header->phases, TRACE_PHASES);
	if (!trace_layout_of(header, &opening->layout))
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: sections that are too long at byte %zu", counts);
	if (layout->end != header->file_size)
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: the sections counted at byte %zu end at %" PRIu64
				   ", the file at %" PRIu64,
				   counts, layout->end, header->file_size);
	if (header->hashes != trace_blocks(layout->hashes))
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: at byte %zu %" PRIu64 " hashes for %" PRIu64 " blocks",
				   offsetof(struct trace_header, hashes), header->hashes,
				   trace_blocks(layout->hashes));
	return 0;
}

static int check_hashes(const struct opening *opening)
{
	const struct trace_header *header = opening->mapping;
	const char *bytes = opening->mapping;
	const uint64_t *hashes = (const uint64_t *)(const void *)(bytes + opening->layout.hashes);
	uint64_t end = opening->layout.hashes;

	if (trace_hashes_hash(hashes, header->hashes) != header->hash)
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: the hashes at byte %" PRIu64
				   " do not match theirs at byte %zu",
				   end, offsetof(struct trace_header, hash));
	for (uint64_t at = 0; at < end; at += TRACE_HASH_BLOCK) {
		size_t size = end - at < TRACE_HASH_BLOCK ? end - at : TRACE_HASH_BLOCK;

		if (trace_block_hash(bytes + at, size, at) != hashes[at / TRACE_HASH_BLOCK])
			return trace_error(
				opening->error, -EBADMSG, opening->path,
				"corrupt: block at byte %" PRIu64 " does not match its hash", at);
	}
	return 0;
}

/*
 * Checks what all readers of a trace rely on and do not check themselves: strings are terminated,
 * the grain is not 0, ids fit into 32 bits, and phases begin in the stream, in order.
 */
static int check_contents(const struct opening *opening)
{
	const struct trace_header *header = opening->mapping;
	const char *bytes = opening->mapping;
	const struct trace_phase *phases = (const void *)(bytes + opening->layout.phases);
	uint64_t first = 0;

	if (!memchr(header->workload, 0, sizeof(header->workload)) ||
	    !memchr(header->generator, 0, sizeof(header->generator)))
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: unterminated text in the header at byte %zu",
				   offsetof(struct trace_header, workload));
	if (header->grain == 0)
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: the grain at byte %zu is 0",
				   offsetof(struct trace_header, grain));
	if (header->ids > UINT32_MAX)
		return trace_error(opening->error, -EBADMSG, opening->path,
				   "corrupt: at byte %zu more ids than 32 bits can name",
				   offsetof(struct trace_header, ids));
	for (uint64_t i = 0; i < header->phases; i++) {
		if (!memchr(phases[i].name, 0, sizeof(phases[i].name)) ||
		    phases[i].first >= header->operations || phases[i].first < first)
			return trace_error(opening->error, -EBADMSG, opening->path,
					   "corrupt: phase %" PRIu64 " at byte %" PRIu64, i,
					   opening->layout.phases + i * sizeof(*phases));
		first = phases[i].first + 1;
	}
	return 0;
}

static int check(struct opening *opening)
{
	int result = check_header(opening);

	if (result == 0)
		result = check_layout(opening);
	if (result == 0)
		result = check_hashes(opening);
	if (result == 0)
		result = check_contents(opening);
	return result;
}

int trace_open(struct trace *trace, const char *path, char *error)
{
	struct opening opening = { .path = path, .error = error };
	const struct trace_layout *layout = &opening.layout;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *bytes;
	int result;

	memset(trace, 0, sizeof(*trace));
	if (fd < 0)
		return failed(&opening, errno, "open");
	result = map_file(&opening, fd);
	close(fd);
	if (result == 0 && trace_is_packed(opening.mapping, opening.size))
		result = unpack_file(&opening);
	if (result == 0)
		result = check(&opening);
	if (result < 0) {
		if (opening.mapping)
			munmap(opening.mapping, opening.mapped);
		return result;
	}
	bytes = opening.mapping;
	trace->header = opening.mapping;
	trace->phases = (const void *)(bytes + layout->phases);
	trace->operations = (const void *)(bytes + layout->operations);
	trace->advances = (const void *)(bytes + layout->advances);
	trace->fired = (const void *)(bytes + layout->fired);
	trace->mapping = opening.mapping;
	trace->mapped = opening.mapped;
	return 0;
}

void trace_close(struct trace *trace)
{
	if (trace->mapping)
		munmap(trace->mapping, trace->mapped);
	memset(trace, 0, sizeof(*trace));
}
