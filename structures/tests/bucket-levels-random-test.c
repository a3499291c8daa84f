/*
 * bucket-levels-random-test.c - bucket-levels with small buckets: see levels_model.h
 */
#define LEVELS_FIRST	    64
#define FRONT_ROOM	    32
#define BURST_AT	    64
#define timer_bucket_levels timer_bucket_levels_small
#include "structures/bucket-levels.c"
#include "structures/tests/levels_model.h"
