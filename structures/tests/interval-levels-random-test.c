/*
 * interval-levels-random-test.c - interval-levels with small buckets: see levels_model.h
 */
#define LEVELS_FIRST	      64
#define FRONT_ROOM	      32
#define BURST_AT	      64
#define SET_QUEUES	      4
#define timer_interval_levels timer_interval_levels_small
#include "structures/interval-levels.c"
#include "structures/tests/levels_model.h"
