/* cycles.c - the frequency of the time-stamp counter */
#include "bench/cycles.h"

/* Long enough for an accuracy of 1e-4 with a clock that takes some tens of ns to read. */
#define CALIBRATION_NS 20000000u

double cycles_per_ns(void)
{
	uint64_t start = clock_ns(CLOCK_MONOTONIC_RAW), now = start;
	uint64_t first = cycles_begin();

	while (now - start < CALIBRATION_NS)
		now = clock_ns(CLOCK_MONOTONIC_RAW);
	return (double)(cycles_end() - first) / (double)(now - start);
}
