/*
 * create_over.c - the `create` of a wrapper that is exported together with the structure that it
 * wraps
 *
 * In the export, the outermost wrapper's table has this function instead of create_over.
 */
#include "exported.h"

int EXPORTED_STRUCTURE_create(struct timer_set **set, const void *options, uint64_t now)
{
	/* What the wrapper wraps, from the innermost structure outwards. */
	static const struct timer_structure *const within[] = { &timer_EXPORTED_WITHIN };
	enum { COUNT = sizeof(within) / sizeof(*within) };
	struct timer_inner inner[COUNT];

	for (int i = 0; i < COUNT; i++)
		inner[i] = (struct timer_inner){
			.structure = within[i],
			.options = i ? NULL : options,
			.inner = i ? &inner[i - 1] : NULL,
		};
	return EXPORTED_CREATE_OVER(set, &inner[COUNT - 1], now);
}
