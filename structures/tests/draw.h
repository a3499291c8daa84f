/*
 * draw.h - random numbers, which are the same for the same seed
 */
#ifndef TESTS_DRAW_H
#define TESTS_DRAW_H

#include <stdint.h>

/*
 * A number below `below`, which has 31 bits at most. The constants are Knuth's (MMIX). The high
 * bits are good enough.
 */
static inline uint64_t draw_from(uint64_t *random, uint64_t below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (*random >> 33) % below;
}

#endif
