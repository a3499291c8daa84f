/*
 * memory.h - all memory of the loop comes from here: event_set_mem_functions may replace it
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

void *memory_allocate(size_t size);			 /* NULL with errno ENOMEM */
void *memory_allocate_zeroed(size_t count, size_t size); /* checks the product for overflow */
void *memory_reallocate(void *memory, size_t size);
void memory_free(void *memory); /* NULL is fine */
char *memory_copy_text(const char *text);

#endif
