/*
 * Accepts an option's largest value, although it overruns an array. Real-world class: a range in
 * the documentation that is not the range in the code.
 */
#include "right.h"

struct slots_options {
	uint64_t slots;
};

static int create_slots(struct timer_set **set, const void *options, uint64_t now)
{
	const struct slots_options *asked = options;
	unsigned char slots[64];

	for (volatile size_t i = 0; i < asked->slots; i++)
		slots[i] = 0;
	(void)slots;
	return right_create(set, options, now);
}

static const struct option_spec slots_options[] = {
	{ "slots", OPTION_COUNT, offsetof(struct slots_options, slots), 1, 65, "64", NULL,
	  "slots, 64 at most" },
	{ 0 },
};

BROKEN(options_ignored, .create = create_slots, .options = slots_options,
       .options_size = sizeof(struct slots_options));
