/*
 * intervals.h - the intervals of the workload mix, if their shares are uneven or if they drift
 *
 * The logarithmic scale is cut into slices, with one interval in use in each slice. A table has the
 * share of each slice. With a drift, an interval that goes out of use is replaced by another of the
 * same slice, so the shares and the mean stay what they are.
 */
#ifndef MIX_INTERVALS_H
#define MIX_INTERVALS_H

#include "bench/workloads/draw.h"

struct slices {
	uint64_t count;	 /* number of slices; 0: there is no table */
	double *arms;	 /* by slice: the share of arms of this slice and all before it */
	double *found;	 /* by slice: the same of the pairs that slices_find draws */
	uint64_t *turns; /* by slice: the most turns that a timer is armed */
	double *middle;	 /* by slice: ns */
	uint64_t *first; /* by slice: the shortest interval, in grains; count + 1 entries */
	double mean;	 /* the mean interval of an arm, ns */

	uint64_t grain;	   /* ns */
	uint64_t every;	   /* arms until the next interval is replaced; 0: no drift */
	uint64_t arming;   /* arms since the last replacement */
	uint64_t replaced; /* number of replacements so far, in slice 0, slice 1, and so on */
};

static inline void slices_end(struct slices *slices)
{
	free(slices->arms);
	free(slices->found);
	free(slices->turns);
	free(slices->middle);
	free(slices->first);
}

static inline bool slices_allocate(struct slices *slices, struct generator *generator,
				   uint64_t count)
{
	slices->count = count;
	slices->arms = workload_memory(generator, count, sizeof(*slices->arms));
	slices->found = workload_memory(generator, count, sizeof(*slices->found));
	slices->turns = workload_memory(generator, count, sizeof(*slices->turns));
	slices->middle = workload_memory(generator, count, sizeof(*slices->middle));
	slices->first = workload_memory(generator, count + 1, sizeof(*slices->first));
	if (slices->arms && slices->found && slices->turns && slices->middle && slices->first)
		return true;
	slices_end(slices);
	return false;
}

/*
 * Returns a number near size / 1.618 that has no common factor with size. So its multiples modulo
 * size are all numbers below size, and consecutive multiples are far from each other.
 */
static inline uint64_t slices_stride(uint64_t size)
{
	uint64_t stride = (uint64_t)((double)size * 0.6180339887498949);

	for (;; stride++) {
		uint64_t a = size, b = stride;

		while (b) {
			uint64_t rest = a % b;

			a = b;
			b = rest;
		}
		if (a == 1)
			return stride;
	}
}

/*
 * Makes a table of `count` slices of the scale from `shortest` to `shortest` x `spread` ns. The
 * shares are those of Zipf's law; with the exponent 0 they are equal. Returns false if memory runs
 * out; the generator has then failed. After success the caller must call slices_found, and
 * slices_end at the end.
 */
static inline bool slices_begin(struct slices *slices, struct generator *generator, uint64_t count,
				double shortest, double spread, double exponent)
{
	uint64_t stride = slices_stride(count);
	double width = 1 / (double)count, total = 0;

	if (!slices_allocate(slices, generator, count))
		return false;
	/* Neighbours on the scale have ranks that are far from each other. */
	for (uint64_t rank = 0; rank < count; rank++)
		slices->arms[rank * stride % count] = pow((double)rank + 1, -exponent);
	for (uint64_t i = 0; i < count; i++) {
		double low = shortest * pow(spread, (double)i * width);
		double middle = shortest * pow(spread, ((double)i + 0.5) * width);

		slices->middle[i] = middle;
		slices->first[i] = (uint64_t)(low / (double)slices->grain) + 1;
		total += slices->arms[i];
		slices->mean += slices->arms[i] * middle;
		slices->arms[i] = total;
	}
	slices->first[count] = (uint64_t)(shortest * spread / (double)slices->grain) + 1;
	slices->mean /= total;
	return true;
}

/* Completes the table when the length of a turn is known. */
static inline void slices_found(struct slices *slices, uint64_t turn)
{
	double total = 0;

	for (uint64_t i = 0; i < slices->count; i++) {
		double share = slices->arms[i] - (i ? slices->arms[i - 1] : 0);

		slices->turns[i] = turns_until(slices->first[i + 1] * slices->grain, turn);
		total += share * (double)slices->turns[i];
		slices->found[i] = total;
	}
}

/* Draws a slice by a table of sums. Takes O(log count). */
static inline uint64_t slices_draw(const struct slices *slices, struct generator *generator,
				   const double *sums)
{
	double place = generator_uniform(generator) * sums[slices->count - 1];
	uint64_t low = 0, high = slices->count - 1;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (sums[middle] < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Returns the interval in ns that is in use in a slice after `replaced` replacements. With a drift,
 * it is none that was in use before. If the slice has no such interval left, the generator fails.
 */
static inline double slices_interval(const struct slices *slices, struct generator *generator,
				     uint64_t slice, uint64_t replaced)
{
	uint64_t own = replaced / slices->count + (replaced % slices->count > slice);
	uint64_t first = slices->first[slice], room = slices->first[slice + 1] - first;
	uint64_t middle = whole_grains(slices->middle[slice], slices->grain) / slices->grain;

	if (!slices->every)
		return slices->middle[slice];
	if (room > UINT32_MAX)
		room = UINT32_MAX; /* the product below has 64 bits */
	if (own >= room) {
		generator_fail(generator, -EOVERFLOW,
			       "the drift has used up all intervals: use a longer range");
		own = 0;
	}
	return (double)((first + (middle - first + own * slices_stride(room)) % room) *
			slices->grain);
}

/* Draws the interval of a new arm, and replaces an interval when it is time to. */
static inline double slices_arm(struct slices *slices, struct generator *generator)
{
	uint64_t slice = slices_draw(slices, generator, slices->arms);

	if (slices->every && ++slices->arming == slices->every) {
		slices->arming = 0;
		slices->replaced++;
	}
	return slices_interval(slices, generator, slice, slices->replaced);
}

#endif
