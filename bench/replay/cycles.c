/*
 * cycles.c - how fast the time-stamp counter counts
 */
#include "cycles.h"

/* Long enough for 1e-4 accuracy against a clock that is read in some tens of ns. */
#define CALIBRATION_NS 20000000u

double cycles_per_ns(void)
{
	uint64_t start = clock_ns(CLOCK_MONOTONIC_RAW), now = start;
	uint64_t first = cycles_begin();

	while (now - start < CALIBRATION_NS)
		now = clock_ns(CLOCK_MONOTONIC_RAW);
	return (double)(cycles_end() - first) / (double)(now - start);
}
