/*
 * wait_buffer.h - memory that the kernel uses while the loop waits
 *
 * The loop allocates nothing when it waits. So adding a descriptor reserves the memory that the
 * next wait needs. Another thread may add a descriptor while the loop waits and the kernel uses the
 * buffer. Then the new buffer is kept beside the old one and replaces it before the next wait.
 */
#ifndef WAIT_BUFFER_H
#define WAIT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* A buffer of zeros is empty. The caller of each function holds the base's lock. */
struct wait_buffer {
	void *memory;
	size_t size;
	void *next; /* replaces `memory` after the wait; NULL: `memory` stays */
	size_t next_size;
	bool in_use;
};

/* Makes the next wait's buffer at least this large. Returns 0, or -ENOMEM with nothing changed. */
int wait_buffer_reserve(struct wait_buffer *buffer, size_t size);

/* Shrinks the next wait's buffer to this size. If there is no memory for that, it stays. */
void wait_buffer_trim(struct wait_buffer *buffer, size_t size);

/* From borrow to return the buffer is the caller's. Its content is undefined. */
void *wait_buffer_borrow(struct wait_buffer *buffer);
void wait_buffer_return(struct wait_buffer *buffer);

/* The size of the next wait's buffer, in bytes. */
size_t wait_buffer_size(const struct wait_buffer *buffer);

void wait_buffer_free(struct wait_buffer *buffer);

#endif
