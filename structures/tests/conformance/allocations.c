/*
 * allocations.c - the allocator's functions as the linker wraps them
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "allocations.h"

/* No test needs as much, and no machine that runs it has it. */
#define TOO_MUCH (UINT64_C(1) << 40)

/* A structure has two. */
#define MOST_AREAS 64

struct allocations allocations;

/* The linker gives these their names. */
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

/* Whether an allocation is to fail; it has been asked for then. */
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

/* The areas that are mapped, in no order. */
static struct area {
	void *pages;
	size_t size;
} areas[MOST_AREAS];
static size_t area_count;

static void mapped(void *pages, size_t size)
{
	if (!allocations.watching || area_count == MOST_AREAS)
		return;
	areas[area_count++] = (struct area){ pages, size };
	allocations.live++;
}

static void unmapped(const void *pages)
{
	for (size_t i = 0; i < area_count; i++)
		if (areas[i].pages == pages) {
			areas[i] = areas[--area_count];
			allocations.live -= allocations.watching;
			return;
		}
}

static size_t resident_pages(const struct area *area)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (area->size + page - 1) / page;
	unsigned char *is_resident = __real_malloc(pages);
	size_t resident = 0;

	if (is_resident && !mincore(area->pages, area->size, is_resident))
		for (size_t i = 0; i < pages; i++)
			resident += is_resident[i] & 1;
	__real_free(is_resident);
	return resident * page;
}

size_t allocations_resident(void)
{
	size_t bytes = 0;

	for (size_t i = 0; i < area_count; i++)
		bytes += resident_pages(&areas[i]);
	return bytes;
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
	void *pages = MAP_FAILED;

	if (!fails(size))
		pages = __real_mmap(address, size, protection, flags, file, offset);
	if (pages != MAP_FAILED)
		mapped(pages, size);
	return pages;
}

void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags)
{
	void *pages = MAP_FAILED;

	/* Making an area smaller takes no memory. */
	if (size <= old_size || !fails(size))
		pages = __real_mremap(old, old_size, size, flags);
	if (pages != MAP_FAILED) {
		unmapped(old);
		mapped(pages, size);
	}
	return pages;
}

int __wrap_munmap(void *pages, size_t size)
{
	unmapped(pages);
	return __real_munmap(pages, size);
}
