/*
 * create_over.c - the `create` of a wrapper that is exported together with the structure within
 *
 * In the export, the wrapper's table has this function instead of create_over.
 */
#include "exported.h"

int EXPORTED_STRUCTURE_create(struct timer_set **set, const void *options, uint64_t now)
{
	return EXPORTED_CREATE_OVER(set, &timer_EXPORTED_WITHIN, options, now);
}
