/*
 * allocations.c - the allocator's functions that the linker wraps
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "allocations.h"

/* More than any test needs, and than any machine that runs the tests has. */
#define TOO_MUCH (UINT64_C(1) << 40)

struct allocations allocations;

/* The option --wrap of the linker requires these names. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void __real_free(void *block);
void *__real_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
void *__real_mremap(void *old, size_t old_size, size_t size, int flags);
int __real_munmap(void *pages, size_t size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);
void __wrap_free(void *block);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags);
int __wrap_munmap(void *pages, size_t size);

/* Counts a request, and returns whether the request must fail. */
static bool fails(size_t size)
{
	uint64_t number;

	if (!allocations.watching)
		return false;
	number = allocations.asked++;
	if (size < TOO_MUCH && (number < allocations.fail_from || number >= allocations.fail_until))
		return false;
	allocations.failed++;
	errno = ENOMEM;
	return true;
}

static void *allocated(void *block)
{
	if (block && allocations.watching) {
		allocations.live++;
		allocations.bytes += malloc_usable_size(block);
	}
	return block;
}

static void freed(void *block)
{
	if (block && allocations.watching) {
		allocations.live--;
		allocations.bytes -= malloc_usable_size(block);
	}
}

void *__wrap_malloc(size_t size)
{
	return fails(size) ? NULL : allocated(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		bytes = SIZE_MAX;
	return fails(bytes) ? NULL : allocated(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
	if (fails(size))
		return NULL;
	freed(old);
	return allocated(__real_realloc(old, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return fails(size) ? NULL : allocated(__real_aligned_alloc(alignment, size));
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
	int result = fails(size) ? ENOMEM : __real_posix_memalign(block, alignment, size);

	if (!result)
		allocated(*block);
	return result;
}

void __wrap_free(void *block)
{
	freed(block);
	__real_free(block);
}

/* Counts areas that were mapped or unmapped, and their bytes as requested. */
static void mapped(int64_t areas, size_t size, size_t old_size)
{
	if (allocations.watching) {
		allocations.live += (uint64_t)areas;
		allocations.bytes += size - old_size;
	}
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
	void *pages = MAP_FAILED;

	if (!fails(size))
		pages = __real_mmap(address, size, protection, flags, file, offset);
	if (pages != MAP_FAILED)
		mapped(1, size, 0);
	return pages;
}

void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags)
{
	void *pages = MAP_FAILED;

	/* Shrinking an area needs no memory. */
	if (size <= old_size || !fails(size))
		pages = __real_mremap(old, old_size, size, flags);
	if (pages != MAP_FAILED)
		mapped(0, size, old_size);
	return pages;
}

int __wrap_munmap(void *pages, size_t size)
{
	mapped(-1, 0, size);
	return __real_munmap(pages, size);
}
