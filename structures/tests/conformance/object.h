/*
 * object.h - a timer in memory of its own, which no structure may touch while it is idle
 */
#ifndef TESTS_OBJECT_H
#define TESTS_OBJECT_H

#include <stddef.h>

#include "structures/timer.h"

struct object {
	struct timer timer;  /* first, so that a timer is its object */
	struct timer before; /* its content when it was handed back */
	size_t id;
};

/* What happens to a timer's memory when it is handed back. */
enum object_fate { OBJECT_FREED, OBJECT_FORBIDDEN, OBJECT_OVERWRITTEN, OBJECT_LEFT, OBJECT_FATES };

static inline enum object_fate object_fate(size_t id)
{
	return (enum object_fate)(id % OBJECT_FATES);
}

/*
 * Prepares an idle timer's memory for arming. Allocates it if `object` is NULL. Otherwise leaves it
 * as it was or zeroes it. NULL: the structure has changed it meanwhile. Ends the program without
 * memory.
 */
struct object *object_take(struct object *object, size_t id);

/* The timer is idle now. Returns NULL if that frees it. */
struct object *object_give_back(struct object *object);

/*
 * The structure must no longer touch the armed or disarmed timer, because its set is about to end.
 */
void object_forbid(struct object *object);

/* Frees an idle or forbidden timer. False: the structure has changed it meanwhile. */
bool object_end(struct object *object);

#endif
