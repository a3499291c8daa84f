/*
 * object.h - a timer in memory of its own, which nobody may touch while it is idle
 */
#ifndef TESTS_OBJECT_H
#define TESTS_OBJECT_H

#include <stddef.h>

#include "structures/timer.h"

struct object {
	struct timer timer;  /* first, so that a timer is its object */
	struct timer before; /* what was in it when it was handed back */
	size_t id;
};

/* What becomes of a timer's memory when it is handed back. */
enum object_care { OBJECT_FREED, OBJECT_FORBIDDEN, OBJECT_OVERWRITTEN, OBJECT_LEFT, OBJECT_CARES };

static inline enum object_care object_care(size_t id)
{
	return (enum object_care)(id % OBJECT_CARES);
}

/*
 * Makes the idle timer's memory fit to be armed: allocated if `object` is NULL, else as it was left
 * or zeroed. NULL when somebody has changed it meanwhile. Ends the program without memory.
 */
struct object *object_take(struct object *object, size_t id);

/* The timer is idle now: NULL when that frees it. */
struct object *object_give_back(struct object *object);

/* Nobody may touch the timer any more, though it is armed or disarmed: its set is about to end. */
void object_forbid(struct object *object);

/* Frees an idle or forbidden one. False when somebody has changed it meanwhile. */
bool object_end(struct object *object);

#endif
