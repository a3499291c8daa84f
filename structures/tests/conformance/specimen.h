/*
 * specimen.h - a structure with one setting of its options, as the tests take it
 */
#ifndef SPECIMEN_H
#define SPECIMEN_H

#include "structures/timer.h"

struct specimen {
	const struct timer_structure *structure;
	const char *options; /* "tick=1ms"; "" for the defaults */
};

/* As the structure's create; the options must be good. 0 or -ENOMEM. */
int specimen_create(const struct specimen *specimen, uint64_t now, struct timer_set **set);

/* The accuracy that it declares with these options. */
struct timer_accuracy specimen_accuracy(const struct specimen *specimen);

/* At most this many timers, for a structure that bears fewer. */
static inline size_t specimen_bears(const struct specimen *specimen, size_t count)
{
	size_t bears = specimen->structure->bears;

	return bears && bears < count ? bears : count;
}

#endif
