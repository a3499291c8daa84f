/* trace_unpack.h - unpacks a compressed trace */
#ifndef TRACE_UNPACK_H
#define TRACE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

/* Returns whether the `size` bytes at `data` begin with zstd's magic number. */
bool trace_is_packed(const void *data, size_t size);

/*
 * Unpacks into an anonymous, read-only mapping of *mapped bytes, whose first *size bytes are the
 * trace. The caller must unmap it. Unpacking stops when the output exceeds the size in the unpacked
 * header, so a small file cannot fill the memory. Returns 0, -ENOMEM, or -EBADMSG if the stream is
 * truncated or corrupt. On an error, `error` names `path` and, for -EBADMSG, the offset in the
 * compressed file.
 */
int trace_unpack(const void *packed, size_t packed_size, const char *path, void **mapping,
		 size_t *mapped, size_t *size, char *error);

#endif
