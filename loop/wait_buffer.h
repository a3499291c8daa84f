/*
 * wait_buffer.h - memory that the kernel works on while the loop waits
 *
 * The loop allocates nothing when it waits, so whoever adds a descriptor reserves what the wait
 * will need. When that happens in another thread while the loop waits, the kernel is at work on the
 * buffer, and the new one takes its place before the next wait.
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

/* Makes the next wait's buffer this large at least. 0 or -ENOMEM, and then it is as it was. */
int wait_buffer_reserve(struct wait_buffer *buffer, size_t size);

/* Makes the next wait's buffer this large, if that is less than it is. Without memory it stays. */
void wait_buffer_trim(struct wait_buffer *buffer, size_t size);

/* The buffer, which belongs to the caller until it is returned. Nothing is known of its content. */
void *wait_buffer_borrow(struct wait_buffer *buffer);
void wait_buffer_return(struct wait_buffer *buffer);

/* Of the next wait's. */
size_t wait_buffer_size(const struct wait_buffer *buffer);

void wait_buffer_free(struct wait_buffer *buffer);

#endif
