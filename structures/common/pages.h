/*
 * pages.h - memory for large arrays and blocks, most of which may never be touched
 *
 * Memory that is reserved for many timers must exist, but needs no pages before it is written to.
 * The kernel gives pages one by one, when they are first written to. A new page costs as much as
 * dozens of operations, on a virtual machine hundreds. Asking for several pages in one call costs
 * less.
 *
 * Small blocks come from malloc, which reuses freed memory. So sets that are created and destroyed
 * again and again do not begin with new pages each time. Large blocks are mapped. To make one
 * larger, the kernel exchanges page tables (mremap), so no bytes are copied. realloc does this only
 * above a threshold that the allocator changes.
 */
#ifndef TIMERBED_PAGES_H
#define TIMERBED_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The bytes of the smallest page of every processor. Where pages are larger, the kernel rounds. */
#define PAGE UINT64_C(4096)

/* Blocks of so many bytes and larger ones are mapped. */
#define BLOCK_MAPPED (UINT64_C(1) << 16)

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

/* Returns a block with undefined contents, or NULL. The caller must free it with block_free. */
static inline void *block_make(size_t bytes)
{
	void *block;

	if (bytes < BLOCK_MAPPED)
		return malloc(bytes);
	block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return block == MAP_FAILED ? NULL : block;
}

static inline void block_free(void *block, size_t bytes)
{
	if (bytes < BLOCK_MAPPED)
		free(block);
	else
		munmap(block, bytes);
}

/* A block that is being made larger. Until the caller has decided, the old one can be restored. */
struct block_growth {
	void *old, *larger;
	size_t old_bytes, bytes;
};

/*
 * Makes a block larger; `old` is NULL, with 0 bytes, for a new block. Returns false if memory runs
 * out, and then nothing has changed. After success, the caller must call one of two functions,
 * which cannot fail: block_keep returns the larger block, block_drop the old one.
 */
static inline bool block_grow(struct block_growth *growth, void *old, size_t old_bytes,
			      size_t bytes)
{
	*growth = (struct block_growth){ .old = old, .old_bytes = old_bytes, .bytes = bytes };
	if (old_bytes < BLOCK_MAPPED)
		growth->larger = block_make(bytes);
	else
		growth->larger = mremap(old, old_bytes, bytes, MREMAP_MAYMOVE);
	return growth->larger && growth->larger != MAP_FAILED;
}

static inline void *block_keep(const struct block_growth *growth)
{
	if (growth->old && growth->old_bytes < BLOCK_MAPPED) {
		memcpy(growth->larger, growth->old, growth->old_bytes);
		free(growth->old);
	}
	return growth->larger;
}

static inline void *block_drop(const struct block_growth *growth)
{
	if (growth->old_bytes >= BLOCK_MAPPED)
		return mremap(growth->larger, growth->bytes, growth->old_bytes, 0);
	block_free(growth->larger, growth->bytes);
	return growth->old;
}

/*
 * Returns how many bytes of a block have memory: of a small block all, of a mapped one its pages
 * that were written to.
 */
static inline size_t block_resident(const void *block, size_t bytes)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char resident[256];
	size_t count = 0;

	if (bytes < BLOCK_MAPPED)
		return bytes;
	for (size_t at = 0, part; at < bytes; at += part) {
		part = bytes - at < sizeof(resident) * page ? bytes - at : sizeof(resident) * page;
		if (mincore((char *)block + at, part, resident))
			return bytes;
		for (size_t i = 0; i < (part + page - 1) / page; i++)
			count += resident[i] & 1;
	}
	return count * page;
}

#endif
