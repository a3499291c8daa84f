/*
 * allocations.h - counts what a structure allocates, and makes allocations fail when asked to
 *
 * Programs with this are linked with -Wl,--wrap=F for each F of malloc, calloc, realloc,
 * aligned_alloc, posix_memalign, free, mmap, mremap and munmap. Allocations are counted, and fail,
 * only while watching, so that the tests' own memory is left out. A request for more than a TiB
 * gets NULL, because sanitizers would end the program.
 */
#ifndef TESTS_ALLOCATIONS_H
#define TESTS_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allocations {
	bool watching;
	uint64_t asked; /* allocations asked for while watching, failed ones included */
	uint64_t failed;
	uint64_t live;			/* blocks allocated and not freed, and mapped areas */
	uint64_t bytes;			/* in these, as large as the allocator made them */
	uint64_t fail_from, fail_until; /* these fail, by `asked` from 0: from <= asked < until */
};

/* The only state, because only one thread tests. */
extern struct allocations allocations;

/* From now on, `after` allocations succeed, the `count` that follow fail, and the rest succeed. */
static inline void allocations_fail(uint64_t after, uint64_t count)
{
	allocations.fail_from = allocations.asked + after;
	allocations.fail_until = count > UINT64_MAX - allocations.fail_from
					 ? UINT64_MAX
					 : allocations.fail_from + count;
}

static inline void allocations_succeed(void)
{
	allocations.fail_from = allocations.fail_until = 0;
}

#endif
