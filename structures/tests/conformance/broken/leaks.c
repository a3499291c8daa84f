/*
 * destroy does not free the array. Real-world class: free of a handle without the memory that it
 * owns.
 */
#include "right.h"

static void destroy_leaking(struct timer_set *set)
{
	free(set);
}

BROKEN(leaks, .destroy = destroy_leaking);
