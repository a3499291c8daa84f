/* trace_unpack.c - unpacks a compressed trace (zstd, RFC 8878) */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <zstd.h>

#include "trace.h"
#include "trace_error.h"
#include "trace_unpack.h"

#define FIRST_ROOM ((size_t)1 << 20)

bool trace_is_packed(const void *data, size_t size)
{
	static const unsigned char magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };

	return size >= sizeof(magic) && memcmp(data, magic, sizeof(magic)) == 0;
}

/*
 * Enlarges the mapping. If the mapping cannot grow in place, mremap moves its pages to a free range
 * of addresses. It copies no data.
 */
static int grow(ZSTD_outBuffer *output)
{
	size_t size = output->size ? 2 * output->size : FIRST_ROOM;
	void *mapping;

	if (output->dst)
		mapping = mremap(output->dst, output->size, size, MREMAP_MAYMOVE);
	else
		mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);
	if (mapping == MAP_FAILED)
		return -ENOMEM;
	output->dst = mapping;
	output->size = size;
	return 0;
}

/* Returns whether the unpacked bytes exceed the size in the trace's header. */
static bool beyond_end(const ZSTD_outBuffer *output)
{
	const struct trace_header *header = output->dst;

	return output->pos >= sizeof(*header) && output->pos > header->file_size;
}

static int no_memory(const char *path, char *error)
{
	return trace_error(error, -ENOMEM, path, "not enough memory to unpack it");
}

static int unpack(ZSTD_DCtx *stream, ZSTD_inBuffer *input, ZSTD_outBuffer *output, const char *path,
		  char *error)
{
	size_t result = 1;

	/* When the output buffer is full, zstd may hold more output, even if no input is left. */
	while (input->pos < input->size || output->pos == output->size) {
		if (output->pos == output->size && grow(output) < 0) {
			return no_memory(path, error);
		}
		result = ZSTD_decompressStream(stream, output, input);
		if (ZSTD_isError(result)) {
			return trace_error(error, -EBADMSG, path,
					   "corrupt: cannot unpack at byte %zu: %s", input->pos,
					   ZSTD_getErrorName(result));
		}
		if (beyond_end(output))
			return 0; /* trace_open reports the wrong size or the corrupt header */
		if (result == 0 && input->pos == input->size)
			return 0;
	}
	if (result == 0)
		return 0;
	return trace_error(error, -EBADMSG, path,
			   "truncated at byte %zu: the compressed stream has no end", input->pos);
}

int trace_unpack(const void *packed, size_t packed_size, const char *path, void **mapping,
		 size_t *mapped, size_t *size, char *error)
{
	ZSTD_inBuffer input = { .src = packed, .size = packed_size };
	ZSTD_outBuffer output = { .size = 0 };
	ZSTD_DCtx *stream = ZSTD_createDCtx();
	int result = stream ? unpack(stream, &input, &output, path, error) : no_memory(path, error);

	ZSTD_freeDCtx(stream);
	if (result < 0) {
		if (output.dst)
			munmap(output.dst, output.size);
		return result;
	}
	mprotect(output.dst, output.size, PROT_READ);
	*mapping = output.dst;
	*mapped = output.size;
	*size = output.pos;
	return 0;
}
