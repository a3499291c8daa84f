/*
 * random.h - the random numbers of the tests: splitmix64 (Steele, Lea and Flood, OOPSLA 2014)
 *
 * The whole state is one word, and any value is a good seed.
 */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/*
 * Returns a number in 0..n-1. n must not be 0. The bias of the remainder does not matter to a test.
 */
static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
	return random_word(state) % n;
}

static inline bool random_chance(uint64_t *state, unsigned percent)
{
	return random_below(state, 100) < percent;
}

/* Returns a number below 2^bits, spread evenly over the orders of magnitude. */
static inline uint64_t random_magnitude(uint64_t *state, unsigned bits)
{
	unsigned digits = (unsigned)random_below(state, bits + 1);

	return digits ? random_word(state) >> (64 - digits) : 0;
}

#endif
