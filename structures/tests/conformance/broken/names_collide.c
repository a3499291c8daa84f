/*
 * The names of two options differ only in a doubled last letter. Real-world class: a name that is a
 * typing error of another name.
 */
#include "right.h"

struct colliding_options {
	uint64_t slot, slott;
};

static const struct option_spec colliding_options[] = {
	{ "slot", OPTION_COUNT, offsetof(struct colliding_options, slot), 1, 64, "8", NULL,
	  "which" },
	{ "slott", OPTION_COUNT, offsetof(struct colliding_options, slott), 1, 64, "8", NULL,
	  "which other" },
	{ 0 },
};

BROKEN(names_collide, .options = colliding_options,
       .options_size = sizeof(struct colliding_options));
