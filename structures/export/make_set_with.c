/*
 * make_set_with.c - makes a set of a structure that has options
 */
#include "exported.h"
#include "make_set.h"

int make_set(const char *options, uint64_t now, struct timer_set **set,
	     struct timer_accuracy *accuracy, char *error, size_t size)
{
	int result = EXPORTED_STRUCTURE_accuracy_with(options, accuracy, error, size);

	if (result)
		return result;
	return EXPORTED_STRUCTURE_create_with(options, now, set, error, size);
}
