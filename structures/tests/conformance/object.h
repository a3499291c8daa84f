/*
 * object.h - a timer in its own memory, which no structure may touch while the timer is idle
 */
#ifndef TESTS_OBJECT_H
#define TESTS_OBJECT_H

#include <stddef.h>

#include "structures/timer.h"

struct object {
	struct timer timer;  /* first, so that a pointer to the timer is a pointer to the object */
	struct timer before; /* the content of `timer` when it became idle or forbidden */
	size_t id;
};

/* What happens to a timer's memory when the timer becomes idle. */
enum object_fate { OBJECT_FREED, OBJECT_FORBIDDEN, OBJECT_OVERWRITTEN, OBJECT_LEFT, OBJECT_FATES };

static inline enum object_fate object_fate(size_t id)
{
	return (enum object_fate)(id % OBJECT_FATES);
}

/*
 * Prepares an idle timer's memory for arming and returns it. Allocates it if `object` is NULL.
 * Otherwise leaves it unchanged or zeroes it. Returns NULL if the structure has changed it while
 * the timer was idle. Ends the program if memory runs out.
 */
struct object *object_take(struct object *object, size_t id);

/* To be called when the timer has become idle. Returns NULL if that frees the timer. */
struct object *object_give_back(struct object *object);

/* Forbids the structure to touch an armed or disarmed timer, because its set will be destroyed. */
void object_forbid(struct object *object);

/* Frees an idle or forbidden timer. Returns false if the structure has changed it since. */
bool object_end(struct object *object);

#endif
