/*
 * wait_buffer.h - memory that the kernel uses while the loop waits
 *
 * The loop allocates nothing when it waits. So adding a descriptor reserves the memory that the
 * next wait needs. Another thread may add a descriptor while the loop waits and the kernel uses the
 * buffer. Then wait_buffer_reserve allocates a second buffer, which replaces the first buffer at
 * the end of the wait.
 *
 * The backends and poll_list.c use these buffers. The caller holds the base's lock.
 */
#ifndef WAIT_BUFFER_H
#define WAIT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* A buffer of zeros is empty. */
struct wait_buffer {
	void *memory;
	size_t size;
	void *next; /* replaces `memory` after the wait, unless it is NULL */
	size_t next_size;
	bool in_use; /* borrowed and not returned */
};

/* Makes the next wait's buffer at least this large. Returns 0, or -ENOMEM with nothing changed. */
int wait_buffer_reserve(struct wait_buffer *buffer, size_t size);

/* Shrinks the next wait's buffer to this size. Needs memory for that, and else does nothing. */
void wait_buffer_trim(struct wait_buffer *buffer, size_t size);

/*
 * wait_buffer_borrow returns the buffer, whose content is undefined. The caller owns the buffer
 * until wait_buffer_return.
 */
void *wait_buffer_borrow(struct wait_buffer *buffer);
void wait_buffer_return(struct wait_buffer *buffer);

/* Returns the size of the next wait's buffer, in bytes. */
size_t wait_buffer_size(const struct wait_buffer *buffer);

void wait_buffer_free(struct wait_buffer *buffer);

#endif
