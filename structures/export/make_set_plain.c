/*
 * make_set_plain.c - makes a set of a structure that has no options
 */
#include <stdio.h>

#include "exported.h"
#include "make_set.h"

int make_set(const char *options, uint64_t now, struct timer_set **set,
	     struct timer_accuracy *accuracy, char *error, size_t size)
{
	int result = timer_EXPORTED_STRUCTURE.create(set, NULL, now);

	(void)options; /* always "" */
	*accuracy = (struct timer_accuracy){ .when = TIMER_EXACT, .order = TIMER_BY_DEADLINE };
	if (timer_EXPORTED_STRUCTURE.accuracy)
		timer_EXPORTED_STRUCTURE.accuracy(NULL, accuracy);
	if (result)
		snprintf(error, size, "out of memory");
	return result;
}
