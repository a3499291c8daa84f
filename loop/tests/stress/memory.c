/*
 * memory.c - makes allocations fail at random, and counts those that are not freed
 *
 * event_set_mem_functions directs the loop's allocations to this file. The linker directs the timer
 * structures' allocations to it, by wrapping all allocators. A thread lets allocations fail only
 * during a call of the loop (begin_call), so that the test program's own allocations succeed.
 */
#include "loop/tests/stress/stress.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

static atomic_llong blocks; /* allocated by the loop and not freed */
static atomic_llong mapped; /* bytes that the structures have mapped */

static bool fails(void)
{
	if (!self || !self->may_fail || atomic_load(&stress.quiet) ||
	    !one_of((uint64_t)self->may_fail))
		return false;
	atomic_fetch_add_explicit(&stress.failed_allocations, 1, memory_order_relaxed);
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *address, size_t size);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return fails() ? NULL : __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
	return fails() ? ENOMEM : __real_posix_memalign(memory, alignment, size);
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	void *memory =
		fails() ? MAP_FAILED : __real_mmap(address, size, protection, flags, fd, offset);

	if (memory != MAP_FAILED && !(flags & MAP_FIXED))
		atomic_fetch_add(&mapped, (long long)size);
	return memory;
}

void *__real_mremap(void *old, size_t old_size, size_t size, int flags, ...);

/* No caller passes an address. Shrinking never fails. */
void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags, ...)
{
	bool refused = size > old_size && fails();
	void *memory = refused ? MAP_FAILED : __real_mremap(old, old_size, size, flags);

	if (memory != MAP_FAILED)
		atomic_fetch_add(&mapped, (long long)size - (long long)old_size);
	return memory;
}

int __wrap_munmap(void *address, size_t size)
{
	atomic_fetch_sub(&mapped, (long long)size);
	return __real_munmap(address, size);
}

static void *allocate(size_t size)
{
	void *memory = fails() ? NULL : __real_malloc(size);

	if (memory)
		atomic_fetch_add_explicit(&blocks, 1, memory_order_relaxed);
	return memory;
}

static void *reallocate(void *memory, size_t size)
{
	void *moved = fails() ? NULL : __real_realloc(memory, size);

	if (moved && !memory)
		atomic_fetch_add_explicit(&blocks, 1, memory_order_relaxed);
	return moved;
}

static void release(void *memory)
{
	atomic_fetch_sub_explicit(&blocks, 1, memory_order_relaxed);
	free(memory);
}

void memory_begin(void)
{
	event_set_mem_functions(allocate, reallocate, release);
	atomic_store(&mapped, 0); /* the sanitizer's library maps memory when the program starts */
}

void memory_expect_none_left(void)
{
	long long left = atomic_load(&blocks), bytes = atomic_load(&mapped);

	if (left)
		fail(NULL, "leak: the loop has not freed %lld blocks of memory", left);
	if (bytes)
		fail(NULL, "leak: %lld bytes are still mapped", bytes);
}
