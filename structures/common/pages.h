/*
 * pages.h - memory in whole pages, for pools of which most may never be touched
 *
 * A pool that is reserved for many timers must be there, but need not have memory before it is
 * written to. The kernel gives it page by page then, and on a virtual machine a page costs as much as
 * dozens of operations: asking for some at one go is several times cheaper. Growing exchanges page
 * tables (mremap), so that nothing is copied and nothing that was never touched is touched for it,
 * which realloc only does for blocks above a threshold that moves.
 */
#ifndef TIMERBED_PAGES_H
#define TIMERBED_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/* Bytes: the smallest page of every processor; where pages are larger the kernel rounds by itself. */
#define PAGE UINT64_C(4096)

/* The number that Linux gave it in 5.14, for older headers; older kernels refuse it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/*
 * New memory, all zero, or the same memory made larger; NULL when there is none, and the old is as it
 * was. `old` is NULL or came from here with old_bytes; the caller hands it back to pages_free.
 */
static inline void *pages_grow(void *old, size_t old_bytes, size_t bytes)
{
	void *pages =
		old ? mremap(old, old_bytes, bytes, MREMAP_MAYMOVE)
		    : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

static inline void pages_free(void *pages, size_t bytes)
{
	if (pages)
		munmap(pages, bytes);
}

/*
 * Asks for the memory of all pages that begin in this range, whose bounds need not be a page's. Where
 * that fails they come one by one, as they are written to.
 */
static inline void pages_make_ready(const void *from, const void *end)
{
	uintptr_t first = ((uintptr_t)from + PAGE - 1) & -PAGE;
	uintptr_t last = ((uintptr_t)end + PAGE - 1) & -PAGE;

	if (last > first + PAGE)
		madvise((void *)first, last - first, MADV_POPULATE_WRITE);
}

#endif
