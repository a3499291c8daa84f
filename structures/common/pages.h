/*
 * pages.h - memory for pools of which most may never be touched
 *
 * A pool that is reserved for many timers must be there, but need not have memory before it is
 * written to. The kernel gives it page by page then, and a new page costs as much as dozens of
 * operations, on a virtual machine hundreds: 12 us where timerbed was measured, of which asking for
 * some pages at one go saves half. So what is to stay where it is comes in blocks, of which more
 * may be had at any time; and an array that has to grow is moved by exchanging page tables
 * (mremap), so that nothing is copied and nothing that was never touched is touched for it, which
 * realloc only does for blocks above a threshold that moves.
 */
#ifndef TIMERBED_PAGES_H
#define TIMERBED_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Bytes: the smallest page of every processor; where pages are larger the kernel rounds by itself.
 */
#define PAGE UINT64_C(4096)

/* The number that Linux gave it in 5.14, for older headers; older kernels refuse it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/*
 * Asks for the memory of all pages that begin in this range, whose bounds need not be a page's.
 * Where that fails they come one by one, as they are written to.
 */
static inline void pages_make_ready(const void *from, const void *end)
{
	uintptr_t first = ((uintptr_t)from + PAGE - 1) & -PAGE;
	uintptr_t last = ((uintptr_t)end + PAGE - 1) & -PAGE;

	if (last > first + PAGE)
		madvise((void *)first, last - first, MADV_POPULATE_WRITE);
}

/*
 * Blocks of fewer bytes are the allocator's, which has memory from others that ended: where a new
 * page is dear, as on a virtual machine, a set that comes and goes must not begin with new ones
 * each time.
 */
#define BLOCK_PAGES (UINT64_C(1) << 22)

static inline bool block_is_mapped(size_t bytes)
{
	return bytes >= BLOCK_PAGES;
}

/*
 * A block whose bytes are anything; NULL when there is no memory. Who has it hands it to
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

static inline void block_free(void *block, size_t bytes)
{
	if (block_is_mapped(bytes))
		munmap(block, bytes);
	else
		free(block);
}

/*
 * Arrays of fewer bytes are the allocator's too. What has to be copied when they grow into pages is
 * so little that no operation takes long for it: four pages.
 */
#define POOL_PAGES (UINT64_C(1) << 14)

/*
 * The addresses that an array in pages has: room to become up to 64 times as large where it is. To
 * move it takes more than 100 us where timerbed was measured, however small it is.
 */
static inline size_t pool_span(size_t bytes)
{
	size_t span = POOL_PAGES * 64;

	while (span < bytes && span <= SIZE_MAX / 64)
		span *= 64;
	return span < bytes ? bytes : span;
}

/* An array that becomes larger, and may still stay as it was. */
struct pool_block {
	void *old, *larger;
	size_t old_bytes, bytes;
};

/*
 * Makes an array of a pool larger; false when there is no memory, and then nothing has changed.
 * `old` is NULL, or came from here with old_bytes, which are fewer. Bytes that were not in it are
 * zero if that is asked for. The caller decides then: _keep returns the larger array, with what was
 * in the old one, _drop the old one as it was; neither can fail. Who keeps it hands it to pool_free
 * with its bytes.
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
