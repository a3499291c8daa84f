/*
 * draw.h - random numbers that depend only on the seed
 */
#ifndef TESTS_DRAW_H
#define TESTS_DRAW_H

#include <stdint.h>

/*
 * Returns a number below `below`, which must be at most 2^31. The constants are Knuth's (MMIX). The
 * high bits are random enough for tests.
 */
static inline uint64_t draw_from(uint64_t *random, uint64_t below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (*random >> 33) % below;
}

#endif
