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
 * The seed of a random test: the environment variable TIMERBED_SEED, or another one in each run. It
 * is printed, so that the run can be repeated. Never 0.
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
