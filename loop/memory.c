/*
 * memory.c - allocating the loop's memory, by the functions of event_set_mem_functions
 */
#include "loop/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

static void *(*allocate)(size_t size) = malloc;
static void *(*reallocate)(void *memory, size_t size) = realloc;
static void (*release)(void *memory) = free;

void event_set_mem_functions(void *(*malloc_fn)(size_t), void *(*realloc_fn)(void *, size_t),
			     void (*free_fn)(void *))
{
	allocate = malloc_fn ? malloc_fn : malloc;
	reallocate = realloc_fn ? realloc_fn : realloc;
	release = free_fn ? free_fn : free;
}

/*
 * The program's functions need not set errno, so this function sets it. They may also return NULL
 * for 0 bytes, so the functions below never ask for 0 bytes.
 */
static void *or_no_memory(void *memory)
{
	if (!memory)
		errno = ENOMEM;
	return memory;
}

void *memory_allocate(size_t size)
{
	return or_no_memory(allocate(size ? size : 1));
}

void *memory_allocate_zeroed(size_t count, size_t size)
{
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	memory = memory_allocate(bytes);
	return memory ? memset(memory, 0, bytes) : NULL;
}

void *memory_reallocate(void *memory, size_t size)
{
	return or_no_memory(reallocate(memory, size ? size : 1));
}

void memory_free(void *memory)
{
	if (memory)
		release(memory);
}

char *memory_copy_text(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = memory_allocate(size);

	return copy ? memcpy(copy, text, size) : NULL;
}
