/*
 * allocations.c - wrapped by the linker around the C library's allocator
 */
#include "allocations.h"

#include <errno.h>
#include <stdint.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);
void __wrap_free(void *block);

static size_t made, live, spare = SIZE_MAX;
static bool failed;

size_t allocations_made(void)
{
	return made;
}

size_t allocations_live(void)
{
	return live;
}

void allocations_fail_after(size_t count)
{
	spare = count;
	failed = false;
}

void allocations_allow(void)
{
	spare = SIZE_MAX;
}

bool allocations_failed(void)
{
	return failed;
}

/* Whether this allocation may be made. */
static bool allowed(void)
{
	if (!spare) {
		failed = true;
		errno = ENOMEM;
		return false;
	}
	if (spare != SIZE_MAX)
		spare--;
	return true;
}

static void *counted(void *block)
{
	made++;
	live += block != NULL;
	return block;
}

void *__wrap_malloc(size_t size)
{
	return allowed() ? counted(__real_malloc(size)) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return allowed() ? counted(__real_calloc(count, size)) : NULL;
}

void *__wrap_realloc(void *block, size_t size)
{
	if (!allowed())
		return NULL;
	live -= block != NULL;
	return counted(__real_realloc(block, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return allowed() ? counted(__real_aligned_alloc(alignment, size)) : NULL;
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
	int result = allowed() ? __real_posix_memalign(block, alignment, size) : ENOMEM;

	made += !result;
	live += !result;
	return result;
}

void __wrap_free(void *block)
{
	live -= block != NULL;
	__real_free(block);
}
