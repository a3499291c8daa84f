/*
 * pages.h - memory for large arrays and blocks, most of which may never be touched
 *
 * Memory that is reserved for many timers must exist, but needs no pages before it is written to.
 * The kernel then gives it page by page. A new page costs as much as dozens of operations, on a
 * virtual machine hundreds. Asking for several pages in one call costs less. Two kinds of memory
 * use this:
 *
 * A block never moves. More blocks can be allocated at any time.
 *
 * A pool is an array that can grow. To grow, it exchanges page tables (mremap). So no bytes are
 * copied, and no page is touched that was never touched. realloc does this only for blocks above a
 * threshold that the allocator changes.
 */
#ifndef TIMERBED_PAGES_H
#define TIMERBED_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The bytes of the smallest page of every processor. Where pages are larger, the kernel rounds. */
#define PAGE UINT64_C(4096)

/* Headers from before Linux 5.14 do not define this. Older kernels refuse the value. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/*
 * Asks the kernel for the memory of all pages that begin in a range, if these are at least two. The
 * bounds need not be multiples of a page. If the kernel refuses, it gives the pages one by one,
 * when they are written to.
 */
static inline void pages_make_ready(const void *from, const void *end)
{
	uintptr_t first = ((uintptr_t)from + PAGE - 1) & -PAGE;
	uintptr_t last = ((uintptr_t)end + PAGE - 1) & -PAGE;

	if (last > first + PAGE)
		madvise((void *)first, last - first, MADV_POPULATE_WRITE);
}

/*
 * Blocks of fewer bytes come from malloc, which reuses freed memory. A new page is expensive, so
 * sets that are created and destroyed again and again must not begin with new pages each time.
 */
#define BLOCK_PAGES (UINT64_C(1) << 22)

static inline bool block_is_mapped(size_t bytes)
{
	return bytes >= BLOCK_PAGES;
}

/*
 * Returns a block with undefined contents, or NULL if memory runs out. The caller must free it with
 * block_free.
 */
static inline void *block_alloc(size_t bytes)
{
	void *block;

	if (!block_is_mapped(bytes))
		return malloc(bytes);
	block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return block == MAP_FAILED ? NULL : block;
}

/* Frees a block. `bytes` must be the value that block_alloc got. */
static inline void block_free(void *block, size_t bytes)
{
	if (block_is_mapped(bytes))
		munmap(block, bytes);
	else
		free(block);
}

/*
 * Pools of fewer bytes come from malloc, too. When such a pool grows into pages, at most these four
 * pages are copied.
 */
#define POOL_PAGES (UINT64_C(1) << 14)

/*
 * Returns the bytes of address space that a pool in pages reserves: at least as many as the pool
 * has, in steps of a factor of 64. So the pool seldom moves when it grows. To move it is slow,
 * however small it is.
 */
static inline size_t pool_span(size_t bytes)
{
	size_t span = POOL_PAGES * 64;

	while (span < bytes && span <= SIZE_MAX / 64)
		span *= 64;
	return span < bytes ? bytes : span;
}

/* A pool that is being made larger. Until the caller has decided, the old size can be restored. */
struct pool_block {
	void *old, *larger;
	size_t old_bytes, bytes;
};

/*
 * Makes a pool of `bytes` bytes from a smaller one. `old` is NULL, or a pool of old_bytes bytes.
 * Returns false if memory runs out, and then nothing has changed. If `zero` is true, the added
 * bytes are zero.
 *
 * After success the caller must call one of two functions, which cannot fail. pool_block_keep
 * returns the larger pool, with the contents of the old one. pool_block_drop returns the old pool,
 * unchanged. The caller must free the pool with pool_free.
 */
static inline bool pool_block_make(struct pool_block *block, void *old, size_t old_bytes,
				   size_t bytes, bool zero)
{
	*block = (struct pool_block){ .old = old, .old_bytes = old_bytes, .bytes = bytes };
	if (bytes < POOL_PAGES)
		block->larger = zero ? calloc(1, bytes) : malloc(bytes);
	else if (old_bytes < POOL_PAGES)
		block->larger = mmap(NULL, pool_span(bytes), PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	else if (pool_span(old_bytes) == pool_span(bytes))
		block->larger = old;
	else
		block->larger = mremap(old, pool_span(old_bytes), pool_span(bytes), MREMAP_MAYMOVE);
	return block->larger && block->larger != MAP_FAILED;
}

/* Frees a pool of `bytes` bytes. */
static inline void pool_free(void *pool, size_t bytes)
{
	if (bytes < POOL_PAGES)
		free(pool);
	else
		munmap(pool, pool_span(bytes));
}

static inline void *pool_block_keep(const struct pool_block *block)
{
	if (block->old && block->old_bytes < POOL_PAGES) {
		memcpy(block->larger, block->old, block->old_bytes);
		free(block->old);
	}
	return block->larger;
}

static inline void *pool_block_drop(const struct pool_block *block)
{
	if (block->old_bytes < POOL_PAGES) {
		pool_free(block->larger, block->bytes);
		return block->old;
	}
	if (pool_span(block->old_bytes) == pool_span(block->bytes))
		return block->old;
	return mremap(block->larger, pool_span(block->bytes), pool_span(block->old_bytes), 0);
}

#endif
