/*
 * random.h - random numbers that are the same on every machine and in every run
 *
 * The generator is xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 2021). SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) fills the state, as
 * the authors of xoshiro recommend. The integers and the uniform numbers depend only on the seed
 * and the stream. The exponential and normal numbers also depend on how the C library rounds log().
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
	double spare; /* the second normal number of a pair */
	bool has_spare;
};

/*
 * Starts stream number `stream` of `seed`. Streams with different numbers are independent for the
 * purposes of this project, even if they have the same seed.
 */
void random_seed(struct random *random, uint64_t seed, uint64_t stream);

uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t bound); /* 0..bound-1, unbiased; bound > 0 */
double random_uniform(struct random *random);		      /* in (0,1), 53 bits */
double random_exponential(struct random *random);	      /* mean 1 */
double random_normal(struct random *random);		      /* mean 0, deviation 1 */

#endif
