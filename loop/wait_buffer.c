/*
 * wait_buffer.c - memory that the kernel uses while the loop waits
 */
#include "loop/wait_buffer.h"

#include <errno.h>

#include "loop/memory.h"

size_t wait_buffer_size(const struct wait_buffer *buffer)
{
	return buffer->next ? buffer->next_size : buffer->size;
}

/* Replaces the buffer by the next one, if it is not in use. Does not copy the content. */
static void take_next(struct wait_buffer *buffer)
{
	if (!buffer->next || buffer->in_use)
		return;
	memory_free(buffer->memory);
	buffer->memory = buffer->next;
	buffer->size = buffer->next_size;
	buffer->next = NULL;
}

static int resize(struct wait_buffer *buffer, size_t size)
{
	void *memory = memory_allocate(size);

	if (!memory)
		return -ENOMEM;
	memory_free(buffer->next);
	buffer->next = memory;
	buffer->next_size = size;
	take_next(buffer);
	return 0;
}

int wait_buffer_reserve(struct wait_buffer *buffer, size_t size)
{
	return size > wait_buffer_size(buffer) ? resize(buffer, size) : 0;
}

void wait_buffer_trim(struct wait_buffer *buffer, size_t size)
{
	if (size < wait_buffer_size(buffer))
		resize(buffer, size);
}

void *wait_buffer_borrow(struct wait_buffer *buffer)
{
	buffer->in_use = true;
	return buffer->memory;
}

void wait_buffer_return(struct wait_buffer *buffer)
{
	buffer->in_use = false;
	take_next(buffer);
}

void wait_buffer_free(struct wait_buffer *buffer)
{
	memory_free(buffer->memory);
	memory_free(buffer->next);
	*buffer = (struct wait_buffer){ 0 };
}
