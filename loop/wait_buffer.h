/*
 * wait_buffer.h - memory that the kernel uses while the loop waits
 *
 * The loop allocates nothing when it waits. Adding a descriptor therefore reserves the memory that
 * the next wait needs. Another thread may add one while the loop waits and the kernel uses the
 * buffer. Then the new buffer is kept beside the old one and replaces it before the next wait.
 */
#ifndef WAIT_BUFFER_H
#define WAIT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* All zeros: empty. Every function is called with the base's lock held. */
struct wait_buffer {
	void *memory;
	size_t size;
	void *next; /* takes the place of `memory` when the wait is over; NULL: it stays */
	size_t next_size;
	bool in_use;
};

/* Makes the next wait's buffer at least this large. 0, or -ENOMEM, which changes nothing. */
int wait_buffer_reserve(struct wait_buffer *buffer, size_t size);

/* Shrinks the next wait's buffer to this size. If there is no memory for it, the buffer stays. */
void wait_buffer_trim(struct wait_buffer *buffer, size_t size);

/* The buffer belongs to the caller until the caller returns it. Its content is undefined. */
void *wait_buffer_borrow(struct wait_buffer *buffer);
void wait_buffer_return(struct wait_buffer *buffer);

/* The size of the next wait's buffer, in bytes. */
size_t wait_buffer_size(const struct wait_buffer *buffer);

void wait_buffer_free(struct wait_buffer *buffer);

#endif
