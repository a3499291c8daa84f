/*
 * memory.h - allocating the loop's memory, by the functions of event_set_mem_functions
 *
 * All files of the loop use these functions. The timer structures do not, and debug.c does not. The
 * functions need no lock. On failure the allocating functions return NULL and set errno to ENOMEM.
 * The caller frees the memory with memory_free.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

void *memory_allocate(size_t size);			 /* `size` may be 0 */
void *memory_allocate_zeroed(size_t count, size_t size); /* fails if the product overflows */
void *memory_reallocate(void *memory, size_t size);	 /* on failure `memory` stays allocated */
void memory_free(void *memory);				 /* `memory` may be NULL */
char *memory_copy_text(const char *text);

#endif
