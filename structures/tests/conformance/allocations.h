/*
 * allocations.h - counts what a structure allocates, and makes allocations fail on request
 *
 * A program with this file is linked with -Wl,--wrap=F for each F of malloc, calloc, realloc,
 * aligned_alloc, posix_memalign, free, mmap, mremap and munmap. Allocations are counted, and can
 * fail, only while `watching` is set. So the tests' own memory is left out. While watching, a
 * request for a TiB or more returns NULL, because sanitizers would end the program.
 */
#ifndef TESTS_ALLOCATIONS_H
#define TESTS_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allocations {
	bool watching;
	uint64_t asked; /* requests while watching, including failed ones */
	uint64_t failed;
	uint64_t live;			/* blocks not yet freed, and areas not yet unmapped */
	uint64_t bytes;			/* usable bytes in these blocks and areas */
	uint64_t fail_from, fail_until; /* request i, from 0, fails if from <= i < until */
};

/* The state is global, because the tests have only one thread. */
extern struct allocations allocations;

/* Lets the next `after` allocations succeed, the following `count` fail, and the rest succeed. */
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
