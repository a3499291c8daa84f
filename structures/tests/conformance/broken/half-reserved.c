/*
 * half-reserved - a reserve that fails has grown one of its arrays: it says yes the next time
 */
#include "model.h"

static int half_reserved(struct timer_set *set, size_t n)
{
	static size_t promised;
	int result;

	if (n == promised)
		return 0;
	result = timer_binary_heap.reserve(set, n);
	if (result)
		promised = n;
	return result;
}
#define model_reserve half_reserved

BROKEN(broken_half_reserved, "half-reserved", "a reserve that fails has grown one of its arrays");
