/*
 * leaks-on-destroy - forgets a block when it is destroyed
 */
#include "model.h"

static int leaks_on_destroy(struct timer_set **set, const void *options, uint64_t now)
{
	void *block = malloc(64);

	memset(&block, block != NULL, 1); /* nobody knows it any more */
	return timer_binary_heap.create(set, options, now);
}
#define model_create leaks_on_destroy

BROKEN(broken_leaks_on_destroy, "leaks-on-destroy", "forgets a block when it is destroyed");
