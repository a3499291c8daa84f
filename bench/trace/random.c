/* random.c - xoshiro256** and the distributions derived from it */
#include <math.h>

#include "random.h"

/*
 * The fractional part of the golden ratio in 64 bits. The number is odd, and its multiples are far
 * apart.
 */
#define STREAM_STRIDE UINT64_C(0x9e3779b97f4a7c15)

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t rotate_left(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

/*
 * Hashes the number of the stream before combining it with the seed. Two streams still share their
 * sequences, but at seeds that look unrelated. If the number were combined unhashed, small seeds of
 * one stream would repeat small seeds of another stream.
 */
void random_seed(struct random *random, uint64_t seed, uint64_t stream)
{
	uint64_t state = stream * STREAM_STRIDE;
	uint64_t mixed = seed ^ splitmix64(&state);

	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix64(&mixed);
	random->spare = 0;
	random->has_spare = false;
}

uint64_t random_next(struct random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

/*
 * Returns the high half of a product, and rejects the few products that would bias the result
 * (Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019).
 */
uint64_t random_below(struct random *random, uint64_t bound)
{
	unsigned __int128 product = (unsigned __int128)random_next(random) * bound;

	if ((uint64_t)product < bound) {
		uint64_t reject = -bound % bound;

		while ((uint64_t)product < reject)
			product = (unsigned __int128)random_next(random) * bound;
	}
	return (uint64_t)(product >> 64);
}

double random_uniform(struct random *random)
{
	uint64_t bits;

	do
		bits = random_next(random) >> 11;
	while (!bits);
	return (double)bits * 0x1p-53;
}

double random_exponential(struct random *random)
{
	return -log(random_uniform(random));
}

/* Marsaglia's polar method: a random point in the unit disc gives two normal numbers. */
double random_normal(struct random *random)
{
	double x, y, square, scale;

	if (random->has_spare) {
		random->has_spare = false;
		return random->spare;
	}
	do {
		x = 2 * random_uniform(random) - 1;
		y = 2 * random_uniform(random) - 1;
		square = x * x + y * y;
	} while (square >= 1 || square <= 0);
	scale = sqrt(-2 * log(square) / square);
	random->spare = y * scale;
	random->has_spare = true;
	return x * scale;
}
