/*
 * trace_unpack.h - unpacks a trace that is kept compressed
 */
#ifndef TRACE_UNPACK_H
#define TRACE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the `size` bytes at `data` begin like a zstd file. */
bool trace_is_packed(const void *data, size_t size);

/*
 * Unpacks into an anonymous mapping of *mapped bytes, of which the first *size are the trace; the
 * caller unmaps it. Stops as soon as more comes out than the unpacked header says, so that a small
 * file cannot fill the memory. 0; -ENOMEM; -EBADMSG if the stream is truncated or corrupt, with a
 * line in `error` that names `path` and the byte of the compressed file.
 */
int trace_unpack(const void *packed, size_t packed_size, const char *path, void **mapping,
		 size_t *mapped, size_t *size, char *error);

#endif
