/*
 * allocations.h - what a structure allocates: counted, and failing when asked to
 *
 * Programs with this are linked with -Wl,--wrap=F for each F of malloc, calloc, realloc,
 * aligned_alloc, posix_memalign, free, mmap, mremap and munmap. Only what happens while watching is
 * counted and fails, so that the tests' own memory is none of it. Whatever asks for more than a TiB
 * gets NULL: sanitizers would end the program over it.
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
	uint64_t live;			/* blocks allocated and not freed, and areas mapped */
	uint64_t bytes;			/* in them; as large as the allocator made them */
	uint64_t fail_from, fail_until; /* by `asked`, which begins at 0: from <= asked < until */
};

/* The only state there is: one thread tests. */
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
