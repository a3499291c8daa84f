/*
 * allocations.h - the allocator, counted, and failing when told to
 *
 * The linker routes malloc, calloc, realloc, aligned_alloc, posix_memalign and free of the whole
 * program here (-Wl,--wrap=malloc and so on).
 */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Calls that allocated, and blocks that are allocated now, since the program began. */
size_t allocations_made(void);
size_t allocations_live(void);

/* The allocations after the next `spare` ones fail, until allocations_allow. */
void allocations_fail_after(size_t spare);
void allocations_allow(void);

/* Whether any has failed since allocations_fail_after. */
bool allocations_failed(void);

#endif
