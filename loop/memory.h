/*
 * memory.h - the source of all memory of the loop: event_set_mem_functions may replace it
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

void *memory_allocate(size_t size);			 /* on failure NULL, and errno is ENOMEM */
void *memory_allocate_zeroed(size_t count, size_t size); /* fails if the product overflows */
void *memory_reallocate(void *memory, size_t size);
void memory_free(void *memory); /* may be NULL */
char *memory_copy_text(const char *text);

#endif
