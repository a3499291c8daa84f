/*
 * test_seed.h - the seed of a random test
 */
#ifndef TEST_SEED_H
#define TEST_SEED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/*
 * Returns the seed of a random test, which is never 0: the environment variable TIMERBED_SEED, or
 * else a new seed in each run. Prints the seed, so that the run can be repeated.
 */
static inline uint64_t test_seed(void)
{
	const char *given = getenv("TIMERBED_SEED");
	uint64_t seed = given && *given ? strtoull(given, NULL, 10)
					: (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;

	seed += !seed;
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	return seed;
}

#endif
