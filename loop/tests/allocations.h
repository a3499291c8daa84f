/*
 * allocations.h - counts the library's allocations, and makes them fail when a test requires it
 *
 * The linker redirects the allocation functions to this file (--wrap). tests.mk names the tests
 * that include it. Each thread has its own flag that forbids it to allocate, so other threads can
 * still allocate.
 */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static _Thread_local bool allocation_is_forbidden;
static _Thread_local int allocations_before_failure = -1; /* -1: none fails */
static _Thread_local bool only_one_fails;		  /* later allocations succeed */
static atomic_int refused_allocations;			  /* attempts to allocate while forbidden */
static atomic_llong allocated_bytes;			  /* allocated and not yet freed */

static inline bool may_allocate(void)
{
	if (allocation_is_forbidden)
		atomic_fetch_add(&refused_allocations, 1);
	if (allocations_before_failure > 0) {
		allocations_before_failure--;
	} else if (!allocations_before_failure) {
		allocations_before_failure = only_one_fails ? -1 : 0;
		return false;
	}
	return !allocation_is_forbidden;
}

static inline void *count_in(void *memory)
{
	atomic_fetch_add(&allocated_bytes, (long long)malloc_usable_size(memory));
	return memory;
}

static inline void count_out(void *memory)
{
	atomic_fetch_sub(&allocated_bytes, (long long)malloc_usable_size(memory));
}

#define WRAP(function, parameters, arguments)                                                      \
	void *__real_##function parameters;                                                        \
	void *__wrap_##function parameters;                                                        \
	void *__wrap_##function parameters                                                         \
	{                                                                                          \
		return may_allocate() ? count_in(__real_##function arguments) : NULL;              \
	}

WRAP(malloc, (size_t size), (size))
WRAP(calloc, (size_t count, size_t size), (count, size))
WRAP(aligned_alloc, (size_t alignment, size_t size), (alignment, size))

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
	if (!may_allocate())
		return NULL;
	count_out(memory);
	return count_in(__real_realloc(memory, size));
}

int __real_posix_memalign(void **memory, size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
	int result = may_allocate() ? __real_posix_memalign(memory, alignment, size) : ENOMEM;

	if (!result)
		count_in(*memory);
	return result;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
	count_out(memory);
	__real_free(memory);
}

#endif
