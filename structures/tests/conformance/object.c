/*
 * object.c - frees, forbids or overwrites idle timers
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"

#if defined(__SANITIZE_ADDRESS__)
#define POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON 1
#endif
#endif

#ifdef POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

static struct object *allocate(size_t id)
{
	struct object *object = calloc(1, sizeof(*object));

	if (!object) {
		fprintf(stderr, "no memory for a timer\n");
		abort();
	}
	object->id = id;
	return object;
}

static bool untouched(const struct object *object)
{
	return !memcmp(&object->timer, &object->before, sizeof(object->timer));
}

struct object *object_take(struct object *object, size_t id)
{
	if (!object)
		return allocate(id);
	ASAN_UNPOISON_MEMORY_REGION(&object->timer, sizeof(object->timer));
	if (!untouched(object))
		return NULL;
	if (object_fate(id) == OBJECT_OVERWRITTEN)
		memset(&object->timer, 0, sizeof(object->timer));
	return object;
}

struct object *object_give_back(struct object *object)
{
	enum object_fate fate = object_fate(object->id);

	/*
	 * Without a sanitizer, a structure that reads freed memory must find nothing useful in it.
	 */
	if (fate == OBJECT_FREED || fate == OBJECT_OVERWRITTEN)
		memset(&object->timer, 0xa5, sizeof(object->timer));
	if (fate == OBJECT_FREED) {
		free(object);
		return NULL;
	}
	object->before = object->timer;
	if (fate == OBJECT_FORBIDDEN)
		ASAN_POISON_MEMORY_REGION(&object->timer, sizeof(object->timer));
	return object;
}

void object_forbid(struct object *object)
{
	object->before = object->timer;
	ASAN_POISON_MEMORY_REGION(&object->timer, sizeof(object->timer));
}

bool object_end(struct object *object)
{
	bool right;

	ASAN_UNPOISON_MEMORY_REGION(&object->timer, sizeof(object->timer));
	right = untouched(object);
	free(object);
	return right;
}
