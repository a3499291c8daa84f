/*
 * specimen.c - options without the registry, so that broken structures can be made, too
 */
#include "specimen.h"

#include <stdio.h>
#include <stdlib.h>

#include "structures/common/options.h"

/* Larger than any structure's options. */
#define OPTIONS_SIZE 512

static void fill_options(const struct specimen *specimen, void *options)
{
	char error[OPTIONS_ERROR_SIZE];

	if (specimen->structure->options_size > OPTIONS_SIZE ||
	    options_parse(specimen->structure->options, specimen->options, options, error,
			  sizeof(error))) {
		fprintf(stderr, "%s:%s: bad options: %s\n", specimen->structure->name,
			specimen->options, error);
		abort();
	}
}

int specimen_create(const struct specimen *specimen, uint64_t now, struct timer_set **set)
{
	_Alignas(16) char options[OPTIONS_SIZE] = "";

	fill_options(specimen, options);
	return specimen->structure->create(set, options, now);
}

struct timer_accuracy specimen_accuracy(const struct specimen *specimen)
{
	struct timer_accuracy accuracy = { .when = TIMER_EXACT, .order = TIMER_BY_DEADLINE };
	_Alignas(16) char options[OPTIONS_SIZE] = "";

	fill_options(specimen, options);
	if (specimen->structure->accuracy)
		specimen->structure->accuracy(options, &accuracy);
	return accuracy;
}
