/*
 * Does not free its array when it is destroyed. Real-world class: free of a handle without what it
 * owns.
 */
#include "right.h"

static void destroy_leaking(struct timer_set *set)
{
	free(set);
}

BROKEN(leaks, .destroy = destroy_leaking);
